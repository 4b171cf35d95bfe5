"""Emergencies that the guard's patterns did not know and the classifier did."""

from __future__ import annotations

from actions.base import EngineAction
from marrow.answering import talk
from marrow.answering.service import Service
from marrow.answering.turn import Talk, Turn
from marrow.reply import Reply


class ActionUrgent(EngineAction):
    """An emergency by the classifier's second opinion."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_urgent"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """What to do first."""
        return talk.urgent(service, turn)
