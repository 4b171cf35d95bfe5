"""Which passages of an article answer a question: one bullet for a narrow one, the section for a broad one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering.terms import Term
from marrow.answering.turn import SECTIONS_OF, Turn
from marrow.content import Article, Passage, Section

# A question whether something does something, and none of which of several does.
_WHETHER = re.compile(
    r"(?:(?:so|and|but|ok|okay)[ ,]+)*(?:do|does|did|will|would|can|could)\b(?!.*\bor\b)", re.IGNORECASE
)
#: Letters in which the forms of one word are the same: "surgery", "surgical".
ROOT = 4
#: What of a section's probability its passages keep when the kind of question points to another section.
ELSEWHERE = 0.15
#: A passage likelier than this is quoted whatever kinds and terms say, and alone from the second on.
LIKELY, CERTAIN = 0.6, 0.85
#: A passage that holds this share of its section's probability answers alone.
ALONE = 0.7
#: Of a list, the bullets that hold this share answer; if they are many, the question was broad.
SHARE, NARROW_AT_MOST = 0.6, 2
#: Words of a question that names no subject, up to which it asks for the whole section.
BARE = 4
#: A passage less likely than this is not the nearest to anything.
NEAR_ENOUGH = 0.3
#: What the first, second and third section of a kind of question count.
RANKS = (1.0, 0.2, 0.1)


def select(article: Article, terms: Sequence[Term], turn: Turn) -> tuple[Passage, ...]:
    """The passages that answer, or none when the article has what is asked about, but not what is asked of it.

    Kinds and terms choose; a passage that the classifier of passages is sure of overrules them (on questions of two
    held-out sets it is right for 97 % where they are for 95 %).
    """
    doer = _doer(terms, turn)
    found = _by_kind_and_terms(article, doer or terms, turn)
    best = max(article.passages(), key=lambda p: likeness(article, p, turn))
    share = likeness(article, best, turn)
    if not found or best in found or share < LIKELY or (doer and not _names(best, doer[0])):
        return found
    # What something is, or does, stands where its name does.
    about = terms if turn.intent == "ask_definition" else [term for term in terms if term.specific]
    kinds = {"ask_definition", "ask_complications"}
    named = turn.intent in kinds and any(p.id in term.passages for term in about for p in found)
    if share >= CERTAIN and not named:
        return (best,)
    return tuple(p for p in article.passages() if p in (best, found[0]))


def _doer(terms: Sequence[Term], turn: Turn) -> list[Term]:
    """The treatment of "does denosumab stop the pain?", where no passage on treatment has all that is named: a passage
    on what else stops pain would read as if it did."""
    specific = [t for t in terms if t.specific and t.value in turn.names]
    if turn.intent != "ask_treatment" or not specific or not _WHETHER.match(turn.text):
        return []
    text = turn.text.casefold()
    first = min(specific, key=lambda term: text.find(turn.names[term.value].casefold()))
    on_treatment = [{id for id in t.passages if id.startswith("treatment.")} for t in specific]
    together = set.intersection(*on_treatment)
    if not on_treatment[specific.index(first)] or (together and len(specific) > 1):
        return []
    return [first]


def _names(passage: Passage, term: Term) -> bool:
    """Whether a passage has a term under another form: "surgical interventions" of surgery."""
    root = term.value.casefold().split()[0][:ROOT]
    return any(word.startswith(root) for word in re.findall(r"\w+", passage.text.casefold()))


def _by_kind_and_terms(article: Article, terms: Sequence[Term], turn: Turn) -> tuple[Passage, ...]:
    kinds = SECTIONS_OF[turn.intent]
    sections = [section for kind in kinds if (section := article.section(kind))]
    if not sections:
        return ()
    specific = [term for term in terms if term.specific]
    if turn.intent == "ask_definition" and (specific or (terms and article.id not in turn.articles)):
        return _best_few(article, _with(article.passages(), specific or list(terms)), turn)
    if turn.intent == "ask_complications" and article.id not in turn.articles:
        # What high calcium does stands with its symptoms; what bone metastasis does, in the overview.
        sections.sort(key=lambda section: section.kind != "symptoms")
    for section in sections:
        if specific and (found := _with(section.passages, specific)):
            return _best_few(article, found, turn)
    if specific and turn.intent in {"ask_treatment", "ask_diagnosis", "ask_prognosis"}:
        # "How is high calcium treated?": the article has the term, but not in the part that is asked for.
        return ()
    return _by_likeness(article, article.sections, turn)


def _by_likeness(article: Article, sections: Sequence[Section], turn: Turn) -> tuple[Passage, ...]:
    """The likeliest section by the kind of question and by its passages, and of it what answers."""
    kinds = kind_shares(turn)

    def worth(section: Section) -> float:
        near = sum(likeness(article, p, turn) for p in section.passages)
        return (near + 1e-3) * (kinds.get(section.kind, 0.0) + ELSEWHERE)

    section = max(sections, key=worth)
    total = sum(likeness(article, p, turn) for p in section.passages)
    # "What causes it?" names nothing narrower than its section.
    bare = turn.common and len(turn.text.split()) <= BARE and not any(p.bullet for p in section.passages)
    if not total or bare:
        return section.passages
    ranked = sorted(section.passages, key=lambda p: -likeness(article, p, turn))
    kept: list[Passage] = []
    for passage in ranked:
        kept.append(passage)
        if sum(likeness(article, p, turn) for p in kept) >= SHARE * total:
            break
    alone = likeness(article, ranked[0], turn) >= ALONE * total
    listed = any(p.bullet for p in section.passages)
    # An introducing passage ("Options include:") is what broad questions ask for; running text is one thought.
    if any(p.lead_in for p in kept) or len(kept) > NARROW_AT_MOST or not (alone or listed):
        return section.passages
    if turn.intent == "ask_definition" and section.passages[0] not in kept:
        return section.passages
    return tuple(p for p in section.passages if p in kept)


def kind_shares(turn: Turn) -> dict[str, float]:
    """How likely each section is by the kinds of question NLU considers, the turn's own intent first of all."""
    shares: dict[str, float] = {}
    for intent, confidence in (*turn.ranking, (turn.intent, 0.5)):
        kinds = SECTIONS_OF.get(intent, ())
        for rank, kind in enumerate(kinds):
            shares[kind] = shares.get(kind, 0.0) + confidence * RANKS[rank]
    return shares


