"""Whether a question is about a loaded article's subject: a small classifier a article, over the encoder's vectors.

Medical scope comes from the loaded articles' names, never from an intent. The training questions are marked with what
they are about (`[asthma](subject)`); for each article, those about it or about nothing named are its own, those about
anything else are not, and the article's names are put in place of other subjects' to make more of its own. So a new
article needs no new questions.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from marrow.answering.encoder import Vectors
from marrow.answering.terms import ARTICLE, TERM, TermFinder
from marrow.content import Article

#: The inverse of the regularisation: unit vectors of 384 dimensions want a weak one.
STRENGTH = 20.0


@dataclass(frozen=True)
class Example:
    """A training question: its text, its intent, where in it the subject stands, if it names one, and the id of the
    article it was written for ("" for none), which its block in data/nlu says (`metadata: {about: ...}`). One that is
    written behind a topic (`metadata: {in_talk: true}`) says nothing of subjects but of those of its talk."""

    text: str
    intent: str
    start: int = 0
    end: int = 0
    written_for: str = ""
    in_talk: bool = False

    @property
    def subject(self) -> str:
        """What the question is about, as it is put there; empty when nothing is named."""
        return self.text[self.start : self.end]

    def about(self, name: str) -> str:
        """The same question about something else."""
        return self.text[: self.start] + name + self.text[self.end :]


def own_names(article: Article) -> list[str]:
    """The names of an article's subject, spelled as people would; misspellings and bare abbreviations left out."""
    names = [n.text for n in article.names if n.means.casefold() == article.title.casefold() and n.kind in _SWAPPED]
    return [article.title.lower(), *names]


def owners_of(subject: str, finder: TermFinder) -> set[str]:
    """The ids of the articles whose name or specific term a subject is; "prostate infection" is not the prostate's."""
    whole = (f for f in finder.find(subject) if f.end - f.start >= len(subject) - 2)
    return {
        f.article
        for f in whole
        if f.kind == ARTICLE or (f.kind == TERM and finder.terms[f.article, f.value.casefold()].specific)
    }


_SWAPPED = {"lay", "synonym"}


def training_set(
    article: Article, examples: Sequence[Example], asked: Sequence[str], belongs: Mapping[str, set[str]]
) -> tuple[list[str], list[int]]:
    """(texts, labels) for one article, label 1 for its own.

    Args:
        asked: the intents that are questions about a subject; other_subject's examples are nobody's.
        belongs: for every subject named in the examples (lower case), the ids of the articles whose own it is.
    """
    names = own_names(article)
    texts: list[str] = []
    labels: list[int] = []
    for example in examples:
        if example.intent == "other_subject":
            texts.append(example.text)
            labels.append(0)
            continue
        if example.intent not in asked:
            continue
        # A question that names nothing ("how is it treated?") is everybody's; one about a drug the article lacks is
        # still on the topic when it was written for it.
        mine = (
            not example.subject
            or example.written_for == article.id
            or article.id in belongs.get(example.subject.casefold(), set())
        )
        texts.append(example.text)
        labels.append(int(mine))
        if example.subject and not mine:
            # The same question about this article's subject; which name, the text itself decides, so that it is stable.
            name = names[zlib.crc32(example.text.encode()) % len(names)]
            texts.append(example.about(name))
            labels.append(1)
    return texts, labels


class Scope:
    """P(a question is about an article's subject), one logistic regression an article."""

    def __init__(self, weights: Mapping[str, tuple[Vectors, float]]) -> None:
        self.weights = dict(weights)

    @classmethod
    def fit(cls, sets: Mapping[str, tuple[Vectors, Sequence[int]]]) -> Scope:
        """Fit one classifier a article id from its vectors float32[n, 384] and labels."""
        weights = {}
        for article, (vectors, labels) in sets.items():
            model = LogisticRegression(C=STRENGTH, max_iter=500, class_weight="balanced")
            model.fit(vectors, labels)
            weights[article] = (model.coef_[0].astype(np.float32), float(model.intercept_[0]))
        return cls(weights)

    def of(self, vector: Vectors) -> dict[str, float]:
        """P(about it) by article id, for one vector float32[384]."""
        return {a: float(1 / (1 + np.exp(-(vector @ w + b)))) for a, (w, b) in self.weights.items()}
