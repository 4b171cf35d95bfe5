"""The ways in which people, telephones and mischief change a sentence without changing what it says.

Every generator takes a phrasing and yields variants of it; `variants` runs them all with one seed, so that a failure
names a text that fails again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

Generator = Callable[[str, random.Random], Iterator[str]]

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LOOKALIKES = {"a": "а", "c": "с", "e": "е", "i": "і", "o": "о", "p": "р", "s": "ѕ", "x": "х", "y": "у"}
_LEET = {"a": "4", "e": "3", "i": "1", "o": "0", "s": "5"}
# Words that a slip makes and that mean something else.
_REAL = {
    "bing", "blow", "bother", "bring", "carey", "cars", "cones", "cooked", "fees", "hard", "herd", "lied",
    "patent", "pins", "pulls", "sand", "sares", "sock", "stars", "stoke", "tables", "takin", "talkin", "ties",
    "tipping", "tried", "waking", "were", "wong",
}  # fmt: skip
_HAS = "been|got|gone|had|lost|stopped|taken"  # "he's gone" is "he has gone"
_CONTRACTIONS = (
    (r"\bwon't\b", "will not"),
    (r"n't\b", " not"),
    (r"'m\b", " am"),
    (r"'re\b", " are"),
    (r"'ve\b", " have"),
    (r"'ll\b", " will"),
    (rf"\b(he|she|it|there|what|who)'s (?={_HAS}\b)", r"\1 has "),
    (r"\b(he|she|it|there|that|what|who|where|here)'s\b", r"\1 is"),
    (r"\b(I|he|she|they|we)'d (?=better|no|rather|sooner)", r"\1 had "),
    (r"\b(I|he|she|it|they|we|you)'d\b", r"\1 would"),
)
_BEFORE = (
    "hi, ",
    "sorry to bother you but ",
    "please help. ",
    "What is a biopsy? ",
    "Hello. I have bone mets. ",
    "doctor, ",
)
_AFTER = (
    " please help",
    " what do I do",
    ", what should I do?",
    " and I'm scared",
    ". Thanks",
    "!!!",
    ", is that the cancer?",
    " x",
)
_CARERS = ("my mum", "my husband", "dad")


def _words(text: str, longest_first: bool = True) -> list[re.Match[str]]:
    words = list(re.finditer(r"[A-Za-z]{5,}", text))
    return sorted(words, key=lambda word: -len(word[0])) if longest_first else words


def _with(text: str, word: re.Match[str], other: str) -> str:
    return text[: word.start()] + other + text[word.end() :]


def _beside(letter: str) -> str:
    """The keys to the left and right of a letter's."""
    row = next((row for row in _ROWS if letter in row), letter)
    at = row.index(letter)
    return row[max(0, at - 1) : at] + row[at + 1 : at + 2] or letter


def case(text: str, rng: random.Random) -> Iterator[str]:
    """Capitals, none, a capital for each word, the shift key at random."""
    yield text.upper()
    yield text.lower()
    yield text.title()
    yield "".join(rng.choice((c.upper(), c.lower())) for c in text)


def punctuation(text: str, rng: random.Random) -> Iterator[str]:
    """None at all, or far too much."""
    yield re.sub(r"[;:!?]|[.,](?!\d)", "", text)
    yield text.rstrip(".!?") + rng.choice(("!!!!", "...", " !"))
    yield text.replace(" ", "  ")


def apostrophes(text: str, rng: random.Random) -> Iterator[str]:
    """Curly, missing, an accent, a blank instead, two of them."""
    if "'" in text:
        for other in ("’", "", "´", "`", "ʼ", "''"):
            yield text.replace("'", other)
        if "n't" in text:
            yield text.replace("n't", "n t").replace("N'T", "N T")


def contractions(text: str, rng: random.Random) -> Iterator[str]:
    """Written out: "there is" for "there's", "cannot" and "can not" for "can't", "I have" for "I've"."""
    for cannot in ("cannot", "can not"):
        full = re.sub(r"\bcan't\b", cannot, text, flags=re.IGNORECASE)
        for short, long in _CONTRACTIONS:
            full = re.sub(short, long, full, flags=re.IGNORECASE)
        yield full


def unicode(text: str, rng: random.Random) -> Iterator[str]:
    """Full-width letters, zero-width characters within words, letters of other alphabets, marks and bold letters."""
    yield "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    yield "".join(c + rng.choice(("", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad")) for c in text)
    yield "\u202e" + text + "\u202c"
    yield "".join(_LOOKALIKES.get(c, c) for c in text)
    yield "".join(c + "\u0301" if c in "aeiou" else c for c in text)
    yield "".join(
        chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c
        for c in text
    )
    yield text.replace(" ", "\u00a0")
    yield text + "\ud800"


