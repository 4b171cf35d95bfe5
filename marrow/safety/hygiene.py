"""What every text goes through before anything reads it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_TEXT_CHARS: Final = 1000
"""Longest message answered in full, in characters after `normalise`."""

MAX_BODY_BYTES: Final = 16384
"""Longest request body, and how much of an over-long text is read for red flags (then in characters)."""

# NFKC makes a blank and a combining mark of the spacing accents, so quotes are folded before it.
_QUOTES: Final = dict.fromkeys(map(ord, "‘’‚‛′‵ʹʻʼʽˈ´`＇ꞌ"), "'") | dict.fromkeys(map(ord, "“”„‟″‶«»＂"), '"')
_BREAKS: Final = dict.fromkeys(map(ord, "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"), " ")

# Letters, marks or symbols to Unicode, yet nothing to see: joiners, fillers, variation selectors, empty braille.
_INVISIBLE: Final = frozenset(
    chr(code)
    for codes in (
        (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
        range(0x180B, 0x1810),
        range(0xFE00, 0xFE10),
        range(0xE0100, 0xE01F0),
    )
    for code in codes
)
_PLAIN: Final = re.compile(r"[!-_a-~]+(?: [!-_a-~]+)*")


def normalise(text: str) -> str:
    """The text as everything behind reads it: still the person's own words, fit to be shown to them.

    NFKC; without control, zero-width and bidirectional characters and lone surrogates; curly quotes as
    ASCII ones; every run of white space one blank, none at the ends. Idempotent; takes any `str`, raises nothing.
    """
    if _PLAIN.fullmatch(text):
        return text
    # Twice: taking a character away can bring two together that compose, and composing can make a quote.
    for _ in range(2):
        text = unicodedata.normalize("NFKC", _visible(text))
    return " ".join(_visible(text).split())


def _visible(text: str) -> str:
    hidden = (c for c in set(text) if c in _INVISIBLE or unicodedata.category(c) in ("Cc", "Cf", "Cs"))
    return text.translate(dict.fromkeys(map(ord, hidden), "") | _BREAKS | _QUOTES)
