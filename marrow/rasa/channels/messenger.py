"""What all messaging channels share; a platform's module adds how it signs, what its events are and how it is sent to.

A request: read within the limit -> verify -> parse into events -> drop repeated and stale ones -> answer the webhook.
An event, in the background: the person's queue -> guard -> render -> deliver. An emergency waits for nobody.
"""

from __future__ import annotations

import asyncio
import calendar
import contextlib
import hmac
import json
import logging
import os
import time
from abc import abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from marrow import settings
from marrow.rasa.channels.base import (
    BodyTooLargeError,
    GuardedChannel,
    agent_is_ready,
    greeting,
    is_local,
    parse,
    read_body,
    respond,
)
from marrow.rasa.channels.delivery import Delivery, Outgoing, Response, usual_wait
from marrow.rasa.channels.memory import Listed, Seen
from marrow.rasa.guard import Answered, Guard, Handler
from marrow.rasa.limits import Buckets
from marrow.rendering import Part, Platform, load_platforms, load_words, read_fields, render
from marrow.reply import Reply, compose
from marrow.safety.hygiene import MAX_BODY_BYTES

logger = logging.getLogger(__name__)

PLATFORMS: Final = settings.DATA / "channels" / "platforms.yml"
WORDS: Final = settings.DATA / "wording" / "channels.yml"

#: A platform's envelope may hold many events; a person's own text is limited by the guard.
MAX_WEBHOOK_BYTES: Final = 1024 * 1024
_MOST_WAITING: Final = 2_000  # events of all people; beyond, the platform is asked to come again
_MOST_EACH: Final = 10  # events of one person; beyond, they get one "too fast" for all of them
_CLOSING_LASTS: Final = 10.0  # seconds in which accepted events are still answered when the server stops


