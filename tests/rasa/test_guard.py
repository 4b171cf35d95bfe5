"""Every way out of the guard: one visible text, one disclaimer, one outcome, whatever is behind it."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from marrow.rasa import guard as guard_module
from marrow.rasa.guard import Answered, Guard
from marrow.rasa.limits import Buckets
from marrow.reply import SHORT_DISCLAIMER, Offer, compose
from marrow.settings import Limit
from tests.rasa.conftest import SERVICE, says


def check(answered: Answered, outcome: str) -> str:
    reply = answered.reply
    assert reply.outcome == outcome
    assert reply.text.count("not a substitute for professional medical advice") == 1
    assert reply.text.endswith(reply.disclaimer)
    assert reply.text.removesuffix(reply.disclaimer).strip()
    return reply.text


async def never(message: UserMessage) -> None:
    raise AssertionError("this must not reach Rasa")


async def silent(message: UserMessage) -> None:
    """What Rasa does with no model, an action server that is down, and much else."""


async def raises(message: UserMessage) -> None:
    raise ValueError(f"no luck with {message.text}")


async def hangs(message: UserMessage) -> None:
    await asyncio.sleep(1.5)


async def blocks(message: UserMessage) -> None:
    time.sleep(1.5)


def test_normal_turn_passes(ask: Any) -> None:
    wire = compose("smalltalk", ["Hello there."], offers=(Offer("What is it?", "bone-metastasis/overview"),)).to_wire()
    answered = ask(says(f"Hello there.\n{SHORT_DISCLAIMER}", wire=wire), "hello")
    assert check(answered, "smalltalk").startswith("Hello there.")
    assert answered.reply.offers == (Offer("What is it?", "bone-metastasis/overview"),)


@pytest.mark.parametrize(
    "texts",
    [
        ["One."],
        ["One.", "Two."],
        [f"One.\n{SHORT_DISCLAIMER}", f"Two.\n{SHORT_DISCLAIMER}"],
        [f"{SHORT_DISCLAIMER} {SHORT_DISCLAIMER}", "One."],
        ["One.\n\nTwo."],
    ],
)
def test_disclaimer_stands_once_and_last_however_it_came(ask: Any, texts: list[str]) -> None:
    assert "One." in check(ask(says(*texts), "hello"), "smalltalk")


@pytest.mark.parametrize(
    "handler", [silent, raises, says(""), says("   \n ")], ids=["silent", "raises", "empty", "blank"]
)
def test_fault_behind_gets_the_fixed_text(ask: Any, handler: Any) -> None:
    answered = ask(handler, "my secret words")
    text = check(answered, "error")
    assert answered.problem == "broken" and "secret" not in text


@pytest.mark.parametrize("text", ["Dose is {dose} mg", "Traceback (most recent call last): boom", "Hi\nNone\n"])
def test_internals_are_held_back(ask: Any, text: str) -> None:
    check(ask(says(text), "hello"), "error")


def test_unknown_outcome_is_held_back(ask: Any) -> None:
    check(ask(says("Hello.", wire={"outcome": "banana"}), "hello"), "error")


@pytest.mark.parametrize("handler", [hangs, blocks])
def test_late_turn_is_answered_in_time(ask: Any, handler: Any) -> None:
    started = time.monotonic()
    answered = ask(handler, "hello")
    assert time.monotonic() - started < 1.2
    check(answered, "error")
    assert answered.problem == "too_slow"


def test_blocked_turn_stops_nobody_else(guard: Guard) -> None:
    async def both() -> tuple[Answered, float, Answered]:
        slow = asyncio.ensure_future(guard.answer(blocks, "test", "slow", "hello"))
        await asyncio.sleep(0.05)
        started = time.monotonic()
        quick = await guard.answer(says("Hi."), "test", "quick", "hello")
        return quick, time.monotonic() - started, await slow

    quick, took, slow = asyncio.run(both())
    check(quick, "smalltalk")
    check(slow, "error")
    assert took < 0.3


def test_one_persons_turns_run_one_at_a_time_and_in_order(guard: Guard) -> None:
    log: list[str] = []

    async def handler(message: UserMessage) -> None:
        log.append(f"start {message.text}")
        await asyncio.sleep(0.05)
        log.append(f"end {message.text}")
        await message.output_channel.send_response(message.sender_id, {"text": "Hi."})

    async def burst() -> list[Answered]:
        return await asyncio.gather(*(guard.answer(handler, "test", "same", str(n)) for n in range(4)))

    for answered in asyncio.run(burst()):
        check(answered, "smalltalk")
    assert log == [f"{what} {n}" for n in range(4) for what in ("start", "end")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u200d\ufeff", "empty"),
        ("///", "empty"),
        ("\ud800", "empty"),
        ("x" * 1001, "too_long"),
        ("x" * 12_000, "too_long"),
        (None, "not_text"),
        (7, "not_text"),
        (["hello"], "not_text"),
        ({"text": "hello"}, "not_text"),
        (True, "not_text"),
    ],
)
def test_bad_input_gets_a_kind_word(ask: Any, text: object, problem: str) -> None:
    answered = ask(never, text)
    check(answered, "error")
    assert answered.problem == problem


@pytest.mark.parametrize(
    "text", ["/restart", "/greet@0.01", '/ask{"talk":{"a":[1]}}', "  //back", "\u200b/session_start", "／restart"]
)
def test_slash_is_text_and_no_command(ask: Any, text: str) -> None:
    seen: list[str] = []

    async def handler(message: UserMessage) -> None:
        seen.append(message.text)
        assert message.parse_data is None
        await message.output_channel.send_response(message.sender_id, {"text": "Hi."})

    check(ask(handler, text), "smalltalk")
    assert not seen[0].startswith("/")


def test_lone_surrogate_in_text_is_taken_out(ask: Any) -> None:
    seen: list[str] = []

    async def handler(message: UserMessage) -> None:
        seen.append(message.text)
        await message.output_channel.send_response(message.sender_id, {"text": "Hi."})

    check(ask(handler, "what \ud800is it"), "smalltalk")
    seen[0].encode()


def test_too_fast_says_when_to_come_back(guard: Guard) -> None:
    buckets = Buckets(Limit(2, 0.5))

    async def three() -> list[Answered]:
        return [await guard.answer(says("Hi."), "test", "me", "hello", buckets=buckets) for _ in range(3)]

    first, second, third = asyncio.run(three())
    check(first, "smalltalk")
    check(second, "smalltalk")
    check(third, "error")
    assert third.problem == "too_fast" and 0 < third.retry_after <= 2


@pytest.mark.parametrize("padding", ["", "x " * 3000])
def test_emergency_comes_before_every_limit(guard: Guard, padding: str) -> None:
    buckets = Buckets(Limit(1, 0.0))
    buckets.take("me", time.monotonic())
    text = f"my legs have gone numb and i cannot walk. {padding}"
    answered = asyncio.run(guard.answer(never, "test", "me", text, buckets=buckets))
    check(answered, "urgent")


def test_button_key_means_something_in_its_own_conversation_only(guard: Guard) -> None:
    seen: list[Any] = []

    async def handler(message: UserMessage) -> None:
        seen.append(message.parse_data)
        await message.output_channel.send_response(message.sender_id, {"text": "Hi."})

    key = guard.identity.key("mine", "bone-metastasis/treatment")
    check(asyncio.run(guard.answer(handler, "test", "mine", key)), "smalltalk")
    assert seen[0]["intent"]["name"] == "choice" and seen[0]["entities"][0]["value"] == "bone-metastasis/treatment"
    stranger = asyncio.run(guard.answer(never, "test", "other", key))
    check(stranger, "error")
    assert stranger.problem == "unknown_choice"


@pytest.mark.parametrize(
    "choice", ["", "mk-nonsense", 5, None, "bone-metastasis/treatment", "mk-" + "A" * 24, "mk-" + "é" * 24]
)
def test_no_other_choice_starts_anything(ask: Any, choice: object) -> None:
    answered = ask(never, None, choice=choice)
    check(answered, "error")


def test_forget_me_erases_after_the_turn_and_once_more_after_a_late_one(guard: Guard) -> None:
    erased: list[float] = []

    class Store:
        def erase(self, conversation: str, *, close: bool) -> None:
            erased.append(time.monotonic())

    guard.__dict__["store"] = Store()
    wire = {**compose("smalltalk", ["Deleted."]).to_wire(), "erase": True}

    async def late_then_forget() -> float:
        await guard.answer(hangs, "test", "me", "hello")
        await guard.forget("me", close=True)
        at = time.monotonic()
        await asyncio.sleep(1.5)
        return at

    check(asyncio.run(guard.answer(says("Deleted.", wire=wire), "test", "me", "forget me")), "smalltalk")
    assert len(erased) == 1
    asyncio.run(late_then_forget())
    assert len(erased) == 3 and erased[2] - erased[1] > 0.5


def test_store_that_hangs_holds_up_nothing(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    resumed = threading.Event()

    class Hanging:
        def __getattr__(self, name: str) -> Any:
            return lambda *args, **more: resumed.wait(5) and False

    guard.__dict__["store"] = Hanging()
    monkeypatch.setattr("marrow.rasa.guard._STORE_MAY_TAKE", 0.2)
    wire = {**compose("smalltalk", ["Deleted."]).to_wire(), "erase": True}

    async def asked() -> None:
        started = time.monotonic()
        assert not await guard.is_closed("me") and await guard.first_time("seal")
        answered = await guard.answer(says("Deleted.", wire=wire), "test", "me", "forget me")
        assert answered.problem == "broken" and "Deleted" not in answered.reply.text
        with pytest.raises(asyncio.TimeoutError):
            await guard.forget("me", close=True)
        assert time.monotonic() - started < 3
        resumed.set()

    asyncio.run(asked())


@pytest.mark.parametrize("text", ["¿Qué es la metástasis ósea?", "como se trata esto", "/hablas español"])
def test_plain_spanish_is_told_that_answers_are_in_english(guard: Guard, ask: Any, text: str) -> None:
    answered = ask(never, text)
    said = check(answered, "smalltalk")
    assert said.startswith("Lo siento: solo puedo responder en inglés.")
    assert all(number in said for number in ("911", "999", "112", "988", "116 123"))
    assert answered.reply.offers and {offer.target for offer in answered.reply.offers} <= set(guard._targets)


@pytest.mark.parametrize("text", ["hola", "José de la Peña", "what does dolor mean?", "¿what is it?", "no, tell me"])
def test_other_text_with_a_spanish_word_reaches_rasa(ask: Any, text: str) -> None:
    assert check(ask(says("Hi."), text), "smalltalk").startswith("Hi.")


@pytest.mark.parametrize("text", ["quiero morirme", "mi pierna cedió"])
def test_emergency_in_spanish_is_urgent(ask: Any, text: str) -> None:
    check(ask(never, text), "urgent")


def test_emergency_in_spanish_that_goes_on_is_told_again(guard: Guard, ask: Any) -> None:
    first = check(ask(never, "quiero morirme"), "urgent")
    for _ in range(2):
        assert check(ask(never, "¿y qué hago ahora? tengo miedo"), "urgent") == first
    said = check(ask(never, "¿y qué hago ahora? tengo miedo"), "smalltalk")  # not for ever
    assert said.startswith("Lo siento: solo puedo responder en inglés.")
    assert guard.service.emergency.help_line() not in said
    check(ask(never, "¿Qué es la metástasis ósea?"), "smalltalk")


def _tells(told: list[Any], **parts: Any) -> Any:
    """A Rasa that notes what it is told of the message before, and answers with small talk of these parts."""

    async def handler(message: UserMessage) -> None:
        told.append((message.metadata or {}).get("alarm"))
        wire = {**compose("smalltalk", ["Hi."]).to_wire(), **parts}
        await message.output_channel.send_response(message.sender_id, {"text": "Hi.", "custom": {"reply": wire}})

    return handler


def test_next_message_after_a_crisis_is_told_of_it_and_no_other(guard: Guard, ask: Any) -> None:
    told: list[Any] = []
    check(ask(never, "I want to kill myself"), "urgent")
    ask(_tells(told), "no, nobody", conversation="someone else")
    ask(_tells(told), "no, nobody")
    ask(_tells(told), "thank you")
    assert told == [None, "crisis self en", None]


@pytest.mark.parametrize(("alarm", "replies"), [("I want to kill myself", 5), ("my legs have gone numb", 2)])
def test_some_replies_after_an_emergency_say_whom_to_call(guard: Guard, ask: Any, alarm: str, replies: int) -> None:
    numbers = SERVICE.emergency.numbers["en"]
    line = numbers["crisis"] if replies == 5 else SERVICE.emergency.help_line()
    check(ask(never, alarm), "urgent")
    asked: list[str] = []
    texts = [check(ask(_answers(asked), "What are bone mets?"), "answer") for _ in range(replies + 1)]
    assert [line in text for text in texts] == [True] * replies + [False]
    assert not guard._alarms


@pytest.mark.parametrize(
    ("text", "crisis"),
    [
        ("my mum wants to end her life", "crisis carer en"),
        ("quiero morirme", "crisis self es"),
        ("my legs have gone numb", "spine self en"),
    ],
)
def test_whose_crisis_it_is_and_in_which_language(ask: Any, text: str, crisis: str | None) -> None:
    told: list[Any] = []
    check(ask(never, text), "urgent")
    ask(_tells(told), "yes")
    assert told == [crisis]


def test_crisis_that_the_classifier_finds_is_remembered_too(ask: Any) -> None:
    told: list[Any] = []
    ask(_tells(told, outcome="urgent", alarm="crisis carer en"), "it is all so heavy for her")
    ask(_tells(told), "yes")
    assert told == [None, "crisis carer en"]


def test_crisis_is_not_remembered_for_ever_nor_for_all(guard: Guard, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setattr(guard_module, "_ALARMS_KEPT", 2)
    for person in ("first", "second", "third"):
        ask(never, "I want to kill myself", conversation=person)
    ask(_tells(told), "no", conversation="first")
    assert told == [None] and len(guard._alarms) == 2
    later = time.monotonic() + guard_module._ALARM_LASTS + 1
    monkeypatch.setattr(guard_module.time, "monotonic", lambda: later)
    assert guard._alarm_before("second") is None


def test_turn_that_fails_leaves_the_crisis_to_the_next_try(ask: Any) -> None:
    told: list[Any] = []
    ask(never, "I want to kill myself")
    check(ask(raises, "no"), "error")
    ask(_tells(told), "no")
    assert told == ["crisis self en"]


def test_whom_to_call_is_said_once_after_an_emergency(ask: Any) -> None:
    ask(never, "my legs have gone numb")
    asked: list[str] = []
    text = check(ask(_answers(asked), "What are bone mets? What causes them?"), "answer")
    assert len(asked) == 2
    assert text.count(SERVICE.emergency.help_line()) == 1


def test_what_is_pressed_or_fails_after_a_crisis_does_not_end_what_is_remembered(guard: Guard, ask: Any) -> None:
    crisis = SERVICE.emergency.numbers["en"]["crisis"]
    ask(never, "I want to kill myself")
    pressed = ask(says("Hi."), guard.identity.key("someone", "topics"))
    assert crisis in pressed.reply.text
    ask(never, "what is it")
    told: list[Any] = []
    assert crisis in ask(_tells(told), "thank you").reply.text
    assert told == [None]


def test_crisis_is_forgotten_with_the_conversation(guard: Guard, ask: Any) -> None:
    ask(never, "I want to kill myself")
    asyncio.run(guard.forget("someone", close=False))
    assert not guard._alarms


def test_red_flags_that_break_do_not_silence(guard: Guard) -> None:
    class Broken:
        def find(self, text: str) -> None:
            raise RuntimeError(text)

    guard._red_flags = Broken()  # type: ignore[assignment]
    check(asyncio.run(guard.answer(says("Hi."), "test", "me", "hello")), "smalltalk")


def _answers(asked: list[str], elsewhere: tuple[str, ...] = ()) -> Any:
    """A Rasa that answers each part with its own text, and those that have one of these words as another subject."""

    async def handler(message: UserMessage) -> None:
        asked.append(message.text)
        outcome = "out_of_scope" if any(word in message.text for word in elsewhere) else "answer"
        reply = compose(outcome, [f"On {message.text}"])
        await message.output_channel.send_response(
            message.sender_id, {"text": reply.text, "custom": {"reply": reply.to_wire()}}
        )

    return handler


def test_more_than_three_questions_are_not_dropped_unsaid(ask: Any) -> None:
    asked: list[str] = []
    three = "What are bone mets? What causes them? How are they found?"
    assert "three questions" not in check(ask(_answers(asked), three), "answer")
    text = check(ask(_answers(asked), f"{three} How are they treated?"), "answer")
    assert text.count("I can answer three questions at a time. Please ask the others again.") == 1
    assert len(asked) == 6 and not any("treated" in part for part in asked)


def test_what_was_answered_is_not_lost_with_the_part_that_fails(ask: Any) -> None:
    asked: list[str] = []

    async def handler(message: UserMessage) -> None:
        if "causes" in message.text:
            raise RuntimeError
        await _answers(asked)(message)

    text = check(ask(handler, "What are bone mets? What causes them? How are they found?"), "answer")
    assert "On What are bone mets?" in text and "went wrong" in text and len(asked) == 1
    check(ask(handler, "What causes them?"), "error")


def test_turn_that_ends_late_does_not_hide_a_newer_emergency(guard: Guard) -> None:
    async def scene() -> None:
        await guard.answer(never, "test", "me", "my legs have gone numb")

        async def meanwhile(message: UserMessage) -> None:
            await guard.answer(never, "test", "me", "I want to kill myself")
            await says("Hi.")(message)

        await guard.answer(meanwhile, "test", "me", "hello")

    asyncio.run(scene())
    assert guard._alarms["me"].told.startswith("crisis")


def test_another_subject_beside_an_answer_is_said(ask: Any) -> None:
    asked: list[str] = []
    line = "I have nothing on the other question."
    text = check(ask(_answers(asked, ("asthma",)), "What is asthma? What are bone mets?"), "answer")
    assert "On What are bone mets?" in text and text.count(line) == 1 and "asthma" not in text
    assert line not in check(ask(_answers(asked, ("asthma",)), "What is asthma?"), "out_of_scope")


def test_what_follows_another_subject_and_names_nothing_is_about_it_too(ask: Any) -> None:
    asked: list[str] = []
    check(ask(_answers(asked, ("asthma",)), "What is asthma and how is it treated?"), "out_of_scope")
    assert asked == ["What is asthma"]


def test_what_is_told_of_an_emergency_ends_with_a_part_that_is_about_something_else(ask: Any) -> None:
    told: list[Any] = []
    ask(never, "my legs have gone numb")
    ask(_tells(told), "What are bone mets? What causes them?")
    assert told == ["spine self en", None]
