"""The rest channel over HTTP, as docs/api.md has it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.server.running import Running, read

pytestmark = pytest.mark.server
HOOK = "/webhooks/rest/webhook"


def test_answer_has_quotation_plain_words_source_and_disclaimer(server: Running) -> None:
    reply = server.say("what does denosumab do?")
    assert reply["outcome"] == "answer"
    assert reply["passages"] == ["treatment.3"]
    assert reply["section"] == "treatment" and reply["article"] == "bone-metastasis"
    assert "Bisphosphonates or denosumab, to strengthen bones and reduce the risk of fractures" in reply["text"]
    assert "In plain words: " in reply["text"]
    assert reply["citations"][0]["title"] == "Bone metastasis" and reply["citations"][0]["source"] == "WikiMD"
    assert 2 <= len(reply["suggestions"]) <= 3
    assert reply["buttons"] == reply["suggestions"]


def test_recipient_is_the_callers_sender(server: Running) -> None:
    _, messages = server.post(HOOK, {"sender": "número 7", "message": "hello"})
    assert {m["recipient_id"] for m in messages} == {"número 7"}


def test_payload_does_what_its_button_says(server: Running) -> None:
    buttons = server.say("hello", "presser")["buttons"]
    for button in buttons:
        assert " " not in button["payload"] and "/" not in button["payload"]
        assert server.say(button["payload"], "presser")["outcome"] == "answer"
        assert server.say(button["payload"], "stranger")["outcome"] == "error"


@pytest.mark.parametrize(
    "message", ["", " ", None, 5, [], {}, True, "x" * 1001, "\ud800", "\u200b\u200b", "/", "\x00\x01", "mk-" + "A" * 24]
)
def test_what_a_person_may_have_caused_is_answered_with_200(server: Running, message: object) -> None:
    assert server.say(message)["outcome"] == "error"


@pytest.mark.parametrize("sender", [None, "", " ", 5, [], "\ud800", "a\x00b", "x" * 300])
def test_sender_that_cannot_be_one_is_answered_with_200(server: Running, sender: object) -> None:
    status, messages = server.post(HOOK, {"sender": sender, "message": "hello"})
    assert status == 200
    assert read(messages)["outcome"] == "error"
    status, messages = server.post(HOOK, {"sender": sender, "message": "my legs have gone numb, i can't stand"})
    assert (status, read(messages)["outcome"]) == (200, "urgent")


def test_missing_sender_shares_no_conversation(server: Running) -> None:
    for _ in range(2):
        status, messages = server.post(HOOK, {"message": "what about surgery?"})
        assert (status, read(messages)["outcome"]) == (200, "error")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"not json", 400), (b'{"sender": "a", "message": "', 400), (b"\xff\xfe", 400), (b"[" * 10_000, 400),
     (b'{"sender": "a", "message": "' + b"x" * 17_000 + b'"}', 413)],
)  # fmt: skip
def test_malformed_and_too_large_bodies(server: Running, body: bytes, status: int) -> None:
    got, _, raw = server.call("POST", HOOK, body)
    assert got == status
    assert read(json.loads(raw))["outcome"] == "error"


@pytest.mark.parametrize("padding", [b"x" * 17_000, b"x" * 200_000, b""])
def test_emergency_in_a_refused_body_gets_its_reply(server: Running, padding: bytes) -> None:
    body = b'{"sender": "a", "message": "I can\\u2019t feel my legs and I can\'t walk. ' + padding
    got, _, raw = server.call("POST", HOOK, body)
    assert got == 200
    assert read(json.loads(raw))["outcome"] == "urgent"


@pytest.mark.parametrize("body", [[], 5, "hello", None, True])
def test_json_that_is_no_object(server: Running, body: object) -> None:
    status, messages = server.post(HOOK, json.dumps(body).encode())
    assert (status, read(messages)["outcome"]) == (200, "error")


def test_commands_metadata_and_channel_names_of_a_client_do_nothing(server: Running) -> None:
    before = server.say("what are bisphosphonates for", "hacker")
    assert before["outcome"] == "answer"
    for text in ("/restart", "/session_start", '/choice{"target": "bone-metastasis/treatment"}', "/ask_treatment@1.0"):
        body = {"sender": "hacker", "message": text, "input_channel": "slack", "metadata": {"a": "b"}}
        status, messages = server.post(HOOK, body)
        assert status == 200 and read(messages)["text"]
    assert server.say("say it more simply", "hacker")["outcome"] == "answer"


def test_stream_parameter_answers_like_any_other_call(server: Running) -> None:
    status, messages = server.post(f"{HOOK}?stream=true", {"sender": "s", "message": "hello"})
    assert (status, read(messages)["outcome"]) == (200, "smalltalk")


@pytest.mark.parametrize(
    "body",
    [
        b'{"sender": "a", "message": ["my legs have gone numb"]}',
        b'{"sender": "a", "message": {"text": "i can\'t feel my legs"}}',
        b'{"sender": 5, "message": "i can\'t feel my legs"}',
        b'"my legs have gone numb"',
        b'["my legs have gone numb"]',
    ],
)
def test_emergency_in_a_body_of_the_wrong_type(server: Running, body: bytes) -> None:
    status, messages = server.post(HOOK, body)
    assert (status, read(messages)["outcome"]) == (200, "urgent")


def test_refusals_name_their_recipient(server: Running) -> None:
    body = {"sender": "ward 7", "message": "hello"}
    for headers in ({"X-Forwarded-For": "203.0.113.7"}, {"Origin": "https://evil.example"}):
        assert server.post(HOOK, body, headers)[1][0]["recipient_id"] == "ward 7"
    assert server.post(HOOK, {"sender": 7, "message": "hello"})[1][0]["recipient_id"] == "7"


def test_another_name_for_this_machine_is_refused(server: Running) -> None:
    headers = {"Host": "rebound.example", "Origin": "http://rebound.example"}
    assert server.post(HOOK, {"sender": "a", "message": "hello"}, headers)[0] == 403


def test_several_questions_get_one_reply(server: Running) -> None:
    reply = server.say(
        "What does denosumab do? How is bone metastasis found? And how much does it all cost?", "several"
    )
    assert reply["outcome"] == "answer" and reply["section"] == "treatment"
    assert {"treatment.3", "diagnosis.1"} <= set(reply["passages"])
    assert {c["section"] for c in reply["citations"]} >= {"Treatment", "Diagnosis"}
    assert "what anything costs" in reply["text"]


def test_nobody_reads_the_same_refusal_three_times(server: Running) -> None:
    texts = [server.say("what dose of zometa should he take", "again")["text"] for _ in range(3)]
    assert len(set(texts)) > 1


def test_tell_me_more_comes_to_an_end(server: Running) -> None:
    replies = [server.say(text, "more") for text in ("what is bone metastasis?", *["tell me more"] * 4)]
    assert replies[-1]["outcome"] == "smalltalk"


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Proto", "CF-Connecting-IP"]
)
def test_without_a_key_only_loopback_may_call(server: Running, header: str) -> None:
    status, messages = server.post(HOOK, {"sender": "a", "message": "hello"}, {header: "for=203.0.113.7"})
    assert (status, read(messages)["outcome"]) == (403, "error")


def test_page_in_a_browser_is_no_server(server: Running) -> None:
    assert server.post(HOOK, {"sender": "a", "message": "hello"}, {"Origin": "https://evil.example"})[0] == 403


def test_health_and_ready(server: Running) -> None:
    assert server.call("GET", "/health")[0] == 200
    assert server.call("GET", "/ready")[0] == 200


def test_nothing_a_person_wrote_is_logged(server: Running) -> None:
    server.say("what is bone metastasis, says xylophone")
    server.say("xylophone " * 200)
    assert "xylophone" not in server.log.read_text()


def test_ready_says_which_model_is_served(server: Running, model: Path) -> None:
    status, _, raw = server.call("GET", "/ready")
    assert status == 200
    assert json.loads(raw)["model"] == {"name": model.name, "sha256": hashlib.sha256(model.read_bytes()).hexdigest()}
