"""Rasa's logistic regression over intents, with n-grams of its own, and strict about loading.

The n-grams of words (lemmas) and characters are weighted (tf-idf) and condensed to their main directions before they
stand beside the encoder's vector. As sparse features of Rasa's CountVectorsFeaturizer they cost half a minute of
training, and the regression another without converging; so it is seconds, and as good on held-out questions. Once
trained, the projection is multiplied into the regression's weights: a question needs one small sparse product.

Two regressions on the same features judge each question: one of its kind, one of the family of its kind (answered,
silent, urgent, ...; see marrow.answering.turn). Their product decides: first the family, by the sum of its kinds'
shares times the second one's, then the kind within it. Several kinds that articles answer may share what one kind that
they do not answer would win alone.

A question that names nothing of the article is judged twice in a talk: as it is, and behind what the talk is about (see
marrow.answering.topic), by two more regressions that learn from the questions written so alone; the weighted geometric
mean decides. One pair for both readings blurs what a lone word ("pain") asks for.

A third regression judges whether a message is an emergency, by the n-grams as they are: condensed, a rare word
("mowing", "razor") says nothing, and plain statements look alike. Its odds are multiplied to those of the other two.

Of several sentences each is judged for itself as well, for emergencies alone: one told beside an ordinary question
("which milk is best? His legs are like jelly") drowns in it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from marrow import settings
from marrow.answering.encoder import ADAPTER
from marrow.answering.topic import with_topic
from marrow.answering.turn import family_of
from marrow.digest import sha256
from marrow.errors import DataError, ModelError
from marrow.rasa.nlu.encoder import is_in_talk, shared_encoder
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

    def over(self, classes: tuple[str, ...]) -> Weights:
        """The same over these classes; one that it does not know gets next to no share."""
        known = [self.classes.index(c) if c in self.classes else -1 for c in classes]
        unknown = np.array([i < 0 for i in known])
        dense, sparse = (np.where(unknown, 0, w[:, known]).astype(np.float32) for w in (self.dense, self.sparse))
        return Weights(classes, dense, sparse, np.where(unknown, _NEVER, self.bias[known]).astype(np.float32))


@dataclass(frozen=True)
class Reading:
    """The two regressions that judge one reading of a question: of its kind, and of its kind's family."""

    kinds: Weights
    families: Weights

    @classmethod
    def none(cls) -> Reading:
        """An untrained one."""
        return cls(Weights.none(), Weights.none())

    def shares(self, vector: npt.NDArray[np.float32], ngrams: csr_matrix) -> npt.NDArray[np.float32]:
        """P(kind) of one question, float32[kinds]: that of its kind times that of its family, summing to one."""
        families = [self.families.classes.index(family_of(kind)) for kind in self.kinds.classes]
        shares = self.kinds.shares(vector, ngrams) * self.families.shares(vector, ngrams)[families]
        total: npt.NDArray[np.float32] = shares / max(shares.sum(), _LEAST)
        return total


@dataclass(frozen=True)
class Words:
    """A trained regression of emergencies by n-grams alone: float32 `sparse` [n-grams] and `bias` []."""

    sparse: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]

    def log_odds(self, ngrams: csr_matrix) -> float:
        """Log odds of an emergency, of one message."""
        return float(ngrams.data @ self.sparse[ngrams.indices] + self.bias)


#: The bias of a class that a regression did not learn, and the least sum that shares are divided by.
_NEVER, _LEAST = -20.0, 1e-12

#: How many kinds `question_ranking` has.
QUESTIONS = 6

#: Words from which on a sentence among others is judged for itself, and of how many, the last ones: each takes 8 ms, so
#: that a message of a hundred would hold up everybody's.
SENTENCE, SENTENCES = 3, 20

#: The arrays of a Weights, by name.
_PARTS = ("dense", "sparse", "bias")

#: What a sentence ends with.
_STOPS = frozenset(".!?;…")

