"""The sets of questions: tests/heldout/sets.yml names them, tests/heldout/README.md says what a row is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marrow import settings
from marrow.errors import DataError
from marrow.yamlfile import a_row, a_text, read_mapping, rows, texts

SETS = settings.ROOT / "tests" / "heldout" / "sets.yml"

#: The kinds of question, in the order of the tables, and the outcomes each asker deserves (the scorer's rule).
DESERVES = {
    "in_scope": frozenset({"answer"}),
    "near_miss": frozenset({"not_covered"}),
    "out_of_scope": frozenset({"out_of_scope", "not_covered"}),
    "urgent": frozenset({"urgent"}),
    "chitchat": frozenset({"smalltalk"}),
}

_FLAG = {"type": "boolean", "description": "Write true or false"}
_SCHEMA = a_row(
    {
        "targets": rows({"type": "number", "minimum": 0, "maximum": 100, "description": "Write a number of percent"}),
        "sets": rows(
            a_row({"about": a_text(), "files": texts(a_text())}, {"read": _FLAG, "seen": a_text(), "outside": _FLAG})
        ),
    }
)

# "h2-noise-012-two_typos" is one way of typing the question "h2-noise-012".
_GROUP = re.compile(r".*?-noise-\d+")


@dataclass(frozen=True)
class Question:
    """One turn that is asked. `id` is the row's, with "/2" for a conversation's second turn; `kind` is None where the
    turn only leads on to the next; `noise` says how it is typed, `group` which question it is a typing of."""

    id: str
    q: str
    kind: str | None = None
    gold: tuple[str, ...] = ()
    section: str | None = None
    accept: frozenset[str] = frozenset()
    noise: str | None = None
    group: str | None = None
    in_talk: bool = False


#: Turns of one person, in order. A single question is a conversation of one.
Conversation = tuple[Question, ...]


@dataclass(frozen=True)
class QuestionSet:
    """A named set; `read` and `outside` as sets.yml explains them. Empty where no file of it is here."""

    name: str
    about: str
    read: bool
    outside: bool
    conversations: tuple[Conversation, ...]


def load_sets(path: Path = SETS, root: Path = settings.ROOT) -> list[QuestionSet]:
    """All sets that sets.yml names, those without files empty. Raises DataError for a row that cannot be judged."""
    return [
        QuestionSet(
            name=name,
            about=row["about"],
            read=bool(row.get("read")),
            outside=bool(row.get("outside")),
            conversations=tuple(c for file in row["files"] for c in read_file(root / file)),
        )
        for name, row in read_mapping(path, _SCHEMA)["sets"].items()
    ]


def load_targets(path: Path = SETS) -> dict[str, float]:
    """What must be reached, in percent, by measure; names that end in `_at_most` are ceilings."""
    return {str(name): float(value) for name, value in read_mapping(path, _SCHEMA)["targets"].items()}


def read_file(path: Path) -> Iterator[Conversation]:
    """The conversations of one file; none when it is not there."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield conversation(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            remedy = "tests/heldout/README.md says what a row is"
            raise DataError(path, number, f"is not a row of questions ({error!r})", remedy) from error


def conversation(row: Mapping[str, Any]) -> Conversation:
    """A row as the turns to ask. Raises ValueError for an unknown kind, KeyError for a missing id or question."""
    turns = row.get("turns")
    if not turns:
        return (_question(row, row["id"], in_talk=False),)
    return tuple(_question(turn, f"{row['id']}/{n}", in_talk=True) for n, turn in enumerate(turns, 1))


def _question(row: Mapping[str, Any], id: str, *, in_talk: bool) -> Question:
    kind = row.get("kind")
    if kind is not None and kind not in DESERVES:
        raise ValueError(f"unknown kind {kind!r}")
    noise = row.get("noise")
    group = _GROUP.match(id) if noise else None
    return Question(
        id=id,
        q=row["q"],
        kind=kind,
        gold=tuple(row.get("gold") or ()),
        section=row.get("section"),
        accept=frozenset(row.get("accept") or ()),
        noise=noise,
        group=group[0] if group else None,
        in_talk=in_talk,
    )
