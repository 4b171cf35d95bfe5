"""Which article a message is about, and what is said where it is about none, or may be about several."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering.effects import asks_of_effect
from marrow.answering.heard import heard
from marrow.answering.named import terms_of
from marrow.answering.offers import offer
from marrow.answering.parts import tells
from marrow.answering.service import Service
from marrow.answering.topic import points
from marrow.answering.turn import SECTIONS_OF, Talk, Turn, is_question
from marrow.content import Article
from marrow.reply import Offer, Reply, compose

#: Below this P(about an article) a question is about something else.
IN_SCOPE = 0.9
#: Two articles whose P differ by less are both meant.
CLOSE = 0.25
#: What is added to the log odds of an article that is named, one of whose own terms is, or that is being talked about.
NAMED, TERM_NAMED, TALKED_ABOUT = 5.0, 2.0, 2.5
#: The same where the text names no subject at all.
NOTHING_ELSE = 2.0
#: The same where the kind of question is beyond doubt, from which confidence on.
SURELY, BEYOND_DOUBT = 1.5, 0.7
#: Groups of data/wording/elsewhere.yml that are subjects of their own: a question that names one, and no article or
#: term of one, is about it, whatever is being talked about.
FOREIGN = {"condition"}
#: Groups of things that are neither the article's illness nor a treatment or test of it.
UNLIKE = {"sign", "symptom", "illness", *FOREIGN}
# What stands before such a name where it is told apart.
_FROM = (
    r"\b(?:tell|know|see|decide|sure|differ\w*|distinguish\w*|confus\w*|mistak\w*|mix\w*"
    r"|(?:it|that|this|they|these)(?:['’]?s| is| are)|(?:is|are) (?:it|that|this|they|these))\b.*"
    r"\b(?:from|not|than|or|with|for)(?: (?:just|only|simply|merely|be|an?|the|my|his|her|some|plain|old|bad))* "
)
_IT_FROM = (
    r"\b(?:tell|know|decide|distinguish\w*|differentiate) (?:if |whether |that )?(?:it|this|that|them|these)"
    r"(?:['’]?s| is| are)? (?:this )?(?:(?:and )?not|from|apart from|rather than|instead of)\b"
)
COMPARES = re.compile(
    r"\b(?:same|like|different|differs?|difference|versus|vs|compared?|comparable|similar|opposite|related)\b",
    re.IGNORECASE,
)
_A_SYMPTOM = re.compile(r"\b(?:an?|one of the) (?:\w+ )?(?:symptom|sign)s?\s*\??\s*$", re.IGNORECASE)
_OF_IT = re.compile(
    r"\b(?:can|could|do|does|did|will|would|might|may|is|are) (?:it|this|they)\b|\bof it\b", re.IGNORECASE
)
#: Misses in a row after which a further one says whom to turn to.
MISSES_AT_MOST = 2


def pick_article(service: Service, turn: Turn) -> Article | tuple[Reply, Talk]:
    """The article the question is about, or the reply to one that is about none, or about an unclear one of several."""
    likely = scope_of(service, turn)
    best = max(likely.values(), default=0.0)
    if best < IN_SCOPE:
        return refuse(service, turn)
    close = [a for a, p in likely.items() if best - p <= CLOSE]
    return service.library.article(close[0]) if len(close) == 1 else _ask_which(service, turn, close)


def scope_of(service: Service, turn: Turn) -> dict[str, float]:
    """P(about it) by article: the classifier's, and what is named and talked about, added as log odds."""
    named = {a: NAMED for a in turn.articles}
    for article in service.library.articles:
        if any(term.specific for term in terms_of(service, article, turn)):
            named[article.id] = named.get(article.id, 0.0) + TERM_NAMED
    foreign = [name for name, group in turn.others if group in FOREIGN]
    apart = all(_told_apart(turn, name) for name in foreign) if foreign else _told_apart(turn)
    only = len(service.library.articles) == 1
    if foreign and not named and not apart and not (only and _of_what_it_does(turn)):
        return {id: p * 0.1 for id, p in turn.scope.items()}
    if turn.talk.article in turn.scope and (turn.common or apart) and not named:
        return {str(turn.talk.article): 1.0}
    if only and not named and (_of_a_cancer(turn) or _of_a_symptom(turn) or _of_what_it_does(turn)):
        return dict.fromkeys(turn.scope, 1.0)
    if turn.talk.article is not None and not named:
        named[turn.talk.article] = TALKED_ABOUT + (SURELY if _asks_surely(turn) else 0.0)
    elif only and not named and points(turn.text) and _asks_surely(turn):
        named = {article.id: NOTHING_ELSE for article in service.library.articles}  # "does it affect your eyesight?"
    elif turn.common and not named:
        named = {article.id: NOTHING_ELSE for article in service.library.articles}
    others = len(service.library.articles) > 1 and 0 < len(named) < len(service.library.articles)
    result = {}
    for id, p in turn.scope.items():
        p = min(max(p, 1e-6), 1 - 1e-6)
        odds = math.log(p / (1 - p)) + named.get(id, -NAMED if others else 0.0)
        result[id] = 1 / (1 + math.exp(-odds))
    return result


