"""The engine with its real content, and turns made by hand: no model, no Rasa."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from marrow.answering.service import Service, load_service
from marrow.answering.turn import Turn


@pytest.fixture(scope="session")
def service() -> Service:
    return load_service()


@pytest.fixture
def turn() -> Callable[..., Turn]:
    """turn("ask_treatment", terms=["denosumab"], near={"treatment.3": 0.9}): a question about the article."""

    def make(intent: str, terms: tuple[str, ...] = (), near: dict[str, float] | None = None, **more: Any) -> Turn:
        defaults: dict[str, Any] = {
            "text": "?",
            "confidence": 0.9,
            "ranking": ((intent, 0.9),),
            "scope": {"bone-metastasis": 0.97},
            "terms": tuple(("bone-metastasis", term) for term in terms),
            "scores": {f"bone-metastasis/{id}": p for id, p in (near or {}).items()},
        }
        return Turn(intent=intent, **{**defaults, **more})

    return make
