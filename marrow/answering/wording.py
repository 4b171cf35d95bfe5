"""The bot's own words, read from data/wording; see the comments in those files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marrow.answering.heard import compiled
from marrow.content.article import SECTION_KINDS
from marrow.yamlfile import a_form, a_row, a_text, read_mapping, rows, texts


@dataclass(frozen=True)
class Also:
    """What a silence says to a question with some words; `{said}` in `what` stands for those that it has."""

    words: re.Pattern[str]
    what: str
    question: str = ""


@dataclass(frozen=True)
class Silence:
    """How one kind of question that articles do not answer is met: a row of data/wording/not_covered.yml.

    `also` are what is said in place of `what`, `named` and `question` when a question has some words. A row with
    `words` stands in for those of `instead_of` (all that are not answered where that is "silent", the answered ones
    too where it is "any") when a question has one of them. `whole`: the nearest is the section, not a passage of it.
    """

    what: str
    question: str
    nearest: tuple[str, ...]
    named: str = ""
    of: tuple[str, ...] = ("drug", "procedure", "remedy", "test")
    kind: str = ""
    also: tuple[Also, ...] = ()
    words: re.Pattern[str] | None = None
    instead_of: tuple[str, ...] | str = ()
    whole: bool = False


@dataclass(frozen=True)
class Wording:
    """All of it. `frames` and `questions` are single texts; the others are lists of texts used in turn, but for

    `feelings`, words and phrases that tell how someone feels, `generic`, names that name nothing much, `counted`, last
    words of names that go with "a" or "an", `vague`, words that say of what kind a thing is and not what, and `places`,
    where in the body it is.
    """

    frames: Mapping[str, str]
    questions: Mapping[str, str]
    section_words: Mapping[str, tuple[str, ...]]
    smalltalk: Mapping[str, tuple[str, ...]]
    comfort: tuple[str, ...]
    feelings: tuple[str, ...]
    generic: tuple[str, ...]
    counted: tuple[str, ...]
    vague: frozenset[str]
    places: frozenset[str]
    says_again: tuple[str, ...]
    missed: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    errors: Mapping[str, str]
    silences: Mapping[str, Silence]

    def error(self, problem: str) -> list[str]:
        """The lines of a fixed error text. Raises KeyError for a problem that has none."""
        return [self.errors[problem]]


# Filled in any text of a reply; see Service.fill.
_FILLED = ("topics", "sources", "title", "team")
_WORDS = texts({"type": "string", "minLength": 1})
_TEXTS = texts(a_text(*_FILLED))
_SMALLTALK = (
    "greet", "goodbye", "thank", "affirm", "deny", "how_are_you", "compliment", "bot_identity", "capabilities",
    "repair", "forget_me", "human", "distress", "bereaved", "privacy", "ask_source", "nothing_to_simplify",
    "nothing_more", "tells", "help_is_there", "will_call", "while_waiting", "it_is_over", "mistaken", "not_now",
    "no_crisis", "good_news", "nobody_reads", "no_need", "unclear",
)  # fmt: skip
_ERRORS = (
    "broken", "too_slow", "not_ready", "too_fast", "too_long", "empty", "not_text", "unknown_choice", "no_sender",
    "malformed", "no_session", "forbidden",
)  # fmt: skip
_REPLIES = a_row({
    "frames": a_row({
        "plain": a_text("plain!"),
        "team": a_text(),
        "listed": a_text("name!", "term!"),
        "missing": a_text("missing!"),
        "says_not": a_text("what!"),
        "nearest": a_text(),
        "ask_team": a_text("team", "question!"),
        "choose": a_text(),
        "too_much": a_text(),
        "elsewhere": a_text(),
        "after_crisis": a_text("crisis!"),
        "cannot_call": a_text(),
        "perhaps_crisis": a_text("crisis!"),
        "which": a_text("names!"),
    }),
    "questions": a_row(dict.fromkeys((*SECTION_KINDS, "simplify", "more", "topics", "disclaimer"), a_text("title"))),
    "section_words": a_row(dict.fromkeys(SECTION_KINDS, _WORDS)),
    "smalltalk": a_row(dict.fromkeys(_SMALLTALK, _TEXTS)),
    "comfort": _TEXTS,
    "feelings": _WORDS,
    "out_of_scope": _TEXTS,
    "says_again": texts(a_text("what!")),
    "missed": _TEXTS,
    "generic": _WORDS,
    "counted": _WORDS,
    "vague": _WORDS,
    "places": _WORDS,
    "errors": a_row(dict.fromkeys(_ERRORS, a_text())),
}, {"reviewed_by": {}})  # fmt: skip
_WHAT, _NAMED = a_text("title", "team"), a_text("title", "team", "thing!")
#: Groups of elsewhere.yml whose names may stand for {thing}.
GROUPS = ("cancer", "condition", "drug", "illness", "procedure", "remedy", "sign", "symptom", "test")
_FORMS = texts(a_form())
_SILENCES = rows(a_row(
    {
        "what": _WHAT,
        "question": a_text("title"),
        "nearest": {
            "type": "array",
            "items": {"enum": list(SECTION_KINDS)},
            "description": "Write a list of the article's parts: " + ", ".join(SECTION_KINDS),
        },
    },
    {
        "kind": a_text(),
        "named": _NAMED,
        "of": texts({"enum": list(GROUPS)}),
        "also": texts(a_row({"words": _FORMS, "what": a_text("title", "team", "said")}, {"question": a_text("title")})),
        "words": _FORMS,
        "whole": {"type": "boolean"},
        "instead_of": {"anyOf": [{"enum": ["silent", "any"]}, texts({"type": "string"})]},
    },
))  # fmt: skip
_SILENCES["properties"] = {"reviewed_by": {}}


def load_wording(directory: Path) -> Wording:
    """Read replies.yml and not_covered.yml. Raises DataError naming file, line and remedy."""
    replies = read_mapping(directory / "replies.yml", _REPLIES)
    silences = {}
    given = read_mapping(directory / "not_covered.yml", _SILENCES)
    given.pop("reviewed_by", None)
    for name, row in given.items():
        read: dict[str, Any] = {key: tuple(row[key]) for key in ("nearest", "of") if key in row}
        read["also"] = tuple(Also(**{**also, "words": compiled(also["words"])}) for also in row.get("also", ()))
        if "words" in row:
            read["words"] = compiled(row["words"])
            whole = isinstance(row.get("instead_of"), str)
            read["instead_of"] = row["instead_of"] if whole else tuple(row.get("instead_of", ()))
        silences[name] = Silence(**{**row, **read})
    parts: dict[str, Any] = {part: replies[part] for part in ("frames", "questions", "errors")}
    for part in ("section_words", "smalltalk"):
        parts[part] = {name: tuple(row) for name, row in replies[part].items()}
    for part in ("comfort", "feelings", "generic", "counted", "says_again", "missed", "out_of_scope"):
        parts[part] = tuple(replies[part])
    parts |= {part: frozenset(replies[part]) for part in ("vague", "places")}
    return Wording(silences=silences, **parts)
