"""Text files whose parts remember where they stand, so that an error can name its line and an edit touch nothing else.

YAML is read by PyYAML, every scalar as text; its nodes carry the positions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from marrow.errors import DataError


@dataclass(frozen=True)
class Span:
    """Where a value stands: its offsets in the text, `start` to `end`, and what to write around a new value."""

    start: int
    end: int
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class TextFile:
    """A UTF-8 text file. `text` has newlines only; `newline` is what the file itself ends its lines with."""

    path: Path
    text: str
    newline: str = "\n"

    def edited(self, edits: Iterable[tuple[Span, str]]) -> TextFile:
        """The same file with some spans replaced and every other character as it was."""
        text = self.text
        for span, value in sorted(edits, key=lambda edit: edit[0].start, reverse=True):
            text = text[: span.start] + span.before + value + span.after + text[span.end :]
        return TextFile(self.path, text, self.newline)

    def save(self) -> None:
        """Write the file back, with the line ends it had."""
        self.path.write_bytes(self.text.replace("\n", self.newline).encode("utf-8"))


def read_text(path: Path) -> TextFile:
    """Read a text file as editors leave it: with or without a byte order mark, with either kind of line end."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DataError(path, None, "cannot be read", "Check that the file is there and may be read") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(path, line, "is not UTF-8 text", "Save the file with the encoding UTF-8") from error
    newline = "\r\n" if "\r\n" in text else "\n"
    return TextFile(path, text.replace("\r\n", "\n").replace("\r", "\n"), newline)


class PlacedYaml:
    """A YAML document inside a text file: `root` is its node, and the methods read nodes or raise DataError."""

    def __init__(self, file: TextFile, start: int = 0, end: int | None = None) -> None:
        self.path = file.path
        self.file = file
        self._start = start
        self._lines = file.text.count("\n", 0, start)
        try:
            self.root: yaml.Node | None = yaml.compose(file.text[start:end], Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = self._lines + mark.line + 1 if mark else self._lines + 1
            what = " ".join(str(part) for part in (error.context, error.problem) if part)
            raise DataError(
                self.path, line, f"YAML error {what}", "Check indentation, quotes and colons around this line"
            ) from error
        except yaml.YAMLError as error:
            raise DataError(
                self.path, self._lines + 1, "YAML cannot be read", "Remove control characters from the file"
            ) from error

    def line(self, node: yaml.Node) -> int:
        """The line of the file on which a node begins."""
        return self._lines + int(node.start_mark.line) + 1

    def span(self, node: yaml.Node) -> Span:
        """Where a scalar stands. An empty one takes a space before its new value; a block keeps its line end."""
        start, end = self._start + int(node.start_mark.index), self._start + int(node.end_mark.index)
        taken = self.file.text[start:end]
        before = " " if start == end and self.file.text[start - 1 : start] == ":" else ""
        return Span(start, end, before, taken[len(taken.rstrip()) :])

    def error(self, node: yaml.Node, problem: str, remedy: str) -> DataError:
        """An error on a node's line, to raise."""
        return DataError(self.path, self.line(node), problem, remedy)

    def scalar(self, node: yaml.Node, what: str) -> str:
        """The text of a scalar, white space at its ends removed; null is the empty text."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, f"{what} is not a text", "Write one value after the colon")
        value = str(node.value).strip()
        return "" if node.style is None and value in {"~", "null"} else value

    def sequence(self, node: yaml.Node, what: str) -> list[yaml.Node]:
        """The items of a list; nothing at all is an empty list."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if isinstance(node, yaml.ScalarNode) and not self.scalar(node, what):
            return []
        raise self.error(node, f"{what} is not a list", "Write one item a line, each after '- '")

    def mapping(
        self, node: yaml.Node, what: str, required: Collection[str] = (), optional: Collection[str] | None = ()
    ) -> dict[str, yaml.Node]:
        """The keys of a mapping. `optional=None` allows any further key."""
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, f"{what} is not a list of 'key: value' pairs", "Write 'key: value' on each line")
        found: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.scalar(key_node, f"a key of {what}")
            if key in found:
                raise self.error(key_node, f"{what} has the key '{key}' twice", "Remove one of the two")
            if optional is not None and key not in required and key not in optional:
                allowed = ", ".join([*required, *optional])
                raise self.error(key_node, f"{what} has an unknown key '{key}'", f"Use only: {allowed}")
            found[key] = value
        for key in required:
            if key not in found:
                raise self.error(node, f"{what} has no '{key}'", f"Add a line '{key}: ...'")
        return found
