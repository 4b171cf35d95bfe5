"""The bot's own words, read from data/wording; see the comments in those files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from marrow.errors import DataError
from marrow.yamlfile import read_mapping


@dataclass(frozen=True)
class Silence:
    """How one kind of question that articles do not answer is met: a row of data/wording/not_covered.yml."""

    what: str
    question: str
    nearest: tuple[str, ...]
    named: str = ""


@dataclass(frozen=True)
class Wording:
    """All of it. `frames` and `questions` are single texts; `smalltalk`, `comfort` and `out_of_scope` are used in turn.

    `feelings` are words and phrases that tell how someone feels.
    """

    frames: Mapping[str, str]
    questions: Mapping[str, str]
    section_words: Mapping[str, tuple[str, ...]]
    smalltalk: Mapping[str, tuple[str, ...]]
    comfort: tuple[str, ...]
    feelings: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    errors: Mapping[str, str]
    silences: Mapping[str, Silence]

    def error(self, problem: str) -> list[str]:
        """The lines of a fixed error text. Raises KeyError for a problem that has none."""
        return [self.errors[problem]]


_PARTS = ("frames", "questions", "section_words", "smalltalk", "comfort", "feelings", "out_of_scope", "errors")


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
        silences[name] = Silence(row["what"], row["question"], tuple(row["nearest"]), row.get("named", ""))
    return Wording(
        frames=replies["frames"],
        questions=replies["questions"],
        section_words={kind: tuple(words) for kind, words in replies["section_words"].items()},
        smalltalk={name: _texts(replies_path, name, texts) for name, texts in replies["smalltalk"].items()},
        comfort=_texts(replies_path, "comfort", replies["comfort"]),
        feelings=_texts(replies_path, "feelings", replies["feelings"]),
        out_of_scope=_texts(replies_path, "out_of_scope", replies["out_of_scope"]),
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
