"""What a question asks whether the illness does it or is behind it, where no passage speaks of that: "can it cause
constipation?" is nearest to what the article has on nausea, which would read as a yes."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from marrow.answering.heard import heard
from marrow.answering.service import Service
from marrow.answering.terms import same_root
from marrow.answering.turn import Turn
from marrow.content import Article, Passage

#: Questions of a passage in which a word must stand for the passage to speak of it, as in one it may be chatter; of a
#: passage that nothing else points to.
SPOKEN_OF, PLAINLY = 2, 5
#: A passage of fewer questions (of an imported article) has too few words to judge by.
ASKED_ENOUGH = 50
_AND = re.compile(r"\b(?:and|or)\b|,", re.IGNORECASE)
#: In more words the question is not repeated.
REPEATED_AT_MOST = 12

_END = r"(?=[?.,!;:]|\s+(?:if|when|because|or|as well|at all|too|then)\b|\s*$)"
_ILL = (
    r"(?:it|this|that|these|(?:the |my |his |her )?bones?|bone \w+|(?:(?:bone|spine|spinal) )?mets|(?:the )?cancer"
    r"|having (?:it|this|cancer)|(?:bone )?secondaries)"
)
_LINKS = (
    r"(?:symptoms?|signs?|complications?|part of|(?:caused?|brought on) by|due to|(?:linked|connected) (?:to|with)"
    r"|related to|to do with|a thing with|something (?:it|they|people|patients|bone|you)\b"
    rf"|come from {_ILL}\b|from {_ILL}\b|(?:normal|common|usual)(?: (?:with|in|for)\b|\s*[?.!]*$))"
)
# "Does cancer in the bones raise your blood pressure?": what it does, not what somebody or a treatment does.
_DOES = re.compile(
    r"\b(?:can|could|do|dose|does|did|will|would|might|may)\s+"
    r"(?!(?:you|we|i|he|she|people|anyone|someone|doctors?|the doctors?|treatments?|surgery|chemo\w*|radi\w+)\b)"
    r"(?!they\s+(?!cause|make you|give you))(?:[^\s?.,!;:]+\s+){1,6}?"
    r"(?P<said>(?P<does>caus\w+|le(?:a?d|ads|ading)\s+to|result\w*\s+in|bring\w*(?:\s+on)?|gives?"
    r"|makes?(?!\s+(?:a\s+)?(?:difference|sense|sure|progress)\b)|affect\w*|stop|damage|harm|raise|lower|turn|change|alter"
    r"|mess(?:\s+up)?|put|weaken|ruin|upset|trigger|have (?:an |any )?effects?\s+on"
    r"|do\s+to(?!\s+(?:help|treat|stop|prevent|relieve|ease|make|get|find|check|keep|fix)\b))\s+"
    rf"(?P<thing>[^?.,!;:]+?)){_END}",
    re.IGNORECASE,
)
# "Is weight loss a sign of it?", "are brittle nails anything to do with the bones?"
_IS_SIGN = re.compile(
    r"(?:^|(?<=[.?!] ))(?:(?:so|and|but|ok|hi|hello)[ ,]+)*(?:is|are|can|could|was|would)\s+"
    r"(?P<thing>(?!(?:it|this|that|they|there|bone)\b)[^?.,!;:]+?)\s+"
    r"(?:be\s+)?(?:ever\s+)?(?:anything\s+|something\s+)?(?:(?:an?|another|one of the|the)\s+(?:other\s+)?)?"
    rf"(?:(?:common|usual|normal|typical|possible|known|early|late|first)\s+)*{_LINKS}",
    re.IGNORECASE,
)
# "Do people get ulcers from bone mets?", "can skin go yellow with it?", "why do people with this lose their appetite?"
_GETS = re.compile(
    r"\b(?:can|could|do|does|will|would|might) (?:(?:a lot of|lots of|some|most|many|all) )?"
    r"(?:(?:you|people|patients|someone|he|she|i|we|they) (?:get|have|develop|suffer(?: from)?|lose|go|become|feel)"
    r"|(?:\w+ )?\w+ (?:go|get|become|turn)) "
    rf"(?P<thing>[^?.,!;:]+?) (?:from|with|because of|due to) {_ILL}\b"
    r"|^(?:(?:so|and|but)[ ,]+)*why do (?:people|patients|some people|those) (?:with|who have) "
    rf"{_ILL}\s+(?P<why>[^?.,!;:]+)",
    re.IGNORECASE,
)
# "He's lost his appetite, is that the bones?", "cramps - do people with mets get those?": what follows the mark.
_MARK = re.compile(r"[,.;]| -+| –")
_IS_FROM = re.compile(
    r"\s*(?:"
    r"(?:is|could|can|would|might) (?:that|this|it|those|these) (?:be )?(?:down to )?(?:the |his |her |my )?"
    r"(?:bones?|cancer|mets|metastas\w+|bone \w+|secondaries)\b"
    rf"|(?:is|are|could|can|would|might|has|have) (?:that|this|it|those|these)\b[^?.!]{{0,60}}?\b{_LINKS}"
    r"|do (?:people|patients|you) (?:with [^?]{1,40} )?get (?:that|those|this|it)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Asked:
    """The thing that is asked about, and the question as it is repeated behind "whether", empty where it is not."""

    thing: str
    said: str = ""


def asks_of_effect(turn: Turn) -> bool:
    """Whether a question asks if the illness does something, or is behind it."""
    return _asked(turn) is not None


def _asked(turn: Turn) -> _Asked | None:
    text = turn.read or turn.text
    if does := _DOES.search(text):
        return _Asked(does["thing"], _whether(does["said"], does["does"]))
    if sign := _IS_SIGN.search(text):
        return _Asked(sign["thing"], f"{_yours(sign['thing'])} can be a sign of it")
    if gets := _GETS.search(text):
        return _Asked(gets["thing"] or gets["why"])
    for mark in _MARK.finditer(text):
        if _IS_FROM.match(text, mark.end()):
            return _Asked(re.split(r"[?.!;]", text[: mark.start()])[-1])
    return None


def _whether(said: str, does: str) -> str:
    if " ".join(does.lower().split()) == "do to":
        return f"it does anything to {_yours(said).split(' ', 2)[2]}"
    return f"it can {_yours(said)}"


def _yours(said: str) -> str:
    """What a person says of themselves, said to them."""
    yours = {"my": "your", "me": "you", "i": "you"}
    return re.sub(r"\b(?:my|me|i)\b", lambda m: yours[m[0].lower()], " ".join(said.split()), flags=re.IGNORECASE)


def speaking(service: Service, article: Article, turn: Turn, found: Sequence[Passage]) -> tuple[Passage, ...] | None:
    """Of a question whether the illness does something, the passages that speak of that: those found, else a symptom's,
    else none. None where that is not what is asked, or nothing in particular.

    A passage speaks of what has a word of its own, and of what has no words but those of its questions. Where in the
    body it is makes no difference beside what it is ("sore legs").
    """
    asked = _asked(turn)
    if asked is None or any(len(p.asks) < ASKED_ENOUGH for p in found):
        return None
    if heard("names_fracture", turn.text) or heard("names_calcium", turn.text):  # "could it crack a rib?"
        return None
    things = [words for part in _AND.split(asked.thing) if (words := _telling(service, part))]
    if not things:
        return None
    if any(_speak(found, words) for words in things):
        return tuple(found)
    section = article.section("symptoms")
    others = [p for p in (section.passages if section else ()) if not p.lead_in]
    return tuple([p for p in others if any(_speak([p], words, PLAINLY) for words in things)][:1])


def _telling(service: Service, part: str) -> list[str]:
    words = [w for w in _words(part) if w not in service.wording.vague]
    return [w for w in words if w not in service.wording.places] or words


def _speak(passages: Sequence[Passage], words: Sequence[str], times: int = SPOKEN_OF) -> bool:
    if any(_is_own(word, p) for p in passages for word in words):
        return True
    return all(any(sum(_questions(p)[f] for p in passages) >= times for f in _forms(word)) for word in words)


def effect_named(turn: Turn) -> str:
    """What is asked, as it stands behind "whether" ("it can cause constipation"); empty where it is too long to repeat,
    or tells something before it asks."""
    asked = _asked(turn)
    return asked.said if asked and len(asked.said.split()) <= REPEATED_AT_MOST else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{2,}", text.casefold())


def _is_own(word: str, passage: Passage) -> bool:
    return any(own == word or same_root(own, word) for own in _own(passage))


@functools.lru_cache(maxsize=256)
def _own(passage: Passage) -> frozenset[str]:
    """The words of a passage."""
    return frozenset(_words(passage.text))


@functools.lru_cache(maxsize=256)
def _questions(passage: Passage) -> Counter[str]:
    """In how many of a passage's questions each word stands."""
    return Counter(word for asked in passage.asks for word in set(_words(asked)))


def _forms(word: str) -> frozenset[str]:
    """A word and its commonest other forms: "weaken", "weakens", "weakened", "weakening"."""
    stem = re.sub(r"(?:ing|ed|es|s|en|ness)$", "", word) if len(word) > 5 else word.removesuffix("s")
    return frozenset({word, stem, *(stem + end for end in ("s", "e", "es", "ed", "ing", "en", "ness", "y"))})
