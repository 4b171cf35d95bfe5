"""Talk about the talk."""

from __future__ import annotations

from actions.base import EngineAction
from marrow.answering import talk
from marrow.answering.service import Service
from marrow.answering.turn import Talk, Turn
from marrow.reply import Reply


class ActionSmalltalk(EngineAction):
    """Greetings, thanks, who are you, and the like."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_smalltalk"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """A short text that leads back."""
        return talk.smalltalk(service, turn)


class ActionForget(EngineAction):
    """Please forget me."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_forget"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """Confirm; the guard erases after the turn."""
        return talk.forget(service, turn)


class ActionFullDisclaimer(EngineAction):
    """The full disclaimer was asked for."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_full_disclaimer"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """The article's own disclaimer."""
        return talk.full_disclaimer(service, turn)


class ActionSimplify(EngineAction):
    """Say it more simply."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_simplify"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """The last passages in plain words."""
        return talk.simplify(service, turn)


class ActionTellMore(EngineAction):
    """Tell me more."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_tell_more"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """What was not shown yet."""
        return talk.tell_more(service, turn)


class ActionFollowUp(EngineAction):
    """What about ...?"""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_follow_up"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """By what it names."""
        return talk.follow_up(service, turn)


class ActionChoice(EngineAction):
    """A button was pressed."""

    def name(self) -> str:
        """The name in domain.yml."""
        return "action_choice"

    def respond(self, service: Service, turn: Turn) -> tuple[Reply, Talk]:
        """What the button says."""
        return talk.choice(service, turn)
