"""Shares, intervals, confusion, noise: the arithmetic of the tables."""

from __future__ import annotations

import pytest

from evaluation.judging import Judged, judge
from evaluation.measures import Share, noise_losses, wilson, worst_first
from tests.evaluation.made import asked, got, judged, result


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    # The first three are published examples of the interval; the others are its ends.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
        (0, 10, 0.0, 0.2775),
        (9, 9, 0.7009, 1.0),
    ],
)
def test_wilson(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


def test_wilson_of_nothing_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0) and Share(0, 0).percent == 0.0


def test_measure_counts_each_kind_false_alarms_and_conversations() -> None:
    rows = [
        judged("in_scope", "answer"),
        judged("in_scope", "urgent"),
        judged("urgent", "urgent"),
        judged("chitchat", "smalltalk"),
        judged("near_miss", "not_covered", text="The article does not say how old a tree gets: 300 years."),
        judged("near_miss", "answer", text="300 years."),
    ]
    made = result(rows)
    assert made.shares["in_scope"] == Share(1, 2)
    assert made.shares["false_alarms"] == Share(1, 5)
    assert made.shares["disclaimer_once"] == Share(6, 6) and made.shares["silent_turns"] == Share(0, 6)
    # Only silences are held to their form; the answer is wrong already.
    assert made.shares["no_foreign_figure"] == Share(0, 1) and made.shares["says_what"] == Share(1, 1)
    assert "out_of_scope" not in made.shares and "conversation_turns" not in made.shares
    assert made.confusion["near_miss"] == {"answer": 1, "not_covered": 1}
    assert made.median_words == 4


def test_measure_silence_is_counted() -> None:
    made = result(
        [judge(asked(), got("answer", ms=3.0)), Judged(asked(), got(None).__class__(None, ""), False, "", "")]
    )
    assert made.shares["silent_turns"] == Share(1, 2)


def typed(group: int, noise: str, right: bool) -> Judged:
    return judged("in_scope", "answer" if right else "not_covered", f"h2-noise-{group:03}-{noise}", noise=noise)


def test_noise_is_paired_with_the_clean_originals_of_the_same_questions() -> None:
    rows = [
        typed(1, "clean", True), typed(1, "one_typo", True), typed(1, "capitals", False),
        typed(2, "clean", True), typed(2, "one_typo", False),
        typed(3, "clean", False), typed(3, "one_typo", True), typed(3, "capitals", False),
        typed(4, "clean", True),
        typed(5, "one_typo", False),  # without its original: it says nothing
    ]  # fmt: skip
    by_noise = {n.noise: n for n in noise_losses(rows)}
    assert set(by_noise) == {"one_typo", "capitals"}
    typo, capitals = by_noise["one_typo"], by_noise["capitals"]
    assert (typo.noisy, typo.clean) == (Share(2, 3), Share(2, 3)) and typo.loss == 0
    assert (typo.turned_wrong, typo.turned_right) == (1, 1)
    assert (capitals.noisy, capitals.clean) == (Share(0, 2), Share(1, 2)) and capitals.loss == 50
    assert result(rows).measures()["noise_loss"] == 50


def test_rows_without_noise_have_no_noise_loss() -> None:
    made = result([judged("in_scope", "answer")])
    assert made.noise == () and "noise_loss" not in made.measures()


def test_worst_first_missed_emergencies_and_invented_answers_lead() -> None:
    rows = [
        judged("near_miss", "out_of_scope", "a"), judged("near_miss", "answer", "b"),
        judged("near_miss", "urgent", "c"),
        judged("in_scope", "not_covered", "d"), judged("in_scope", None, "e"),
    ]  # fmt: skip
    assert [j.question.id for j in worst_first(rows)] == ["e", "d", "c", "b", "a"]