def _asks_surely(turn: Turn) -> bool:
    return is_question(turn.intent) and turn.confidence >= BEYOND_DOUBT


def _of_a_cancer(turn: Turn) -> bool:
    """ "Is it common in bowel cancer?", "is melanoma on the list?": with which cancers it happens."""
    groups = {group for _, group in turn.others}
    of_it = points(turn.text) or turn.talk.article is not None
    return bool(groups) and groups <= {"cancer", "organ"} and turn.intent == "ask_who_gets" and of_it


def _of_what_it_does(turn: Turn) -> bool:
    """ "Does it affect your thyroid?", "could the gout be from the bones?": of the illness, whatever it names."""
    of_it = _OF_IT.search(turn.text) or heard("of_the_bones", turn.text)
    return is_question(turn.intent) and bool(of_it) and asks_of_effect(turn)


def _of_a_symptom(turn: Turn) -> bool:
    """ "Are night sweats a symptom?": of what, the page says."""
    groups = {group for _, group in turn.others}
    return groups == {"symptom"} and turn.intent == "ask_symptoms" and bool(_A_SYMPTOM.search(turn.text))


def _told_apart(turn: Turn, name: str = "") -> bool:
    """Whether a talk's subject is to be told from another thing: "how do they tell it from a hernia?"."""
    if turn.talk.article is None:
        return False
    if name and COMPARES.search(turn.text):
        return True
    said = rf"{_FROM}{re.escape(turn.names.get(name, name))}\b" if name else _IT_FROM
    return bool(re.search(said, turn.text, re.IGNORECASE))


def _ask_which(service: Service, turn: Turn, articles: Sequence[str]) -> tuple[Reply, Talk]:
    kind = SECTIONS_OF.get(turn.intent, ("overview",))[0]
    offers = []
    for id in articles:
        article = service.library.article(id)
        made = offer(service.wording, article, kind if article.section(kind) else article.sections[0].kind)
        offers.append(replace(made, title=article.title))
    names = " / ".join(o.title for o in offers)
    text = service.wording.frames["which"].replace("{names}", names)
    return compose("smalltalk", [text], offers=tuple(offers)), turn.talk


def refuse(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Another subject: say what can be talked about; in a talk, thank for what someone tells of people."""
    if turn.talk.article and tells(turn.text):
        text, talk = service.next_text(turn.talk, "tells", service.wording.smalltalk["tells"])
        return compose("smalltalk", [text], offers=topic_offers(service)), talk
    line, talk = missed(service, turn.talk)
    if heard("died", turn.text) or heard("dying", turn.text):
        kind, talk = service.next_text(talk, "comfort", service.wording.comfort)
        line = [kind, *line]
    text, talk = service.next_text(talk, "out_of_scope", service.wording.out_of_scope)
    return compose("out_of_scope", [*line, text], offers=topic_offers(service)), talk


def missed(service: Service, talk: Talk) -> tuple[list[str], Talk]:
    """Count a reply that does not answer; after some in a row, a line that says sorry and whom to turn to."""
    counted = replace(talk, misses=talk.misses + 1)
    if talk.misses < MISSES_AT_MOST:
        return [], counted
    line, counted = service.next_text(counted, "missed", service.wording.missed)
    return [line], counted


def topic_offers(service: Service) -> tuple[Offer, ...]:
    """Where to begin: the first sections of the only article, or the overview of each."""
    articles = service.library.articles
    if len(articles) == 1:
        kinds = [k for k in ("overview", "symptoms", "treatment") if articles[0].section(k)]
        return tuple(offer(service.wording, articles[0], kind) for kind in kinds)
    return tuple(offer(service.wording, a, a.sections[0].kind) for a in articles[:3])
