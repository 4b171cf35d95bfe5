"""What is one platform's own, beside the contract."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from marrow.rasa.channels.delivery import Outgoing, Response
from marrow.reply import Offer, compose
from tests.channels.side import PUBLIC
from tests.channels.sides import SIDES
from tests.channels.sides.botframework import BotFramework
from tests.channels.sides.twilio import Twilio, WhatsApp, sign
from tests.channels.world import CHANNELS, World, complete, make_channel, make_guard, world


@pytest.mark.parametrize(
    ("name", "status", "body", "wait"),
    [
        ("slack", 200, {"ok": False, "error": "ratelimited"}, 0.0),
        ("slack", 200, {"ok": False, "error": "channel_not_found"}, None),
        ("slack", 200, {"ok": True}, None),
        ("facebook", 400, {"error": {"code": 613}}, 0.0),
        ("facebook", 500, {"error": {"code": 99, "is_transient": True}}, 0.0),
        ("facebook", 400, {"error": {"code": 100}}, None),
        ("facebook", 400, {"error": "text"}, None),
        ("telegram", 429, {"parameters": {"retry_after": 14}}, 14.0),
        ("telegram", 429, None, 0.0),
        ("telegram", 403, {"description": "bot was blocked by the user"}, None),
        ("botframework", 412, None, 0.0),
        ("botframework", 403, None, None),
    ],
)
def test_when_a_platform_is_tried_again(name: str, status: int, body: Any, wait: float | None, tmp_path: Path) -> None:
    channel = make_channel(SIDES[name]("http://127.0.0.1:9"), tmp_path)
    assert channel.wait(Response(status, {}, body)) == wait


@pytest.mark.parametrize("body", [{"ok": False, "error": "channel_not_found"}, {}, None, [], {"ok": "true"}])
def test_slack_takes_a_message_only_when_it_says_so(body: Any, tmp_path: Path) -> None:
    channel = make_channel(SIDES["slack"]("http://127.0.0.1:9"), tmp_path)
    assert not channel.taken(Response(200, {}, body)) and channel.taken(Response(200, {}, {"ok": True}))


class TestTeams:
    @staticmethod
    def run(scene: Any, folder: Path) -> None:
        async def whole() -> None:
            async with world(BotFramework, folder) as w:
                await scene(w)

        complete(whole())

    def test_keys_that_cannot_be_fetched_make_teams_come_again(self, tmp_path: Path) -> None:
        async def scene(w: World) -> None:
            keys = w.channel.settings["keys"]
            w.channel.settings["keys"] = "http://127.0.0.1:9/"
            webhook = w.side.text(w.side.people[0], "hello")
            assert (await w.post(webhook))[0] == 503 and w.heard == []
            w.channel.settings["keys"] = keys
            w.clock[0] += 61
            assert len(await w.tell(webhook)) == 1

        self.run(scene, tmp_path)

    def test_keys_are_fetched_once_a_minute_at_most_whatever_is_claimed(self, tmp_path: Path) -> None:
        async def scene(w: World) -> None:
            fetched = []
            once = w.channel.delivery.once

            async def counted(outgoing: Outgoing) -> Response:
                fetched.append(outgoing.url)
                return await once(outgoing)

            w.channel.delivery.once = counted  # type: ignore[method-assign]
            side = w.side
            assert isinstance(side, BotFramework)
            activity = side.activity(side.people[0], text="hello")
            for number in range(10):
                forged = side.signed(activity, side.token(1, kid=f"made-up-{number}"))
                assert (await w.post(forged))[0] == 403
            assert len(fetched) == 1
            w.clock[0] += 61
            await w.post(side.signed(activity, side.token(1, kid="made-up")))
            assert len(fetched) == 2

        self.run(scene, tmp_path)

    def test_token_is_asked_for_once_and_anew_when_it_is_refused(self, tmp_path: Path) -> None:
        async def scene(w: World) -> None:
            channel: Any = w.channel
            for _ in range(3):
                await w.say(w.side.people[0], "hello")
            first = channel._token_at
            assert first == w.clock[0]
            w.clock[0] += 120
            assert channel.wait(Response(401, {})) == 0.0
            await w.say(w.side.people[0], "hello")
            assert channel._token_at == w.clock[0] and channel.wait(Response(401, {})) is None

        self.run(scene, tmp_path)

    @pytest.mark.parametrize("service", ["http://smba.example/", "ftp://127.0.0.1/", "//127.0.0.1/"])
    def test_our_token_goes_nowhere_unencrypted(self, tmp_path: Path, service: str) -> None:
        async def scene(w: World) -> None:
            side = w.side
            assert isinstance(side, BotFramework)
            activity = {**side.activity(side.people[0], text="hello"), "serviceUrl": service}
            assert (await w.post(side.signed(activity, side.token(serviceurl=service))))[0] == 403

        self.run(scene, tmp_path)


class TestTwilio:
    @pytest.mark.parametrize("address", [PUBLIC, PUBLIC + ":443"])
    def test_signature_over_the_address_with_or_without_its_port(self, tmp_path: Path, address: str) -> None:
        async def whole() -> None:
            async with world(Twilio, tmp_path) as w:
                assert isinstance(w.side, Twilio)
                fields = w.side.fields(w.side.people[0], "hello")
                assert len(await w.tell(w.side.form(fields, sign(address + w.side.path, fields)))) == 1

        complete(whole())

    def test_query_of_the_address_is_signed_too(self, tmp_path: Path) -> None:
        async def whole() -> None:
            async with world(Twilio, tmp_path) as w:
                assert isinstance(w.side, Twilio)
                fields = w.side.fields(w.side.people[0], "hello")
                path = w.side.path + "?number=1"
                signed = replace(w.side.form(fields, sign(PUBLIC + path, fields)), path=path)
                assert len(await w.tell(signed)) == 1
                assert (await w.post(replace(signed, path=w.side.path + "?number=2")))[0] == 403

        complete(whole())

    @pytest.mark.parametrize("word", ["STOP", "stop ", "Unsubscribe"])
    def test_stop_is_left_to_twilio(self, tmp_path: Path, word: str) -> None:
        async def whole() -> None:
            async with world(Twilio, tmp_path) as w:
                assert await w.say(w.side.people[0], word) == [] and w.heard == []

        complete(whole())

    @pytest.mark.parametrize(("template", "count"), [("", 3), ("HX" + "0c" * 16, 2)])
    def test_whatsapp_without_template_or_with_two_choices_lists_them(
        self, tmp_path: Path, template: str, count: int
    ) -> None:
        environment = {**WhatsApp("http://127.0.0.1:9").environment(), "MARROW_TWILIO_WHATSAPP_BUTTONS": template}
        channel = CHANNELS["whatsapp"](make_guard(tmp_path), environment)
        offers = tuple(Offer(f"Choice {n}", "more") for n in range(count))
        (message,) = channel.messages(compose("answer", ["Text."], offers=offers), "me", {"to": "whatsapp:+1"})
        assert message.form is not None and f"{count}. Choice {count - 1}" in message.form["Body"]


def test_facebook_answers_the_challenge_only_with_the_right_token(tmp_path: Path) -> None:
    from marrow.rasa.channels.messenger import Call, RefusedError

    channel = make_channel(SIDES["facebook"]("http://127.0.0.1:9"), tmp_path)
    for query in ("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", "hub.mode=subscribe&hub.verify_token=%C3%A9"):
        with pytest.raises(RefusedError):
            asyncio.run(channel.verify(Call("GET", "/", query, {}, b"")))
