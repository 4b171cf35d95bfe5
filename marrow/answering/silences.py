"""Honest silence: which row of data/wording/not_covered.yml a question is met with, and what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marrow.answering import passages as choose
from marrow.answering.context import groups_of
from marrow.answering.heard import heard, plain
from marrow.answering.meaning import wanted
from marrow.answering.named import terms_of
from marrow.answering.offers import section_offers
from marrow.answering.service import Service
from marrow.answering.subject import COMPARES, UNLIKE, missed, pick_article
from marrow.answering.terms import Term
from marrow.answering.turn import FEELINGS, Talk, Turn
from marrow.answering.wording import Also, Silence
from marrow.content import Article
from marrow.reply import Reply, citation, compose, quote, source_line

#: Kinds of question that a symptom may be asked about in, where such words link it: "can it cause seizures?".
OF_SYMPTOMS = {"ask_symptoms", "ask_complications", "ask_causes", "ask_prognosis", "ask_definition"}
_LINKS = re.compile(
    r"^(?:so |and |but )?(?:can|could|do|does|is|are|will|would|might|may)\b.*\b(?:caus\w*|symptoms?|signs?|leads?"
    r"|bring|give|get|have|make|risk|result|linked|related|part of|due to|happen|normal|from)\b"
    r"|\b(?:symptom|sign|complication|part|risk) of\b"
    r"|\bcan (?:it|they|this|bone \w+) (?:also )?(?:caus|give|bring|make)",
    re.IGNORECASE,
)
_TRIALS = re.compile(r"\b(?:trials?|stud(?:y|ies)|research\w*|experiment\w*|new(?:er|est)?)\b", re.IGNORECASE)
# A question whether, and no question how.
_WHETHER = re.compile(
    r"^(?:(?:so|and|but|or|ok|okay)[ ,]+)*(?:does|do|can|could|will|would|is|are|what about|how about)\b", re.IGNORECASE
)
#: From which share of feelings on a question is met with a kind word first.
FEELS = 0.15
# "What is ALP and why is mine high?"
_ABNORMAL = re.compile(
    r"\b(?:my|mine|his|hers?|the)\b.*\b(?:high|low|raised|up|down|abnormal|elevated)\b", re.IGNORECASE
)
# "He is on morphine and still hurting. What else is there?"
_BESIDES = re.compile(r"\b(?:what|anything) else\b|\b(?:besides|apart from|other than)\b", re.IGNORECASE)
# What "an" stands before: a vowel that is said, or a letter whose name begins with one.
_AN = re.compile(r"(?!urine|uni)[aeiou]|x\b|xray|(?:mri|hiv)\b", re.IGNORECASE)


def by_topic(service: Service, turn: Turn) -> str | None:
    """The row of not_covered.yml whose words the question has, where it stands in for the row of its kind."""
    words = plain(turn.text)
    for name, silence in service.wording.silences.items():
        if silence.words is None or not silence.words.search(words):
            continue
        silent = silence.instead_of in {"silent", "any"} and turn.intent in service.wording.silences
        if silent or silence.instead_of == "any" or turn.intent in silence.instead_of:
            return name
    return None


def by_thing(turn: Turn) -> str | None:
    """The row for how what is talked about differs from another illness, or for a medicine where a remedy was expected,
    if either."""
    groups = {group for _, group in turn.others}
    compares = turn.intent in {"ask_comparison", "ask_types"} and groups & {"cancer", *UNLIKE}
    if compares and COMPARES.search(turn.text):
        return "apart"
    if turn.intent == "ask_types" and groups & {"cancer", *UNLIKE}:  # "is myeloma a bone metastasis?"
        return "apart"
    elsewhere = turn.intent in {"ask_alternative", "ask_diet", "ask_trials"} and not _TRIALS.search(turn.text)
    meant = wanted(turn.text) is not None and turn.intent in {"ask_procedure", "ask_how_it_works", "ask_trials"}
    if (elsewhere and "remedy" not in groups) or meant:
        return "drug" if "drug" in groups else "procedure" if "procedure" in groups else None
    return None


def lacking(article: Article, turn: Turn, terms: Sequence[Term]) -> str | None:
    """The row of not_covered.yml for a thing that is asked about and that the article does not have, if any."""
    groups = {group for _, group in turn.others}
    specific = any(term.specific for term in terms)
    if "test" in groups and turn.intent in {"ask_diagnosis", "ask_definition"} and not _named_last(turn, terms):
        return "test"
    of_signs = {"ask_causes", "ask_symptoms", "ask_complications"}
    if "test" in groups and not specific and turn.intent in of_signs and _ABNORMAL.search(turn.text):
        return "test"
    if (
        groups & {"drug", "procedure", "remedy"}
        and not specific
        and not _BESIDES.search(turn.text)
        and turn.intent in {"ask_treatment", "ask_definition", "ask_causes"}
    ):
        return next(group for group in ("drug", "procedure", "remedy") if group in groups)
    if "symptom" in groups and not specific and turn.intent in OF_SYMPTOMS and _LINKS.search(turn.text):
        return "symptom"
    asks_whether = turn.intent == "ask_causes" and _WHETHER.match(turn.text)  # "does thyroid cancer spread to bone?"
    if "cancer" in groups and not specific and (turn.intent in {"ask_who_gets", "ask_definition"} or asks_whether):
        return "cancer"
    if "organ" in groups and not specific and turn.intent == "ask_who_gets":
        return "cancer"
    if groups & UNLIKE and not specific:
        if COMPARES.search(turn.text):
            return "apart"
        if turn.intent == "ask_definition" or "sign" in groups:
            return "mention" if turn.articles or turn.talk.article else "meaning"
    return None


def _named_last(turn: Turn, terms: Sequence[Term]) -> bool:
    """Whether a term with a name of its own is named after all that the article lacks: "the PET scan showed something,
    they want a biopsy. What is that for?"."""
    text = turn.text.casefold()
    ours = [text.rfind(turn.names[t.value].casefold()) for t in terms if t.specific and t.value in turn.names]
    theirs = [text.rfind(turn.names.get(name, name).casefold()) for name, _ in turn.others]
    return bool(ours) and max(ours) > max(theirs, default=-1)


