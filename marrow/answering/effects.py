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
#: A passage of fewer questions (of an article that is new) has too few words to judge by.
ASKED_ENOUGH = 50
#: Words up to which the sentence before one that asks is what is asked about ("No energy. Is that the bones?").
TOLD_AT_MOST = 5
_AND = re.compile(r"\b(?:and|or)\b|,", re.IGNORECASE)
#: In more words, or characters, the question is not repeated.
REPEATED_AT_MOST, REPEATED_CHARS = 12, 80

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
    r"\b(?:can|could|do|dose|does|did|will|would|might|may|(?:is|are)(?=\s+(?:it|this|that|they)\s+\w+ing\b))\s+"
    r"(?!(?:you|we|i|he|she|people|anyone|someone|anything|something|nothing|there|exercise|doctors?|surgery|chemo\w*"
    r"|(?:(?:the|my|his|her|this|these|that) )?(?:doctors?|treatments?|tablets?|drugs?|medicines?|injections?|morphine"
    r"|radi\w+))\b)"
    r"(?!they\s+(?!caus|make you|making you|give you|giving you))(?:[^\s?.,!;:]+\s+){1,6}?"
    r"(?P<said>(?P<does>caus\w+|le(?:a?d|ads|ading)\s+to|result\w*\s+in|bring\w*(?:\s+on)?|giv(?:es?|ing)"
    r"|mak(?:es?|ing)(?!\s+(?:a\s+)?(?:difference|sense|sure|progress)\b)|affect\w*|stop|damage|harm|raise|lower|turn|change|alter"
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
    """The thing that is asked about, the question as it is repeated behind "whether", empty where it is not, and
    whether the thing is told before it is asked about."""

    thing: str
    said: str = ""
    told: bool = False


def asks_of_effect(turn: Turn) -> bool:
    """Whether a question asks if the illness does something, or is behind it."""
    return _asked(turn) is not None


def _asked(turn: Turn) -> _Asked | None:
    read, typed = turn.read or turn.text, turn.text
    if does := _DOES.search(read):
        return _Asked(does["thing"], _whether(_DOES.search(typed)))
    if sign := _IS_SIGN.search(read):
        said = _IS_SIGN.search(typed) if turn.intent not in {"ask_prognosis", "ask_causes"} else None
        return _Asked(sign["thing"], f"{_yours(said['thing'])} can be a sign of it" if said else "")
    if gets := _GETS.search(read):
        return _Asked(gets["thing"] or gets["why"])
    for mark in _MARK.finditer(read):
        if _IS_FROM.match(read, mark.end()):
            thing = re.split(r"[?.!;]", read[: mark.start()])[-1]
            return _Asked(thing, told=True) if mark[0] != "." or len(thing.split()) <= TOLD_AT_MOST else None
    return None


def _whether(asked: re.Match[str] | None) -> str:
    """What is asked as it was typed, with its verb as it stands behind "can"."""
    if asked is None or _OF_ONESELF.search(asked["said"]):
        return ""
    does, thing = " ".join(asked["does"].lower().split()), _yours(asked["thing"])
    if does == "do to":
        return f"it does anything to {thing}"
    base = next((base for form, base in _VERBS.items() if re.fullmatch(form, does)), does)
    return f"it can {base} {thing}"


#: Verbs, by their forms, that stand otherwise behind "can".
_VERBS = {
    r"caus\w+": "cause", r"affect\w*": "affect", r"le\w+ to": "lead to", r"result\w* in": "result in",
    r"bring\w* on": "bring on", r"bring\w*": "bring", r"giv\w+": "give", r"mak\w+": "make",
    r"have (?:an |any )?effects? on": "affect",
}  # fmt: skip
_OF_ONESELF = re.compile(r"\bi(?:['’ ]?m|['’ ]?ve| am| have)\b", re.IGNORECASE)


def _yours(said: str) -> str:
    """What a person says of themselves, said to them."""
    yours = {"my": "your", "me": "you", "i": "you"}
    return re.sub(r"\b(?:my|me|i)\b", lambda m: yours[m[0].lower()], " ".join(said.split()), flags=re.IGNORECASE)


def can_judge(passages: Sequence[Passage]) -> bool:
    """Whether passages have so many questions that the words of these tell what they speak of."""
    return all(len(p.asks) >= ASKED_ENOUGH for p in passages)


def speaking(service: Service, article: Article, turn: Turn, found: Sequence[Passage]) -> tuple[Passage, ...] | None:
    """Of a question whether the illness does something, the passages that speak of that: those found, else a symptom's,
    else none. None where that is not what is asked, or nothing in particular, and where the passages have too few
    questions to tell.

    A passage speaks of a thing whose words are all its own or its questions'. Where in the body it is makes no
    difference beside what it is ("sore legs").
    """
    asked = _asked(turn)
    if asked is None or not can_judge(found) or heard("names_fracture", asked.thing):
        return None
    things = [words for part in _AND.split(asked.thing) if (words := _telling(service, part))]
    if not things:
        return None
    if any(_speak(found, words) for words in things):
        return tuple(found)
    if asked.told and any(_is_own(word, p) for p in found for words in things for word in words):
        return tuple(found)  # who tells of pain tells of more
    section = article.section("symptoms")
    others = [p for p in (section.passages if section else ()) if not p.lead_in]
    return tuple([p for p in others if any(_speak([p], words, PLAINLY) for words in things)][:1])


def _telling(service: Service, part: str) -> list[str]:
    words = [w for w in _words(part) if w not in service.wording.vague]
    return [w for w in words if w not in service.wording.places] or words


def _speak(passages: Sequence[Passage], words: Sequence[str], times: int = SPOKEN_OF) -> bool:
    def known(word: str) -> bool:
        asked = any(sum(_questions(p)[form] for p in passages) >= times for form in _forms(word))
        return asked or any(_is_own(word, p) for p in passages if p.section != "overview")

    return all(known(word) for word in words)


def effect_named(turn: Turn) -> str:
    """What is asked, as it stands behind "whether" ("it can cause constipation"); empty where it is too long to repeat,
    or tells something before it asks."""
    asked = _asked(turn)
    said = asked.said if asked else ""
    short = len(said.split()) <= REPEATED_AT_MOST and len(said) <= REPEATED_CHARS
    return said if short and not re.search(r"[{}<>]", said) else ""


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
