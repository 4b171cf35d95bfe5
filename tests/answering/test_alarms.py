"""What is said after an emergency that was told of, and where to call where there may be one."""

from __future__ import annotations

from typing import Any

import pytest

from marrow.answering.alarms import alarm_now, closing, in_doubt, remembered, waits
from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.service import Service
from marrow.answering.talk import smalltalk
from marrow.answering.turn import Talk


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        ("not me, it's my mum", "spine self en"),
        ("sorry, it's for my dad", "general self en"),
        ("she has breast cancer in the bones", "calcium carer en"),
        ("yes and i have prostate cancer", "spine self en"),
        ("its gone down now", "infection self en"),
        ("took paracetamol and it came down", "infection self en"),
        ("so I don't need to ring?", "infection self en"),
        ("should I wait for my appointment on thursday", "spine self en"),
        ("but what if it's just my painkillers", "spine self en"),
        ("where is the ambulance", "general carer en"),
        ("they left me in a corridor for 5 hours", "spine self en"),
    ],
)
def test_what_goes_on_about_an_emergency_is_told_again(service: Service, turn: Any, text: str, alarm: str) -> None:
    told = by_rule(service, turn("ask_treatment", text=text, alarm=alarm, confidence=0.9))
    assert told is not None and told[0].outcome == "urgent"
    assert (told[0].alarm or "").startswith(alarm.split()[0])


def test_a_sign_that_is_told_ends_no_emergency(service: Service, turn: Any) -> None:
    told = by_rule(service, turn("distress", text="i feel sleepy", alarm="general self en"))
    assert told is not None and told[0].outcome == "urgent"


@pytest.mark.parametrize("text", ["i have no cancer", "they still want to keep him in", "it is not serious"])
def test_what_does_not_go_on_about_it_is_not_told_again(service: Service, turn: Any, text: str) -> None:
    told = by_rule(service, turn("ask_treatment", text=text, talk=Talk(alarmed="spine", closing=True)))
    assert told is None or told[0].outcome != "urgent"


def test_of_whom_it_was_told_is_corrected(service: Service, turn: Any) -> None:
    told = by_rule(service, turn("deny", text="not me, it's my mum", alarm="spine self en"))
    assert told is not None and (told[0].alarm or "").startswith("spine carer")


def test_who_wants_to_die_is_not_taken_for_a_carer(service: Service, turn: Any) -> None:
    for alarm, whose in (("crisis self en", "crisis self"), ("spine self en", "spine carer")):
        told = by_rule(service, turn("distress", text="it's my husband", alarm=alarm))
        assert told is not None and (told[0].alarm or "").startswith(whose)


def test_what_was_explained_is_told_again_where_nothing_was_shown(service: Service, turn: Any) -> None:
    asked = turn("simplify", text="what does that mean", alarm="spine self en")
    assert by_rule(service, asked)[0].outcome == "urgent"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "alarm", "key"),
    [
        ("its fine now", "spine self en", "it_is_over"),
        ("its better lying down", "spine self en", None),
        ("its gone to my other leg", "spine self en", None),
        ("the pain has gone", "spine self en", None),
        ("the bleeding is better", "general carer en", None),
        ("the fever has gone", "infection self en", None),
        ("its fine now", "infection self en", None),
        ("its gone down and the nurse is with me", "infection self en", "help_is_there"),
        ("it was a joke lol", "general self en", None),
        ("i'm not joking", "spine self en", None),
        ("they've been like that since my stroke in 2010", "spine self en", "not_now"),
        ("since my surgery yesterday", "spine self en", None),
        ("he's not always like this", "calcium carer en", None),
        ("I'll go and get it x-rayed", "fracture self en", "will_call"),
        ("I'll get it checked at my next appointment", "spine self en", None),
        ("ok ill call", "spine self en", "will_call"),
        ("ill ring my sister", "spine self en", None),
        ("they said they are sending one", "general carer en", "help_is_there"),
        ("not me, it's my mum", "spine self en", None),
        ("been like this since this morning", "calcium carer en", None),
    ],
)
def test_what_ends_it(turn: Any, text: str, alarm: str, key: str | None) -> None:
    assert closing(turn("affirm", text=text, alarm=alarm)) == key


@pytest.mark.parametrize("text", ["no wait it is real", "no it hasn't", "actually it's not over"])
def test_what_was_taken_back_is_told_again(service: Service, turn: Any, text: str) -> None:
    over = Talk(alarmed="general", closing=True)
    assert by_rule(service, turn("deny", text=text, talk=over))[0].outcome == "urgent"  # type: ignore[index]
    assert by_rule(service, turn("deny", text=text)) is None


