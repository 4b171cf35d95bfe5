"""One channel on a real server, its platform on loopback, and a Rasa that is a function of the test's."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import json
import socket
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import aiohttp
import yaml
from aiohttp import web
from rasa.core.channels.channel import UserMessage
from rasa.shared.utils.common import class_from_module_path
from sanic import Sanic

from marrow import settings
from marrow.rasa.channels.base import GuardedChannel
from marrow.rasa.channels.delivery import Delivery
from marrow.rasa.channels.messenger import MessengerChannel
from marrow.rasa.guard import Guard
from marrow.rasa.identity import Identity
from marrow.rasa.lanes import Lanes
from marrow.reply import Offer, compose
from tests.channels.side import NOW, RefusedError, Sent, Shown, Side, Webhook
from tests.rasa.conftest import SERVICE

T = TypeVar("T")
Handler = Callable[[UserMessage], Awaitable[Any]]
_numbers = itertools.count()
Sanic.test_mode = True  # or the second application in a process fails to start

CHANNELS: dict[str, type[MessengerChannel]] = {
    channel.name(): channel
    for channel in map(class_from_module_path, yaml.safe_load((settings.ROOT / "credentials.yml").read_text("utf-8")))
    if issubclass(channel, MessengerChannel)
}


@dataclass
class Platform:
    """The fake platform: keeps what it was sent, and answers as its side says, or as `plan` says for the next requests.

    An entry of `plan` is a number of seconds to ask for (429), "down" (the connection is cut), "broken" (500),
    "refused" (403), or an event to wait for before all is well.
    """

    side: Side | None = None
    messages: list[Shown] = field(default_factory=list)
    requests: list[Sent] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    plan: deque[Any] = field(default_factory=deque)
    always: Any = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        form = request.content_type == "application/x-www-form-urlencoded"
        body = dict(await request.post()) if form else (json.loads(raw) if raw else None)
        headers = {name.lower(): value for name, value in request.headers.items()}
        sent = Sent(request.method, request.raw_path, headers, body)
        assert self.side is not None
        if (other := self.side.other(sent)) is not None:
            return web.json_response(other[2], status=other[0], headers=dict(other[1]))
        self.requests.append(sent)
        try:
            shown = self.side.shown(sent)
        except (RefusedError, KeyError) as why:
            self.complaints.append(f"{type(why).__name__} {why}: {sent.body}")
            return web.json_response({"ok": False, "error": str(why)}, status=400)
        planned = (self.plan.popleft() if self.plan else self.always) if shown else None
        if isinstance(planned, asyncio.Event):
            await planned.wait()
        elif isinstance(planned, int):
            status, extra, answer = self.side.busy(planned)
            return web.json_response(answer, status=status, headers=dict(extra))
        elif planned == "down":
            assert request.transport is not None
            request.transport.abort()
            raise web.HTTPInternalServerError
        elif planned:
            return web.json_response({"ok": False}, status={"broken": 500, "refused": 403}[planned])
        if shown:
            self.messages.append(shown)
        status, extra, answer = self.side.taken()
        return web.json_response(answer, status=status, headers=dict(extra))


@dataclass
class World:
    """All that a test needs."""

    side: Side
    channel: MessengerChannel
    platform: Platform
    slept: list[float]
    heard: list[tuple[str, str]]  # what reached Rasa: (conversation, text)
    clock: list[float]
    url: str
    session: aiohttp.ClientSession

    async def post(self, webhook: Webhook) -> tuple[int, str]:
        """The platform calls the bot: (status, body)."""
        async with self.session.request(
            webhook.method,
            self.url + webhook.path,
            data=io.BytesIO(webhook.body) if webhook.body else None,
            headers=dict(webhook.headers),
        ) as response:
            return response.status, await response.text()

    async def lose_patience(self, seconds: float) -> None:
        """From now on the channel waits no longer than this for its platform."""
        await self.channel.delivery.close()
        self.channel.delivery._timeout = aiohttp.ClientTimeout(total=seconds)

    async def tell(self, *webhooks: Webhook) -> list[Shown]:
        """Call the bot, and return what people are shown after all is answered."""
        before = len(self.platform.messages)
        for webhook in webhooks:
            status, _ = await self.post(webhook)
            assert status == 200, (status, webhook)
        await self.channel.settled()
        assert not self.platform.complaints
        return self.platform.messages[before:]

    async def say(self, person: str, text: str) -> list[Shown]:
        """One person writes."""
        return await self.tell(self.side.text(person, text))


def echoing(heard: list[tuple[str, str]]) -> Handler:
    """A Rasa that says what it heard, and offers three things; the word "long" makes it say much, "fail" raise."""

    async def handler(message: UserMessage) -> None:
        text = message.text or ""
        heard.append((message.sender_id, text))
        if "fail" in text:
            raise RuntimeError(f"no luck with {text}")
        lines = [f"You said: {text}"]
        if "long" in text:
            lines += [
                f"This is line {n} of a long answer, with <b>marks</b> & *stars*. It has two sentences."
                for n in range(250)
            ]
        target = next(iter(SERVICE.library.articles)).id
        offers = (
            Offer("What causes bone metastasis?", f"{target}/causes"),
            Offer("How is it found?", f"{target}/diagnosis"),
            Offer("Tell me more", "more"),
        )
        reply = compose("smalltalk", lines, offers=offers)
        await message.output_channel.send_response(
            message.sender_id, {"text": reply.text, "custom": {"reply": reply.to_wire()}}
        )

    return handler


class Events:
    """The part of the store that channels use, in memory."""

    def __init__(self) -> None:
        self.seals: set[str] = set()

    def first_time(self, seal: str) -> bool:
        new = seal not in self.seals
        self.seals.add(seal)
        return new


def make_guard(folder: Path, deadline: float = 5.0, burst: int = 0, store: object = None) -> Guard:
    """A guard with a secret that is always the same; `burst` messages and then no more, 0 for no limit."""
    limit = settings.Limit(burst, 0.0 if burst else 1.0)
    config = replace(settings.load({}), state_dir=folder, deadline=deadline, channel_limit=limit)
    guard = Guard(config, Identity(b"0" * 32), SERVICE, Lanes(most=4))
    guard.store = store or Events()  # type: ignore[assignment]
    return guard


def make_channel(side: Side, folder: Path) -> MessengerChannel:
    """A channel that is on, without a server."""
    return CHANNELS[side.name](make_guard(folder), side.environment(), now=lambda: NOW)


def complete(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on asyncio's own loop: closing uvloop's, which Sanic sets as the default, may take for ever."""
    loop = asyncio.DefaultEventLoopPolicy().new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@contextlib.asynccontextmanager
