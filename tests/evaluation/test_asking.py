"""Asking over HTTP: what comes back, and what is said when nothing does."""

from __future__ import annotations

import socket

import pytest

from evaluation.__main__ import main
from evaluation.asking import ask_all, read_messages
from evaluation.judging import Reply
from evaluation.sets import conversation


def test_read_messages_joins_the_text_and_finds_the_reply() -> None:
    custom = {"reply": {"outcome": "answer", "section": "causes"}}
    assert read_messages([{"text": "a"}, {"text": "b"}, {"custom": custom}], 2.0) == Reply(
        "answer", "a\nb", "causes", 2.0
    )


@pytest.mark.parametrize("messages", [None, {}, [], ["text"], [{"custom": None}], [{"custom": {"reply": None}}]])
def test_read_messages_of_another_form_have_no_outcome(messages: object) -> None:
    assert read_messages(messages).outcome is None


def test_ask_all_gives_each_conversation_one_sender_and_remembers_what_was_said() -> None:
    seen = []

    def ask(sender: str, text: str) -> Reply:
        seen.append((sender, text))
        return Reply("smalltalk", "yes")

    talk = {"id": "c", "turns": [{"q": "one", "kind": "chitchat"}, {"q": "two", "kind": "chitchat"}]}
    judged = ask_all([conversation(talk), conversation({"id": "d", "q": "three"})], ask)
    assert [text for _, text in seen] == ["one", "two", "three"]
    assert seen[0][0] == seen[1][0] != seen[2][0]
    assert [j.said for j in judged] == ["one", "one two", "three"]


def test_nobody_answers_is_one_kind_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert main(["--url", f"http://127.0.0.1:{probe.getsockname()[1]}"]) == 1
    error = capsys.readouterr().err
    assert "no assistant answers" in error and "make run" in error and error.count("\n") == 1
