"""What a question leaves out because the talk has it: "and the side effects?", "what is it for?", "what else?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering.items import item_of, narrowed, place_only
from marrow.answering.service import Service
from marrow.answering.terms import Term, holds
from marrow.answering.topic import names_part, points
from marrow.answering.turn import SECTIONS_OF, Talk, Turn, family_of
from marrow.content import Article, Passage

#: What a question for symptoms that names nothing asks after a passage of these sections, shown with one more at most.
LIKE_WHAT, NARROW = {"diagnosis": "ask_procedure", "treatment": "ask_side_effects"}, 2
#: In more words it asks for symptoms: "the pain you get with it, is it worse when you move?".
LIKE_WHAT_WORDS = 7
#: A question without a word that stands for what was shown, of more words than so many, does not ask of that.
BARE = 3
#: A passage of the part that is asked for, likelier than this, comes before one that has the terms talked about.
ELSEWHERE = 0.6
#: The group of data/wording/elsewhere.yml that a term would be of by the sections that have it.
GROUPS = {"treatment": "drug", "diagnosis": "test"}

#: What asks no more than which of the things that were told is meant.
ASKS_FOR_ONE = {"follow_up", "tell_more", "simplify", "ask_definition", "nlu_fallback", "repair"}

# "The other signs?", "what else is there?"; "another dose" and "what else comes with it" ask more of the same.
_OTHERS = re.compile(
    r"\b(?:the|any|some|what|wat|which) others?\b(?! (?:day|side|words?|names?|leg|hip|hand|people|person))"
    r"|\b(?:what|anything|something|nothing) else\b"
    r"(?=\W*$| (?:is|are) (?:there|on)\b| (?:then|they|do they|can they|besides|apart)\b)",
    re.IGNORECASE,
)
# "What else might I get?" after a symptom asks for the other symptoms, whatever kind it looks like.
_ELSE_FOR_THEM = re.compile(
    r"\b(?:what|anything) else (?:might|may|can|could|should|would|will|do|does|did)"
    r" (?:i|he|she|we|you|they|one|someone) (?:get|have|feel|notice|see|expect|develop|suffer)\b",
    re.IGNORECASE,
)
_OF_THE_SAME = re.compile(
    r"\b(?:do|does|did|can|could|will|would|might) (?:it|this|that|they|these|those) (?:do|cause|make|mean)\b"
    r"|\b(?:than|before|after|like|do|does) the others\b|\bcomes? with\b",
    re.IGNORECASE,
)

# "apart from surgery", "not an operation": what is asked for is the rest.
_APART = r"(?:apart|aside) from|other than|besides|except(?: for)?|instead of|rather than"
_NOT = r"not|no|against|(?:do|does|did)(?:n['’]?t| not) (?:want|fancy|like)|refuse[sd]?"
_DETERMINERS = r"(?:\s+(?:the|an?|any|having|to have|getting|just|only))*"
_REST = re.compile(r"\b(?:else|others?|otherwise|alternatives?|anything|options?)\b", re.IGNORECASE)


def at_item(service: Service, turn: Turn) -> Turn:
    """The turn at the one of the things shown that it points at, as if that had been shown alone; without its talk
    where that is about an article, or passages, that are there no more."""
    article = talked_about(service, turn.talk)
    if turn.talk.article and not (article and {*turn.talk.passages} <= {p.id for p in article.passages()}):
        return replace(turn, talk=Talk())
    asks = turn.intent in ASKS_FOR_ONE or family_of(turn.intent) in {"answered", "silent"}
    asks = asks or (turn.target is None and place_only(turn.text) is not None)
    item = item_of(article, turn.talk, turn.text) if article and asks else None
    if article is None or item is None:
        return turn
    return replace(turn, item=item.id, talk=narrowed(service.terms[article.id], turn.talk, item))


def talked_about(service: Service, talk: Talk) -> Article | None:
    """The article that is being talked about, as long as it is loaded."""
    return next((a for a in service.library.articles if a.id == talk.article), None)


def in_context(service: Service, turn: Turn) -> Turn:
    """The turn with what it leaves out: of what it asks, and what of it.

    "Is it painful?" of a test or a treatment that was just shown asks what it is like, not for symptoms. "Can they stop
    that?" of a fracture asks for the treatment that does. "What is it for?" and "and the side effects?" ask of the term
    that was asked about before.
    """
    return _with_terms(service, _like_what(service, turn))


def _like_what(service: Service, turn: Turn) -> Turn:
    narrow = len(turn.talk.passages) <= NARROW
    known = talked_about(service, turn.talk)
    if known is None or names_part(known, turn.text):
        return turn
    if not narrow or not turn.common or turn.articles or not _points(turn, BARE):
        return turn
    kind = LIKE_WHAT.get(turn.talk.section or "")
    if kind and turn.intent == "ask_symptoms" and len(turn.text.split()) <= LIKE_WHAT_WORDS:
        return replace(turn, intent=kind)
    of_a_sign = turn.talk.section == "symptoms" and not turn.talk.misses
    if turn.intent == "ask_figures" and turn.talk.section == "prognosis" and len(turn.text.split()) <= BARE + 1:
        return replace(turn, intent="ask_survival_time")  # "in numbers?" after the outlook
    if turn.intent == "ask_prevention" and of_a_sign and not turn.terms and (terms := _treated(service, turn.talk)):
        return replace(turn, intent="ask_treatment", terms=terms)
    return turn


def _treated(service: Service, talk: Talk) -> tuple[tuple[str, str], ...]:
    """What was shown last that treatment has to do with, too: "can they stop it happening again?" of a fracture."""
    return tuple(
        (term.article, term.value)
        for term in service.terms.get(talk.article or "", {}).values()
        if term.specific and set(talk.passages) & set(term.passages)
        and any(id.startswith("treatment.") for id in term.passages)
    )  # fmt: skip


def points_back(service: Service, turn: Turn) -> bool:
    """Whether the turn names nothing, has a word that stands for something, and a term was asked about before."""
    return bool(_asked_before(service, turn.talk)) and turn.common and not turn.others and _points(turn, 0)


def _asked_before(service: Service, talk: Talk) -> list[Term]:
    known = service.terms.get(talk.article or "", {})
    return [term for value in talk.asked if (term := known.get(value.casefold())) and term.specific]


def _sign_shown(service: Service, talk: Talk) -> list[Term]:
    """What the only symptom that was shown last is called: "how is that treated?" after it is about that."""
    article = talked_about(service, talk)
    if article is None or talk.section != "symptoms" or len(talk.passages) != 1 or talk.misses:
        return []
    return _asked_before(service, narrowed(service.terms[article.id], talk, article.passage(talk.passages[0])))


def _points(turn: Turn, bare: int) -> bool:
    return points(turn.text) or len(re.findall(r"[a-z]+", turn.text.lower())) <= bare


def _with_terms(service: Service, turn: Turn) -> Turn:
    """The turn with the terms asked about last, where it names nothing itself, and that kind of question has to do
    with them."""
    before = _asked_before(service, turn.talk) or _sign_shown(service, turn.talk)
    if not before or not turn.common or turn.articles or turn.others:
        return turn
    if any(service.terms[id][value.casefold()].specific for id, value in turn.terms):
        return turn
    scores = turn.scores
    if silence := service.wording.silences.get(turn.intent):
        meant = [term for term in before if silence.named and groups_of(term) & set(silence.of)]
    elif turn.intent in SECTIONS_OF and _points(turn, 0):
        # Of a complication, what it does stands with the symptoms.
        section = "symptoms" if turn.intent == "ask_complications" else SECTIONS_OF[turn.intent][0]
        anywhere = turn.intent == "ask_definition"
        meant = [t for t in before if anywhere or any(id.split(".")[0] == section for id in t.passages)]
        # What is near to a text that does not name the term says nothing of other passages.
        theirs = {
            f"{term.article}/{id}" for term in meant for id in term.passages if anywhere or id.split(".")[0] == section
        }
        part = article.section(section) if (article := talked_about(service, turn.talk)) else None
        narrow = {f"{turn.talk.article}/{p.id}" for p in part.passages if not p.lead_in} if part else set()
        if any(scores.get(id, 0.0) >= ELSEWHERE for id in narrow - theirs):
            return turn  # "do they take a piece out?" after the scan
        scores = {id: share for id, share in scores.items() if id in theirs} if theirs else scores
        if not meant and _of_a_sign(service, turn, before):  # "how do you treat that?" of high calcium
            names = {**turn.names, **{term.value: term.value.lower() for term in before}}
            return replace(turn, terms=tuple((term.article, term.value) for term in before), names=names)
    else:
        return turn
    return replace(turn, terms=(*turn.terms, *((term.article, term.value) for term in meant)), scores=scores)


def _of_a_sign(service: Service, turn: Turn, before: Sequence[Term]) -> bool:
    """Whether a question that points back asks of a sign that was asked about last, and of that the article does not
    say it: "it" is the sign where its meaning was asked for, "that" at any time."""
    row = f"{turn.intent.removeprefix('ask_')} of"
    signs = all({id.split(".")[0] for id in term.passages} <= {"overview", "symptoms"} for term in before)
    of_it = turn.talk.intent == "ask_definition" or re.search(r"\b(?:that|this|those|these)\b", turn.text, re.I)
    return signs and bool(of_it) and turn.talk.misses <= 1 and row in service.wording.silences


def groups_of(term: Term) -> set[str]:
    """The groups of elsewhere.yml that a term would be of by the sections that have it."""
    return {GROUPS[section] for id in term.passages if (section := id.split(".")[0]) in GROUPS}


def the_rest(article: Article, turn: Turn, terms: Sequence[Term]) -> tuple[Passage, ...]:
    """ "What is there apart from surgery?": the other passages of the part that has it; none where nothing is excepted,
    or something else is named."""
    excepted = [term for term in terms if term.specific and _is_excepted(turn, turn.names.get(term.value, term.value))]
    if not excepted or any(term.specific and term not in excepted for term in terms):
        return ()
    excluded = {id for term in excepted for id in term.passages}
    asked = SECTIONS_OF.get(turn.intent, (turn.talk.section, "treatment"))
    found = [s for kind in asked if kind and (s := article.section(kind)) and excluded & {p.id for p in s.passages}]
    # Of a list a bullet can be left out, of a text nothing.
    found.sort(key=lambda section: not any(p.bullet and p.id in excluded for p in section.passages))
    return tuple(p for section in found[:1] for p in section.passages if not (p.bullet and p.id in excluded))


def the_others(service: Service, article: Article, turn: Turn, terms: Sequence[Term]) -> tuple[Passage, ...]:
    """ "The other signs?" after one or two of a list: the other bullets of that list; none where something is named, or
    another part is asked for."""
    talk = turn.talk
    if talk.article != article.id or not turn.common or turn.others:
        return ()
    if any(term.specific and term.value in turn.names for term in terms):
        return ()
    for_them = talk.section == "symptoms" and _ELSE_FOR_THEM.search(turn.text)
    if not (for_them or _OTHERS.search(turn.text)) or _OF_THE_SAME.search(turn.text):
        return ()
    # After a silence the nearest passage was shown; what was asked about stays.
    told = {id for term in _asked_before(service, talk) for id in term.passages} if talk.misses else {*talk.passages}
    kind = "symptoms" if for_them else SECTIONS_OF.get(turn.intent, (talk.section or "",))[0]
    section = article.section(kind)
    bullets = [p for p in section.passages if p.bullet] if section else []
    shown = [p for p in bullets if p.id in told]
    if not 0 < len(shown) <= NARROW or (not talk.misses and len(told) > len(shown)):
        return ()
    return tuple(p for p in bullets if p not in shown)


def _is_excepted(turn: Turn, name: str) -> bool:
    if not name or not holds(turn.text, name):
        return False
    before = rf"{_DETERMINERS}\s+{re.escape(name)}"
    # What can happen without a treatment is no question for other ones.
    apart = _APART if turn.intent in SECTIONS_OF and turn.intent != "ask_treatment" else rf"{_APART}|without"
    if re.search(rf"\b(?:{apart}){before}", turn.text, re.IGNORECASE):
        return True
    denied = re.search(rf"\b(?:{_NOT}){before}", turn.text, re.IGNORECASE)
    return bool(denied and _REST.search(turn.text))
