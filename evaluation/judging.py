"""Whether a reply is what its asker deserves: one judge for Marrow and for all that it is compared with.

The rules of a reply stand in docs/api.md; tests/heldout/README.md says what a row's fields mean.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from evaluation.sets import DESERVES, Question
from marrow import settings
from marrow.reply import SHORT_DISCLAIMER

_DISCLAIMER_MARK = "not a substitute for professional medical advice"


@dataclass(frozen=True)
class Reply:
    """What came back, after so many milliseconds. `outcome` is None where it was no reply of the contract's."""

    outcome: str | None
    text: str
    section: str | None = None
    milliseconds: float = 0.0


@dataclass(frozen=True)
class Judged:
    """A question, its reply, and whether that is right; `why` is empty when it is.

    `said` is all that the asker wrote in this conversation so far.
    """

    question: Question
    reply: Reply
    right: bool
    why: str
    said: str


def judge(question: Question, reply: Reply, said: str | None = None) -> Judged:
    """Judge a reply: its outcome, and for an answer the passage."""
    why = _fault(question, reply)
    return Judged(question, reply, not why, why, question.q if said is None else said)


def _fault(question: Question, reply: Reply) -> str:
    if question.kind is None:
        return ""
    if reply.outcome not in (question.accept or DESERVES[question.kind]):
        return f"outcome {reply.outcome}"
    if question.kind == "in_scope" and reply.outcome == "answer":
        if question.gold and not any(plain(phrase) in plain(reply.text) for phrase in question.gold):
            return "another passage"
        if not question.gold and question.section and reply.section != question.section:
            return "another section"
    return ""


def plain(text: str) -> str:
    """Letters and digits only, between single spaces, so that punctuation and line breaks do not matter."""
    return f" {' '.join(re.findall('[a-z0-9]+', text.lower()))} "


def disclaimer_once(text: str) -> bool:
    """Whether the disclaimer stands in the text exactly once."""
    return plain(text).count(_DISCLAIMER_MARK) == 1


def words(text: str) -> int:
    """Words of a text without its disclaimer."""
    return len(text.replace(SHORT_DISCLAIMER, "").split())


# -- honest silence ----------------------------------------------------------------------------------------------------

_NUMBER_WORDS = {
    "half": "half", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15", "eighteen": "18",
    "twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80",
    "ninety": "90", "hundred": "100",
}  # fmt: skip
# In a reply a number word is a figure before a unit only: "one option" is none, "two years" is.
_UNITS = (
    r"(?:percent|per cent|years?|months?|weeks?|days?|hours?|minutes?|mg|milligrams?|grams?|tablets?|doses?"
    r"|in (?:two|three|four|five|ten|twenty|\d+))"
)
_WORD_FIGURE = re.compile(rf"\b({'|'.join(_NUMBER_WORDS)})(?: of)?[ -]{_UNITS}\b")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
# A telephone number that is not in data/safety: seven digits or more, as a care team's would be.
_TELEPHONE = re.compile(r"\+?\d(?:[ ()./-]*\d){6,}")
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_ROUND_THE_CLOCK = re.compile(r"\b24-hour\b")
# "The article does not say how long ...": what follows must name something. Some say nothing but "this detail".
_SILENCE = re.compile(r"\bdoes not (?:say|cover|mention|tell)\s+(?P<what>[^.\n]+)")
_NAMES_NOTHING = re.compile(r"\b(?:this|that|the) (?:detail|question)\b|^(?:this|that|it|so|anything)$", re.IGNORECASE)


def foreign_figures(text: str, said: str) -> set[str]:
    """Figures in a reply that the asker did not write, telephone numbers aside (the contract: never a number).

    Digits anywhere, and number words before a unit ("two years"). What the asker wrote, as a word or in digits, is
    theirs.
    """
    text = unicodedata.normalize("NFKC", text).lower()
    for pattern in (_ADDRESS, _telephones(), _TELEPHONE, _ROUND_THE_CLOCK):
        text = pattern.sub(" ", text)
    said = unicodedata.normalize("NFKC", said).lower()
    theirs = set(_DIGITS.findall(said)) | {_NUMBER_WORDS[w] for w in re.findall(r"[a-z]+", said) if w in _NUMBER_WORDS}
    return (set(_DIGITS.findall(text)) | {_NUMBER_WORDS[w] for w in _WORD_FIGURE.findall(text)}) - theirs


def names_what(text: str) -> bool:
    """Whether a reply says what the article does not say, and not only that it does not."""
    found = _SILENCE.search(text)
    return bool(found and not _NAMES_NOTHING.search(found["what"].strip()))


@lru_cache(maxsize=1)
def _telephones() -> re.Pattern[str]:
    """The emergency numbers of data/safety/regions.yml, the longest first."""
    text = (settings.DATA / "safety" / "regions.yml").read_text(encoding="utf-8")
    numbers = sorted(set(re.findall(r"\d[\d ]*\d", text)), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, numbers))})\b")
