"""Parts a text at paragraphs, else at sentences, else at words, so that every part fits; nothing is lost or doubled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from marrow.content.readability import sentences

Fits = Callable[[str], bool]

#: How platforms count the length of a text.
UNITS: Final[Mapping[str, Callable[[str], int]]] = {
    "characters": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}


def size(text: str, unit: str) -> int:
    """The length of a text in `unit`: characters, utf16 or bytes."""
    return UNITS[unit](text)


def split(text: str, fits: Fits) -> list[str]:
    """The parts of a text, each of which `fits`; one part where it fits whole, none where it is empty."""
    parts: list[str] = []
    for between, piece in _pieces(text, fits):
        if parts and fits(f"{parts[-1]}{between}{piece}"):
            parts[-1] += between + piece
        else:
            parts.append(piece)
    return parts


def split_with_tail(text: str, tail: str, fits: Fits, fits_last: Fits) -> list[str]:
    """As `split`, with `tail` whole at the end of the last part, and never a part of its own if it can be helped.

    `fits_last` is asked about the last part, `tail` (which begins with what parts it from the text) included.
    """
    if fits_last(text + tail):
        return [text + tail]
    if not fits_last(tail.lstrip()):
        return split(text + tail, fits_last)
    parts = split(text, fits)
    if not parts or fits_last(parts[-1] + tail):
        return [*parts[:-1], (parts[-1] if parts else "") + tail]
    # The last part leaves no room: its end goes with the tail, whole paragraphs if possible.
    last = parts.pop()
    for units in (_lines(last), _sentences(last), _words(last)):
        head, end = units[:-1], units[-1][1]
        if head and fits_last(end + tail):
            return [*parts, _joined(head), end + tail]
    return [*parts, last, tail.lstrip()]


_Pieces = list[tuple[str, str]]  # what stands before a piece, and the piece


def _joined(pieces: _Pieces) -> str:
    return "".join(between + piece for between, piece in pieces).lstrip()


def _lines(text: str) -> _Pieces:
    return [(m[1], m[2]) for m in re.finditer(r"(\n*)([^\n]+)", text)]


def _sentences(text: str) -> _Pieces:
    return [
        (before if not number else " ", sentence)
        for before, line in _lines(text)
        for number, sentence in enumerate(sentences(line))
    ]


def _words(text: str) -> _Pieces:
    return [
        (before if not number else " ", word)
        for before, line in _lines(text)
        for number, word in enumerate(line.split())
    ]


def _pieces(text: str, fits: Fits) -> Iterator[tuple[str, str]]:
    """The largest pieces that fit: lines, else their sentences, else words, else what of a word fits."""
    for before, line in _lines(text):
        if fits(line):
            yield before, line
            continue
        for number, sentence in enumerate(sentences(line)):
            between = " " if number else before
            if fits(sentence):
                yield between, sentence
                continue
            for index, word in enumerate(sentence.split()):
                yield from _cut(between if not index else " ", word, fits)


def _cut(between: str, word: str, fits: Fits) -> Iterator[tuple[str, str]]:
    while word and not fits(word):
        # The longest start that fits, found by halving; then back to where no character is torn apart.
        low, high = 1, len(word)
        while low < high - 1:
            middle = (low + high) // 2
            low, high = (middle, high) if fits(word[:middle]) else (low, middle)
        cut = low
        while cut > 1 and _continues(word, cut):
            cut -= 1
        cut = cut if cut > 1 or not _continues(word, cut) else low
        yield between, word[:cut]
        between, word = "", word[cut:]
    if word:
        yield between, word


def _continues(word: str, at: int) -> bool:
    """Whether the character at `at` belongs to the one before it: an accent, a joined emoji, a skin tone."""
    if at >= len(word):
        return False
    here, before = word[at], word[at - 1]
    return (
        unicodedata.combining(here) != 0
        or here in "\u200d\ufe0e\ufe0f\u20e3"
        or before == "\u200d"
        or "\U0001f3fb" <= here <= "\U0001f3ff"
    )
