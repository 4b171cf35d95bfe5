"""Which of the things that were shown a message points at: "the second one", "the calcium bit"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from marrow.answering.terms import Term, holds, same_root
from marrow.answering.topic import head_of
from marrow.answering.turn import Talk
from marrow.content import Article, Passage

#: A word that more passages have tells none of them ("the bone thing").
TELLING = 6

_NUMBERS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3, "fifth": 4,
            "5th": 4, "last": -1, "final": -1}  # fmt: skip
_PLACES = "|".join([*_NUMBERS, "middle", "next", "previous"])
_COUNTED = re.compile(
    rf"\b(?:(?:my|his|her|our|their|your|\w+['’]s|(?:not|{_PLACES})(?:\s+(?:the|to))?)\s+)?"
    rf"({_PLACES})\s+(?:one|1|item|point|bit|option)\b",
    re.IGNORECASE,
)
# A place, or a number, and nothing else: "the second", "and the fourth?", "number 2", "3", "the one before that".
_PLACE_ONLY = re.compile(
    r"(?:(?:and|ok|okay|so|then|now|please|again|tell me about|(?:what|how) about|show me|i meant?)\s+)*"
    r"(?:(?:the|number|no\.?|nr\.?|#)\s*)*"
    rf"(?P<place>{'|'.join(_NUMBERS)}|middle|previous|[1-9]|one (?:before|after)(?: that)?)"
    r"(?:\s+(?:one|of (?:them|those|these)|(?:on|in|of) (?:the|your|that) list|again|please|then))*[\s.?!]*",
    re.IGNORECASE,
)
_ONE = re.compile(
    rf"(?:^|\b(?:the|that|this)\s+)(?!(?:{_PLACES}|other|main|same|most|only|whole|best|which|what)\b)"
    r"([a-z]{4,})\s+(?:one|1|bit|thing|part|stuff)\b",
    re.IGNORECASE,
)


def item_of(article: Article, talk: Talk, text: str) -> Passage | None:
    """The passage that the text points at by its place among what was shown, or by a word in it; else None."""
    shown = [p for p in article.passages() if p.id in talk.passages]
    if place := place_only(text):
        return _by_place(article, shown, place) if any(p.bullet for p in shown) else None
    counted = list(_COUNTED.finditer(text))
    if not counted:
        return _by_word(article, talk, shown, text)
    # "my first one", "not the last one", "the second last one", "the first one or the second one": none that is clear
    clear = len(counted) == 1 and counted[0].start(1) == counted[0].start()
    return _by_place(article, shown, counted[0][1].lower()) if clear else None


def place_only(text: str) -> str | None:
    """The place in a list that is all a text says: "second" of "and the second?", "previous", "next"; else None.

    >>> place_only("ok, number 3")
    '3'
    >>> place_only("the first thing they did") is None
    True
    """
    found = _PLACE_ONLY.fullmatch(text.replace(",", " ").strip())
    if found is None:
        return None
    place = found["place"].lower()
    return "previous" if "before" in place else "next" if "after" in place else place


def narrowed(terms: Mapping[str, Term], talk: Talk, item: Passage) -> Talk:
    """The talk as if this passage had been shown last, alone. `terms` are the article's by lower-case name."""
    asked = tuple(t.value for t in terms.values() if t.specific and item.bullet and holds(head_of(item), t.value))
    return replace(talk, passages=(item.id,), section=item.section, asked=asked)


def _by_place(article: Article, shown: Sequence[Passage], place: str) -> Passage | None:
    section = article.section(shown[0].section) if shown else None
    if section is None:
        return None
    items = _listed(shown)
    beside = {"next": 1, "previous": -1}.get(place)
    if beside or len(items) < 2:  # one of the list was shown before
        items = _listed(section.passages)
    if beside:
        at = items.index(shown[0]) + beside if len(shown) == 1 and shown[0] in items else len(items)
        at = at if at >= 0 else len(items)
    elif place.isdecimal():
        at = int(place) - 1
    elif place == "middle":
        at = len(items) // 2 if len(items) % 2 else len(items)
    else:
        at = _NUMBERS[place]
    return items[at] if len(items) > 1 and at < len(items) else None


def _listed(passages: Sequence[Passage]) -> list[Passage]:
    """What of the passages people count: the bullets, where there are several; else all."""
    bullets = [p for p in passages if p.bullet]
    return bullets if len(bullets) > 1 else list(passages)


def _by_word(article: Article, talk: Talk, shown: Sequence[Passage], text: str) -> Passage | None:
    """Of those shown last, then of their part, then of the article; by what it says, then by its plain words."""
    said = _ONE.search(text)
    if not said:
        return None
    word, part = said[1].casefold(), article.section(talk.section or "")
    if sum(holds(p.text, word) for p in article.passages()) > TELLING:
        return None
    for passages in (shown, part.passages if part else (), article.passages()):
        for words_of in ("text", "plain"):
            for passage in passages:
                words = re.findall(r"[a-z]+", getattr(passage, words_of).casefold())
                if any(w == word or same_root(w, word) for w in words):
                    return passage
    return None
