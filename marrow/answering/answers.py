"""Questions: quote the passages that answer them, or say honestly that none does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.context import in_context, the_others, the_rest
from marrow.answering.effects import effect_named, speaking
from marrow.answering.heard import heard
from marrow.answering.meaning import Wanted, bare, wanted
from marrow.answering.named import specific_terms, terms_of
from marrow.answering.offers import offer, section_offers
from marrow.answering.service import Service
from marrow.answering.silences import OF_SYMPTOMS, by_thing, by_topic, lacking, not_covered, tells_feelings
from marrow.answering.subject import pick_article, refuse
from marrow.answering.terms import Term, holds, is_section, same_root
from marrow.answering.topic import points
from marrow.answering.turn import SECTIONS_OF, Talk, Turn
from marrow.content import Article, GlossaryEntry, Passage
from marrow.reply import Offer, Reply, citation, compose, quote, source_line, with_comfort, with_line

# A word alone that asks: "Headache?", "and itching?", "what about fever".
_BARE = re.compile(
    r"(?:(?:and|or) )?(?:(?:what|how) about )?(?:an? |the )?"
    r"(?P<x>(?!how|what|when|where|which|who|why|really|does|often|worse|better|else|more|that|this|much)[a-z]{5,})\s*\?*",
    re.IGNORECASE,
)
#: Passages beyond which an answer gives the plain wording of its first one only; "more simply" gives the rest.
PLAIN_AT_MOST = 3
#: Terms that "more simply" explains.
EXPLAINED_AT_MOST = 4
#: Passages quoted with what a word means.
MEANT_AT_MOST = 3
#: From this confidence on "what is radiology?" asks what the word means.
PLAINLY = 0.9
#: Kinds of question that "can it lower your platelets?" is taken for.
_MAY_ASK_OF_EFFECT = {*OF_SYMPTOMS, "ask_who_gets", "ask_treatment"}
_OTHER_NAMES = {"brand", "abbreviation"}


def question(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """A question: answer it, or say that the article does not; with a kind word or the safety line where they fit."""
    if _asks_what_treatment_does(service, turn):
        turn = replace(turn, intent="ask_treatment")
    if heard("bare_what_helps", turn.text):
        turn = replace(turn, intent="ask_treatment", ranking=(), scores={})
    turn = in_context(service, turn)
    if turn.intent == "ask_prevention" and heard("prevents_breaks", turn.text):
        turn = replace(turn, intent="ask_treatment")
    if heard("animals", turn.text):
        return refuse(service, turn)
    if row := by_topic(service, turn):
        said = not_covered(service, turn, row)
    elif turn.intent in SECTIONS_OF:
        said = answer(service, turn)
    else:
        said = _other_sign(service, turn) or not_covered(service, turn, by_thing(turn))
    return _with_lines(service, turn, *said)


def _asks_what_treatment_does(service: Service, turn: Turn) -> bool:
    """ "Does radiation shrink tumours?", and "does it shrink them?" after it, whatever kind it looks like."""
    of_treatment = turn.talk.section == "treatment" and points(turn.text)
    named = bool({group for _, group in turn.others} & {"drug", "procedure", "remedy"}) or any(
        id.startswith("treatment.") for term in specific_terms(service, turn) for id in term.passages
    )
    kinds = {"ask_side_effects", "ask_complications", "ask_symptoms"} if of_treatment else {"ask_side_effects"}
    return (of_treatment or named) and turn.intent in kinds and heard("whether_it_helps", turn.text)


def _other_sign(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "Headache?" after the symptoms: one that the article does not have."""
    found = _BARE.fullmatch(turn.text.strip())
    if turn.talk.section != "symptoms" or not found or turn.terms or turn.others or turn.talk.article is None:
        return None
    article = service.library.article(turn.talk.article)
    return not_covered(service, turn, "mention", article, Term(article.id, found["x"].lower(), (), specific=True))


def _with_lines(service: Service, turn: Turn, reply: Reply, talk: Talk) -> tuple[Reply, Talk]:
    """The reply with a kind word or the safety line where they fit."""
    of_symptom = turn.intent in OF_SYMPTOMS or any(group == "symptom" for _, group in turn.others)
    silent = reply.outcome == "not_covered" and of_symptom
    grave = silent and (service.red_flags.suspect(turn.text).sign or heard("names_general", turn.text))
    if turn.intent == "ask_emergency_care" or grave:
        reply = with_line(reply, service.emergency.help_line())
    return acknowledged(service, turn, reply, talk)


