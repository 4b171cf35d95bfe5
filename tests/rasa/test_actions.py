"""An action's run: what NLU gathered of a message becomes one uttered reply."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.base import service
from actions.questions import ActionQuestion


@pytest.mark.parametrize(("sure", "told"), [(0.95, True), (0.5, False), (None, False)])
def test_an_emergency_beside_a_question_gets_where_to_call(sure: float | None, told: bool) -> None:
    message: dict[str, Any] = {
        "text": "Which milk is best? My legs are like that again.",
        "intent": {"name": "ask_diet", "confidence": 0.9},
        "intent_ranking": [{"name": "ask_diet", "confidence": 0.9}],
        "evidence": {"scope": {"bone-metastasis": 0.97}, "common": False},
        "urgent_sentence": {"name": "emergency", "confidence": sure} if sure else None,
    }
    dispatcher = CollectingDispatcher()
    tracker: Any = SimpleNamespace(latest_message=message, get_slot=lambda name: None)
    events = ActionQuestion().run(dispatcher, tracker, {})
    assert [event["name"] for event in events] == ["talk"]
    assert len(dispatcher.messages) == 1
    uttered = dispatcher.messages[0]
    assert uttered["custom"]["reply"]["outcome"] == "not_covered"
    assert (service().emergency.help_line() in uttered["text"]) is told
