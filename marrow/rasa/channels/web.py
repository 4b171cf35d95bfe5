"""The `web` channel, the widget's: server-made session tokens, one MESSAGE a turn, forget and feedback."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import math
import re
import time
from collections import OrderedDict
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from marrow.rasa.channels.base import (
    BodyTooLargeError,
    GuardedChannel,
    alarm_in,
    greeting,
    is_ready,
    parse,
    read_body,
    respond,
    same_or_allowed_origin,
)
from marrow.rasa.guard import Answered, Guard, Handler
from marrow.rasa.limits import Buckets

logger = logging.getLogger(__name__)

#: Replies kept for who asks again with the same id: so many, each for so many seconds.
_REMEMBERED_IDS, _REMEMBERED_FOR = 10_000, 600.0
#: Origins that were refused of which the log tells.
_WARNED_OF = 20
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+")
_STATUS = {
    "malformed": 400, "empty": 400, "not_text": 400, "unknown_choice": 400, "no_session": 401, "forbidden": 403,
    "too_long": 413, "too_fast": 429, "not_ready": 503, "broken": 200, "too_slow": 200,
}  # fmt: skip

#: A body's digest, and what came or will come of it: what went wrong, if anything, and the response.
_Known = tuple[str, "asyncio.Future[tuple[str | None, HTTPResponse]]"]


class WebChannel(GuardedChannel):
    """/webhooks/web/session, /message, /forget and /feedback, as docs/api.md has them."""

    def __init__(self, guard: Guard | None = None) -> None:
        super().__init__(guard)
        config = self.guard.config
        self._buckets = Buckets(config.web_limit)
        self._addresses = Buckets(config.session_limit)
        self._answered: OrderedDict[str, _Known] = OrderedDict()
        self._refused: set[str] = set()

    @classmethod
    def name(cls) -> str:
        """Its part of the address: /webhooks/web."""
        return "web"

    def routes(self, blueprint: Blueprint, handler: Handler) -> None:
        """The four calls, and the browsers' preflight for each."""

        async def preflight(request: Request) -> HTTPResponse:
            return await self._preflight(request)

        for path, call in (
            ("/session", self._session),
            ("/message", self._message),
            ("/forget", self._forget),
            ("/feedback", self._feedback),
        ):
            blueprint.add_route(self._wrapped(call, handler), path, methods=["POST"], name=path[1:], stream=True)
            blueprint.add_route(preflight, path, methods=["OPTIONS"], name=f"{path[1:]}_preflight")

    def _wrapped(self, call: Any, handler: Handler) -> Any:
        async def route(request: Request) -> HTTPResponse:
            try:
                body = await read_body(request)
            except BodyTooLargeError as error:
                return self._with_cors(request, self._refuse(error.start, "too_long"))
            if not same_or_allowed_origin(request, self.guard.config.allowed_origins):
                self._warn_of(request)
                return self._refuse(body, "forbidden")
            try:
                data = parse(body) if body.strip() else {}
            except ValueError:
                data = None
            if not isinstance(data, dict):
                return self._with_cors(request, self._refuse(body, "malformed"))
            try:
                return self._with_cors(request, await call(request, handler, body, data))
            except Exception as error:
                logger.error("a request failed: %s", type(error).__name__)
                return self._with_cors(request, respond(self._render(self.guard.error("broken"), ""), 500))

        return route

    # -- the calls -------------------------------------------------------------------------------------------------

    async def _session(self, request: Request, handler: Handler, body: bytes, data: dict[str, Any]) -> HTTPResponse:
        if wait := self._addresses.take(request.remote_addr or request.ip, time.monotonic()):
            return self._error("too_fast", wait)
        guard = self.guard
        token, conversation = guard.identity.new_session(guard.config.session_lifetime)
        return respond(
            {
                "token": token,
                "expires_in": guard.config.session_lifetime,
                "greeting": self._render(Answered(greeting(guard)), conversation),
            }
        )

    async def _message(self, request: Request, handler: Handler, body: bytes, data: dict[str, Any]) -> HTTPResponse:
        text = data.get("text", "")
        if reply := self.guard.alarm(text) if isinstance(text, str) else alarm_in(self.guard, body):
            # Before anything is asked of the store, which may hang.
            named = self._named(request)
            if named:
                self.guard.remember(named, reply.alarm)
            return respond(self._render(Answered(reply), named or ""))
        conversation = await self._conversation(request)
        if conversation is None:
            return self._refuse(body, "no_session")
        key = data.get("id")
        if key is None:
            return (await self._answer(request, handler, conversation, data))[1]
        if not isinstance(key, str) or not 0 < len(key) <= 100:
            return self._refuse(body, "malformed")
        key, digest = f"{conversation}/{key}", hashlib.sha256(body).hexdigest()
        known = self._answered.get(key)
        if known is None:
            future = asyncio.ensure_future(self._answer(request, handler, conversation, data))
            self._answered[key] = known = (digest, future)
            asyncio.get_running_loop().call_later(_REMEMBERED_FOR, self._forget_answer, key, known)
            if len(self._answered) > _REMEMBERED_IDS:
                self._answered.popitem(last=False)
        if known[0] != digest:
            return self._refuse(body, "malformed")
        # Shielded: a client that gives up waiting and asks again must find the turn, not start another.
        try:
            problem, first = await asyncio.shield(known[1])
        except Exception:
            self._answered.pop(key, None)
            raise
        if problem is not None:  # a refusal or a failure is no answer to be repeated: the next try may succeed
            self._answered.pop(key, None)
        return HTTPResponse(first.body, first.status, dict(first.headers), first.content_type)

    async def _answer(
        self, request: Request, handler: Handler, conversation: str, data: dict[str, Any]
    ) -> tuple[str | None, HTTPResponse]:
        """What went wrong, if anything, and the response."""
        answered = await self.guard.answer(
            handler,
            "web",
            conversation,
            data.get("text"),
            buckets=self._buckets,
            choice=data.get("choice"),
            ready=is_ready(request),
        )
        if answered.reply.erase:
            self._drop_answers(conversation)
        if answered.problem and _STATUS[answered.problem] != 200:
            return answered.problem, self._error(answered.problem, answered.retry_after)
        return answered.problem, respond(self._render(answered, conversation))

    def _forget_answer(self, key: str, known: _Known) -> None:
        if self._answered.get(key) is known:
            del self._answered[key]

    def _drop_answers(self, conversation: str) -> None:
        for key in [key for key in self._answered if key.startswith(f"{conversation}/")]:
            del self._answered[key]

    async def _forget(self, request: Request, handler: Handler, body: bytes, data: dict[str, Any]) -> HTTPResponse:
        conversation = await self._conversation(request)
        if conversation is None:
            return self._refuse(body, "no_session")
        await self.guard.forget(conversation, close=True)
        self._drop_answers(conversation)
        return empty(204, {"Cache-Control": "no-store"})

    async def _feedback(self, request: Request, handler: Handler, body: bytes, data: dict[str, Any]) -> HTTPResponse:
        conversation = await self._conversation(request)
        if conversation is None:
            return self._refuse(body, "no_session")
        reply_id, helpful = data.get("reply_id"), data.get("helpful")
        known = isinstance(reply_id, str) and self.guard.identity.is_reply_id(conversation, reply_id)
        if not known or not isinstance(helpful, bool):
            return self._error("malformed")
        await self.guard.feedback(str(reply_id), helpful)
        return empty(204, {"Cache-Control": "no-store"})

    # -- parts -----------------------------------------------------------------------------------------------------

    def _named(self, request: Request) -> str | None:
        """The conversation that the caller's token is of, which may be closed."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.guard.identity.conversation_of(token.strip()) if scheme.lower() == "bearer" else None

    async def _conversation(self, request: Request) -> str | None:
        conversation = self._named(request)
        return None if conversation is None or await self.guard.is_closed(conversation) else conversation

    def _render(self, answered: Answered, conversation: str) -> dict[str, Any]:
        reply = answered.reply
        return {
            "reply_id": self.guard.identity.new_reply_id(conversation),
            "text": reply.text,
            "reply": self.guard.keyed(reply, conversation),
        }

    def _error(self, problem: str, wait: float = 0.0) -> HTTPResponse:
        headers = {"Retry-After": str(max(1, math.ceil(wait)))} if problem in {"too_fast", "not_ready"} else None
        return respond(self._render(self.guard.error(problem), ""), _STATUS[problem], headers)

    def _refuse(self, body: bytes, problem: str) -> HTTPResponse:
        """Refuse a call, unless its body describes an emergency: that gets its reply whoever asks, and however."""
        if reply := alarm_in(self.guard, body):
            return respond(self._render(Answered(reply), ""))
        return self._error(problem)

    async def _preflight(self, request: Request) -> HTTPResponse:
        if not same_or_allowed_origin(request, self.guard.config.allowed_origins):
            self._warn_of(request)
            return self._error("forbidden")
        return self._with_cors(request, empty(204))

    def _warn_of(self, request: Request) -> None:
        """Log once which origin was refused: to who embeds the widget it looks as if the bot were down."""
        origin = str(request.headers.get("origin"))[:100]
        if origin not in self._refused and len(self._refused) < _WARNED_OF and _ORIGIN.fullmatch(origin):
            self._refused.add(origin)
            logger.warning("pages of %s may not use the widget's channel; MARROW_ORIGINS names those that may", origin)

    def _with_cors(self, request: Request, response: HTTPResponse) -> HTTPResponse:
        origin = request.headers.get("origin")
        if origin and same_or_allowed_origin(request, self.guard.config.allowed_origins):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
            response.headers["Access-Control-Max-Age"] = "600"
            response.headers["Vary"] = "Origin"
        return response