def acknowledged(service: Service, turn: Turn, reply: Reply, talk: Talk) -> tuple[Reply, Talk]:
    """The reply with a kind word first, once, where the message says how someone feels beside what it asks."""
    if reply.comfort or reply.outcome == "out_of_scope" or not tells_feelings(service, turn):
        return reply, talk
    line, talk = service.next_text(talk, "comfort", service.wording.comfort)
    return with_comfort(reply, line), talk


def meaning(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """The reply to "what does X mean?", whatever the classifier takes it for; None for anything else."""
    said = _meaning(service, turn)
    return _with_lines(service, turn, *said) if said else None


def _meaning(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    asked = wanted(turn.text)
    if asked is None or (not asked.plainly and asked.definite and turn.intent != "ask_definition"):
        return None  # "what is the outlook?" asks how it goes, not what the word means
    loose = turn.intent == "ask_definition"
    turn = replace(turn, intent="ask_definition")
    for article in sorted(
        service.library.articles, key=lambda a: (a.id != turn.talk.article, -turn.scope.get(a.id, 0))
    ):
        terms = _terms_asked(service, article, asked, turn)
        title = bare(turn.names.get(article.id, "")) == asked.words
        if not terms and not title:
            continue
        entries = entries_of(article, [article.title] if title else [term.value for term in terms])
        if not entries:
            return None
        found = _using(article, terms, turn, asked)
        notes = notes_on(service, article, found, turn, terms) if terms else [explanation(e) for e in entries]
        return show(service, article, found, turn.talk, turn.intent, notes=notes, asked=[e.term for e in entries])
    lone = loose and asked.is_lone and turn.confidence >= PLAINLY and not (turn.articles or turn.terms)
    return _unexplained(service, turn, asked) if asked.is_word or lone else None


def _terms_asked(service: Service, article: Article, asked: Wanted, turn: Turn) -> list[Term]:
    """The terms whose name is what is asked for, else, of a word that stands nowhere, those it is another form of
    ("metastatic")."""
    named = [t for t in terms_of(service, article, turn) if bare(turn.names.get(t.value, t.value)) == asked.words]
    # "What does compression mean?": a word of a term that is explained, of those shown last where some are.
    part = [e.term for e in article.glossary if asked.words in e.term.casefold().split()]
    if named or turn.others or not (asked.is_word or (asked.is_lone and part)):
        return named
    names = [article.title, *(n.text for n in article.names if n.means == article.title)]
    own = {word for name in names for word in name.casefold().split()}
    if part and asked.words not in own:
        shown = [p.text for p in article.passages() if p.id in turn.talk.passages]
        part = [term for term in part if any(holds(text, term) for text in shown)] or part
        return [t for t in service.terms[article.id].values() if t.value.casefold() in {e.casefold() for e in part}]
    if any(holds(p.text, asked.words) for p in article.passages()):
        return named
    return [t for t in service.terms[article.id].values() if same_root(t.value.casefold(), asked.words)]


def _using(article: Article, terms: Sequence[Term], turn: Turn, asked: Wanted) -> Sequence[Passage]:
    """The passages to quote with a term's explanation: some that use it."""
    if not asked.plainly and terms and (kind := is_section(terms[0].value)) and (section := article.section(kind)):
        return section.passages  # "what is prognosis?" wants to know how it is, too
    found = choose.select(article, terms, turn)
    if not terms or any(p.id in term.passages for term in terms for p in found):
        return found or article.sections[0].passages
    return [p for p in article.passages() if p.id in terms[0].passages][:MEANT_AT_MOST]


def _unexplained(service: Service, turn: Turn, asked: Wanted) -> tuple[Reply, Talk] | None:
    """The article uses a word and does not explain it, or might; None where the question is about another subject."""
    if turn.others:
        return None
    for article in service.library.articles:
        if users := tuple(p.id for p in article.passages() if holds(p.text, asked.words)):
            word = Term(article.id, asked.words, users, specific=True)
            return not_covered(service, turn, "meaning", article, word)
    picked = pick_article(service, turn)
    if not isinstance(picked, Article):
        return None
    return not_covered(service, turn, "meaning", picked, Term(picked.id, asked.words, (), specific=True))


def answer(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Answer a question of a kind that articles answer."""
    picked = pick_article(service, turn)
    if not isinstance(picked, Article):
        return picked
    terms = terms_of(service, picked, turn)
    if row := lacking(picked, turn, terms):
        return not_covered(service, turn, row, picked)
    rest = the_rest(picked, turn, terms) or the_others(service, picked, turn, terms)
    found = rest or choose.select(picked, terms, turn)
    if not found:
        return _not_of_that(service, turn, picked, terms)
    about = [term for term in terms if any(p.id in term.passages for p in found)]
    asks_whether = turn.intent in _MAY_ASK_OF_EFFECT and not any(term.specific for term in about)
    if asks_whether and (spoken := speaking(service, picked, turn, found)) is not None:
        if not spoken:
            said = effect_named(turn)
            word = Term(picked.id, said, (), specific=True) if said else None
            return not_covered(service, turn, "effect", picked, word)
        found = spoken
    notes = notes_on(service, picked, found, turn, about)
    return show(service, picked, found, turn.talk, turn.intent, notes=notes, asked=[term.value for term in about])


def _not_of_that(service: Service, turn: Turn, article: Article, terms: Sequence[Term]) -> tuple[Reply, Talk]:
    """A kind of question that the article answers, of a thing of which it does not: "how is high calcium treated?"."""
    row = f"{turn.intent.removeprefix('ask_')} of"
    named = [term for term in terms if term.specific and term.value in turn.names]
    generic = named and turn.names[named[0].value].casefold() in service.wording.generic
    if not named or generic or row not in service.wording.silences:
        return not_covered(service, turn, "detail", article)
    typed = turn.names[named[0].value]
    return not_covered(
        service, turn, row, article, replace(named[0], value=typed if typed.isupper() else typed.lower())
    )


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
            lines += [explanation(e) for e in entries_of(article, [term.value])]
    return lines


def entries_of(article: Article, values: Sequence[str]) -> list[GlossaryEntry]:
    """The glossary's entries of terms, of one that has none ("Bisphosphonates or denosumab") those of its parts."""
    entries: list[GlossaryEntry] = []
    for value in values:
        own = [e for e in article.glossary if e.term.casefold() == value.casefold()]
        entries += own or [e for e in article.glossary if holds(value, e.term)]
    return list(dict.fromkeys(entries))


def explanation(entry: GlossaryEntry) -> str:
    """A glossary entry as a line."""
    return f"{entry.term[:1].upper()}{entry.term[1:]}: {entry.explanation}"


def show(
    service: Service,
    article: Article,
    found: Sequence[Passage],
    talk: Talk,
    intent: str,
    *,
    simply: bool = False,
    notes: Sequence[str] = (),
    asked: Sequence[str] = (),
) -> tuple[Reply, Talk]:
    """Quote passages, put them in plain words, and name their source.

    `notes` are lines that go with the plain words; with `simply`, those come in full, with the terms explained, those
    that were `asked` about first; before all else where the plain words were read already: in one line, as the widget
    takes one line at most before a quotation.
    """
    found = choose.with_lists(article, found)
    section = found[0].section
    citations = tuple(citation(article, kind) for kind in dict.fromkeys(p.section for p in found))
    put_plainly = found if simply or len(found) <= PLAIN_AT_MOST else found[:1]
    plain = " ".join(p.plain for p in put_plainly if p.plain)
    lines = quote(choose.as_quoted(article, found))
    lines += [service.wording.frames["missing"].replace("{missing}", p.missing) for p in found if p.missing]
    if plain:
        lines.append(service.wording.frames["plain"].format(plain=plain))
    lines += notes
    if simply:
        known = talk.passages == tuple(p.id for p in found) and not talk.misses and len(found) <= PLAIN_AT_MOST
        explained = _explained(service, article, found, asked)
        lines = [" ".join(explained), *lines] if known and plain else [*lines, *explained]
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
        talk, article=article.id, section=section, passages=reply.passages, seen=seen, intent=intent, misses=0,
        asked=tuple(asked),
    )  # fmt: skip
    return reply, new


def _explained(service: Service, article: Article, found: Sequence[Passage], asked: Sequence[str]) -> list[str]:
    """Glossary entries, one a line: those asked about, then those of the terms these passages use, what is peculiar to
    the passages first."""
    used = service.terms[article.id]
    shown = {p.id for p in found}
    entries = [
        (term, entry)
        for entry in article.glossary
        if (term := used.get(entry.term.casefold())) and shown & set(term.passages)
    ]
    entries.sort(key=lambda pair: (not pair[0].specific, len(pair[0].passages)))
    wanted_first = dict.fromkeys([*entries_of(article, asked), *(entry for _, entry in entries)])
    return [explanation(entry) for entry in list(wanted_first)[:EXPLAINED_AT_MOST]]
