"""Slips of typing and abbreviations."""

from __future__ import annotations

from pathlib import Path

import pytest

from marrow.answering.spelling import COMMON, Abbreviations, Spelling, load_abbreviations
from marrow.settings import DATA

WORDS = ["treatment", "symptoms", "bisphosphonates", "fracture", "does", "what", "spread"]


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    counts = {**dict.fromkeys(WORDS, COMMON), "bones": 40, "bone": 30, "rare": 1, "hypercalcemia": COMMON}
    counts |= {"diagnosis": 80, "number": 80, "diagnossis": 2, "dignosis": 3, "numbed": 2}
    return Spelling(
        counts,
        {"patient", "board"},
        Abbreviations(
            {
                "tx": "treatment",
                "chemo": "chemotherapy",
                "b/c": "because",
                "tumour": "tumor",
                "path #": "fracture",
                "y": "why",
            }
        ),
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("what treatmnet", "what treatment"),
        ("simptoms?", "symptoms?"),
        ("bisfosfonates", "bisfosfonates"),  # three slips: the article's names know it
        ("biphosphonates!", "bisphosphonates!"),
        ("Waht does it, pleese", "what does it, pleese"),
        ("bnoes", "bones"),
        ("tx for fracture", "treatment for fracture"),
        ("b/c it spraed", "because it spread"),
        ("chemo", "chemotherapy"),
        ("Tumour", "tumor"),
        ("Path # treatmnet", "fracture treatment"),
        ("y do y'all ask", "why do y'all ask"),
        ("board", "board"),
        ("hypocalcemia", "hypocalcemia"),  # a slip of nothing: the opposite
        ("hypercalcemai", "hypercalcemia"),
        ("the diagnossis", "the diagnosis"),  # so put by some questions, and still a slip
        ("the dignosis", "the dignosis"),  # by too many to be one
        ("numbed", "numbed"),
        ("Patient", "Patient"),
        ("xyzzy 12.5 mg", "xyzzy 12.5 mg"),
        ("", ""),
        ("💊 ... ’’", "💊 ... ’’"),
    ],
)
def test_mend(spelling: Spelling, typed: str, read: str) -> None:
    assert spelling.mend(typed) == read


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("qwer bones", True),
        ("treeeatment", True),
        ("bonesbones", False),
        ("999", True),
        ("zxcv mnbv", False),
        ("jkl;", False),
        ("....", False),
        ("😀😀", False),
        ("", False),
    ],
)
def test_whether_anyone_knows_a_word(spelling: Spelling, text: str, known: bool) -> None:
    assert spelling.knows(text) is known


def test_training_questions_keep_their_slips() -> None:
    pairs = Abbreviations({"wat": "what", "tx": "treatment"})
    assert pairs.write_out("Wat is the tx for tumuors?") == "what is the treatment for tumuors?"


def test_what_stands_right_is_left_alone(spelling: Spelling) -> None:
    text = "What does the treatment do for bones, symptoms and fracture spread?"
    assert spelling.mend(text) == text


def test_abbreviations_are_words_that_yaml_did_not_turn_into_something_else(tmp_path: Path) -> None:
    pairs = load_abbreviations(DATA / "wording" / "abbreviations.yml").pairs
    assert pairs["tx"] == "treatment" and pairs["y"] == "why"
    assert not {"true", "false", "null"} & pairs.keys()
