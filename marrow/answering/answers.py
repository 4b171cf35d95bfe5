"""Questions: pick the article, then quote what answers them, or say honestly that nothing does."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.offers import offer, section_offers
from marrow.answering.service import Service
from marrow.answering.terms import Term
from marrow.answering.turn import EMERGENCIES, SECTIONS_OF, Talk, Turn
from marrow.answering.wording import Silence
from marrow.content import Article, GlossaryEntry, Passage
from marrow.reply import Offer, Reply, citation, compose, quote, source_line, with_comfort, with_line

#: Below this P(about an article) a question is about something else.
IN_SCOPE = 0.9
#: Two articles whose P differ by less are both meant.
CLOSE = 0.25
#: What is added to the log odds of an article that is named, one of whose own terms is, or that is being talked about.
NAMED, TERM_NAMED, TALKED_ABOUT = 3.0, 2.0, 1.5
#: Groups of data/wording/elsewhere.yml that are subjects of their own: a question that names one, and no article or
#: term of one, is about it, whatever is being talked about.
FOREIGN = {"condition"}
#: The same where the text names no subject at all.
NOTHING_ELSE = 2.0
#: From which share of emergencies on a reply says where to get urgent help.
DOUBT = 0.1
#: From which share of `distress` on a question is met with a kind word first.
FEELS = 0.15
#: What a question for symptoms that names nothing asks after a passage of these sections, shown with one more at most.
LIKE_WHAT, NARROW = {"diagnosis": "ask_procedure", "treatment": "ask_side_effects"}, 2
#: Words that stand for what was shown; a question without one, of more words than so many, does not ask of that.
POINTING, BARE = {"it", "that", "this", "they", "these", "those", "one"}, 3
#: Passages beyond which an answer gives the plain wording of its first one only; "more simply" gives the rest.
PLAIN_AT_MOST = 3
#: Terms that "more simply" explains.
EXPLAINED_AT_MOST = 4


def question(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """A question: answer it, or say that the article does not; with a kind word or the safety line where they fit."""
    turn = in_context(turn)
    reply, talk = answer(service, turn) if turn.intent in SECTIONS_OF else not_covered(service, turn)
    doubt = sum(p for intent, p in turn.ranking if intent in EMERGENCIES)
    if doubt >= DOUBT or turn.intent == "ask_emergency_care":
        reply = with_line(reply, service.emergency.help_line())
    return acknowledged(service, turn, reply, talk)


def acknowledged(service: Service, turn: Turn, reply: Reply, talk: Talk) -> tuple[Reply, Talk]:
    """The reply with a kind word first, once, where the message says how someone feels beside what it asks."""
    if reply.comfort or reply.outcome == "out_of_scope" or not tells_feelings(service, turn):
        return reply, talk
    line, talk = service.next_text(talk, "comfort", service.wording.comfort)
    return with_comfort(reply, line), talk


def tells_feelings(service: Service, turn: Turn) -> bool:
    """Whether the message says how someone feels, beside what it asks."""
    if dict(turn.ranking).get("distress", 0.0) >= FEELS:
        return True
    words = " ".join(re.findall(r"[a-z]+", turn.text.lower().replace("'", "").replace("’", "")))
    return any(f" {feeling} " in f" {words} " for feeling in service.wording.feelings)


def in_context(turn: Turn) -> Turn:
    """ "Is it painful?" of a test or a treatment that was just shown asks what it is like, not for symptoms."""
    kind = LIKE_WHAT.get(turn.talk.section or "")
    words = set(re.findall(r"[a-z]+", turn.text.lower()))
    if not kind or not turn.common or turn.articles or not (words & POINTING or len(words) <= BARE):
        return turn
    if turn.intent == "ask_symptoms" and len(turn.talk.passages) <= NARROW:
        return replace(turn, intent=kind)
    return turn


def answer(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Answer a question of a kind that articles answer."""
    picked = pick_article(service, turn)
    if not isinstance(picked, Article):
        return picked
    terms = terms_of(service, picked, turn)
    if lacking := _lacking(picked, turn, terms):
        return not_covered(service, turn, lacking, picked)
    found = choose.select(picked, terms, turn)
    if not found:
        return not_covered(service, turn, "detail", picked)
    about = [term for term in terms if any(p.id in term.passages for p in found)]
    return show(service, picked, found, turn.talk, turn.intent, notes=notes_on(service, picked, found, turn, about))