@dataclass(frozen=True)
class Call:
    """A request as the platforms' modules see it; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return parse(self.body)

    def form(self) -> list[tuple[str, str]]:
        """The body as form fields, in order. Raises ValueError."""
        return parse_qsl(self.body.decode("utf-8"), keep_blank_values=True, max_num_fields=500)


@dataclass(frozen=True)
class Inbound:
    """One event of one person.

    `sender` is who, in the platform's own terms, and in a group also where; only its HMAC is kept. `to` is what
    `outgoing` needs to answer; held in memory until the reply is delivered. `kind` is "text", "greet" (the person
    opened the chat), or a key of `kinds` in data/wording/channels.yml; `at` is when it happened, in seconds since 1970.
    """

    sender: str
    to: Mapping[str, Any]
    id: str | None = None
    text: str | None = None
    choice: str | None = None
    kind: str = "text"
    at: float | None = None


class RefusedError(Exception):
    """A request that is not proved to be the platform's.

    `status` is 401 where the proof is missing, 403 where it is wrong, 503 where it cannot be checked now.
    """

    def __init__(self, status: int = 403) -> None:
        super().__init__(str(status))
        self.status = status


# The event, whole; the reply that it has already, as an emergency; None if it needs no answer.
_Look = asyncio.Future[Inbound | Reply | None]


@dataclass
class _Person:
    """One person's place in the queue; `beyond` are the events for which it has no room."""

    waiting: deque[tuple[Inbound, _Look]] = field(default_factory=deque)
    beyond: list[tuple[Inbound, _Look]] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class MessengerChannel(GuardedChannel):
    """A guarded messaging channel. Off, and silent, until its settings are there and of the right form."""

    def __init__(
        self,
        guard: Guard | None = None,
        env: Mapping[str, str] | None = None,
        delivery: Delivery | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(guard)
        self.platform: Platform = load_platforms(PLATFORMS)[self.name()]
        self.settings, self.missing, self.wrong = read_fields(self.platform, os.environ if env is None else env)
        self.words = load_words(WORDS)
        self.delivery = delivery or Delivery()
        self.now = now
        self.counts: Counter[str] = Counter()
        self._buckets = Buckets(self.guard.config.channel_limit)
        self._seen = Seen()
        self._listed = Listed()
        self._people: dict[str, _Person] = {}
        self._waiting = 0
        if self.wrong:
            logger.warning("%s is off: %s not of the right form", self.platform.name, ", ".join(self.wrong))

    @property
    def on(self) -> bool:
        """Whether the channel has what it needs."""
        return not self.missing and not self.wrong

    # -- what a platform's module says -------------------------------------------------------------------------------

    @abstractmethod
    async def verify(self, call: Call) -> None:
        """Return if the platform sent this request. Raises RefusedError; any other error counts as one."""

    @abstractmethod
    def items(self, call: Call) -> Iterable[Any]:
        """The events of a verified request, unread. Raises ValueError for a body that is not the platform's."""

    @abstractmethod
    def read(self, item: Any) -> Inbound | None:
        """One event; None where an answer would be wrong. May raise anything: the others are still handled."""

    @abstractmethod
    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """The request that sends one message, without secrets in its headers."""

    @abstractmethod
    def probe(self) -> Outgoing:
        """A request that changes nothing and shows whether the platform takes our secrets."""

    async def authorisation(self) -> Mapping[str, str]:
        """The headers that prove who we are, asked for anew at each try."""
        return {}

    async def reach(self) -> Response:
        """Send the probe once. Raises what `Delivery.once` raises."""
        probe = self.probe()
        return await self.delivery.once(replace(probe, headers=await self.authorisation()))

    def handshake(self, call: Call) -> HTTPResponse | None:
        """The answer to a request that only sets the webhook up, else None."""
        return None

    def accepted(self) -> HTTPResponse:
        """What the platform wants to hear when its events were taken."""
        return respond({})

    def wait(self, response: Response) -> float | None:
        """None when a response is final, else the seconds to wait before another try."""
        return usual_wait(response)

    def taken(self, response: Response) -> bool:
        """Whether a final response means that the message is on its way."""
        return response.ok

    async def complete(self, event: Inbound) -> Inbound:
        """Fetch what the webhook did not bring, where a platform sends only ids."""
        return event

    async def acknowledge(self, event: Inbound) -> None:
        """Tell the platform that a button was pressed, where it waits for that. A failure is of no consequence."""

    def buttons_usable(self, count: int) -> bool:
        """Whether native buttons can be used for so many choices, where that depends on a setting."""
        return True

    # -- requests ------------------------------------------------------------------------------------------------------

    def routes(self, blueprint: Blueprint, handler: Handler) -> None:
        """The webhook, and a health answer that counts for callers on this machine."""

        @blueprint.get("/")
        async def alive(request: Request) -> HTTPResponse:
            status = {"status": "on" if self.on else "off"}
            return respond({**status, "counts": dict(self.counts)} if is_local(request) else status)

        async def webhook(request: Request) -> HTTPResponse:
            try:
                return await self._receive(request, handler)
            except Exception as error:
                logger.error("a request to %s failed: %s", self.name(), type(error).__name__)
                return respond({"error": "this request could not be handled"}, 500)

        blueprint.add_route(webhook, "/webhook", methods=["GET", "POST"], name="webhook", stream=True)

        @blueprint.listener("before_server_stop")
        async def close(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            await self.close()

    async def _receive(self, request: Request, handler: Handler) -> HTTPResponse:
        if not self.on:
            return respond({"error": "this channel is not set up"}, 404)
        try:
            body = await read_body(request, MAX_WEBHOOK_BYTES)
        except BodyTooLargeError:
            return respond({"error": "too large"}, 413)
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, request.path, request.query_string, headers, body)
        try:
            await self.verify(call)
        except Exception as error:
            self.counts["refused"] += 1
            if not isinstance(error, RefusedError):
                logger.warning("%s: a signature could not be read: %s", self.name(), type(error).__name__)
            return respond({"error": "not allowed"}, error.status if isinstance(error, RefusedError) else 401)
        try:
            if (handshake := self.handshake(call)) is not None:
                return handshake
            items = list(self.items(call)) if call.method == "POST" else []
        except (ValueError, KeyError, TypeError, AttributeError):
            self.counts["unreadable"] += 1
            return respond({"error": "not readable"}, 400)
        app = request.app
        for event in self._read_all(items):
            if not self._accept(event, handler, lambda: agent_is_ready(app)):
                self.counts["postponed"] += 1
                return respond({"error": "busy"}, 503, {"Retry-After": "10"})
        return self.accepted()

    def _read_all(self, items: Sequence[Any]) -> Iterable[Inbound]:
        for item in items:
            try:
                event = self.read(item)
            except Exception as error:  # one odd event must not take the others with it
                self.counts["unreadable"] += 1
                logger.warning("%s: an event could not be read: %s", self.name(), type(error).__name__)
                continue
            if event is None or (event.choice is None and (event.text or "").strip().upper() in self.platform.silent):
                self.counts["ignored"] += 1
            else:
                yield event

    # -- the queue -----------------------------------------------------------------------------------------------------

    def _accept(self, event: Inbound, handler: Handler, ready: Callable[[], bool]) -> bool:
        """Take an event, unless it was had before or is too old; False when there is no room for it now."""
        seal = None if event.id is None else self.guard.identity.seal(f"event {self.name()}", event.id)
        if seal is not None and seal in self._seen:
            self.counts["repeated"] += 1
            return True
        if event.at is not None and self.now() - event.at > self.platform.oldest:
            self.counts["stale"] += 1
            return True
        if self._waiting >= _MOST_WAITING and not self._is_urgent(event):
            return False
        if seal is not None:
            self._seen.add(seal)
        self.counts["accepted"] += 1
        self._waiting += 1
        conversation = self.guard.identity.conversation(self.name(), event.sender)
        person = self._people.setdefault(conversation, _Person())
        place = (event, asyncio.ensure_future(self._look(event, seal, conversation)))
        (person.waiting if len(person.waiting) < _MOST_EACH else person.beyond).append(place)
        if person.task is None:
            person.task = asyncio.ensure_future(self._serve(conversation, person, handler, ready))
        return True

    def _is_urgent(self, event: Inbound) -> bool:
        """Whether there is room for an event where there is none: a bounded number of emergencies."""
        return self._waiting < 2 * _MOST_WAITING and bool(event.text) and self.guard.alarm(event.text or "") is not None

    async def _look(self, event: Inbound, seal: str | None, conversation: str) -> Inbound | Reply | None:
        """Complete an event and answer it if it is an emergency, whoever and whatever else is waiting.

        None, too, for an event that another process, or this one before it was started again, has had.
        """
        event = await self.complete(event)
        if event.text and len(event.text) > MAX_BODY_BYTES:  # far too long to be answered; only looked at for red flags
            event = replace(event, text=event.text[:MAX_BODY_BYTES])
        if event.text and (reply := self.guard.alarm(event.text)):
            await self._send(event, conversation, reply)
            return reply
        if seal is not None and not await self.guard.first_time(seal):
            self.counts["repeated"] += 1
            return None
        return event

    async def _serve(self, conversation: str, person: _Person, handler: Handler, ready: Callable[[], bool]) -> None:
        """Answer one person's events in the order in which they came."""
        while person.waiting or person.beyond:
            if person.waiting:
                event, look = person.waiting.popleft()
                try:
                    looked = await look
                    if isinstance(looked, Reply):  # only now: an older event that was waiting is not about it
                        self.guard.remember(conversation, looked.alarm)
                    elif looked is not None:
                        await self._turn(looked, conversation, handler, ready)
                except Exception as error:
                    logger.error("%s: a turn failed: %s", self.name(), type(error).__name__)
                    await self._send(event, conversation, self.guard.error("broken").reply)
                finally:
                    self._waiting -= 1
            else:
                places, person.beyond = person.beyond, []
                looks = await asyncio.gather(*(look for _, look in places), return_exceptions=True)
                dropped = sum(look is not None and not isinstance(look, Reply) for look in looks)
                for alarm in (look.alarm for look in looks if isinstance(look, Reply)):
                    self.guard.remember(conversation, alarm)
                self._waiting -= len(places)
                self.counts["dropped"] += dropped
                if dropped:  # one answer for all of them
                    await self._send(places[-1][0], conversation, self.guard.error("too_fast").reply)
        del self._people[conversation]

    async def _turn(self, event: Inbound, conversation: str, handler: Handler, ready: Callable[[], bool]) -> None:
        if event.choice is not None:
            with contextlib.suppress(Exception):
                await self.acknowledge(event)
        reply = (await self._answered(event, conversation, handler, ready)).reply
        if reply.erase:
            self._listed.forget(conversation)
        await self._send(event, conversation, reply)

    async def _answered(
        self, event: Inbound, conversation: str, handler: Handler, ready: Callable[[], bool]
    ) -> Answered:
        guard = self.guard
        if event.kind != "text" and self._buckets.take(conversation, time.monotonic()):
            return guard.error("too_fast")
        if event.kind not in {"text", "greet"}:
            words = self.words.kinds.get(event.kind, self.words.kinds["other"])
            return Answered(compose("error", [guard.service.fill(words), guard.service.emergency.help_line()]))
        if event.kind == "greet":
            return Answered(greeting(guard))
        choice = event.choice
        if choice is None and event.text:
            choice = self._listed.pick(conversation, event.text)
        return await guard.answer(
            handler, self.name(), conversation, event.text or "", buckets=self._buckets, choice=choice, ready=ready()
        )

    # -- out -----------------------------------------------------------------------------------------------------------

    def messages(self, reply: Reply, conversation: str, to: Mapping[str, Any]) -> list[Outgoing]:
        """The requests that send a reply, in order; remembers the numbered list they show, if they offer anything."""
        payloads = [suggestion["payload"] for suggestion in self.guard.keyed(reply, conversation)["suggestions"]]
        rendered = render(
            reply, self.platform, payloads, self.words.numbered, buttons=self.buttons_usable(len(payloads))
        )
        if payloads:
            self._listed.show(conversation, rendered.listed)
        return [self.outgoing(to, part) for part in rendered.parts]

    async def _send(self, event: Inbound, conversation: str, reply: Reply) -> None:
        """Deliver a reply, part by part. Never raises: a failure is counted, and logged without text."""
        self.counts["replies"] += 1
        try:
            for message in self.messages(reply, conversation, event.to):
                if (why := await self._deliver(message)) is not None:
                    self.counts["failed"] += 1
                    logger.error("%s: a reply could not be delivered: %s", self.name(), why)
                    return
                self.counts["delivered"] += 1
        except Exception as error:
            self.counts["failed"] += 1
            logger.error("%s: a reply could not be sent: %s", self.name(), type(error).__name__)

    async def _deliver(self, message: Outgoing) -> str | None:
        """Why a message could not be delivered, or None."""

        async def prepare() -> Outgoing:
            return replace(message, headers=await self.authorisation())

        response = await self.delivery.send(prepare, self.wait, lambda: self.counts.update(retried=1))
        if response is None:
            return "no response"
        return None if self.taken(response) else f"status {response.status}"

    async def settled(self) -> None:
        """Wait until every accepted event is answered."""
        while tasks := [p.task for p in self._people.values() if p.task]:
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Answer what was accepted, for a few seconds at most, and close the connections."""
        try:
            await asyncio.wait_for(self.settled(), _CLOSING_LASTS)
        except asyncio.TimeoutError:
            logger.error("%s: %d accepted messages were not answered before the stop", self.name(), self._waiting)
        await self.delivery.close()


def seconds_of(stamp: object) -> float | None:
    """An ISO 8601 time in UTC as seconds since 1970, whole ones; None for anything else."""
    try:
        return float(calendar.timegm(time.strptime(str(stamp)[:19], "%Y-%m-%dT%H:%M:%S")))
    except ValueError:
        return None


def dumps(value: Any) -> str:
    """JSON without blanks, for JSON that travels inside a form field."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def same(given: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode())


def kind_of_media(media_type: str) -> str:
    """The kind, as in data/wording/channels.yml, of a file with this media type."""
    if media_type == "image/webp":
        return "sticker"
    first = media_type.split("/")[0]
    return {"image": "picture", "video": "picture", "audio": "voice"}.get(first, "file")
