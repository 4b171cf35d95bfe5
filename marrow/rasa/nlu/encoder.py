"""The sentence encoder as a Rasa featurizer."""

from __future__ import annotations

import functools
import os
from pathlib import Path
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

from marrow.answering.encoder import ADAPTER, TALK_ADAPTER, Encoder, Vectors, encoder_digest, load_encoder
from marrow.digest import sha256
from marrow.rasa.nlu.masking import Mask
from marrow.rasa.nlu.spelling import ABBREVIATIONS, read_text, read_training

#: The key under which a message, but not a training example, carries its vector for the components that follow.
VECTOR = "sentence_vector"


def is_in_talk(example: Message) -> bool:
    """Whether a training question is written behind a topic: its block in data/nlu says so (`metadata`)."""
    return bool(((example.get("metadata") or {}).get("intent") or {}).get("in_talk"))


@functools.lru_cache(maxsize=2)
def shared_encoder(adapter: Path) -> Encoder:
    """The process's encoder with an adapter, for all components: another one takes 130 MB or more."""
    return load_encoder(adapter=adapter)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):  # type: ignore[misc]
    """Adds a sentence feature float32[1, 384], and the vector itself for the components that follow.

    The feature is of the text with other articles' names masked (`written_for`), the vector of the text as it is.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's, and the title of the article that the training questions are about."""
        return {**DenseFeaturizer.get_default_config(), "written_for": "Bone metastasis"}

    @classmethod
    def required_components(cls) -> list[type]:
        """A tokenizer, as for every featurizer of Rasa."""
        return [Tokenizer]

    def __init__(self, config: dict[str, Any], name: str) -> None:
        super().__init__(name, config)
        self._mask = Mask(config["written_for"])
        self._encoder = shared_encoder(ADAPTER)

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

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:
        """The encoder and the abbreviations: with others, nothing that Rasa has cached of the questions holds."""
        return f"{encoder_digest()} {sha256(ABBREVIATIONS)}"

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to validate."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add vector and feature to each message."""
        for message in messages:
            text = read_text(message)
            masked = self._mask(text)
            vector = self._encoder.encode([text])[0]
            message.set(VECTOR, vector)
            self._add(message, vector if masked == text else self._encoder.encode([masked])[0])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Only the feature, for all training examples at once, on all cores: Rasa takes a fingerprint of what a message
        carries, and prints all numbers of a bare vector for it, 3 ms a message. Those that are written behind a topic
        get the vector by which such a reading is judged."""
        messages = [m for m in training_data.training_examples if m.get(TEXT)]
        for adapter, behind in ((ADAPTER, False), (TALK_ADAPTER, True)):
            chosen = [m for m in messages if is_in_talk(m) == behind]
            if not chosen:
                continue
            vectors = load_encoder(os.cpu_count() or 1, adapter).encode(list(read_training(chosen)))
            for message, vector in zip(chosen, vectors, strict=True):
                self._add(message, vector)
        return training_data

    def _add(self, message: Message, vector: Vectors) -> None:
        message.add_features(Features(vector[np.newaxis, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))
