"""Which texts ask what a word means, and of which word; what a talk remembers of it."""

from __future__ import annotations

import pytest

from marrow.answering.meaning import wanted
from marrow.answering.service import Service
from marrow.answering.turn import Talk


@pytest.mark.parametrize(
    "text",
    [
        "what does an op mean?",
        "What’s the meaning of “op”?",
        "op meaning",
        "so, define op please",
        "op - what does that mean in plain words",
        "What is meant by the term op?",
        "tell me what op means",
        "what does the word 'op' stand for, exactly?",
    ],
)
def test_meaning_is_asked_for(text: str) -> None:
    asked = wanted(text)
    assert asked is not None and (asked.words, asked.plainly) == ("op", True)


@pytest.mark.parametrize("text", ["what is an op", "what's op?", "explain the op simply", "what are op"])
def test_what_it_is_may_ask_for_more_than_its_meaning(text: str) -> None:
    asked = wanted(text)
    assert asked is not None and (asked.words, asked.plainly) == ("op", False)
    assert asked.definite is ("the" in text.split())


@pytest.mark.parametrize(
    "text", ["what does it mean", "what does this mean in plain words?", "explain", "how is it treated?", "", "op"]
)
def test_meaning_of_no_word_is_asked_for(text: str) -> None:
    assert wanted(text) is None


def test_words_that_stand_in_no_passage_have_the_nearest(service: Service) -> None:
    terms = service.terms["bone-metastasis"]
    assert terms["pathophysiology"].passages == ("causes.1", "causes.2", "causes.3")  # by the heading
    assert terms["primary site"].passages == ("overview.1",)  # in brackets
    assert terms["lymph system"].passages == ("causes.1",)  # by its other name


def test_slot_of_before_is_read() -> None:
    slot = Talk(article="bone-metastasis", passages=("causes.1",), asked=("tumor",)).to_slot()
    assert Talk.from_slot(slot).asked == ("tumor",)
    del slot["asked"]
    assert Talk.from_slot(slot) == Talk(article="bone-metastasis", passages=("causes.1",))
