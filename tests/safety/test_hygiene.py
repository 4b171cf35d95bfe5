"""What `normalise` promises to everything that reads a text."""

import random
import sys
import unicodedata

import pytest

from marrow.safety.hygiene import MAX_BODY_BYTES, MAX_TEXT_CHARS, normalise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My legs  have\tgone\r\nnumb ", "My legs have gone numb"),
        ("Ｍｙ　ｌｅｇｓ", "My legs"),
        ("nu\u200bmb l\u00adegs\ufeff", "numb legs"),
        ("\u202emy legs\u202c", "my legs"),
        ("can\u2019t can\u00b4t can`t can\u02bct can＇t", "can't can't can't can't can't"),
        ("“numb” «legs»", '"numb" "legs"'),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("numb\ud800 \udc00legs", "numb legs"),
        ("e\u200b\u0301", "é"),
        ("38,5 ℃", "38,5 °C"),
        ("", ""),
        (" \u200b\u2028 ", ""),
        ("¿Puede ayudarme? Größe, naïve, 痛い", "¿Puede ayudarme? Größe, naïve, 痛い"),
        ("/restart", "/restart"),
    ],
)
def test_normalise_examples(text: str, expected: str) -> None:
    assert normalise(text) == expected


def test_normalise_every_character_is_idempotent_and_clean() -> None:
    for code in [*range(0x20000), *range(0xE0000, sys.maxunicode + 1, 97)]:
        text = normalise(f"a{chr(code)}b {chr(code)}\u0301")
        if normalise(text) != text or any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text):
            pytest.fail(f"U+{code:04X} gives {text!r}")


def test_normalise_random_texts_are_idempotent_and_encodable() -> None:
    rng = random.Random(3)
    ranges = (
        (0, 0x3000),
        (0xD700, 0xE100),
        (0xFB00, 0x10000),
        (0x1D400, 0x1D800),
        (0x1F300, 0x1FA00),
        (0xE0000, 0xE01FF),
    )
    for _ in range(20_000):
        text = "".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(rng.randrange(1, 12)))
        once = normalise(text)
        assert normalise(once) == once, ascii(text)
        once.encode("utf-8")
        assert "  " not in once
        assert once == once.strip()


def test_limits_are_those_of_the_contract() -> None:
    assert (MAX_TEXT_CHARS, MAX_BODY_BYTES) == (1000, 16384)
