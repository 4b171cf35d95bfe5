"""What all guarded channels share: the guard, reading a body within its limit, and finding an emergency in it."""

from __future__ import annotations

import contextlib
import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from marrow.rasa.guard import Guard, Handler, shared_guard
from marrow.reply import Reply
from marrow.safety.hygiene import MAX_BODY_BYTES


class GuardedChannel(InputChannel):  # type: ignore[misc]
    """An input channel whose every message passes the guard. `credentials.yml` may hold no other kind."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard or shared_guard()

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> GuardedChannel:
        """Settings come from the environment, so the entry in credentials.yml is empty."""
        return cls()

    @abstractmethod
    def routes(self, blueprint: Blueprint, handler: Handler) -> None:
        """Add the channel's routes."""

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Rasa's hook: the channel's routes, with Rasa's handler behind the guard."""
        blueprint = Blueprint(f"marrow_{self.name()}")
        self.routes(blueprint, on_new_message)
        return blueprint


class BodyTooLargeError(Exception):
    """A body beyond the limit; `start` is its first 16 KB."""

    def __init__(self, start: bytes) -> None:
        super().__init__("body too large")
        self.start = start


async def read_body(request: Request) -> bytes:
    """The body, of which no more than the limit is ever held. Raises BodyTooLargeError."""
    body = bytearray()
    while chunk := await request.stream.read():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLargeError(bytes(body[:MAX_BODY_BYTES]))
    return bytes(body)


def parse(body: bytes) -> Any:
    """The body as JSON. Raises ValueError for what is not JSON, however deep or odd."""
    try:
        return json.loads(body.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def alarm_in(guard: Guard, body: bytes) -> Reply | None:
    """The urgent reply if a body that could not be accepted, or read as JSON, describes an emergency all the same."""
    text = body.decode("utf-8", "ignore")
    # JSON's escapes (a typed apostrophe or letter may be one) are undone where they can be.
    with contextlib.suppress(ValueError):
        text = json.loads('"' + text.replace("\\\\", "\\").replace('\\"', " ").replace('"', " ") + '"', strict=False)
    return guard.alarm(text)


def respond(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HTTPResponse:
    """A JSON response that no cache keeps."""
    return HTTPResponse(
        json.dumps(body, ensure_ascii=False),
        status=status,
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})},
        content_type="application/json",
    )


def is_ready(request: Request) -> bool:
    """Whether Rasa has a model. Under `rasa run` the agent is there before the first request."""
    agent = getattr(request.app.ctx, "agent", None)
    return agent is not None and bool(agent.is_ready())


def same_or_allowed_origin(request: Request, allowed: tuple[str, ...]) -> bool:
    """Whether a browser's page of this origin may speak here. Requests without an Origin come from no page."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return origin.rstrip("/") in allowed or origin.split("://", 1)[-1] == request.headers.get("host")
