"""The bot's own words, read from data/wording; see the comments in those files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from marrow.errors import DataError
from marrow.yamlfile import read_mapping


@dataclass(frozen=True)
class Silence:
    """How one kind of question that articles do not answer is met: a row of data/wording/not_covered.yml.

    `also` are pairs of words and the `what` that is said in its place when a question holds one of them.
    """

    what: str
    question: str
    nearest: tuple[str, ...]
    named: str = ""
    of: tuple[str, ...] = ("drug", "remedy", "test")
    kind: str = ""
    also: tuple[tuple[tuple[str, ...], str], ...] = ()


@dataclass(frozen=True)
class Wording:
    """All of it. `frames` and `questions` are single texts; the others are lists of texts used in turn, but for

    `feelings`, words and phrases that tell how someone feels, `generic`, names that name nothing much, and `counted`,
    last words of names that go with "a" or "an".
    """

    frames: Mapping[str, str]
    questions: Mapping[str, str]
    section_words: Mapping[str, tuple[str, ...]]
    smalltalk: Mapping[str, tuple[str, ...]]
    comfort: tuple[str, ...]
    feelings: tuple[str, ...]
    generic: tuple[str, ...]
    counted: tuple[str, ...]
    says_again: tuple[str, ...]
    missed: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    errors: Mapping[str, str]
    silences: Mapping[str, Silence]

    def error(self, problem: str) -> list[str]:
        """The lines of a fixed error text. Raises KeyError for a problem that has none."""
        return [self.errors[problem]]


_LISTS = ("comfort", "feelings", "generic", "counted", "says_again", "missed", "out_of_scope")
_PARTS = ("frames", "questions", "section_words", "smalltalk", "errors", *_LISTS)


def load_wording(directory: Path) -> Wording:
    """Read replies.yml and not_covered.yml. Raises DataError naming file, line and remedy."""
    replies_path, silences_path = directory / "replies.yml", directory / "not_covered.yml"
    replies = read_mapping(replies_path)
    for part in _PARTS:
        if part not in replies:
            raise DataError(replies_path, 1, f"has no `{part}`", "Add it; the comments in the file say what it holds")
    silences = {}
    for name, row in read_mapping(silences_path).items():
        if not isinstance(row, dict) or not {"what", "question", "nearest"} <= row.keys():
            line = _line_of(silences_path, f"{name}:")
            raise DataError(
                silences_path, line, f"`{name}` is not complete", "Give it `what`, `question` and `nearest`"
            )
        try:
            also = tuple((tuple(variant["words"]), variant["what"]) for variant in row.get("also", ()))
        except (KeyError, TypeError):
            line = _line_of(silences_path, f"{name}:")
            raise DataError(
                silences_path, line, f"`also` of `{name}` is not complete", "Give each of its rows `words` and `what`"
            ) from None
        more = {key: row[key] for key in ("named", "kind") if key in row}
        if "of" in row:
            more["of"] = tuple(row["of"])
        silences[name] = Silence(row["what"], row["question"], tuple(row["nearest"]), also=also, **more)
    return Wording(
        frames=replies["frames"],
        questions=replies["questions"],
        section_words={kind: tuple(words) for kind, words in replies["section_words"].items()},
        smalltalk={name: _texts(replies_path, name, texts) for name, texts in replies["smalltalk"].items()},
        **{name: _texts(replies_path, name, replies[name]) for name in _LISTS},
        errors=replies["errors"],
        silences=silences,
    )


def _texts(path: Path, name: str, texts: object) -> tuple[str, ...]:
    if not isinstance(texts, Sequence) or isinstance(texts, str) or not texts:
        raise DataError(path, _line_of(path, f"{name}:"), f"`{name}` has no list of texts", "Give it one text at least")
    return tuple(str(text) for text in texts)


def _line_of(path: Path, start: str) -> int | None:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((i for i, line in enumerate(lines, 1) if line.strip().startswith(start)), None)