_AGAIN = "train again with `make train`"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LogisticRegressionClassifier):  # type: ignore[misc]
    """Intents from the encoder's vector and n-grams of lemmas (1 to 2) and characters (2 to 5).

    `C` is the inverse of the regularisation, `directions` how many the n-grams are condensed to, `ngrams` their weight
    beside the vector, `urgent_from` the share from which on a message is an emergency whatever else it may be. Of the
    regression of emergencies by n-grams, `words_C` is as `C`, `words` what its log odds are multiplied by, and
    `words_at` what is taken from that before it is added to the others' log odds. `in_talk` is the weight, 0 to 1, of a
    question's reading behind the topic of the talk beside its own where it leans on that by its words, `beside` where
    it does not (`InTalk.leans`), and `in_talk_C` is as `C` for that reading.
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
            "in_talk": 0.85,
            "beside": 0.5,
            "in_talk_C": 20.0,
            "max_iter": 300,
            "tol": 1e-3,
        }

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:
        """The code outside this class: with other code, it is trained again."""
        parts = ("rasa/nlu/classifier.py", "answering/topic.py", "answering/turn.py")
        return sha256(*(settings.ROOT / "marrow" / part for part in parts))

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, name, model_storage, resource)
        numbers = {"sublinear_tf": True, "dtype": np.float32}  # condensing them takes half as long as in float64
        self._vectorizers = (
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, token_pattern=r"\S+", **numbers),  # noqa: S106
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=4, **numbers),
        )
        self._alone = Reading.none()
        self._behind = Reading.none()
        self._words = Words(np.zeros(0, np.float32), np.zeros((), np.float32))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all examples that have an intent."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        in_talk = np.array([is_in_talk(e) for e in examples])
        texts = [_behind_topic(e) if behind else _lemmas(e) for e, behind in zip(examples, in_talk, strict=True)]
        weighted = hstack([v.fit_transform(texts) for v in self._vectorizers]).tocsr()
        directions = min(self.config["directions"], weighted.shape[1] - 1, weighted.shape[0] - 1)
        condense = TruncatedSVD(directions, n_iter=2, random_state=self.config["random_state"])
        condensed = condense.fit_transform(weighted) * self.config["ngrams"]
        vectors = np.concatenate([_vector(e) for e in examples])
        features = np.hstack([vectors, condensed])
        intents = np.array([e.get(INTENT) for e in examples])
        project = condense.components_.T * self.config["ngrams"]
        self._alone = self._read(features[~in_talk], intents[~in_talk], project, self.config["C"])
        if len({family_of(i) for i in intents[in_talk]}) > 1:
            behind = self._read(features[in_talk], intents[in_talk], project, self.config["in_talk_C"])
            self._behind = Reading(
                behind.kinds.over(self._alone.kinds.classes), behind.families.over(self._alone.families.classes)
            )
        urgent = np.array([family_of(i) == "urgent" for i in intents])
        self._words = self._fit_words(weighted[~in_talk], urgent[~in_talk])  # a topic's words tell nothing of calm
        self.persist()
        return self._resource

    def _read(
        self, features: npt.NDArray[np.float32], intents: npt.NDArray[np.str_], project: npt.NDArray[np.float32],
        C: float,
    ) -> Reading:  # fmt: skip
        families = np.array([family_of(i) for i in intents])
        return Reading(self._fit(features, intents, project, C), self._fit(features, families, project, C))

    def _fit(
        self,
        features: npt.NDArray[np.float32],
        labels: npt.NDArray[np.str_],
        project: npt.NDArray[np.float32],
        C: float,
    ) -> Weights:
        model = LogisticRegression(
            C=C,
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
        width = coefficients.shape[1] - project.shape[1]
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
        were a question on the subject, which a follow-up ("and the side effects?") is without saying so. A message of
        several sentences that does not alarm gets `urgent_sentence` too: of the one that is likeliest an emergency
        alone, the kind of emergency and P(emergency)."""
        kinds, names = self._alone.kinds.classes, self._alone.families.classes
        if not kinds:
            raise ModelError(f"the intent classifier is not trained; {_AGAIN}")
        families = np.array([names.index(family_of(kind)) for kind in kinds])
        urgent = np.array([family_of(kind) == "urgent" for kind in kinds])
        questions = np.array([family_of(kind) in {"answered", "silent"} for kind in kinds])
        for message in messages:
            ngrams = self._ngrams(_lemmas(message))
            shares = self._alone.shares(_vector(message), ngrams)
            if (read := message.get(IN_TALK)) and self._behind.kinds.classes:
                other = self._ngrams(with_topic(read.topic.lower(), _lemmas(message)))
                weight = self.config["in_talk"] if read.leans else self.config["beside"]
                shares = _blended(shares, self._behind.shares(read.vector[np.newaxis, :], other), weight, urgent)
            shares = self._weighed(shares, ngrams, urgent)
            of_family = np.bincount(families, shares, len(names))
            order = np.argsort(-shares)
            # Silence in an emergency costs more than an alarm too many.
            alarm = "urgent" in names and of_family[names.index("urgent")] >= self.config["urgent_from"]
            family = names.index("urgent") if alarm else of_family.argmax()
            best = next(i for i in order if families[i] == family)
            kept = [best, *(i for i in order if i != best)][: max(1, self.config["ranking_length"])]
            ranking = [{"name": kinds[i], "confidence": float(shares[i])} for i in kept]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            asked = [i for i in order if questions[i]][:QUESTIONS]
            total = max(float(shares[questions].sum()), _LEAST)
            as_question = [{"name": kinds[i], "confidence": float(shares[i]) / total} for i in asked]
            message.set("question_ranking", as_question, add_to_output=True)
            if not alarm and len(sentences := _sentences(message.get("text_tokens"))) > 1:
                judged = (self._urgent(text, lemmas, urgent) for text, lemmas in sentences[-SENTENCES:])
                gravest = max(judged, key=lambda sentence: sentence["confidence"])
                message.set("urgent_sentence", gravest, add_to_output=True)
        return messages

    def _weighed(
        self, shares: npt.NDArray[np.float32], ngrams: csr_matrix, urgent: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.float32]:
        """P(kind), float32[kinds], with the odds of an emergency by the words alone."""
        by_words = self.config["words"] * self._words.log_odds(ngrams) - self.config["words_at"]
        weighed: npt.NDArray[np.float32] = shares * np.where(urgent, np.exp(np.clip(by_words, -30, 30)), 1.0)
        weighed /= max(weighed.sum(), _LEAST)
        return weighed

    def _urgent(self, text: str, lemmas: str, urgent: npt.NDArray[np.bool_]) -> dict[str, Any]:
        """P(emergency) of a sentence alone, and the likeliest kind of emergency."""
        ngrams, vector = self._ngrams(lemmas), shared_encoder(ADAPTER).encode([text])
        shares = np.where(urgent, self._weighed(self._alone.shares(vector, ngrams), ngrams, urgent), 0.0)
        return {"name": self._alone.kinds.classes[int(shares.argmax())], "confidence": float(shares.sum())}

    def _ngrams(self, lemmas: str) -> csr_matrix:
        return hstack([v.transform([lemmas]) for v in self._vectorizers]).tocsr()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind it needs its predictions on the training data."""
        return training_data

    def persist(self) -> None:
        """Write plain numbers and words: loading them runs no code, and takes a tenth of skops's time."""
        words = {
            "kinds": self._alone.kinds.classes,
            "families": self._alone.families.classes,
            "in_talk": bool(self._behind.kinds.classes),
            "vocabularies": [{w: int(i) for w, i in v.vocabulary_.items()} for v in self._vectorizers],
        }
        numbers = {f"idf{i}": v.idf_ for i, v in enumerate(self._vectorizers)}
        numbers |= {"words_sparse": self._words.sparse, "words_bias": self._words.bias}
        for reading in ("alone", "behind"):
            for name in ("kinds", "families"):
                weights = getattr(getattr(self, f"_{reading}"), name)
                numbers |= {f"{reading}_{name}_{part}": getattr(weights, part) for part in _PARTS}
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
            for reading in ("alone", "behind") if words["in_talk"] else ("alone",):
                weights = (
                    Weights(tuple(words[name]), *(numbers[f"{reading}_{name}_{part}"] for part in _PARTS))
                    for name in ("kinds", "families")
                )
                setattr(component, f"_{reading}", Reading(*weights))
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(f"the model's intent classifier cannot be loaded; {_AGAIN}") from error
        return component


