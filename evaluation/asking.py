"""Asking a running assistant over its REST channel, as another server would."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Sequence

from evaluation.judging import Judged, Reply, judge
from evaluation.sets import Conversation
from marrow.client import Client, NobodyAnswers

#: (sender, text) -> the reply.
Ask = Callable[[str, str], Reply]


def served_model(client: Client) -> dict[str, str]:
    """Which model is served, {"name", "sha256"}; empty where the assistant does not say. Raises NobodyAnswers."""
    status, said = client.call("GET", "/ready")
    if status == 503:
        reason = said.get("reason") if isinstance(said, dict) else None
        raise NobodyAnswers(f"the assistant at {client.url} is not ready: {reason or 'it does not say why'}")
    model = said.get("model") if isinstance(said, dict) else None
    return dict(model) if isinstance(model, dict) else {}


def asking(client: Client) -> Ask:
    """Turns of the assistant that a client is connected to. They raise NobodyAnswers wherever nothing comes back."""

    def ask(sender: str, text: str) -> Reply:
        started = time.perf_counter()
        messages = client.say(sender, text)
        return read_messages(messages, (time.perf_counter() - started) * 1000)

    return ask


def read_messages(messages: object, milliseconds: float = 0.0) -> Reply:
    """A turn's REST messages as a Reply; anything else than the contract's list is a reply without an outcome."""
    listed = [m for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    customs = [m["custom"]["reply"] for m in listed if isinstance(m.get("custom"), dict) and "reply" in m["custom"]]
    reply = customs[-1] if customs and isinstance(customs[-1], dict) else {}
    text = "\n".join(str(m["text"]) for m in listed if m.get("text"))
    return Reply(reply.get("outcome"), text, reply.get("section"), milliseconds)


def ask_all(conversations: Iterable[Conversation], ask: Ask) -> list[Judged]:
    """Ask every conversation under a sender of its own, and judge each turn."""
    judged = []
    for conversation in conversations:
        sender = f"eval-{uuid.uuid4().hex}"
        said: list[str] = []
        for question in conversation:
            said.append(question.q)
            judged.append(judge(question, ask(sender, question.q), " ".join(said)))
    return judged


def replay(conversations: Sequence[Conversation], replies: Iterable[Reply]) -> list[Judged]:
    """Judge replies that were collected elsewhere, in the order of the questions."""
    waiting = iter(replies)
    return ask_all(conversations, lambda sender, text: next(waiting))
