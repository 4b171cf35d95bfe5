"""Asking a running assistant over its REST channel, as another server would."""

from __future__ import annotations

import http.client
import json
import os
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evaluation.judging import Judged, Reply, judge
from evaluation.sets import Conversation
from marrow.errors import MarrowError

#: (sender, text) -> the reply.
Ask = Callable[[str, str], Reply]


class NobodyAnswers(MarrowError):
    """No assistant answers at the address, or it is not ready."""


class Client:
    """One connection to an assistant. Raises NobodyAnswers wherever nothing comes back."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        """`url` is the server's address without a path; `timeout` is in seconds."""
        self.url = url
        self._connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc or url, timeout=timeout)
        self._headers = {"Content-Type": "application/json"}
        if key := os.environ.get("MARROW_REST_KEY", "").strip():
            self._headers["Authorization"] = f"Bearer {key}"

    def _call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        try:
            sent = None if body is None else json.dumps(body)
            self._connection.request(method, path, sent, self._headers)
            response = self._connection.getresponse()
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            why = f"no assistant answers at {self.url} ({error or type(error).__name__})"
            raise NobodyAnswers(f"{why}; start one with `make run`") from error
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, None

    def served_model(self) -> dict[str, str]:
        """Which model is served, {"name", "sha256"}; empty where the assistant does not say. Raises when not ready."""
        status, said = self._call("GET", "/ready")
        if status == 503:
            reason = said.get("reason") if isinstance(said, dict) else None
            raise NobodyAnswers(f"the assistant at {self.url} is not ready: {reason or 'it does not say why'}")
        model = said.get("model") if isinstance(said, dict) else None
        return dict(model) if isinstance(model, dict) else {}

    def ask(self, sender: str, text: str) -> Reply:
        """One turn."""
        started = time.perf_counter()
        status, messages = self._call("POST", "/webhooks/rest/webhook", {"sender": sender, "message": text})
        wait = (time.perf_counter() - started) * 1000
        if status in {401, 403, 404}:
            raise NobodyAnswers(f"{self.url} refuses to be asked (status {status}); is MARROW_REST_KEY set?")
        return read_messages(messages, wait)


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
