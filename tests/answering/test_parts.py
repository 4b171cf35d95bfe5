"""Several questions in one message."""

from __future__ import annotations

from typing import Any

import pytest

from marrow.answering.answers import question
from marrow.answering.parts import split_questions
from marrow.answering.service import Service
from marrow.answering.talk import smalltalk
from marrow.reply import merge


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what is it?", 1),
        ("what is it", 1),
        ("", 1),
        ("???", 1),
        ("is it bad? really?", 1),
        ("What is denosumab? How is it found?", 2),
        ("I have mets. What is denosumab? How is it found? Thanks", 2),
        ("the usual scan for ?bone mets. Which is it?", 1),
        ("What is it?how is it found?", 2),
        ("What is it? What causes it? How is it found? How is it treated?", 3),
    ],
)
def test_split(text: str, parts: int) -> None:
    found = split_questions(text)
    assert len(found) == parts
    assert "".join(" ".join(found).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hi, what is it and how is it treated", ["what is it", "how is it treated"]),
        ("what are the signs and also which drugs are given", ["what are the signs", "which drugs are given"]),
        ("my knee hurts and what can I do", ["my knee hurts and what can I do"]),
        ("how do I know what is normal and what is not", ["how do I know what is normal and what is not"]),
        ("Thanks! And what about surgery?", ["what about surgery?"]),
        ("good morning doctor, my husband has secondaries", ["my husband has secondaries"]),
        ("thank you so much", ["thank you so much"]),
        ("hello dear, yes", ["hello dear, yes"]),
    ],
)
def test_a_second_question_behind_and_and_a_greeting_in_front(text: str, parts: list[str]) -> None:
    assert split_questions(text) == parts


def test_answers_are_one_reply_with_one_disclaimer(service: Service, turn: Any) -> None:
    treatment, _ = question(service, turn("ask_treatment", ("denosumab",)))
    cost, _ = question(service, turn("ask_cost"))
    hello, _ = smalltalk(service, turn("greet"))
    merged = merge([hello, cost, treatment])
    assert merged.outcome == "answer"
    assert merged.section == cost.section and "treatment.3" in merged.passages
    assert "what anything costs" in merged.text and "to strengthen bones" in merged.text
    assert "Hello" not in merged.text
    assert merged.text.count("not a substitute for professional medical advice") == 1
    assert merge([hello, cost]).outcome == "not_covered"
    assert merge([hello, hello]).outcome == "smalltalk"