def notes_on(
    service: Service, article: Article, found: Sequence[Passage], turn: Turn, terms: Sequence[Term]
) -> list[str]:
    """What a quotation alone leaves unsaid: that a name stands for a term, and what a term that is asked for means."""
    lines = []
    quoted = " ".join(p.text for p in found).casefold()
    for term in terms:
        asked = turn.names.get(term.value, "").casefold()
        name = next((n for n in article.names if n.text.casefold() == asked and n.kind in _OTHER_NAMES), None)
        if name is not None and asked not in quoted:
            lines.append(
                service.wording.frames["listed"].replace("{name}", name.text).replace("{term}", term.value.lower())
            )
        if turn.intent == "ask_definition":
            lines += [_explanation(e) for e in article.glossary if e.term.casefold() == term.value.casefold()]
    return lines


_OTHER_NAMES = {"brand", "abbreviation"}


def _explanation(entry: GlossaryEntry) -> str:
    return f"{entry.term[:1].upper()}{entry.term[1:]}: {entry.explanation}"


def _lacking(article: Article, turn: Turn, terms: Sequence[Term]) -> str | None:
    """The row of not_covered.yml for a thing that is asked about and that the article does not have, if any."""
    groups = {group for _, group in turn.others}
    specific = any(term.specific for term in terms)
    if "test" in groups and turn.intent in {"ask_diagnosis", "ask_definition"}:
        return "test"
    if (
        groups & {"drug", "remedy"}
        and not specific
        and turn.intent in {"ask_treatment", "ask_definition", "ask_causes"}
    ):
        return "drug" if "drug" in groups else "remedy"
    if "cancer" in groups and not specific and turn.intent in {"ask_who_gets", "ask_definition"}:
        return "cancer"
    return None


def pick_article(service: Service, turn: Turn) -> Article | tuple[Reply, Talk]:
    """The article the question is about, or the reply to one that is about none, or about an unclear one of several."""
    likely = {a: p for a, p in scope_of(service, turn).items() if p >= IN_SCOPE}
    if not likely:
        return out_of_scope(service, turn)
    best = max(likely.values())
    close = [a for a, p in likely.items() if best - p <= CLOSE]
    return service.library.article(close[0]) if len(close) == 1 else _ask_which(service, turn, close)


def scope_of(service: Service, turn: Turn) -> dict[str, float]:
    """P(about it) by article: the classifier's, and what is named and talked about, added as log odds."""
    named = {a: NAMED for a in turn.articles}
    for article in service.library.articles:
        if any(term.specific for term in terms_of(service, article, turn)):
            named[article.id] = named.get(article.id, 0.0) + TERM_NAMED
    elsewhere = {group for _, group in turn.others} & FOREIGN
    if elsewhere and not named:
        return {id: p * 0.1 for id, p in turn.scope.items()}
    if turn.talk.article in turn.scope and turn.common and not named:
        return {str(turn.talk.article): 1.0}
    if turn.talk.article is not None and not named:
        named[turn.talk.article] = TALKED_ABOUT
    elif turn.common and not named:
        named = {article.id: NOTHING_ELSE for article in service.library.articles}
    others = len(service.library.articles) > 1 and 0 < len(named) < len(service.library.articles)
    result = {}
    for id, p in turn.scope.items():
        p = min(max(p, 1e-6), 1 - 1e-6)
        odds = math.log(p / (1 - p)) + named.get(id, -NAMED if others else 0.0)
        result[id] = 1 / (1 + math.exp(-odds))
    return result


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


def show(
    service: Service,
    article: Article,
    found: Sequence[Passage],
    talk: Talk,
    intent: str,
    *,
    simply: bool = False,
    notes: Sequence[str] = (),
) -> tuple[Reply, Talk]:
    """Quote passages, put them in plain words, and name their source.

    `notes` are lines that go with the plain words; with `simply`, those come in full, with the terms explained.
    """
    found = _with_lists(article, found)
    section = found[0].section
    citations = tuple(citation(article, kind) for kind in dict.fromkeys(p.section for p in found))
    explained = found if simply or len(found) <= PLAIN_AT_MOST else found[:1]
    plain = " ".join(p.plain for p in explained if p.plain)
    lines = quote(found)
    lines += [service.wording.frames["missing"].replace("{missing}", p.missing) for p in found if p.missing]
    if plain:
        lines.append(service.wording.frames["plain"].format(plain=plain))
    lines += notes
    if simply:
        lines += _explained(service, article, found)
    lines.append(source_line(citations))
    offers: tuple[Offer, ...] = (offer(service.wording, None, "simplify"),) if not simply else ()
    offers += section_offers(service.wording, article, but=section, most=3 - len(offers))
    reply = compose(
        "answer", lines, article=article.id, section=section, passages=tuple(p.id for p in found),
        citations=citations, plain=plain or None, offers=offers,
    )  # fmt: skip
    before = talk.seen if talk.article == article.id else ()
    seen = tuple(dict.fromkeys((*before, *reply.passages)))
    new = replace(
        talk, article=article.id, section=section, passages=reply.passages, seen=seen, intent=intent, misses=0
    )
    return reply, new