def doubled(text: str, rng: random.Random) -> Iterator[str]:
    """A letter held down."""
    for word in _words(text)[:2]:
        at = rng.randrange(1, len(word[0]))
        yield _with(text, word, word[0][:at] + word[0][at] * rng.choice((2, 4)) + word[0][at:])


def slips(text: str, rng: random.Random) -> Iterator[str]:
    """One slip in a long word: letters swapped, left out, put in, the key beside; then one in each of two words."""
    for word in _words(text)[:2]:
        letters = word[0]
        at = rng.randrange(1, len(letters) - 1)
        beside = rng.choice(_beside(letters[at].lower()))
        for other in (
            letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :],
            letters[:at] + letters[at + 1 :],
            letters[:at] + beside + letters[at + 1 :],
        ):
            if other.lower() not in _REAL:
                yield _with(text, word, other)
    two = _words(text)[:2]
    if len(two) == 2 and len(text.split()) > 3:
        for word in sorted(two, key=lambda word: -word.start()):
            at = rng.randrange(1, len(word[0]) - 1)
            other = word[0][:at] + word[0][at + 1 :]
            text = _with(text, word, word[0] if other.lower() in _REAL else other)
        yield text


def spacing(text: str, rng: random.Random) -> Iterator[str]:
    """A word spelled out letter by letter, two words run together, all words run together."""
    long = [word for word in re.finditer(r"\b[a-z]{4,}\b", text)]
    if long:
        word = rng.choice(long)
        yield _with(text, word, " ".join(word[0]))
        yield _with(text, word, rng.choice((".", "-", "_")).join(word[0]))
    gaps = [gap for gap in re.finditer(r"(?<=[a-z]{3}) (?=[a-z]{3})", text)]
    if gaps:
        yield _with(text, rng.choice(gaps), "")


def leet(text: str, rng: random.Random) -> Iterator[str]:
    """A digit for a letter in one long word."""
    for word in _words(text)[:1]:
        letter = next((c for c in word[0].lower() if c in _LEET), None)
        if letter:
            yield _with(text, word, word[0].lower().replace(letter, _LEET[letter], 1))


def company(text: str, rng: random.Random) -> Iterator[str]:
    """Something before or after it."""
    yield rng.choice(_BEFORE) + text
    yield rng.choice(_BEFORE) + text.rstrip(".!?") + rng.choice(_AFTER)
    yield text.rstrip(".!?") + rng.choice(_AFTER)


def carers(text: str, rng: random.Random) -> Iterator[str]:
    """The same happening to someone else, where the sentence begins simply enough to turn it round."""
    who = rng.choice(_CARERS)
    for mine, theirs in (
        (r"^(?i:my) (?=legs?\b|back\b|foot\b|feet\b|knees?\b|chest\b|speech\b|arm\b|hip\b|bladder\b)", f"{who}'s "),
        (r"^I can't (?!be\b)", f"{who} can't "),
        (r"^I have (?!had\b|to\b)", f"{who} has "),
        (r"^I'm (?=cough|vomit|bleed|chok|gasp|shiver)", f"{who} is "),
    ):
        if re.search(mine, text):
            rest = re.sub(mine, "", text, count=1)
            yield theirs + re.sub(r"\b[Mm]y\b", "their", re.sub(r"\bI'm\b|\bI am\b", "they are", rest))


def order(text: str, rng: random.Random) -> Iterator[str]:
    """A word of time put first, or the two halves of an "and" the other way round."""
    if time := re.search(
        r",? (since (?:this morning|last night|yesterday)|today|tonight|this morning)$", text.rstrip(".!?")
    ):
        yield time[1] + " " + text[: time.start()]
    halves = text.rstrip(".!?").split(" and ")
    if len(halves) == 2 and re.match(r"(?:I|my|he|she|his|her)\b", halves[1]):
        yield f"{halves[1]} and {halves[0]}"


GENERATORS: tuple[Generator, ...] = (
    case, punctuation, apostrophes, contractions, unicode, doubled, slips, spacing, leet, company, carers, order,
)  # fmt: skip


def variants(texts: list[str], seed: int = 7) -> Iterator[tuple[str, str, str]]:
    """All variants of all texts: the generator's name, the text, the variant; none equals its text."""
    for generator in GENERATORS:
        rng = random.Random(f"{seed} {generator.__name__}")
        for text in texts:
            for variant in generator(text, rng):
                if variant != text:
                    yield generator.__name__, text, variant
