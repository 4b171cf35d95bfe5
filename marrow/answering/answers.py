"""Questions: pick the article, then quote what answers them, or say honestly that nothing does."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.context import groups_of, in_context, the_others, the_rest
from marrow.answering.heard import heard, plain
from marrow.answering.meaning import Wanted, bare, wanted
from marrow.answering.named import terms_of
from marrow.answering.offers import offer, section_offers
from marrow.answering.parts import tells
from marrow.answering.service import Service
from marrow.answering.terms import Term, holds, is_section, same_root
from marrow.answering.turn import FEELINGS, SECTIONS_OF, Talk, Turn
from marrow.answering.wording import Also, Silence
from marrow.content import Article, GlossaryEntry, Passage
from marrow.reply import Offer, Reply, citation, compose, quote, source_line, with_comfort, with_line

#: Below this P(about an article) a question is about something else.
IN_SCOPE = 0.9
#: Two articles whose P differ by less are both meant.
CLOSE = 0.25
#: What is added to the log odds of an article that is named, one of whose own terms is, or that is being talked about.
NAMED, TERM_NAMED, TALKED_ABOUT = 5.0, 2.0, 2.5
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
#: Kinds of question that a symptom may be asked about in, where such words link it: "can it cause seizures?".
_OF_SYMPTOMS = {"ask_symptoms", "ask_complications", "ask_causes", "ask_prognosis", "ask_definition"}
_LINKS = re.compile(
    r"^(?:so |and |but )?(?:can|could|do|does|is|are|will|would|might|may)\b.*\b(?:caus\w*|symptoms?|signs?|leads?"
    r"|bring|give|get|have|risk|result|linked|related|part of|due to|happen|normal|from)\b"
    r"|\b(?:symptom|sign|complication|part|risk) of\b|\bcan (?:it|they|this|bone \w+) (?:also )?(?:caus|give|bring)",
    re.IGNORECASE,
)
# A word alone that asks: "Headache?", "and itching?", "what about fever".
_BARE = re.compile(
    r"(?:(?:and|or) )?(?:(?:what|how) about )?(?:an? |the )?"
    r"(?P<x>(?!how|what|when|where|which|who|why|really|does|often|worse|better|else|more|that|this|much)[a-z]{5,})\s*\?*",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:same|like|different|differs?|difference|versus|vs|compared?|comparable|similar|opposite|related)\b",
    re.IGNORECASE,
)
#: The same where the text names no subject at all.
NOTHING_ELSE = 2.0
#: From which share of feelings on a question is met with a kind word first.
FEELS = 0.15
#: Passages beyond which an answer gives the plain wording of its first one only; "more simply" gives the rest.
PLAIN_AT_MOST = 3
#: Terms that "more simply" explains.
EXPLAINED_AT_MOST = 4
#: Passages quoted with what a word means.
MEANT_AT_MOST = 3
#: Misses in a row after which a further one says whom to turn to.
MISSES_AT_MOST = 2
#: From this confidence on "what is radiology?" asks what the word means.
PLAINLY = 0.9


def question(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """A question: answer it, or say that the article does not; with a kind word or the safety line where they fit."""
    turn = in_context(service, turn)
    if heard("animals", turn.text):
        return refuse(service, turn)
    if row := _by_topic(service, turn):
        said = not_covered(service, turn, row)
    elif turn.intent in SECTIONS_OF:
        said = answer(service, turn)
    else:
        said = _other_sign(service, turn) or not_covered(service, turn, _by_thing(turn))
    return _with_lines(service, turn, *said)


def _by_topic(service: Service, turn: Turn) -> str | None:
    """The row of not_covered.yml whose words the question has, where it stands in for the row of its kind."""
    words = plain(turn.text)
    for name, silence in service.wording.silences.items():
        if silence.words is None or not silence.words.search(words):
            continue
        silent = silence.instead_of in {"silent", "any"} and turn.intent in service.wording.silences
        if silent or silence.instead_of == "any" or turn.intent in silence.instead_of:
            return name
    return None


def _by_thing(turn: Turn) -> str | None:
    """The row for how what is talked about differs from another illness, or for a medicine where a remedy was expected,
    if either."""
    groups = {group for _, group in turn.others}
    compares = turn.intent in {"ask_comparison", "ask_types"} and groups & {"cancer", *UNLIKE}
    if compares and _COMPARES.search(turn.text):
        return "apart"
    if turn.intent in {"ask_alternative", "ask_diet"} and "remedy" not in groups:
        return "drug" if "drug" in groups else "procedure" if "procedure" in groups else None
    return None


def _other_sign(service: Service, turn: Turn) -> tuple[Reply, Talk] | None:
    """ "Headache?" after the symptoms: one that the article does not have."""
    found = _BARE.fullmatch(turn.text.strip())
    if turn.talk.section != "symptoms" or not found or turn.terms or turn.others or turn.talk.article is None:
        return None
    article = service.library.article(turn.talk.article)
    return not_covered(service, turn, "mention", article, Term(article.id, found["x"].lower(), (), specific=True))


def _with_lines(service: Service, turn: Turn, reply: Reply, talk: Talk) -> tuple[Reply, Talk]:
    """The reply with a kind word or the safety line where they fit."""
    silent_on = {group for _, group in turn.others} if reply.outcome == "not_covered" else set()
    grave = "symptom" in silent_on and (service.red_flags.suspect(turn.text).sign or heard("names_general", turn.text))
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
    if named or not asked.is_word or turn.others or any(holds(p.text, asked.words) for p in article.passages()):
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


def tells_feelings(service: Service, turn: Turn) -> bool:
    """Whether the message says how someone feels, beside what it asks."""
    if sum(share for intent, share in turn.ranking if intent in FEELINGS) >= FEELS:
        return True
    words = " ".join(re.findall(r"[a-z]+", turn.text.lower().replace("'", "").replace("’", "")))
    return any(f" {phrase} " in f" {words} " for phrase in service.wording.feelings)


def answer(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Answer a question of a kind that articles answer."""
    picked = pick_article(service, turn)
    if not isinstance(picked, Article):
        return picked
    terms = terms_of(service, picked, turn)
    if lacking := _lacking(picked, turn, terms):
        return not_covered(service, turn, lacking, picked)
    rest = the_rest(picked, turn, terms) or the_others(service, picked, turn, terms)
    found = rest or choose.select(picked, terms, turn)
    if not found:
        return _not_of_that(service, turn, picked, terms)
    about = [term for term in terms if any(p.id in term.passages for p in found)]
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


