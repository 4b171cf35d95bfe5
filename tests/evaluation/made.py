"""Questions and replies made for these tests; none is of a set that measures."""

from __future__ import annotations

from typing import Any

from evaluation.judging import Judged, Reply, judge
from evaluation.measures import Result, measure
from evaluation.sets import Conversation, Question, QuestionSet, conversation
from marrow.reply import SHORT_DISCLAIMER

GOLD = "a tree grows rings"


def asked(kind: str = "in_scope", id: str = "t-1", **fields: Any) -> Question:
    """A single question as a row of a file would give it."""
    return conversation({"id": id, "kind": kind, "q": "how does a tree grow", **fields})[0]


def got(outcome: str | None, text: str = "A tree grows rings.", section: str | None = None, ms: float = 1.0) -> Reply:
    """A reply with its disclaimer."""
    return Reply(outcome, f"{text}\n{SHORT_DISCLAIMER}", section, ms)


def judged(kind: str, outcome: str | None, id: str = "t-1", text: str = "A tree grows rings.", **fields: Any) -> Judged:
    """A question of this kind that got this outcome."""
    return judge(asked(kind, id, **fields), got(outcome, text))


def result(rows: list[Judged], name: str = "made", *, read: bool = True, outside: bool = False) -> Result:
    """What a set of these rows comes to."""
    conversations: tuple[Conversation, ...] = tuple((j.question,) for j in rows)
    return measure(QuestionSet(name, "made for a test", read, outside, conversations), rows)