def _blended(
    alone: npt.NDArray[np.float32], behind: npt.NDArray[np.float32], weight: float, urgent: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float32]:
    """Both readings' P(kind), float32[kinds]; whether it is an emergency, the message alone says."""
    both = np.where(urgent, 0.0, alone ** (1 - weight) * behind**weight)
    both *= alone[~urgent].sum() / max(both.sum(), _LEAST)
    shares: npt.NDArray[np.float32] = np.where(urgent, alone, both)
    return shares


def _sentences(tokens: list[Token]) -> list[tuple[str, str]]:
    """The sentences of three words or more, each with its lemmas."""
    sentences: list[list[Token]] = [[]]
    for token in tokens:
        sentences[-1].append(token)
        if set(token.text) <= _STOPS:
            sentences.append([])
    long = (s for s in sentences if sum(token.text.isalpha() for token in s) >= SENTENCE)
    return [(_text(sentence), " ".join(token.lemma for token in sentence)) for sentence in long]


def _text(tokens: list[Token]) -> str:
    """Tokens as they were written."""
    pairs = zip(tokens, [*tokens[1:], tokens[-1]], strict=True)
    return "".join(token.text + " " * (after.start > token.end) for token, after in pairs)


def _lemmas(message: Message) -> str:
    return " ".join(token.lemma for token in message.get("text_tokens"))


def _behind_topic(example: Message) -> str:
    """The lemmas of a training question that is written behind its topic, as `process` puts them together."""
    topic, colon, _ = example.get(TEXT).partition(":")
    tokens = [token.lemma for token in example.get("text_tokens")]
    if not colon or ":" not in tokens:
        problem = f"{example.get(TEXT)!r} stands in a block marked `in_talk` without what the talk is about"
        raise DataError(*_place(example.get(TEXT)), problem, "Write that before it, as in `Surgery: how long?`")
    return with_topic(topic.lower(), " ".join(tokens[tokens.index(":") + 1 :]))


def _place(text: str) -> tuple[Path, int | None]:
    """The file of data/nlu and the line that a training question stands on, as far as it stands there unmarked."""
    folder = settings.DATA / "nlu"
    for file in sorted(folder.glob("*.yml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip() == f"- {text}":
                return file, number
    return folder, None


def _vector(message: Message) -> npt.NDArray[np.float32]:
    features: npt.NDArray[np.float32] = message.get_dense_features(attribute=TEXT)[1].features
    return features