_OTHER_NAMES = {"brand", "abbreviation"}


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


def _lacking(article: Article, turn: Turn, terms: Sequence[Term]) -> str | None:
    """The row of not_covered.yml for a thing that is asked about and that the article does not have, if any."""
    groups = {group for _, group in turn.others}
    specific = any(term.specific for term in terms)
    if "test" in groups and turn.intent in {"ask_diagnosis", "ask_definition"}:
        return "test"
    if (
        groups & {"drug", "procedure", "remedy"}
        and not specific
        and turn.intent in {"ask_treatment", "ask_definition", "ask_causes"}
    ):
        return next(group for group in ("drug", "procedure", "remedy") if group in groups)
    if "symptom" in groups and not specific and turn.intent in _OF_SYMPTOMS and _LINKS.search(turn.text):
        return "symptom"
    if "cancer" in groups and not specific and turn.intent in {"ask_who_gets", "ask_definition"}:
        return "cancer"
    if "organ" in groups and not specific and turn.intent == "ask_who_gets":
        return "cancer"
    if groups & UNLIKE and not specific:
        if _COMPARES.search(turn.text):
            return "apart"
        if turn.intent == "ask_definition" or "sign" in groups:
            return "mention" if turn.articles or turn.talk.article else "meaning"
    return None


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
    if foreign and not named and not apart:
        return {id: p * 0.1 for id, p in turn.scope.items()}
    if turn.talk.article in turn.scope and (turn.common or apart) and not named:
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


def _told_apart(turn: Turn, name: str = "") -> bool:
    """Whether a talk's subject is to be told from another thing: "how do they tell it from a hernia?"."""
    if turn.talk.article is None:
        return False
    if name and _COMPARES.search(turn.text):
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
    found = _with_lists(article, found)
    section = found[0].section
    citations = tuple(citation(article, kind) for kind in dict.fromkeys(p.section for p in found))
    put_plainly = found if simply or len(found) <= PLAIN_AT_MOST else found[:1]
    plain = " ".join(p.plain for p in put_plainly if p.plain)
    lines = quote(found)
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


