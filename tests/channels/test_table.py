"""`make channels`: what it says in each case, and that only platforms that are set up are called."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from marrow.rasa.channels.table import Row, messenger_classes, rows
from tests.channels.side import Side
from tests.channels.sides import SIDES
from tests.channels.world import CHANNELS, Platform, complete, make_guard


async def _row(side: Side, folder: Path, status: int | None, env: dict[str, str] | None = None) -> Row:
    """The row of a channel whose platform answers every probe with a status, or with silence (None)."""

    async def answer(request: web.Request) -> web.Response:
        if status is None:
            await asyncio.sleep(5)
        body = {"ok": status == 200, "access_token": "t", "expires_in": 60, "counts": {"delivered": 3}}
        return web.json_response(body, status=status or 200)

    fake = web.Application()
    fake.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(fake, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    side.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        environment = side.environment() if env is None else env
        (row,) = await rows(
            [CHANNELS[side.name]], side.url, make_guard(folder), environment, patience=0.2 if status is None else 5.0
        )
        return row
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("name", sorted(SIDES))
@pytest.mark.parametrize(
    ("status", "reachable"), [(200, "yes"), (401, "refused"), (503, "busy"), (429, "busy"), (None, "no answer")]
)
def test_platform_is_asked_once_it_is_set_up(name: str, status: int | None, reachable: str, tmp_path: Path) -> None:
    row = complete(_row(SIDES[name](""), tmp_path, status))
    assert (row.configured, row.verified, row.reachable) == ("yes", "yes", reachable)
    assert bool(row.note) == (status != 200)
    assert row.delivered == ("?" if status is None else "3, 0 failed")


def test_what_is_not_set_up_is_not_asked(tmp_path: Path) -> None:
    side = SIDES["telegram"]("")
    assert complete(_row(side, tmp_path, 200, {})) == Row("Telegram", "no")
    begun = complete(_row(side, tmp_path, 200, {"MARROW_TELEGRAM_SECRET": "0123456789abcdef"}))
    assert begun == Row("Telegram", "no", note="also set MARROW_TELEGRAM_TOKEN")
    wrong = {**SIDES["telegram"]("").environment(), "MARROW_TELEGRAM_TOKEN": "no token"}
    row = complete(_row(side, tmp_path, 200, wrong))
    assert (row.configured, row.verified, row.reachable) == ("yes", "no", "-") and "MARROW_TELEGRAM_TOKEN" in row.note


def test_table_has_every_channel_of_the_credentials() -> None:
    assert {channel.name() for channel in messenger_classes()} == set(SIDES)


def test_platform_is_not_called_when_a_channel_is_made(tmp_path: Path) -> None:
    for name, side_type in SIDES.items():
        fake = Platform(side_type("http://127.0.0.1:9"))
        channel = CHANNELS[name](make_guard(tmp_path), side_type("http://127.0.0.1:9").environment())
        assert channel.on and channel.delivery._session is None and not fake.requests
