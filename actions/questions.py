"""Questions: answered from the article, honestly not covered, or about another subject."""

from __future__ import annotations

from actions.base import EngineAction
from marrow.answering import answers, subject, talk
from marrow.answering.service import Service
from marrow.answering.turn import Talk, Turn
from marrow.reply import Reply


class ActionQuestion(EngineAction):
    """A question about the subject, of whatever kind."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_question"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """Quote the passages that answer, or say honestly that none does."""
        return answers.question(service, turn)


class ActionOtherSubject(EngineAction):
    """Nothing to do with any article."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_other_subject"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """Say what can be talked about."""
        return subject.refuse(service, turn)


class ActionFallback(EngineAction):
    """NLU was not sure."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_fallback"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """Decide by what is named, or ask back."""
        return talk.fallback(service, turn)
