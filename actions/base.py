"""What every action does: read the turn, ask the engine, utter the Reply, remember the talk."""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from marrow.answering.alarms import in_doubt, remembered
from marrow.answering.by_rule import by_rule
from marrow.answering.context import at_item
from marrow.answering.service import Service, load_service
from marrow.answering.turn import Talk, Turn, read_turn
from marrow.reply import Reply


@functools.lru_cache(maxsize=1)
def service() -> Service:
    """Content and wording, loaded once a process."""
    return load_service()


class EngineAction(Action, ABC):
    """An action that is one function of the engine; subclasses give its name and the function."""

    def __init__(self) -> None:
        """Load content and wording when the action server starts, not while somebody waits."""
        service()

    @abstractmethod
    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """Ask the engine."""

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Answer the tracker's latest message."""
        turn = at_item(service(), read_turn(tracker.latest_message, tracker.get_slot("talk")))
        reply, talk = by_rule(service(), turn) or self.respond(service(), turn)
        reply, talk = in_doubt(service(), turn, reply), remembered(service(), turn, reply, talk)
        buttons = [{"title": offer.title, "payload": offer.title} for offer in reply.offers]
        dispatcher.utter_message(text=reply.text, buttons=buttons, json_message={"reply": reply.to_wire()})
        return [SlotSet("talk", talk.to_slot())]
