"""What all guarded channels share: the guard, reading a body within its limit, and finding an emergency in it."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rasa.core.channels.channel import InputChannel
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from marrow.answering.subject import topic_offers
from marrow.rasa import logs
from marrow.rasa.guard import Guard, Handler, shared_guard
from marrow.reply import Reply, compose
from marrow.safety.hygiene import MAX_BODY_BYTES

# Any of these says that the connection's address is a proxy's, not the caller's.
_FORWARDED = ("forwarded", "x-forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "via")


class GuardedChannel(InputChannel):  # type: ignore[misc]
    """An input channel whose every message passes the guard. `credentials.yml` may hold no other kind."""

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard = guard or shared_guard()

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> GuardedChannel:
        """Settings come from the environment, so the entry in credentials.yml is empty. Under `rasa run` too no log
        holds what people write."""
        logs.configure()
        return cls()

    @abstractmethod
    def routes(self, blueprint: Blueprint, handler: Handler) -> None:
        """Add the channel's routes."""

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """Rasa's hook: the channel's routes, with Rasa's handler behind the guard. Under `rasa run` too what is old is
        deleted."""
        blueprint = Blueprint(f"marrow_{self.name()}")
        self.routes(blueprint, on_new_message)

        @blueprint.listener("after_server_start")
        async def look_after(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            if not getattr(app.ctx, "is_looked_after", False):
                app.ctx.is_looked_after = True
                app.add_task(self.guard.tidy())

        return blueprint


class BodyTooLargeError(Exception):
    """A body beyond the limit; `start` is its first 16 KB."""

    def __init__(self, start: bytes) -> None:
        super().__init__("body too large")
        self.start = start


async def read_body(request: Request, most: int = MAX_BODY_BYTES) -> bytes:
    """The body, of which no more than `most` bytes are ever held. Raises BodyTooLargeError."""
    body = bytearray()
    while chunk := await request.stream.read():
        body += chunk
        if len(body) > most:
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
    return agent_is_ready(request.app)


def agent_is_ready(app: Sanic) -> bool:
    """The same, where only the application is at hand."""
    agent = getattr(app.ctx, "agent", None)
    return agent is not None and bool(agent.is_ready())


def greeting(guard: Guard) -> Reply:
    """What a person reads who opens a chat without saying anything."""
    service = guard.service
    return compose("smalltalk", [service.fill(service.wording.smalltalk["greet"][0])], offers=topic_offers(service))


def is_local(request: Request) -> bool:
    """Whether the caller is on this machine: not through a proxy, nor by a name that was made to resolve to it."""
    if any(header.lower().startswith(_FORWARDED) for header in request.headers) or not _is_loopback(request.ip):
        return False
    # A name that resolves to this machine (DNS rebinding) is not this machine's name.
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def same_or_allowed_origin(request: Request, allowed: tuple[str, ...]) -> bool:
    """Whether a browser's page of this origin may speak here. Requests without an Origin come from no page."""
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return origin.rstrip("/") in allowed or origin.split("://", 1)[-1] == request.headers.get("host")