def _with_lists(article: Article, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """An introducing sentence that says nothing without its bullets takes them along."""
    if len(found) == 1 and found[0].lead_in and not found[0].text.rstrip().endswith("."):
        section = article.section(found[0].section)
        if section is not None:
            return section.passages
    return tuple(found)


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


def not_covered(
    service: Service, turn: Turn, kind: str | None = None, article: Article | None = None, word: Term | None = None
) -> tuple[Reply, Talk]:
    """Say that the article does not answer, name the nearest thing it says, and give a question for the care team.

    `word` is one whose meaning is asked for.
    """
    if article is None:
        picked = pick_article(service, turn)
        if not isinstance(picked, Article):
            return picked
        article = picked
    row = kind or turn.intent
    silence = service.wording.silences[row]
    frames = service.wording.frames
    terms = [word] if word and word.passages else terms_of(service, article, turn)
    tests = ("diagnosis",) if turn.intent == "ask_cost" and any(g == "test" for _, g in turn.others) else ()
    near = _with_lists(article, [choose.nearest(article, (*tests, *silence.nearest), terms, turn)])[:2]
    if silence.whole and (section := article.section(silence.nearest[0])):
        near = section.passages
    shown = f"{row} {near[0].id}"
    again = turn.talk.said.get(shown, 0)
    asked = tuple(term.value for term in terms if term.specific) or (turn.talk.asked if turn.common else ())
    line, talk = missed(service, replace(turn.talk, article=article.id, intent=turn.intent, asked=asked))
    if again or not line:
        talk = talk.counted(shown)
    others = service.wording.says_again
    says_not = others[(again - 1) % len(others)] if again else frames["says_not"]
    lines = [says_not.replace("{what}", _asked(article, silence, turn, service, word))]
    # One kind word is enough, and only once.
    if silence.kind and f"kind {row}" not in talk.said and not tells_feelings(service, turn):
        lines.insert(0, silence.kind)
        talk = talk.counted(f"kind {row}")
    lines = [service.fill(text, article) for text in lines]
    also = _also(silence, turn)
    asks = also.question if also and also.question else silence.question
    ask_team = service.fill(frames["ask_team"].replace("{question}", asks), article)
    offers = section_offers(service.wording, article, most=3)
    if line or again:  # what was shown is no nearer the second time, and one thing to do is enough
        lines += [ask_team, *line, *([frames["choose"]] if line else [])]
        return compose("not_covered", lines, article=article.id, offers=offers), talk
    citations = (citation(article, near[0].section),)
    reply = compose(
        "not_covered", [*lines, frames["nearest"], *quote(near), source_line(citations), ask_team],
        article=article.id, section=near[0].section, passages=tuple(p.id for p in near), citations=citations,
        offers=offers,
    )  # fmt: skip
    return reply, replace(talk, section=near[0].section, passages=reply.passages)


def missed(service: Service, talk: Talk) -> tuple[list[str], Talk]:
    """Count a reply that does not answer; after some in a row, a line that says sorry and whom to turn to."""
    counted = replace(talk, misses=talk.misses + 1)
    if talk.misses < MISSES_AT_MOST:
        return [], counted
    line, counted = service.next_text(counted, "missed", service.wording.missed)
    return [line], counted


def _asked(article: Article, silence: Silence, turn: Turn, service: Service, word: Term | None) -> str:
    """What was asked: by the words of the question, or by the name of the word, drug, test or treatment it has."""
    if word is not None:
        return silence.named.replace("{thing}", word.value)
    if also := _also(silence, turn):
        return also.what
    things = [_shown_as(turn.names.get(name, name), name) for name, group in turn.others if group in silence.of]
    weighs = turn.intent in {"ask_comparison", "ask_choice"}
    # Of what the article has beside a thing that it has not, it does say something.
    for term in terms_of(service, article, turn) if weighs or not things else ():
        if term.specific and groups_of(term) & set(silence.of):
            typed = turn.names.get(term.value, "").casefold()
            name = next((n.text for n in article.names if n.text.casefold() == typed and n.kind != "misspelling"), "")
            if not {term.value.casefold(), name.casefold()} & set(service.wording.generic):
                things.append(name or term.value[:1].lower() + term.value[1:])
    if not silence.named or not things:
        return silence.what
    things = [_with_article(thing, service.wording.counted) for thing in dict.fromkeys(things)]
    return silence.named.replace("{thing}", " or ".join(things[:2]))


def _also(silence: Silence, turn: Turn) -> Also | None:
    words = plain(turn.text)
    return next((also for also in silence.also if also.words.search(words)), None)


def _shown_as(typed: str, name: str) -> str:
    """A name as it was typed, with the capitals that it has in elsewhere.yml: "mri" is "MRI"."""
    return name if any(c.isupper() for c in name) else typed


def _with_article(name: str, counted: Sequence[str]) -> str:
    """The name as it stands within a sentence: "a bone scan", "an MRI scan", "morphine", "blood tests".

    `counted` are last words that go with "a" or "an".
    """
    if re.split(r"[\s-]", name.casefold())[-1] not in counted:
        return name
    return f"{'an' if _AN.match(name) else 'a'} {name}"


# What "an" stands before: a vowel that is said, or a letter whose name begins with one.
_AN = re.compile(r"(?!urine|uni)[aeiou]|x\b|xray|(?:mri|hiv)\b", re.IGNORECASE)


def refuse(service: Service, turn: Turn) -> tuple[Reply, Talk]:
    """Another subject: say what can be talked about; in a talk, thank for what someone tells of people."""
    if turn.talk.article and tells(turn.text):
        text, talk = service.next_text(turn.talk, "tells", service.wording.smalltalk["tells"])
        return compose("smalltalk", [text], offers=topic_offers(service)), talk
    line, talk = missed(service, turn.talk)
    text, talk = service.next_text(talk, "out_of_scope", service.wording.out_of_scope)
    return compose("out_of_scope", [*line, text], offers=topic_offers(service)), talk


def topic_offers(service: Service) -> tuple[Offer, ...]:
    """Where to begin: the first sections of the only article, or the overview of each."""
    articles = service.library.articles
    if len(articles) == 1:
        kinds = [k for k in ("overview", "symptoms", "treatment") if articles[0].section(k)]
        return tuple(offer(service.wording, articles[0], kind) for kind in kinds)
    return tuple(offer(service.wording, a, a.sections[0].kind) for a in articles[:3])