def test_the_fever_of_some_messages_ago_is_taken_up(service: Service, turn: Any) -> None:
    for text in ("and what about my fever", "but what about my temperature?"):
        told = alarm_now(service, turn("follow_up", text=text, talk=Talk(alarmed="infection")))
        assert told is not None and told[0].outcome == "urgent"
        assert alarm_now(service, turn("follow_up", text=text, talk=Talk(alarmed="spine"))) is None
    assert alarm_now(service, turn("follow_up", text="what about surgery", talk=Talk(alarmed="infection"))) is None


def test_who_waits_may_ask_twice_and_take_it_back(service: Service, turn: Any) -> None:
    waiting = turn("follow_up", text="what do I do till the ambulance comes", talk=Talk(alarmed="spine", closing=True))
    reply, talk = by_rule(service, waiting)  # type: ignore[misc]
    talk = remembered(service, waiting, reply, talk)
    assert talk.closing
    second = by_rule(service, turn("follow_up", text="is that ok?", talk=talk))
    assert second is not None and service.wording.smalltalk["while_waiting"][1] in second[0].text
    assert by_rule(service, turn("deny", text="no wait it is real", talk=talk))[0].outcome == "urgent"  # type: ignore[index]


def test_who_waits_for_help_is_sent_to_whom_they_called(service: Service, turn: Any) -> None:
    over = Talk(alarmed="infection", closing=True)
    for text in ("is that ok?", "what do I do while I wait"):
        asked = turn("ask_cost", text=text, talk=over, common=True)
        assert waits(asked)
        assert service.wording.smalltalk["while_waiting"][0] in by_rule(service, asked)[0].text  # type: ignore[index]
    for worse in ("what is that?", "there is more blood while we wait", "it's worse, is that ok?"):
        assert not waits(turn("ask_cost", text=worse, talk=over, common=True))
    grave = turn("ask_cost", text="is that ok?", talk=over, ranking=(("emergency", 0.3),))
    assert not waits(grave)
    assert not waits(turn("ask_cost", text="is that ok?", common=True))


@pytest.mark.parametrize(
    "text",
    [
        "help",
        "please somebody help me",
        "my mum needs help urgently",
        "dad fell off a ladder",
        "mum's had a fall",
        "she's worse",
        "it hurts when I breathe in",
        "my calf is swollen and hot",
        "nothing we give him helps",
        "I'm dying",
    ],
)
def test_what_may_be_grave_gets_where_to_call(service: Service, turn: Any, text: str) -> None:
    said = turn("capabilities", text=text)
    assert service.emergency.help_line() in in_doubt(service, said, smalltalk(service, said)[0]).text


@pytest.mark.parametrize(
    "text", ["what can you help with", "dad fell off a ladder years ago", "how can I help her", "is help at hand"]
)
def test_what_is_not_grave_gets_none(service: Service, turn: Any, text: str) -> None:
    said = turn("capabilities", text=text)
    assert service.emergency.help_line() not in in_doubt(service, said, smalltalk(service, said)[0]).text


def test_who_wishes_it_over_gets_the_line_of_a_crisis(service: Service, turn: Any) -> None:
    said = turn("distress", text="I just wish it was over")
    assert service.emergency.numbers["en"]["crisis"] in in_doubt(service, said, smalltalk(service, said)[0]).text


def test_a_cry_for_help_that_may_be_a_crisis_gets_its_line(service: Service, turn: Any) -> None:
    said = turn("human", text="somebody help", ranking=(("human", 0.6), ("crisis", 0.4)))
    assert service.emergency.numbers["en"]["crisis"] in in_doubt(service, said, smalltalk(service, said)[0]).text


def test_on_the_way_is_no_crisis(service: Service, turn: Any) -> None:
    said = turn("affirm", text="the ambulance is on its way", alarm="fracture self en", ranking=(("crisis", 0.3),))
    text = in_doubt(service, said, smalltalk(service, said, "help_is_there")[0]).text
    assert service.emergency.numbers["en"]["crisis"] not in text


def test_a_broken_thigh_bone_that_was_asked_about_happens(service: Service, turn: Any) -> None:
    for text in (
        "how do they repair a broken thigh bone? I think mine has just gone",
        "what is the operation for a broken hip? i think ive just done mine",
    ):
        told = alarm_now(service, turn("ask_treatment", text=text))
        assert told is not None and (told[0].alarm or "").startswith("fracture")


def test_all_signs_are_shown_to_who_asks_what_is_urgent(service: Service, turn: Any) -> None:
    reply, _ = question(service, turn("ask_emergency_care", text="which of those is an emergency"))
    assert len(reply.passages) == len(service.library.articles[0].section("symptoms").passages)  # type: ignore[union-attr]
    assert service.emergency.help_line() in reply.text
