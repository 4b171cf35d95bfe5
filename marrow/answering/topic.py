"""What a talk is about, in few words: "biopsy", "Radiation therapy", "Symptoms".

A question that names nothing of the article is read twice, as it is and behind the topic ("biopsy: how often?"): in
most of them the one or the other is plain. The training questions of data/nlu/in_talk.yml are written so.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping, Sequence

from marrow.answering.terms import Term, holds
from marrow.answering.turn import Talk
from marrow.content import Article, Passage

#: Words that stand for what was shown.
POINTING = frozenset({"it", "that", "this", "they", "them", "these", "those", "one"})

#: Bullets shown together that are named one by one.
BULLETS = 2


def topic_of(article: Article, terms: Mapping[str, Term], talk: Talk) -> str | None:
    """The term asked about last, else what the passages shown last are about; None where none of this article was.

    `terms` are the article's by lower-case name.
    """
    shown = [p for p in article.passages() if p.id in talk.passages]
    section = article.section(talk.section or "") if shown else None
    if talk.article != article.id or section is None:
        return None
    asked = [term for value in talk.asked if (term := terms.get(value.casefold())) and term.specific]
    if len(asked) == 1:
        return asked[0].value
    if len(shown) < len(section.passages):
        if len(shown) <= BULLETS and all(p.bullet and not p.lead_in for p in shown):
            return " and ".join(head_of(p) for p in shown)
        if len(shown) == 1 and len(own := _own(terms.values(), shown[0])) == 1:
            return own[0].value
    return section.heading


def points(text: str) -> bool:
    """Whether the text has a word that stands for what was shown."""
    return bool(POINTING & set(re.findall(r"\w+", text.lower())))


def names_part(article: Article, text: str) -> bool:
    """Whether the text names a section by its kind, and has nothing that stands for what was shown: "and the
    symptoms?", not "the symptoms of that"."""
    return not points(text) and any(holds(text, section.kind) for section in article.sections)


def with_topic(topic: str, text: str) -> str:
    """The text as it is read behind its topic."""
    return f"{topic}: {text}"


def topics_of(article: Article, terms: Mapping[str, Term]) -> list[str]:
    """What a talk on an article can be about: its sections, its terms with names of their own, and its bullets."""
    topics = [*(s.heading for s in article.sections), *(t.value for t in terms.values() if t.specific)]
    topics += [head_of(p) for p in article.passages() if p.bullet and not p.lead_in]
    return list({topic.casefold(): topic for topic in topics}.values())


def behind_one(topics: Sequence[str], texts: Iterable[str], most: int) -> dict[int, str]:
    """About so many of the texts at most, by their places, each behind one of the topics. Which ones and which topic,
    the text itself decides, so that it is stable."""
    listed = list(texts)
    every = max(1, -(-len(listed) // most))
    numbers = [zlib.crc32(text.encode()) for text in listed]
    return {
        at: with_topic(topics[number // 1009 % len(topics)], listed[at])
        for at, number in enumerate(numbers)
        if number % every == 0
    }


def head_of(bullet: Passage) -> str:
    """What a bullet is about: it stands before the first comma."""
    return bullet.text.lstrip("-• ").split(",")[0].strip()


def _own(terms: Iterable[Term], passage: Passage) -> list[Term]:
    """The terms with names of their own that stand in this passage alone."""
    return [t for t in terms if t.specific and set(t.passages) == {passage.id}]
