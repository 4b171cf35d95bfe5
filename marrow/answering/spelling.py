"""Reads slips of typing and abbreviations as what they stand for, before a question is understood.

Words that training questions use are known; a word nobody knows counts as the known one that is a slip away, two in a
long word, the more common one first. What is shown to people stays as they wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from marrow.yamlfile import read_mapping, rows

#: Shorter words have too many neighbours; from the second length on two slips count.
SHORTEST, TWO_SLIPS = 4, 8
#: Training questions that a word must stand in to be what a slip stands for.
COMMON = 3
#: Words of fewer questions may be slips themselves, and so may longer words that nobody but the questions knows and
#: that are a slip away, before their ending, from one of so many times as many questions ("tretment", not "numbed").
KNOWN, LONGER, OFTENER = 2, 6, 40

_GROUPS = rows({"type": "object", "description": "Write `group: {short: what it stands for}`"})

_WORD = re.compile(r"\w+(?:['’/]\w+)*/?|\W+")


class Abbreviations:
    """`pairs` are short forms, lower case, of a word or several, and what they stand for."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        self.pairs = {short.casefold(): meant for short, meant in pairs.items()}
        listed = "|".join(re.escape(short) for short in sorted(self.pairs, key=len, reverse=True))
        # Part of a longer word, or of one with an apostrophe ("y'all"), is no abbreviation.
        self._pattern = re.compile(rf"(?<![\w'/])(?:{listed})(?!\w|['/]\w)" if listed else r"(?!)", re.IGNORECASE)

    def write_out(self, text: str) -> str:
        """The text with its abbreviations written out, and nothing else changed."""
        plain, parts, at = text.replace("’", "'"), [], 0
        for found in self._pattern.finditer(plain):
            parts += [text[at : found.start()], self.pairs[found[0].casefold()]]
            at = found.end()
        return "".join([*parts, text[at:]])


def load_abbreviations(path: Path) -> Abbreviations:
    """Read groups of short forms and what they stand for. Raises DataError for a file that is anything else."""
    pairs: dict[str, str] = {}
    for forms in read_mapping(path, _GROUPS).values():
        pairs |= {str(short): str(meant) for short, meant in forms.items()}
    return Abbreviations(pairs)


class Spelling:
    """`counts` is how many training questions use a word (lower case); `words` are other words that are no slips."""

    def __init__(self, counts: Mapping[str, int], words: Iterable[str], abbreviations: Abbreviations) -> None:
        self._counts, self._words = dict(counts), frozenset(words)
        self._known = {*(w for w, n in counts.items() if n >= KNOWN), *self._words}
        self._abbreviations = abbreviations
        self._by_first: dict[str, list[str]] = {}
        for word in sorted((w for w, n in counts.items() if n >= COMMON), key=lambda w: (-counts[w], w)):
            if len(word) >= SHORTEST and word.isalpha():
                self._by_first.setdefault(word[0], []).append(word)

    def mend(self, text: str) -> str:
        """The text with slips mended and abbreviations written out."""
        return "".join(self._mended(piece) for piece in _WORD.findall(self._abbreviations.write_out(text)))

    def knows(self, text: str) -> bool:
        """Whether a mended text has a word that is known, or a figure; "hellooo" is "hello" drawn out."""
        words = re.findall(r"[^\W\d_]+", text.casefold())
        drawn = [re.sub(r"(\w{1,3}?)\1+", rf"\1{more}", word) for word in words for more in ("", r"\1")]
        return bool(re.search(r"\d", text) or self._known & {*words, *drawn})

    def _mended(self, piece: str) -> str:
        word = piece.casefold()
        if not word.isalpha() or len(word) < SHORTEST or word in self._words:
            return piece
        # A typo is rare in a word's beginning, but its first two letters may be swapped.
        near = [*self._by_first.get(word[0], ()), *self._by_first.get(word[1], ())]
        allowed = 2 if len(word) >= TWO_SLIPS else 1
        best = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=allowed, processor=None)
        if best is None or word.startswith("hypo") != best[0].startswith("hypo"):
            return piece
        return str(best[0]) if word not in self._known or self._is_slip(word, best[0]) else piece

    def _is_slip(self, word: str, meant: str) -> bool:
        """Whether a word that some questions have is a slip of another all the same."""
        same = next(
            (i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant))
        )
        ends_otherwise = same >= min(len(word), len(meant)) - 1
        return len(word) >= LONGER and not ends_otherwise and self._counts[meant] >= OFTENER * self._counts[word]
