"""Rasa's logistic regression over intents, with n-grams of its own, and strict about loading.

The n-grams of words (lemmas) and characters are weighted (tf-idf) and condensed to their main directions before they
stand beside the encoder's vector. As sparse features of Rasa's CountVectorsFeaturizer they cost half a minute of training
and the regression another without converging; so it is seconds, and as good on held-out questions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import skops.io as sio
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline, make_union

from marrow.errors import ModelError

# What our own parts are made of beyond what skops knows: the matrix of the n-grams' weights.
_TRUSTED = {"scipy.sparse._csr.csr_matrix"}
_AGAIN = "train again with `make train`"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LogisticRegressionClassifier):  # type: ignore[misc]
    """Intents from the encoder's vector and condensed n-grams of lemmas (1 to 2) and characters (2 to 5).

    `C` is the inverse of the regularisation, `directions` how many the n-grams are condensed to, `ngrams` their weight
    beside the vector.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's defaults and ours."""
        return {
            **LogisticRegressionClassifier.get_default_config(),
            "C": 3.0,
            "directions": 700,
            "ngrams": 0.7,
            "max_iter": 300,
            "tol": 1e-3,
        }

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, name, model_storage, resource)
        self._condense: Pipeline | None = None

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on all examples that have an intent."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        texts = [_lemmas(e) for e in examples]
        ngrams = make_union(
            TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\S+"),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=4, sublinear_tf=True),
        )
        weighted = ngrams.fit_transform(texts)
        directions = min(self.config["directions"], weighted.shape[1] - 1, weighted.shape[0] - 1)
        condense = TruncatedSVD(directions, n_iter=2, random_state=self.config["random_state"])
        condensed = condense.fit_transform(weighted).astype(np.float32) * self.config["ngrams"]
        self._condense = make_pipeline(ngrams, condense)
        self.clf = LogisticRegression(
            C=self.config["C"], max_iter=self.config["max_iter"], tol=self.config["tol"],
            class_weight="balanced", random_state=self.config["random_state"],
        )  # fmt: skip
        dense = np.concatenate([_dense(e) for e in examples])
        self.clf.fit(np.hstack([dense, condensed]), [e.get(INTENT) for e in examples])
        self.persist()
        return self._resource

    def _create_X(self, messages: list[Message]) -> npt.NDArray[np.float32]:
        if self._condense is None:
            raise ModelError(f"the intent classifier is not trained; {_AGAIN}")
        condensed = self._condense.transform([_lemmas(m) for m in messages]).astype(np.float32) * self.config["ngrams"]
        return np.hstack([np.concatenate([_dense(m) for m in messages]), condensed])

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing behind it needs its predictions on the training data."""
        return training_data

    def persist(self) -> None:
        """Write both parts, as skops: loading it runs no code."""
        with self._model_storage.write_to(self._resource) as folder:
            sio.dump({"condense": self._condense, "classify": self.clf}, folder / "intents.skops")

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> IntentClassifier:  # fmt: skip
        """Load what was trained. Raises ModelError where Rasa's returns an unfitted classifier."""
        component = cls(config, execution_context.node_name, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                path = folder / "intents.skops"
                if unknown := set(sio.get_untrusted_types(file=path)) - _TRUSTED:
                    raise ModelError(f"the model's intent classifier holds unknown types {unknown}; {_AGAIN}")
                parts = sio.load(path, trusted=sorted(_TRUSTED))
        except (OSError, ValueError) as error:
            raise ModelError(f"the model's intent classifier cannot be loaded; {_AGAIN}") from error
        component._condense, component.clf = parts["condense"], parts["classify"]
        return component


def _lemmas(message: Message) -> str:
    return " ".join(token.lemma for token in message.get("text_tokens"))


def _dense(message: Message) -> npt.NDArray[np.float32]:
    features: npt.NDArray[np.float32] = message.get_dense_features(attribute=TEXT)[1].features
    return features