def _with_lists(article: Article, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """An introducing sentence that says nothing without its bullets takes them along."""
    if len(found) == 1 and found[0].lead_in and not found[0].text.rstrip().endswith("."):
        section = article.section(found[0].section)
        if section is not None:
            return section.passages
    return tuple(found)


def _explained(service: Service, article: Article, found: Sequence[Passage]) -> list[str]:
    """Glossary entries of the terms these passages use, one a line, what is peculiar to the passages first."""
    used = service.terms[article.id]
    shown = {p.id for p in found}
    entries = [
        (term, entry)
        for entry in article.glossary
        if (term := used.get(entry.term.casefold())) and shown & set(term.passages)
    ]
    entries.sort(key=lambda pair: (not pair[0].specific, len(pair[0].passages)))
    return [_explanation(entry) for _, entry in entries[:EXPLAINED_AT_MOST]]


def not_covered(
    service: Service, turn: Turn, kind: str | None = None, article: Article | None = None
) -> tuple[Reply, Talk]:
    """Say that the article does not answer, name the nearest thing it says, and give a question for the care team."""
    if article is None:
        picked = pick_article(service, turn)
        if not isinstance(picked, Article):
            return picked
        article = picked
    silence = service.wording.silences[kind or turn.intent]
    frames = service.wording.frames
    near = _with_lists(article, [choose.nearest(article, silence.nearest, terms_of(service, article, turn), turn)])[:2]
    citations = (citation(article, near[0].section),)
    says_not = service.fill(f"The article does not say {_asked(article, silence, turn, service)}.", article)
    if turn.talk.misses >= 2 and turn.talk.misses % 2 == 0:
        reply = compose(
            "not_covered",
            [says_not, service.fill(frames["missed"])],
            article=article.id,
            offers=section_offers(service.wording, article, most=3),
        )
        return reply, replace(turn.talk, article=article.id, intent=turn.intent, misses=turn.talk.misses + 1)
    lines = [
        says_not,
        frames["nearest"],
        *quote(near),
        source_line(citations),
        service.fill(frames["ask_team"].replace("{question}", silence.question), article),
    ]
    reply = compose(
        "not_covered", lines, article=article.id, section=near[0].section, passages=tuple(p.id for p in near),
        citations=citations, offers=section_offers(service.wording, article, but=None, most=3),
    )  # fmt: skip
    talk = replace(turn.talk, article=article.id, section=near[0].section, passages=reply.passages, intent=turn.intent)
    return reply, replace(talk, misses=turn.talk.misses + 1)


def _asked(article: Article, silence: Silence, turn: Turn, service: Service) -> str:
    """What was asked, by the name of the drug, test or treatment where the question has one."""
    things = [turn.names.get(name, name) for name, group in turn.others if group in _NAMEABLE]
    for term in terms_of(service, article, turn):
        if term.specific and any(id.split(".")[0] in {"treatment", "diagnosis"} for id in term.passages):
            typed = turn.names.get(term.value, "").casefold()
            name = next((n.text for n in article.names if n.text.casefold() == typed and n.kind != "misspelling"), "")
            things.append(name or term.value[:1].lower() + term.value[1:])
    if not silence.named or not things:
        return silence.what
    return silence.named.replace("{thing}", " or ".join(list(dict.fromkeys(things))[:2]))


_NAMEABLE = {"drug", "test", "remedy"}


def out_of_scope(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Another subject: say what can be talked about."""
    text, talk = service.next_text(turn.talk, "out_of_scope", service.wording.out_of_scope)
    offers = topic_offers(service)
    return compose("out_of_scope", [text], offers=offers), replace(talk, misses=talk.misses + 1)


def topic_offers(service: Service) -> tuple[Offer, ...]:
    """Where to begin: the first sections of the only article, or the overview of each."""
    articles = service.library.articles
    if len(articles) == 1:
        kinds = [k for k in ("overview", "symptoms", "treatment") if articles[0].section(k)]
        return tuple(offer(service.wording, articles[0], kind) for kind in kinds)
    return tuple(offer(service.wording, a, a.sections[0].kind) for a in articles[:3])


def terms_of(service: Service, article: Article, turn: Turn) -> list[Term]:
    """The article's terms that the turn names."""
    known = service.terms[article.id]
    return [known[value.casefold()] for owner, value in turn.terms if owner == article.id and value.casefold() in known]
