"""Mends slips of typing for the components that follow, which read `read_text(message)`."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow import settings
from marrow.answering.encoder import vocabulary
from marrow.answering.spelling import Spelling, load_abbreviations
from marrow.answering.terms import load_elsewhere
from marrow.content import load_library
from marrow.digest import sha256
from marrow.errors import ModelError
from marrow.safety.hygiene import normalise

ABBREVIATIONS = settings.DATA / "wording" / "abbreviations.yml"
ELSEWHERE = settings.DATA / "wording" / "elsewhere.yml"
_MENDED = "mended"


def read_text(message: Message) -> str:
    """What a message says, normalised, with slips mended where a Mend component came before."""
    return str(message.get(_MENDED) or normalise(message.get(TEXT) or ""))


def read_training(messages: Iterable[Message]) -> Iterator[str]:
    """What training questions say: as people wrote them, slips and all, but with abbreviations written out as those of
    messages are."""
    abbreviations = load_abbreviations(ABBREVIATIONS)
    return (abbreviations.write_out(normalise(message.get(TEXT))) for message in messages)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Mend(GraphComponent):  # type: ignore[misc]
    """Learns the words of the training questions and articles; the first of the pipeline."""

    def __init__(self, model_storage: ModelStorage, resource: Resource, counts: dict[str, int]) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._counts = counts
        named = (word for name in load_elsewhere(ELSEWHERE) for word in re.findall(r"[^\W\d_]+", name.casefold()))
        self._spelling = Spelling(counts, {*vocabulary(), *named}, load_abbreviations(ABBREVIATIONS))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Mend:
        """An untrained component, which knows no words."""
        return cls(model_storage, resource, {})

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:
        """The articles, whose words are counted too."""
        return sha256(settings.DATA / "articles")

    def train(self, training_data: TrainingData) -> Resource:
        """Count the words of the training questions, of the articles and of their names."""
        texts = [normalise(e.get(TEXT)) for e in training_data.intent_examples if e.get(TEXT)]
        for article in load_library(settings.DATA / "articles").articles:
            texts += [n.text for n in article.names if n.kind != "misspelling"] * 3
            for passage in article.passages():
                texts += [passage.text] * 3 + [passage.plain, *passage.asks]
        counts = Counter(word for text in texts for word in set(re.findall(r"[^\W\d_]+", text.casefold())))
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps(counts), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> Mend:  # fmt: skip
        """Load the words. Raises ModelError where they cannot be."""
        try:
            with model_storage.read_from(resource) as folder:
                counts = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            return cls(model_storage, resource, counts)
        except (OSError, ValueError) as error:
            raise ModelError("the model's words cannot be loaded; train again with `make train`") from error

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the mended text to each message, and whether it has a word that is `known`."""
        for message in messages:
            mended = self._spelling.mend(normalise(message.get(TEXT) or ""))
            message.set(_MENDED, mended, add_to_output=True)
            message.set("known", self._spelling.knows(mended), add_to_output=True)
        return messages