def tells_feelings(service: Service, turn: Turn) -> bool:
    """Whether the message says how someone feels, beside what it asks."""
    if sum(share for intent, share in turn.ranking if intent in FEELINGS) >= FEELS or heard("died", turn.text):
        return True
    words = " ".join(re.findall(r"[a-z]+", turn.text.lower().replace("'", "").replace("’", "")))
    return any(f" {phrase} " in f" {words} " for phrase in service.wording.feelings)


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
    near = choose.with_lists(article, [choose.nearest(article, (*tests, *silence.nearest), terms, turn)])[:2]
    weighs = row in {"ask_choice", "ask_comparison"} and not any(term.specific for term in terms)
    weighed = turn.talk.section if turn.talk.section == "symptoms" else "treatment"
    if weighs and (section := article.section(weighed)):  # one of several would look like advice
        near = section.passages[:1]
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
    quoted = quote(choose.as_quoted(article, near))
    reply = compose(
        "not_covered", [*lines, frames["nearest"], *quoted, source_line(citations), ask_team],
        article=article.id, section=near[0].section, passages=tuple(p.id for p in near), citations=citations,
        offers=offers,
    )  # fmt: skip
    return reply, replace(talk, section=near[0].section, passages=reply.passages)


def _asked(article: Article, silence: Silence, turn: Turn, service: Service, word: Term | None) -> str:
    """What was asked: by the words of the question, or by the name of the word, drug, test or treatment it has."""
    if word is not None:
        return silence.named.replace("{thing}", word.value)
    if also := _also(silence, turn):
        found = also.words.search(plain(turn.text))
        return also.what.replace("{said}", _with_article(found[0], service.wording.counted) if found else "")
    things = [_shown_as(turn.names.get(name, name), name) for name, group in turn.others if group in silence.of]
    if "cancer" in silence.of:  # "and pancreatic?"
        things += [f"{turn.names.get(name, name)} cancer" for name, group in turn.others if group == "organ"]
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
