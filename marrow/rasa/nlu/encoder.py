"""The sentence encoder as a Rasa featurizer."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow.answering.encoder import Vectors, load_encoder
from marrow.safety.hygiene import normalise

#: The key under which a message carries its vector, for the components that follow.
VECTOR = "sentence_vector"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Adds a sentence feature float32[1, 384]."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's."""
        return dict(DenseFeaturizer.get_default_config())

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer, as for every featurizer of Rasa."""
        return [Tokenizer]

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._encoder = load_encoder()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Load the encoder. Raises ModelError when its files are missing or unknown."""
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to validate."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add vector and feature to each message."""
        self._add(messages, self._encoder.encode([normalise(m.get(TEXT) or "") for m in messages]))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """The same for all training examples at once, on all cores."""
        messages = [m for m in training_data.training_examples if m.get(TEXT)]
        encoder = load_encoder(threads=os.cpu_count() or 1)
        self._add(messages, encoder.encode([normalise(m.get(TEXT)) for m in messages]))
        return training_data

    def _add(self, messages: list[Message], vectors: Vectors) -> None:
        for message, vector in zip(messages, vectors, strict=True):
            message.set(VECTOR, vector)
            message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
