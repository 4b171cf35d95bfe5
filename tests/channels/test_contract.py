"""What every messaging channel promises, run against every platform that has a side. No model, no network."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from marrow.rasa.store import MarrowTrackerStore
from marrow.rendering import size
from marrow.reply import SHORT_DISCLAIMER
from tests.channels.side import NOW, Shown, Side, Webhook
from tests.channels.sides import SIDES
from tests.channels.world import CHANNELS, Handler, World, complete, echoing, world

DISCLAIMER = re.sub(r"\s+", " ", SHORT_DISCLAIMER)
EMERGENCY = "I can't feel my legs and I can't stand"


@pytest.fixture(params=sorted(SIDES))
def side(request: pytest.FixtureRequest) -> type[Side]:
    """Each platform in turn."""
    return SIDES[request.param]


@pytest.fixture
def run(side: type[Side], tmp_path: Path) -> Callable[..., Any]:
    """Run a coroutine function with a world of its own: run(scene, **how)."""

    def run(scene: Callable[[World], Any], **how: Any) -> Any:
        async def whole() -> Any:
            async with world(side, tmp_path, **how) as w:
                return await scene(w)

        return complete(whole())

    return run


def joined(shown: list[Shown]) -> str:
    return "\n".join(message.text for message in shown)


def check(shown: list[Shown], side: Side) -> str:
    """What holds for every reply; returns its text."""
    assert shown
    text = joined(shown)
    assert re.sub(r"\s+", " ", text).count(DISCLAIMER) == 1
    assert re.sub(r"\s+", " ", shown[-1].text).endswith(DISCLAIMER)
    assert all(size(message.text, side.unit) <= side.limit for message in shown)
    assert all(message.text.strip() for message in shown)
    assert not any(message.buttons for message in shown[:-1])
    return text


def test_every_channel_has_a_side_and_golden_files() -> None:
    golden = {path.name for path in (Path(__file__).parent / "golden").iterdir()}
    assert set(CHANNELS) == set(SIDES) == golden


class TestConversation:
    def test_in_and_out(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person, other = w.side.people
            for text in ("hello", "What is bone metastasis?", "thanks"):
                shown = await w.say(person, text)
                assert f"You said: {text}" in check(shown, w.side)
                assert {message.where for message in shown} == {shown[0].where}
            theirs = await w.say(other, "hello")
            assert theirs[0].where != shown[0].where
            conversations = [conversation for conversation, _ in w.heard]
            assert len(set(conversations)) == 2 and conversations[0] == conversations[2]
            assert w.channel.counts["replies"] == 4 and not w.channel.counts["failed"]

        run(scene)

    def test_store_and_logs_hold_no_name_number_or_text(self, run: Any, caplog: pytest.LogCaptureFixture) -> None:
        async def scene(w: World) -> None:
            w.platform.plan.extend(["refused"])
            for text in ("my secret words", "fail with my secret words"):
                await w.post(w.side.text(w.side.people[0], text))
            await w.channel.settled()
            person = re.sub(r"\D", "", w.side.people[0])
            for conversation, _ in w.heard:
                assert re.fullmatch(rf"{w.side.name}-[0-9a-f]{{32}}", conversation)
            secrets = [v for n, v in w.side.environment().items() if re.search("TOKEN|SECRET|PASSWORD", n)]
            ours = [r.getMessage() for r in caplog.records if r.name.startswith("marrow")]
            assert any("could not be delivered" in line for line in ours)
            for record in caplog.records:
                line = record.getMessage() + str(record.exc_info or "")
                assert "secret words" not in line and person not in line and "Pat" not in line
                assert not any(secret in line for secret in secrets)

        caplog.set_level(logging.INFO)
        run(scene)

    def test_choices_work_pressed_and_numbered(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person, other = w.side.people
            shown = (await w.say(person, "hello"))[-1]
            listed = re.findall(r"^\d\. (.*)$", shown.text, re.MULTILINE)
            titles = ["What causes bone metastasis?", "How is it found?", "Tell me more"]
            assert listed == titles or [title for title, _ in shown.buttons] == titles
            pressed = w.side.press(person, shown, 1) if shown.buttons else None
            if pressed is not None:
                assert "You said: How is it found?" in check(await w.tell(pressed), w.side)
                stolen = w.side.press(other, shown, 1)
                assert stolen is not None
                assert "That button is no longer known" in check(await w.tell(stolen), w.side)
            for typed in ("2", " 2. ", "２", "(2)"):
                text = check(await w.say(person, typed), w.side)
                assert ("You said: How is it found?" in text) == bool(listed)
            assert "You said: 2" in check(await w.say(other, "2"), w.side)  # nothing was offered to them
            assert "You said: 9" in check(await w.say(person, "9"), w.side)
            assert "You said: 2 scans" in check(await w.say(person, "2 scans"), w.side)

        run(scene)

    def test_payloads_are_opaque_and_short(self, run: Any) -> None:
        async def scene(w: World) -> None:
            for shown in await w.say(w.side.people[0], "hello"):
                for _, payload in shown.buttons:
                    assert re.fullmatch(r"mk-[A-Za-z0-9_-]{24}", payload)

        run(scene)

    def test_groups_are_answered_only_when_addressed(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person, other = w.side.people
            quiet = w.side.group(person, "hello all", addressed=False)
            if quiet is None:
                pytest.skip("this platform has no groups for bots")
            assert await w.tell(quiet) == []
            asked = [w.side.group(p, "hello", addressed=True) for p in (person, other)]
            shown = await w.tell(*filter(None, asked))
            assert len(shown) == 2 and re.search(r"You said: .*hello", check(shown[:1], w.side))
            await w.say(person, "hello")
            assert len({conversation for conversation, _ in w.heard}) == len(w.heard) == 3

        run(scene)

    def test_what_is_no_text_gets_a_kind_word_or_silence(self, run: Any) -> None:
        async def scene(w: World) -> list[str]:
            kinds = []
            for what, webhook, word in w.side.odd():
                shown = await w.tell(webhook)
                assert (word is None) == (not shown), what
                if word is not None:
                    assert word in check(shown, w.side), what
                kinds.append(what)
            return kinds

        assert len(run(scene)) >= 6

    @pytest.mark.parametrize(
        "text",
        [
            "/restart",
            '/ask{"site": "x"}',
            "\x01\x02",
            "\u202etxet",
            "\u200b\u200b",
            "mk-" + "A" * 24,
            "x" * 1001,
            "{dose}",
            "<at>" * 10_000,
        ],
        ids=range(9),
    )
    def test_any_text_gets_one_answer_and_is_no_command(self, run: Any, text: str) -> None:
        async def scene(w: World) -> None:
            answer = check(await w.say(w.side.people[0], text), w.side)
            assert not any(heard.startswith("/") for _, heard in w.heard)
            assert "{dose}" not in answer and "Traceback" not in answer
            assert w.channel.counts["replies"] == 1

        run(scene)

    def test_limit_on_messages_holds_for_one_person(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person, other = w.side.people
            texts = [check(await w.say(person, f"number {n}"), w.side) for n in range(5)]
            assert ["faster than I can answer" in text for text in texts] == [False] * 3 + [True] * 2
            assert "You said" in check(await w.say(other, "hello"), w.side)

        run(scene, burst=3)


class TestVerification:
    def test_fifty_forgeries_are_refused_and_the_real_one_is_not(self, run: Any) -> None:
        async def scene(w: World) -> int:
            forged = {}
            for what, webhook in w.side.forgeries():
                forged.setdefault((webhook.path, tuple(sorted(webhook.headers.items())), webhook.body), (what, webhook))
            for what, webhook in forged.values():
                status, _ = await w.post(webhook)
                assert status in {401, 403}, (what, status)
            await w.channel.settled()
            assert w.heard == [] and w.platform.requests == []
            assert w.channel.counts["refused"] == len(forged)
            check(await w.say(w.side.people[0], "hello"), w.side)
            return len(forged)

        assert run(scene) >= 50

    def test_webhook_can_be_registered(self, run: Any) -> None:
        async def scene(w: World) -> None:
            for webhook, challenge in w.side.registrations():
                status, body = await w.post(webhook)
                assert status == 200 and challenge in body
            assert w.heard == [] and w.platform.requests == []

        run(scene)

    def test_repeated_delivery_is_one_turn(self, run: Any) -> None:
        async def scene(w: World) -> None:
            webhook = w.side.text(w.side.people[0], "hello", id=77)
            shown = await w.tell(webhook, webhook)
            again = await w.tell(webhook, w.side.text(w.side.people[0], "hello", id=77))
            assert "You said: hello" in check(shown, w.side) and again == []
            assert len(w.heard) == 1 and w.channel.counts["repeated"] == 3

        run(scene)

    def test_repeated_while_the_first_still_runs_is_one_turn(self, run: Any) -> None:
        async def scene(w: World) -> None:
            webhook = w.side.text(w.side.people[0], "hello", id=78)
            statuses = await asyncio.gather(*(w.post(webhook) for _ in range(5)))
            await w.channel.settled()
            assert [status for status, _ in statuses] == [200] * 5 and len(w.heard) == 1

        run(scene)

    def test_repeated_after_a_restart_or_to_another_process_is_one_turn(self, run: Any, tmp_path: Path) -> None:
        async def first(w: World) -> None:
            check(await w.tell(w.side.text(w.side.people[0], "hello", id=79)), w.side)

        async def second(w: World) -> None:
            assert await w.tell(w.side.text(w.side.people[0], "hello", id=79)) == []
            assert w.heard == [] and w.channel.counts["repeated"] == 1
            check(await w.tell(w.side.text(w.side.people[0], "hello", id=80)), w.side)

        for scene in (first, second):
            run(scene, store=MarrowTrackerStore(url=f"sqlite:///{tmp_path / 'store.db'}"))

    def test_store_that_is_down_costs_no_reply(self, run: Any) -> None:
        async def scene(w: World) -> None:
            def down(seal: str) -> bool:
                raise OSError("no disk")

            w.channel.guard.store.first_time = down  # type: ignore[method-assign]
            webhook = w.side.text(w.side.people[0], "hello", id=81)
            assert "You said: hello" in check(await w.tell(webhook), w.side)
            assert await w.tell(webhook) == [] and len(w.heard) == 1

        run(scene)

    def test_old_event_is_not_answered(self, run: Any) -> None:
        async def scene(w: World) -> None:
            if not w.side.dated:
                pytest.skip("this platform's events carry no time")
            old = w.side.text(w.side.people[0], "hello", at=NOW - 2 * 86400)
            status, _ = await w.post(old)
            await w.channel.settled()
            assert status in {200, 401, 403} and w.heard == [] and w.platform.messages == []
            assert w.channel.counts["stale"] + w.channel.counts["refused"] == 1

        run(scene)

    def test_all_events_of_a_batch_are_handled(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person, other = w.side.people
            events = [(person, "one"), (other, "two"), (person, "three")]
            shown = await w.tell(*w.side.batch(events))
            assert sorted(text for _, text in w.heard) == ["one", "three", "two"]
            assert len(shown) == 3
            mine = [text for conversation, text in w.heard if conversation == w.heard[-1][0]]
            assert mine in (["one", "three"], ["two"])

        run(scene)

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 5000, b'{"type": 5}'], ids=range(7)
    )
    def test_unsigned_rubbish_is_refused(self, run: Any, body: bytes) -> None:
        async def scene(w: World) -> None:
            for method in ("POST", "GET"):
                status, _ = await w.post(Webhook(w.side.path, {}, body if method == "POST" else b"", method))
                assert status in {401, 403}
            assert w.heard == []

        run(scene)

    def test_too_large_is_refused(self, run: Any) -> None:
        async def scene(w: World) -> None:
            assert (await w.post(Webhook(w.side.path, {}, b"x" * (1024 * 1024 + 1))))[0] == 413

        run(scene)

    @pytest.mark.parametrize("missing", [True, False])
    def test_without_its_secrets_it_is_off(self, run: Any, side: type[Side], missing: bool) -> None:
        environment = side("http://127.0.0.1:9").environment()
        for name in environment:
            changed = {**environment, name: "" if missing else "not of the right form"}

            async def scene(w: World) -> tuple[bool, int]:
                return w.channel.on, (await w.post(w.side.text(w.side.people[0], "hello")))[0]

            optional = any(
                field.variable == name and (field.optional or field.default)
                for field in CHANNELS[side.name](_no_guard(), {}).platform.settings.values()
            )
            if not (missing and optional):
                assert run(scene, env=changed) == (False, 404), name


def _no_guard() -> Any:
    from marrow import settings

    class Nothing:
        config = settings.load({})

    return Nothing()


class TestRendering:
    @pytest.mark.parametrize(
        "text",
        ["<b>bold</b> & *stars* _lines_ `code` [x](http://e.example) ~no~ | #1", "日本語 • “quoted” … – ünïcödé",
         "👩‍👩‍👧‍👦 👍🏽 é ﷽", "1. one\n# two\n> three"],
        ids=["marks", "letters", "emoji", "lines"],
    )  # fmt: skip
    def test_markup_is_escaped_and_unicode_survives(self, run: Any, text: str) -> None:
        async def scene(w: World) -> None:
            shown = check(await w.say(w.side.people[0], text), w.side)
            heard = w.heard[0][1]
            assert _letters(heard) in _letters(shown)

        run(scene)

    def test_long_reply_is_split_within_the_limits_and_whole(self, run: Any) -> None:
        async def scene(w: World) -> None:
            shown = await w.say(w.side.people[0], "a long one please")
            text = check(shown, w.side)
            assert len(shown) > 1 or w.side.limit > 19_000
            found = [int(n) for n in re.findall(r"This is line (\d+) of a long answer", text)]
            assert found == list(range(250))
            for message in shown[:-1]:
                assert message.text.rstrip()[-1] in ".?!", message.text[-60:]
            assert len(shown[-1].text) > len(DISCLAIMER) + 40  # the disclaimer is no message of its own

        run(scene)

    @pytest.mark.parametrize("letter", ["x", "é", "漢", "👍🏽", "e\u0301"], ids=range(5))
    def test_words_without_an_end_fit_in_the_platforms_own_unit(self, run: Any, letter: str) -> None:
        def handler(heard: list[tuple[str, str]]) -> Any:
            async def handle(message: UserMessage) -> None:
                await message.output_channel.send_response(message.sender_id, {"text": letter * 20_000})

            return handle

        async def scene(w: World) -> None:
            text = check(await w.say(w.side.people[0], "hello"), w.side)
            assert text.count(letter) == 20_000 + DISCLAIMER.count(letter)

        run(scene, handler=handler)


def _letters(text: str) -> str:
    """What must survive: all but blanks and the characters that some platforms write otherwise."""
    plain = {"“": '"', "”": '"', "…": "...", "–": "-", "•": "-"}
    return re.sub(r"\s+", "", "".join(plain.get(c, c) for c in text))


class TestEmergency:
    def test_it_is_first_whole_and_needs_no_rasa(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person = w.side.people[0]
            gate = asyncio.Event()
            w.platform.plan.append(gate)  # the platform is slow to take the first reply
            await w.post(w.side.text(person, "what is it?"))
            await w.post(w.side.text(person, "and what is that?"))
            while not w.platform.requests:
                await asyncio.sleep(0.005)
            await w.post(w.side.text(person, EMERGENCY))
            while not w.platform.messages:
                await asyncio.sleep(0.005)
            gate.set()
            await w.channel.settled()
            first, *others = w.platform.messages
            assert "911" in check([first], w.side) and not first.buttons
            assert ["You said: what is it?" in others[0].text, "You said: and what is that?" in others[1].text] == [
                True
            ] * 2
            assert EMERGENCY not in [text for _, text in w.heard]

        run(scene)

    def test_it_passes_limits_and_a_full_queue(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person = w.side.people[0]
            gate = asyncio.Event()
            w.platform.plan.append(gate)
            for number in range(20):
                await w.post(w.side.text(person, f"message {number}"))
            await w.post(w.side.text(person, EMERGENCY))
            while not w.platform.messages:
                await asyncio.sleep(0.005)
            gate.set()
            await w.channel.settled()
            first, *others = w.platform.messages
            assert "911" in check([first], w.side)
            assert w.channel.counts["dropped"] > 0 and len(others) < 20
            assert "faster than I can answer" in others[-1].text

        run(scene, burst=3)

    @pytest.mark.parametrize("older", [2, 12], ids=["room", "no room"])
    def test_what_waited_before_it_is_not_about_it_and_what_comes_after_it_is(self, run: Any, older: int) -> None:
        told: list[tuple[str, Any]] = []

        def telling(heard: list[tuple[str, str]]) -> Handler:
            says = echoing(heard)

            async def handler(message: UserMessage) -> None:
                told.append((message.text, (message.metadata or {}).get("alarm")))
                await says(message)

            return handler

        async def scene(w: World) -> None:
            person = w.side.people[0]
            gate = asyncio.Event()
            w.platform.plan.append(gate)  # the platform is slow to take the first reply
            for number in range(older):
                await w.post(w.side.text(person, f"number {number}"))
            while not w.platform.requests:
                await asyncio.sleep(0.005)
            await w.post(w.side.text(person, EMERGENCY))
            while not w.platform.messages:
                await asyncio.sleep(0.005)
            assert len(told) == 1
            gate.set()
            await w.channel.settled()
            first, *others = w.platform.messages
            waited = [message.text for message in others if "You said: number" in message.text]
            after = check(await w.say(person, "what now"), w.side)
            assert "911" in check([first], w.side) and "911" in after
            assert len(waited) == len(told) - 1 >= 2 and not any("911" in text for text in waited)
            assert [alarm for _, alarm in told] == [None] * len(waited) + ["spine self en"]

        run(scene, handler=telling)

    def test_repeated_emergency_is_answered_once(self, run: Any) -> None:
        async def scene(w: World) -> None:
            webhook = w.side.text(w.side.people[0], EMERGENCY, id=82)
            assert "911" in check(await w.tell(webhook, webhook), w.side) and await w.tell(webhook) == []

        run(scene)

    def test_edited_message_gets_a_kind_word_unless_it_is_an_emergency_now(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person = w.side.people[0]
            edited, urgent = w.side.edit(person, "other words"), w.side.edit(person, EMERGENCY)
            if edited is None or urgent is None:
                pytest.skip("this platform does not tell of edits")
            assert "you changed a message" in check(await w.tell(edited), w.side)
            assert "911" in check(await w.tell(urgent), w.side)
            assert w.heard == []

        run(scene)


class TestDelivery:
    def test_action_that_fails_gets_the_fixed_text(self, run: Any) -> None:
        async def scene(w: World) -> None:
            text = check(await w.say(w.side.people[0], "fail"), w.side)
            assert "Something went wrong" in text and "luck" not in text

        run(scene)

    def test_busy_platform_is_tried_again_when_it_says(self, run: Any) -> None:
        async def scene(w: World) -> None:
            w.platform.plan.extend([7, 3])
            check(await w.say(w.side.people[0], "hello"), w.side)
            assert w.slept == ([7, 3] if w.side.says_when else [0.5, 1.0])
            assert w.channel.counts["retried"] == 2 and not w.channel.counts["failed"]

        run(scene)

    @pytest.mark.parametrize("fault", ["down", "broken"])
    def test_platform_that_comes_back_gets_the_reply_once(self, run: Any, fault: str) -> None:
        async def scene(w: World) -> None:
            w.platform.plan.extend([fault] * 3)
            shown = await w.say(w.side.people[0], "hello")
            assert len(shown) == 1 and "You said: hello" in check(shown, w.side)
            assert w.slept == [0.5, 1.0, 2.0]

        run(scene)

    @pytest.mark.parametrize("fault", ["down", "broken", "refused", 3600])
    def test_failed_delivery_is_counted_and_the_next_turn_goes_on(self, run: Any, fault: Any) -> None:
        async def scene(w: World) -> None:
            w.platform.always = fault
            assert await w.say(w.side.people[0], "hello") == []
            assert w.channel.counts["failed"] == 1 and len(w.slept) <= 4
            w.platform.always = None
            check(await w.say(w.side.people[0], "hello again"), w.side)

        run(scene)

    def test_webhook_is_answered_at_once_and_a_slow_platform_stops_nobody_else(self, run: Any) -> None:
        async def scene(w: World) -> None:
            person, other = w.side.people
            gate = asyncio.Event()
            w.platform.plan.append(gate)
            status, _ = await asyncio.wait_for(w.post(w.side.text(person, "first")), 5)
            assert status == 200
            await asyncio.wait_for(w.post(w.side.text(person, "second")), 5)
            while not w.platform.requests:
                await asyncio.sleep(0.005)
            await w.post(w.side.text(other, "hello"))
            while not w.platform.messages:
                await asyncio.sleep(0.005)
            assert "You said: hello" in w.platform.messages[0].text
            gate.set()
            await w.channel.settled()
            texts = [re.search(r"You said: (\w+)", m.text) for m in w.platform.messages]
            assert [t[1] for t in texts if t] == ["hello", "first", "second"]

        run(scene)

    def test_platform_that_never_answers_is_given_up(self, run: Any) -> None:
        async def scene(w: World) -> None:
            await w.say(w.side.people[0], "hello")  # keys and tokens are there
            gate = asyncio.Event()
            w.platform.always = gate
            await w.lose_patience(0.1)
            await w.post(w.side.text(w.side.people[0], "hello"))
            await w.channel.settled()
            assert w.channel.counts["failed"] == 1 and w.channel.counts["retried"] == 4
            gate.set()

        run(scene)

    def test_one_persons_messages_are_answered_in_order(self, run: Any) -> None:
        async def scene(w: World) -> None:
            shown = await w.tell(*(w.side.text(w.side.people[0], f"number {n}") for n in range(6)))
            assert [re.findall(r"You said: number (\d)", m.text)[0] for m in shown if "You said" in m.text] == list(
                "012345"
            )

        run(scene)

    def test_no_room_makes_the_platform_come_again(self, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        async def scene(w: World) -> None:
            webhook = w.side.text(w.side.people[0], "hello")
            monkeypatch.setattr("marrow.rasa.channels.messenger._MOST_WAITING", 0)
            assert (await w.post(webhook))[0] == 503 and w.heard == []
            monkeypatch.setattr("marrow.rasa.channels.messenger._MOST_WAITING", 1)
            check(await w.tell(webhook), w.side)

        run(scene)

    def test_stop_answers_what_was_accepted(self, run: Any) -> None:
        async def scene(w: World) -> None:
            await w.post(w.side.text(w.side.people[0], "hello"))
            await w.channel.close()
            assert len(w.platform.messages) == 1

        run(scene)

    def test_health_counts_for_this_machine_only(self, run: Any) -> None:
        async def scene(w: World) -> None:
            await w.say(w.side.people[0], "hello")
            path = w.side.path.removesuffix("webhook")
            status, body = await w.post(Webhook(path, {}, b"", "GET"))
            assert status == 200 and json.loads(body)["counts"]["replies"] == 1
            _, body = await w.post(Webhook(path, {"X-Forwarded-For": "192.0.2.1"}, b"", "GET"))
            assert json.loads(body) == {"status": "on"}

        run(scene)


@pytest.mark.parametrize("name", sorted(SIDES))
def test_side_imports_nothing_of_the_connectors(name: str) -> None:
    tree = ast.parse(inspect.getsource(inspect.getmodule(SIDES[name])))  # type: ignore[arg-type]
    modules = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert not any(module.startswith("marrow") for module in modules)
