"""Rasa's logistic regression over intents, with n-grams of its own, and strict about loading.

The n-grams of words (lemmas) and characters are weighted (tf-idf) and condensed to their main directions before they
stand beside the encoder's vector. As sparse features of Rasa's CountVectorsFeaturizer they cost half a minute of
training, and the regression another without converging; so it is seconds, and as good on held-out questions. Once
trained, the projection is multiplied into the regression's weights: a question needs one small sparse product.

Two regressions on the same features judge each question: one of its kind, one of the family of its kind (answered,
silent, urgent, ...; see marrow.answering.turn). Their product decides: first the family, by the sum of its kinds'
shares times the second one's, then the kind within it. Several kinds that articles answer may share what one kind that
they do not answer would win alone.

A question that names nothing is judged twice in a talk: as it is, and behind what the talk is about (see
marrow.answering.topic); the weighted geometric mean decides.

A third regression judges whether a message is an emergency, by the n-grams as they are: condensed, a rare word
("mowing", "razor") says nothing, and plain statements look alike. Its odds are multiplied to those of the other two.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from marrow.answering.topic import with_topic
from marrow.answering.turn import family_of
from marrow.errors import ModelError
from marrow.rasa.nlu.evidence import IN_TALK


@dataclass(frozen=True)
class Weights:
    """A trained regression: float32 `dense` [vector, classes], `sparse` [n-grams, classes] and `bias` [classes]."""

    classes: tuple[str, ...]
    dense: npt.NDArray[np.float32]
    sparse: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    @classmethod
    def none(cls) -> Weights:
        """An untrained one."""
        return cls((), *(np.zeros(shape, np.float32) for shape in ((0, 0), (0, 0), 0)))

    def shares(self, vector: npt.NDArray[np.float32], ngrams: csr_matrix) -> npt.NDArray[np.float32]:
        """P(class) of one question, float32[classes]."""
        # Its few rows by hand: scipy's product of a sparse row with a matrix takes 1.4 ms.
        logits = (vector @ self.dense)[0] + ngrams.data @ self.sparse[ngrams.indices] + self.bias
        shares: npt.NDArray[np.float32] = np.exp(logits - logits.max())
        shares /= shares.sum()
        return shares


@dataclass(frozen=True)
class Words:
    """A trained regression of emergencies by n-grams alone: float32 `sparse` [n-grams] and `bias` []."""

    sparse: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def log_odds(self, ngrams: csr_matrix) -> float:
        """Log odds of an emergency, of one message."""
        return float(ngrams.data @ self.sparse[ngrams.indices] + self.bias)


#: How many kinds `question_ranking` has.
QUESTIONS = 6

_AGAIN = "train again with `make train`"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LogisticRegressionClassifier):  # type: ignore[misc]
    """Intents from the encoder's vector and n-grams of lemmas (1 to 2) and characters (2 to 5).

    `C` is the inverse of the regularisation, `directions` how many the n-grams are condensed to, `ngrams` their weight
    beside the vector, `urgent_from` the share from which on a message is an emergency whatever else it may be. Of the
    regression of emergencies by n-grams, `words_C` is as `C`, `words` what its log odds are multiplied by, and
    `words_at` what is taken from that before it is added to the others' log odds. `in_talk` is the weight, 0 to 1, of a
    question's reading behind the topic of the talk beside its own.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's defaults and ours."""
        return {
            **LogisticRegressionClassifier.get_default_config(),
            "C": 3.0,
            "directions": 700,
            "ngrams": 0.7,
            "urgent_from": 0.4,
            "words_C": 30.0,
            "words": 2.0,
            "words_at": 1.6,
            "in_talk": 0.65,
            "max_iter": 300,
            "tol": 1e-3,
        }

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, name, model_storage, resource)
        numbers = {"sublinear_tf": True, "dtype": np.float32}  # condensing them takes half as long as in float64
        self._vectorizers = (
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"\S+", **numbers),  # noqa: S106
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=4, **numbers),
        )
        self._kinds = Weights.none()
        self._families = Weights.none()
        self._words = Words(np.zeros(0, np.float32), np.zeros((), np.float32))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all examples that have an intent."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        texts = [_lemmas(e) for e in examples]
        weighted = hstack([v.fit_transform(texts) for v in self._vectorizers]).tocsr()
        directions = min(self.config["directions"], weighted.shape[1] - 1, weighted.shape[0] - 1)
        condense = TruncatedSVD(directions, n_iter=2, random_state=self.config["random_state"])
        condensed = condense.fit_transform(weighted) * self.config["ngrams"]
        vectors = np.concatenate([_vector(e) for e in examples])
        features = np.hstack([vectors, condensed])
        intents = [e.get(INTENT) for e in examples]
        project = condense.components_.T * self.config["ngrams"]
        self._kinds = self._fit(features, intents, vectors.shape[1], project)
        self._families = self._fit(features, [family_of(i) for i in intents], vectors.shape[1], project)
        self._words = self._fit_words(weighted, np.array([family_of(i) == "urgent" for i in intents]))
        self.persist()
        return self._resource

    def _fit(
        self, features: npt.NDArray[np.float32], labels: list[str], width: int, project: npt.NDArray[np.float32]
    ) -> Weights:
        model = LogisticRegression(
            C=self.config["C"],
            max_iter=self.config["max_iter"],
            tol=self.config["tol"],
            class_weight="balanced",
            multi_class="multinomial",
            random_state=self.config["random_state"],
        )
        model.fit(features, labels)
        coefficients, biases = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn keeps one row for two classes
            coefficients, biases = np.vstack([-coefficients, coefficients]), np.hstack([-biases, biases])
        return Weights(
            tuple(str(c) for c in model.classes_),
            coefficients[:, :width].T.astype(np.float32),
            (project @ coefficients[:, width:].T).astype(np.float32),
            biases.astype(np.float32),
        )

    def _fit_words(self, weighted: csr_matrix, urgent: npt.NDArray[np.bool_]) -> Words:
        if urgent.all() or not urgent.any():
            return Words(np.zeros(weighted.shape[1], np.float32), np.zeros((), np.float32))
        model = LogisticRegression(
            C=self.config["words_C"], solver="liblinear", class_weight="balanced",
            random_state=self.config["random_state"],
        )  # fmt: skip
        model.fit(weighted, urgent)
        return Words(model.coef_[0].astype(np.float32), model.intercept_[0].astype(np.float32))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add `intent` and `intent_ranking` to each message, and `question_ranking`: the kinds it would be of if it
        were a question on the subject, which a follow-up ("and the side effects?") is without saying so."""
        if not self._kinds.classes:
            raise ModelError(f"the intent classifier is not trained; {_AGAIN}")
        families = np.array([self._families.classes.index(family_of(c)) for c in self._kinds.classes])
        names = self._families.classes
        questions = np.array([family_of(c) in {"answered", "silent"} for c in self._kinds.classes])
        for message in messages:
            ngrams = self._ngrams(_lemmas(message))
            shares = self._shares(_vector(message), ngrams, families)
            if (read := message.get(IN_TALK)) and self.config["in_talk"]:
                other = self._ngrams(with_topic(read.topic.lower(), _lemmas(message)))
                shares = self._in_talk(shares, self._shares(read.vector[np.newaxis, :], other, families), families)
            if "urgent" in names:
                by_words = self.config["words"] * self._words.log_odds(ngrams) - self.config["words_at"]
                shares[families == names.index("urgent")] *= np.exp(np.clip(by_words, -30, 30))
            shares /= max(shares.sum(), 1e-12)
            of_family = np.bincount(families, shares, len(self._families.classes))
            order = np.argsort(-shares)
            # Silence in an emergency costs more than an alarm too many.
            alarm = "urgent" in names and of_family[names.index("urgent")] >= self.config["urgent_from"]
            family = names.index("urgent") if alarm else of_family.argmax()
            best = next(i for i in order if families[i] == family)
            kept = [best, *(i for i in order if i != best)][: max(1, self.config["ranking_length"])]
            ranking = [{"name": self._kinds.classes[i], "confidence": float(shares[i])} for i in kept]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            asked = [i for i in order if questions[i]][:QUESTIONS]
            total = max(float(shares[questions].sum()), 1e-12)
            as_question = [{"name": self._kinds.classes[i], "confidence": float(shares[i]) / total} for i in asked]
            message.set("question_ranking", as_question, add_to_output=True)
        return messages

    def _ngrams(self, lemmas: str) -> csr_matrix:
        return hstack([v.transform([lemmas]) for v in self._vectorizers]).tocsr()

    def _shares(
        self, vector: npt.NDArray[np.float32], ngrams: csr_matrix, families: npt.NDArray[np.int_]
    ) -> npt.NDArray[np.float32]:
        """P(kind) of one reading, float32[kinds]: of its kind times that of its family, summing to one."""
        shares = self._kinds.shares(vector, ngrams) * self._families.shares(vector, ngrams)[families]
        total: npt.NDArray[np.float32] = shares / max(shares.sum(), 1e-12)
        return total

    def _in_talk(
        self, alone: npt.NDArray[np.float32], behind: npt.NDArray[np.float32], families: npt.NDArray[np.int_]
    ) -> npt.NDArray[np.float32]:
        """Both readings' P(kind), float32[kinds]; whether it is an emergency, the message alone says."""
        weight, names = self.config["in_talk"], self._families.classes
        urgent = families == names.index("urgent") if "urgent" in names else np.zeros(len(alone), bool)
        both = np.where(urgent, 0.0, alone ** (1 - weight) * behind**weight)
        both *= alone[~urgent].sum() / max(both.sum(), 1e-12)
        shares: npt.NDArray[np.float32] = np.where(urgent, alone, both)
        return shares

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind it needs its predictions on the training data."""
        return training_data

    def persist(self) -> None:
        """Write plain numbers and words: loading them runs no code, and takes a tenth of skops's time."""
        words = {
            "kinds": self._kinds.classes,
            "families": self._families.classes,
            "vocabularies": [{w: int(i) for w, i in v.vocabulary_.items()} for v in self._vectorizers],
        }
        numbers = {f"idf{i}": v.idf_ for i, v in enumerate(self._vectorizers)}
        numbers |= {"words_sparse": self._words.sparse, "words_bias": self._words.bias}
        for name, weights in (("kinds", self._kinds), ("families", self._families)):
            numbers |= {f"{name}_{part}": getattr(weights, part) for part in ("dense", "sparse", "bias")}
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "intents.json").write_text(json.dumps(words), encoding="utf-8")
            np.savez(folder / "intents.npz", **numbers)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Load what was trained. Raises ModelError where Rasa's returns an unfitted classifier."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                words = json.loads((folder / "intents.json").read_text(encoding="utf-8"))
                with np.load(folder / "intents.npz", allow_pickle=False) as stored:
                    numbers = dict(stored)
            for i, (vectorizer, known) in enumerate(zip(component._vectorizers, words["vocabularies"], strict=True)):
                vectorizer.vocabulary = known
                vectorizer.idf_ = numbers[f"idf{i}"]
            component._words = Words(numbers["words_sparse"], numbers["words_bias"])
            component._kinds, component._families = (
                Weights(tuple(words[name]), *(numbers[f"{name}_{part}"] for part in ("dense", "sparse", "bias")))
                for name in ("kinds", "families")
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the model's intent classifier cannot be loaded; {_AGAIN}") from error
        return component


def _lemmas(message: Message) -> str:
    return " ".join(token.lemma for token in message.get("text_tokens"))


def _vector(message: Message) -> npt.NDArray[np.float32]:
    features: npt.NDArray[np.float32] = message.get_dense_features(attribute=TEXT)[1].features
    return features
