"""What is said about an emergency without its signs: that it happens ("mine just went"), that it goes on, that help is
there, that it is over, or that it never was one. Texts alone, no talk; `alarms.py` says what it means in one.

How people put it stands in data/wording/heard.yml."""

from __future__ import annotations

import re

from marrow.answering.heard import find, heard, plain
from marrow.answering.parts import tells

#: Words up to which a message says no more than that something happens; twice as many may say that nothing does.
SHORT = 14

_ASKS = re.compile(
    r"\?|[,.;!] (?:so |and |but )?(?:what|how|who|should i|can i|do i)\b"
    r"|^(?:so |and |but )?(?:should|shall|can|could|do|does|is it|will|would|must|what|when|how|who)\b",
    re.IGNORECASE,
)
# "its 2am tho is it ok to wait": what asks in the middle, without a mark.
_INVERTED = re.compile(
    r"\b(?:is|are|was|will|can|could|should|shall|do|does|did|would|must|may|might) (?:it|i|he|she|they"
    r"|we|you|this|that)\b"
    r"|\b(?:what|how|why|when|where|which|who) (?:is|are|do|does|did|to|can|will|should|would|s)\b"
)
# "Is a seizure a sign of it? she is having one": where what happens may be told after what it is.
_THEN = re.compile(r"[.?!,;:]\s*|\s+(?=(?:because|cos|cuz|coz|asking|as|and|but)\b)")


def happens(text: str) -> bool:
    """Whether someone tells that what was talked about happens, to them or to whom they care for, now."""
    if "?" in text or len(plain(text).split()) > SHORT or heard("not_now", text) or heard("thanks", text):
        return False
    return heard("happens", text) or heard("happens", re.split(r"[.!;]", text)[0])


def before_it_happens(text: str) -> str | None:
    """What stands before a clause that tells that it happens ("can it break a rib, because mine just did"), if any."""
    for then in reversed(list(_THEN.finditer(text))):
        before, clause = text[: then.start()], text[then.end() :]
        if before.strip() and "?" not in clause and len(clause.split()) <= SHORT and heard("happens_since", clause):
            return None if heard("not_now", clause) else before
    return None


def comes_back(text: str) -> bool:
    """Whether someone tells that what was over is back: "they are numb again"."""
    short = len(plain(text).split()) <= SHORT and "?" not in text
    back = heard("back_again", text) or heard("person_again", text)
    return short and back and not heard("denied", text)


def still_happens(text: str) -> bool:
    """Whether someone tells after an alarm that it goes on, or that it is back."""
    if "?" in text or heard("denied", text):
        return False
    timed = heard("still", text) and heard("timed", text)
    return timed or heard("feels_fine", text) or happens(text) or comes_back(text)


def is_helped(text: str, *, crisis: bool = False) -> bool:
    """Whether someone tells that help is there: in a clause that denies nothing, and that is no question.

    In a crisis neither a mood nor a place is help: somebody who helps must be named.
    """
    if crisis and not heard("someone_helps", text):
        return False
    if _ASKS.search(text.strip()) or is_unhelped(text) or out_of_reach(text) or heard("no_help", text):
        return False
    clauses = [plain(clause) for clause in re.split(r"[,.;!]|\bbut\b", text)]
    found = ((clause, find("helped", clause)) for clause in clauses)
    return any(help and not heard("denied", clause[: help.end()]) for clause, help in found)


def help_is_near(text: str) -> bool:
    """Whether a message that asks nothing tells that somebody is there or comes, or drives someone to help."""
    return tells(text) and (heard("someone_helps", text) or heard("driven", text))


def will_call(text: str) -> bool:
    """Whether someone tells that they call for help, or go for it, at once."""
    calls = heard("will_call", text) or heard("calling", text)
    return calls and not heard("denied", text) and not heard("not_at_once", text)


def out_of_reach(text: str) -> bool:
    """Whether someone tells that nobody can be reached or comes."""
    return "?" not in text and heard("out_of_reach", text)


def asks_what_now(text: str) -> bool:
    """Whether someone asks no more than what to do, whether to go or call, or which number."""
    short = len(plain(text).split()) <= 2 * SHORT
    return short and (heard("what_now", text) or heard("asks_number", text))


def cannot_call(text: str) -> bool:
    """Whether someone tells that they cannot speak on the telephone."""
    return heard("cannot_call", text)


def refuses(text: str) -> bool:
    """Whether someone tells that they, or who is ill, will not go or call, or not at once."""
    return heard("refuses", text) or (heard("will_call", text) and heard("not_at_once", text))


def is_unhelped(text: str) -> bool:
    """Whether someone tells that nobody is there or answers."""
    return heard("unhelped", text)


def is_mistaken(text: str) -> bool:
    """Whether someone tells that there was no emergency at all, whatever the words: a slip of typing, a question."""
    return heard("mistaken", text)


def closed_by(text: str, *, crisis: bool) -> str | None:
    """How a message ends the talk about an emergency: the row of `smalltalk` in replies.yml that answers it, else None.

    A message that asks something, or that says that nobody is there, ends nothing.
    """
    words = plain(text)
    if len(words.split()) > 2 * SHORT:
        return None
    if not crisis and heard("died", words):
        return "bereaved"
    if not crisis and heard("will_do", words):
        return "will_call"
    if out_of_reach(text) or heard("no_help", words):
        return None
    if _ASKS.search(text.strip()) or _INVERTED.search(words) or is_unhelped(text):
        return None
    if crisis and heard("no_crisis", words):
        return "no_crisis"
    if not crisis and is_mistaken(text):
        return "mistaken"
    # A crisis is not over because somebody says so.
    if found := None if crisis else find("it_is_over", words):
        if heard("partly", words):
            return None
        if not heard("denied", words[: found.end()]):
            return "it_is_over"
    told_of_crisis = crisis and not heard("that_was", words)
    if not heard("coming", words) and not told_of_crisis and heard("not_now", words):
        return "not_now"
    if is_helped(text, crisis=crisis):
        return "help_is_there"
    return "will_call" if will_call(text) and not (crisis and not heard("calls_someone", words)) else None
