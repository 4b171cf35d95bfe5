"""Entities: what a question names, found by spaCy matchers made from the loaded articles."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from marrow import settings
from marrow.answering.encoder import vocabulary
from marrow.answering.terms import TermFinder, load_elsewhere
from marrow.content import Library, load_library


def build_finder(library: Library) -> TermFinder:
    """The finder of a library, with the project's list of things that articles may lack."""
    return TermFinder(library, load_elsewhere(settings.DATA / "wording" / "elsewhere.yml"), vocabulary())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ArticleTerms(EntityExtractorMixin, GraphComponent):  # type: ignore[misc]
    """Adds entities `article`, `term` and `other`; see marrow.answering.terms."""

    def __init__(self) -> None:
        self._finder = build_finder(load_library(settings.DATA / "articles"))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ArticleTerms:
        """Read the articles."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add what each message names."""
        for message in messages:
            found = [
                {
                    "entity": thing.kind,
                    "value": thing.value,
                    "article": thing.article,
                    "group": thing.group,
                    "start": thing.start,
                    "end": thing.end,
                    "extractor": "ArticleTerms",
                }
                for thing in self._finder.find(message.get(TEXT) or "")
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
