"""Reads slips of typing and abbreviations as what they stand for, before a question is understood.

Words that training questions use are known; a word nobody knows counts as the known one that is a slip away, two in a
long word, the more common one first. What is shown to people, and what is stored, stays as they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marrow.errors import DataError
from marrow.yamlfile import read_mapping

#: Shorter words have too many neighbours; from the second length on two slips count.
SHORTEST, TWO_SLIPS = 4, 8
#: Training questions that a word must stand in to be what a slip stands for.
COMMON = 3
#: Words of fewer questions may be slips themselves.
KNOWN = 2

_WORD = re.compile(r"\w+(?:['’/]\w+)*/?|\W+")


def load_abbreviations(path: Path) -> dict[str, str]:
    """Short forms, lower case: what they stand for. Raises DataError for a file that is not groups of such pairs."""
    pairs: dict[str, str] = {}
    for group, forms in read_mapping(path).items():
        if not isinstance(forms, dict):
            raise DataError(path, 1, f"`{group}` is not a mapping", "Write `group: {short: what it stands for}`")
        pairs |= {str(short).casefold(): str(meant) for short, meant in forms.items()}
    return pairs


def written_out(text: str, abbreviations: Mapping[str, str]) -> str:
    """The text with its abbreviations written out, and nothing else changed."""
    return "".join(abbreviations.get(_plain(piece), piece) for piece in _WORD.findall(text))


def _plain(piece: str) -> str:
    return piece.casefold().replace("’", "'")


class Spelling:
    """`counts` is how many training questions use a word (lower case); `words` are other words that are no slips."""

    def __init__(self, counts: Mapping[str, int], words: Iterable[str], abbreviations: Mapping[str, str]) -> None:
        self._known = {*(w for w, n in counts.items() if n >= KNOWN), *words}
        self._abbreviations = dict(abbreviations)
        self._by_first: dict[str, list[str]] = {}
        for word in sorted((w for w, n in counts.items() if n >= COMMON), key=lambda w: (-counts[w], w)):
            if len(word) >= SHORTEST and word.isalpha():
                self._by_first.setdefault(word[0], []).append(word)

    def mend(self, text: str) -> str:
        """The text with slips mended and abbreviations written out."""
        return "".join(self._mended(piece) for piece in _WORD.findall(text))

    def _mended(self, piece: str) -> str:
        word = _plain(piece)
        if word in self._abbreviations:
            return self._abbreviations[word]
        if not word.isalpha() or len(word) < SHORTEST or word in self._known:
            return piece
        # A typo is rare in a word's beginning, but its first two letters may be swapped.
        near = [*self._by_first.get(word[0], ()), *self._by_first.get(word[1], ())]
        allowed = 2 if len(word) >= TWO_SLIPS else 1
        best = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=allowed, processor=None)
        return str(best[0]) if best else piece
