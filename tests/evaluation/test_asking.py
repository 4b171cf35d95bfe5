"""Asking over HTTP: what comes back, and what is said when nothing does."""

from __future__ import annotations

import socket
import threading

import pytest

from evaluation.__main__ import main, measured
from evaluation.asking import Ask, ask_all, read_messages
from evaluation.judging import Reply
from evaluation.sets import QuestionSet, conversation


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


def test_measured_asks_assistants_side_by_side_and_keeps_the_order_of_the_sets() -> None:
    both = threading.Barrier(2, timeout=10.0)  # the first set of each waits for the other's: one after the other hangs
    at_work: list[str] = []

    def assistant(name: str) -> Ask:
        def ask(sender: str, text: str) -> Reply:
            assert name not in at_work
            at_work.append(name)
            if text in {"a", "b"}:
                both.wait()
            at_work.remove(name)
            return Reply("smalltalk", name)

        return ask

    sets = [
        QuestionSet(q, "made for a test", True, False, (conversation({"id": q, "q": q, "kind": "chitchat"}),))
        for q in "abcd"
    ]
    results = list(measured(sets, [assistant("one"), assistant("two")]))
    assert [r.set.name for r in results] == ["a", "b", "c", "d"]
    assert all(not r.wrong for r in results)


def test_nobody_answers_is_one_kind_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        assert main(["--url", f"http://127.0.0.1:{probe.getsockname()[1]}"]) == 1
    error = capsys.readouterr().err
    assert "no assistant answers" in error and "make run" in error and error.count("\n") == 1
