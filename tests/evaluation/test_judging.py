"""One judge for all: what is right, and what an honest silence may not hold."""

from __future__ import annotations

import pytest

from evaluation.judging import disclaimer_once, foreign_figures, judge, names_what, words
from evaluation.sets import DESERVES
from marrow.reply import OUTCOMES, SHORT_DISCLAIMER
from tests.evaluation.made import GOLD, asked, got


@pytest.mark.parametrize("kind", DESERVES)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_judge_outcome(kind: str, outcome: str) -> None:
    assert judge(asked(kind), got(outcome)).right == (outcome in DESERVES[kind])


def test_judge_accept_replaces_what_the_kind_deserves() -> None:
    row = asked("near_miss", accept=["answer", "smalltalk"])
    assert judge(row, got("smalltalk")).right and not judge(row, got("not_covered")).right


def test_judge_answer_needs_a_gold_phrase_whatever_its_punctuation() -> None:
    row = asked(gold=[GOLD, "another phrase"])
    assert judge(row, got("answer", "• A tree\n grows: RINGS")).right
    wrong = judge(row, got("answer", "A tree grows ringseals"))
    assert not wrong.right and wrong.why == "another passage"


def test_judge_answer_without_gold_by_its_section() -> None:
    row = asked(section="causes")
    assert judge(row, got("answer", section="causes")).right
    assert judge(row, got("answer", section="treatment")).why == "another section"


def test_judge_reply_without_outcome_is_wrong() -> None:
    assert judge(asked(), got(None)).why == "outcome None"


def test_disclaimer_once() -> None:
    assert disclaimer_once(f"Hello.\n{SHORT_DISCLAIMER}")
    assert not disclaimer_once("Hello.") and not disclaimer_once(f"{SHORT_DISCLAIMER} {SHORT_DISCLAIMER}")


def test_words_leave_the_disclaimer_out() -> None:
    assert words(f"Three short words\n{SHORT_DISCLAIMER}") == 3


@pytest.mark.parametrize(
    ("text", "said", "figures"),
    [
        ("About 40 % of them.", "how many", {"40"}),
        ("About 40 % of them.", "is it 40 percent?", set()),
        ("It takes two years.", "how long", {"2"}),
        ("It takes two years.", "is it 2 years", set()),
        ("It takes 2 years.", "two years?", set()),
        ("One option is rest, another is two kinds of walk.", "what then", set()),
        ("Half of people, and one in three.", "", {"1"}),
        ("It rises by half a percent, one in ten days.", "", {"1"}),
        ("Call 911 (US), 999 (UK) or 112 (EU), Samaritans 116 123.", "", set()),
        ("Your nurse: +44 20 7946 0958, a 24-hour line.", "", set()),
        ("Source: https://example.org/2024/tree", "", set()),
        ("Take ５ tablets.", "", {"5"}),
        ("1,000 rings, 2.5 mm wide.", "", {"1,000", "2.5"}),
    ],
)
def test_foreign_figures(text: str, said: str, figures: set[str]) -> None:
    assert foreign_figures(text, said) == figures


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("The article does not say how old a tree gets.\nThe nearest thing: rings.", True),
        ("I am sorry. The article does not say what the side effects of resin are.", True),
        ("The article does not say anything about this detail.", False),
        ("The article does not say.", False),
        ("The article does not say so.", False),
        ("I have no idea.", False),
    ],
)
def test_names_what(text: str, named: bool) -> None:
    assert names_what(text) is named