def _best_few(article: Article, found: Sequence[Passage], turn: Turn, most: int = 3) -> tuple[Passage, ...]:
    """At most so many of the passages, those nearest to the question, in the article's order."""
    ranked = sorted(found, key=lambda p: -likeness(article, p, turn))[:most]
    return tuple(p for p in found if p in ranked)


def likeness(article: Article, passage: Passage, turn: Turn) -> float:
    """P(this passage | the question) as NLU found it, 0 where it found none."""
    return turn.scores.get(f"{article.id}/{passage.id}", 0.0)


def _with(passages: Sequence[Passage], terms: Sequence[Term]) -> tuple[Passage, ...]:
    """The passages that use all of the terms, else those that use any of them."""
    sets = [set(term.passages) for term in terms]
    for wanted in (set.intersection(*sets), set.union(*sets)):
        if found := tuple(p for p in passages if p.id in wanted):
            return found
    return ()


def with_terms(section: Section, terms: Sequence[Term]) -> tuple[Passage, ...]:
    """The section's passages that use the terms; none for no terms."""
    return _with(section.passages, terms) if terms else ()


def nearest(article: Article, kinds: Sequence[str], terms: Sequence[Term], turn: Turn) -> Passage:
    """The passage nearest to a question that is not answered: by its terms, else its section, else likeness."""
    sections = [s for kind in kinds if (s := article.section(kind))]
    specific = [term for term in terms if term.specific]
    for section in [*sections, *article.sections]:
        if found := with_terms(section, specific):
            return _best_few(article, found, turn, most=1)[0]
    candidates = [p for section in sections for p in section.passages] or list(article.passages())
    best = max(candidates, key=lambda p: likeness(article, p, turn))
    # What is hardly near says least by being general.
    return best if likeness(article, best, turn) >= NEAR_ENOUGH else candidates[0]


def as_quoted(article: Article, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages as they are quoted: "may include:" stands before the whole list alone, since before a part of it it
    would read as if that were all."""
    quoted = {p.id for p in found}

    def is_whole(lead: Passage) -> bool:
        section = article.section(lead.section)
        return section is not None and all(p.id in quoted for p in section.passages if p.bullet)

    return tuple(replace(p, lead_in="") if p.lead_in and not is_whole(p) else p for p in found)


def with_lists(article: Article, found: Sequence[Passage]) -> tuple[Passage, ...]:
    """An introducing sentence that says nothing without its bullets takes them along."""
    if len(found) == 1 and found[0].lead_in and not found[0].text.rstrip().endswith("."):
        section = article.section(found[0].section)
        if section is not None:
            return section.passages
    return tuple(found)
