"""The `rest` channel, for other servers: Rasa's REST protocol, guarded."""

from __future__ import annotations

import hmac
import logging
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from marrow.rasa.channels.base import (
    BodyTooLargeError,
    GuardedChannel,
    alarm_in,
    is_local,
    is_ready,
    parse,
    read_body,
    respond,
    same_or_allowed_origin,
)
from marrow.rasa.guard import Answered, Guard, Handler
from marrow.rasa.limits import Buckets
from marrow.reply import Reply

logger = logging.getLogger(__name__)

_LONGEST_SENDER = 255


class RestChannel(GuardedChannel):
    """POST /webhooks/rest/webhook {"sender", "message"} -> a list of messages, one of which carries the Reply."""

    def __init__(self, guard: Guard | None = None) -> None:
        super().__init__(guard)
        self._buckets = Buckets(self.guard.config.rest_limit)

    @classmethod
    def name(cls) -> str:
        """Its part of the address: /webhooks/rest."""
        return "rest"

    def routes(self, blueprint: Blueprint, handler: Handler) -> None:
        """The webhook, and Rasa's own small health answer."""

        @blueprint.get("/")
        async def alive(request: Request) -> HTTPResponse:
            return respond({"status": "ok"})

        @blueprint.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            try:
                return await self._receive(request, handler)
            except Exception as error:
                logger.error("a request failed: %s", type(error).__name__)
                return respond(self._render(self.guard.error("broken"), "", ""))

    async def _receive(self, request: Request, handler: Handler) -> HTTPResponse:
        guard = self.guard
        try:
            body = await read_body(request)
        except BodyTooLargeError as error:
            return self._refuse(error.start, "too_long", 413)
        if (refused := self._caller_refused(request)) is not None:
            return self._refuse(body, "forbidden", refused)
        try:
            data = parse(body)
        except ValueError:
            return self._refuse(body, "malformed", 400)
        data = data if isinstance(data, dict) else {}
        sender, message = data.get("sender"), data.get("message")
        if not isinstance(sender, str) or not _can_be_sender(sender):
            return self._refuse(body, "no_sender", 200)
        if not isinstance(message, str):
            return self._refuse(body, "not_text", 200)
        conversation = guard.identity.conversation("rest", sender)
        answered = await guard.answer(
            handler, "rest", conversation, message, buckets=self._buckets, ready=is_ready(request)
        )
        return respond(self._render(answered, sender, conversation))

    def _caller_refused(self, request: Request) -> int | None:
        """401 or 403 for a caller that may not use the channel, else None."""
        key = self.guard.config.rest_key
        if key:
            given = request.headers.get("authorization", "")
            if not given.startswith("Bearer "):
                return 401
            return None if hmac.compare_digest(given[7:].strip().encode(), key.encode()) else 403
        # A proxy on this machine that adds no header to a request cannot be told from a caller here.
        if request.app.config.PROXIES_COUNT or not is_local(request):
            return 403
        # A page open in a browser on this machine is no server.
        return None if same_or_allowed_origin(request, ()) else 403

    def _refuse(self, body: bytes, problem: str, status: int) -> HTTPResponse:
        """Refuse a call, unless its body describes an emergency, in its message or, where that is none, anywhere."""
        try:
            data = parse(body)
        except ValueError:
            data = None
        data = data if isinstance(data, dict) else {}
        sender, message = _echo(data.get("sender")), data.get("message")
        if reply := self.guard.alarm(message) if isinstance(message, str) else alarm_in(self.guard, body):
            return respond(self._render(Answered(reply), sender, ""))
        return respond(self._render(self.guard.error(problem), sender, ""), status)

    def _render(self, answered: Answered, sender: str, conversation: str) -> list[dict[str, Any]]:
        reply: Reply = answered.reply
        keyed = self.guard.keyed(reply, conversation)
        text: dict[str, Any] = {"recipient_id": sender, "text": reply.text}
        if keyed["suggestions"]:
            text["buttons"] = keyed["suggestions"]
        return [text, {"recipient_id": sender, "custom": {"reply": keyed}}]


def _can_be_sender(sender: str) -> bool:
    if not sender.strip() or len(sender) > _LONGEST_SENDER:
        return False
    return not any("\ud800" <= c <= "\udfff" or ord(c) < 32 for c in sender)


def _echo(sender: object) -> str:
    """What can be sent back of a sender that cannot be one."""
    text = str(sender) if isinstance(sender, str | int | float) and not isinstance(sender, bool) else ""
    return "".join(c for c in text if c.isprintable())[:_LONGEST_SENDER]
