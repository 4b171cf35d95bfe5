"""What the web channel keeps, and for whom it counts, on a real server; tests/server has the rest, with a model."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from marrow.rasa.channels import web
from marrow.rasa.channels.web import WebChannel
from marrow.settings import Limit
from tests.channels.world import Events, complete, echoing, listening, make_guard

Post = Callable[..., Awaitable[tuple[int, Any]]]


class Open(Events):
    """A store in which no session is closed."""

    def is_closed(self, conversation: str) -> bool:
        return False


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[WebChannel]:
    """One that gives each address one session."""
    guard = make_guard(tmp_path, store=Open())
    guard.config = replace(guard.config, session_limit=Limit(1, 0.0))
    yield WebChannel(guard)
    guard.lanes.stop()


def run(channel: WebChannel, scene: Callable[[Post], Awaitable[None]], heard: list[tuple[str, str]]) -> None:
    """Play a scene with post(call, body, **headers) -> (status, answer)."""

    async def whole() -> None:
        async with listening(channel, echoing(heard)) as url, aiohttp.ClientSession() as session:

            async def post(call: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
                async with session.post(f"{url}/webhooks/web/{call}", json=body, headers=headers) as response:
                    return response.status, await response.json()

            await scene(post)

    complete(whole())


def test_emergency_does_not_wait_for_a_store_that_hangs(channel: WebChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    resumed = threading.Event()
    monkeypatch.setattr("marrow.rasa.guard._STORE_MAY_TAKE", 0.2)
    monkeypatch.setattr(channel.guard.store, "is_closed", lambda conversation: resumed.wait(10))

    async def scene(post: Post) -> None:
        own = {"Authorization": f"Bearer {(await post('session', {}, {}))[1]['token']}"}
        status, message = await asyncio.wait_for(post("message", {"text": "my legs have gone numb"}, own), 3)
        assert (status, message["reply"]["outcome"]) == (200, "urgent")
        resumed.set()

    run(channel, scene, [])


def test_an_answered_id_is_forgotten_after_a_while(channel: WebChannel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "_REMEMBERED_FOR", 0.3)
    heard: list[tuple[str, str]] = []

    async def scene(post: Post) -> None:
        own = {"Authorization": f"Bearer {(await post('session', {}, {}))[1]['token']}"}

        async def say() -> str:
            status, message = await post("message", {"text": "hello", "id": "one"}, own)
            assert status == 200
            return str(message["reply_id"])

        first, again = await asyncio.gather(say(), say())
        assert first == again and len(heard) == 1

        async def forgotten() -> None:
            while channel._answered:
                await asyncio.sleep(0.01)

        await asyncio.wait_for(forgotten(), 5)
        assert await say() != first and len(heard) == 2

    run(channel, scene, heard)


@pytest.mark.parametrize(
    ("proxies", "addresses", "statuses"),
    [
        ("1", ["192.0.2.1", "192.0.2.2", "192.0.2.1", "198.51.100.7, 192.0.2.2"], [200, 200, 429, 429]),
        ("1", [None, None, "192.0.2.1"], [200, 429, 200]),
        (None, ["192.0.2.1", "192.0.2.2", None], [200, 429, 429]),
    ],
)
def test_new_sessions_are_counted_by_the_address_of_whoever_asks(
    channel: WebChannel,
    monkeypatch: pytest.MonkeyPatch,
    proxies: str | None,
    addresses: list[str | None],
    statuses: list[int],
) -> None:
    if proxies:
        monkeypatch.setenv("SANIC_PROXIES_COUNT", proxies)
    else:
        monkeypatch.delenv("SANIC_PROXIES_COUNT", raising=False)

    async def scene(post: Post) -> None:
        for address, status in zip(addresses, statuses, strict=True):
            headers = {"X-Forwarded-For": address} if address else {}
            assert (await post("session", {}, headers))[0] == status, address

    run(channel, scene, [])


def test_refused_origin_is_named_once_in_the_log(channel: WebChannel, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(post: Post) -> None:
        for origin in ("https://hospital.example", "https://hospital.example", "https://x\u00e9.example/<script>"):
            assert (await post("session", {}, {"Origin": origin}))[0] == 403

    with caplog.at_level("WARNING"):
        run(channel, scene, [])
    assert [record.getMessage() for record in caplog.records if "MARROW_ORIGINS" in record.getMessage()] == [
        "pages of https://hospital.example may not use the widget's channel; MARROW_ORIGINS names those that may"
    ]