async def listening(channel: GuardedChannel, handler: Handler) -> AsyncIterator[str]:
    """The channel on a server of its own, with a model that is ready; gives the server's address."""
    app = Sanic(f"world-{next(_numbers)}", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = 64 * 1024 * 1024
    app.config.ACCESS_LOG = False
    app.ctx.agent = SimpleNamespace(is_ready=lambda: True)
    app.blueprint(channel.blueprint(handler), url_prefix=f"/webhooks/{channel.name()}")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = await app.create_server(sock=listener, return_asyncio_server=True)
        await server.startup()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.close()


@contextlib.asynccontextmanager
async def world(
    side_type: type[Side],
    folder: Path,
    *,
    handler: Callable[[list[tuple[str, str]]], Handler] = echoing,
    burst: int = 0,
    deadline: float = 5.0,
    env: dict[str, str] | None = None,
    store: object = None,
) -> AsyncIterator[World]:
    """Start all of it; ends with it."""
    platform, slept, heard, clock = Platform(), [], [], [NOW]
    fake = web.Application()
    fake.router.add_route("*", "/{path:.*}", platform.handle)
    runner = web.AppRunner(fake, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    side = platform.side = side_type(f"http://127.0.0.1:{runner.addresses[0][1]}")

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    guard = make_guard(folder, deadline, burst, store)
    delivery = Delivery(sleep=sleep, chance=lambda: 0.0)
    environment = side.environment() if env is None else env
    channel = CHANNELS[side.name](guard, environment, delivery, lambda: clock[0])
    async with listening(channel, handler(heard)) as url, aiohttp.ClientSession() as session:
        try:
            yield World(side, channel, platform, slept, heard, clock, url, session)
        finally:
            await session.close()
            await channel.close()
            guard.lanes.stop()
            await runner.cleanup()
