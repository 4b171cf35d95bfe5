from __future__ import annotations

import pytest

from marrow.content.readability import grade, sentences, syllables, words


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("bone", 1), ("bones", 1), ("the", 1), ("called", 1), ("used", 1), ("squeezed", 1), ("muscle", 2),
        ("people", 2),
        ("places", 2), ("movement", 2), ("being", 2), ("weakened", 2), ("calcium", 3), ("biopsy", 3), ("usual", 3),
        ("serious", 3), ("quality", 3), ("radiation", 4), ("metastasis", 4), ("denosumab", 4), ("mechanism", 4),
        ("bisphosphonates", 4), ("radiotherapy", 6), ("hypercalcemia", 6), ("OPG", 3), ("self-care", 2),
        ("article's", 3),
    ],
)  # fmt: skip
def test_syllables_of_words_we_use(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One thing. Another thing.", ["One thing.", "Another thing."]),
        ("Is it? It is! 5 of them.", ["Is it?", "It is!", "5 of them."]),
        ("Drugs, e.g. Xgeva, help. See Dr. A. J. B left.", ["Drugs, e.g. Xgeva, help.", "See Dr. A. J. B left."]),
        ("It grew 2.5 times (or so). (It stopped.) End", ["It grew 2.5 times (or so).", "(It stopped.)", "End"]),
        ("Options include:", ["Options include:"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text: str, found: list[str]) -> None:
    assert sentences(text) == found


def test_words_keep_hyphens_and_part_at_slashes() -> None:
    assert words("The RANK/RANKL way: self-care, don't (38.5)") == [
        "The", "RANK", "RANKL", "way", "self-care", "don't", "38", "5",
    ]  # fmt: skip


def test_grade_is_flesch_kincaid() -> None:
    # 6 words, 1 sentence, 6 syllables
    assert grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert grade("") == 0.0
