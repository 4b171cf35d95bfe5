"""What is said about an emergency without its signs, and what it means in a talk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marrow.answering.alarms import alarm_now, closing, in_doubt, remembered
from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.happens import closed_by, comes_back, happens, out_of_reach, refuses, still_happens
from marrow.answering.service import Service
from marrow.answering.talk import smalltalk
from marrow.answering.turn import Talk


@pytest.mark.parametrize(
    "text",
    [
        "mine just went",
        "Mine have, just now",
        "because mine have",
        "well mine's stopped working",
        "I've got that",
        "yes i have noticed that too",
        "my mum has the same",
        "he has the last one",
        "I have all of them",
        "It's happening to me",
        "i think that's happening to me right now",
        "that just started an hour ago",
        "it's getting worse by the hour",
        "that's what I have",
        "that is me right now",
        "oh god, he does now",
        "mine have. just now getting off the sofa",
    ],
)
def test_that_it_happens_is_understood(text: str) -> None:
    assert happens(text)


@pytest.mark.parametrize(
    "text",
    [
        "is it happening to me?",
        "do I have that",
        "I don't have that",
        "I had that in 2019",
        "I do now. thank you for explaining",
        "I have that. it was years ago",
        "he had it last year",
        "I have that on Tuesday",
        "that's me done, thanks",
        "tell me more about that",
        "I like that",
        "mine is breast cancer",
        "is that it",
        "he has that and what can be done",
        "",
    ],
)
def test_what_tells_of_no_happening_is_none(text: str) -> None:
    assert not happens(text)


@pytest.mark.parametrize(
    "text", ["yes right now", "since about an hour", "both legs, still", "today", "but I feel fine"]
)
def test_after_an_alarm_few_words_tell_that_it_goes_on(text: str) -> None:
    assert still_happens(text)


@pytest.mark.parametrize("text", ["ok", "thanks", "not now", "what now?", "the legs", "yes"])
def test_few_words_tell_nothing(text: str) -> None:
    assert not still_happens(text)


def test_what_was_over_may_be_back() -> None:
    assert comes_back("they are numb again") and comes_back("it's back") and comes_back("he is bad again now")
    assert comes_back("she is worse now") and comes_back("he's confused again") and comes_back("it's up again")
    assert comes_back("she's asleep again") and comes_back("it is back up again")
    for at_home in (
        "my sister is back",
        "he went home again",
        "she is home again",
        "I'm back",
        "dad is himself again",
    ):
        assert not comes_back(at_home)
    assert not comes_back("is it back?") and not comes_back("it never came back") and not comes_back("back to surgery")


@pytest.mark.parametrize(
    ("text", "crisis", "key"),
    [
        ("the ambulance crew are here now", False, "help_is_there"),
        ("ok I called 988", True, "help_is_there"),
        ("ambulance is coming they said dont move her", False, "help_is_there"),
        ("he's 79 and in a hospice", False, "help_is_there"),
        ("my sister is here with me now", True, "help_is_there"),
        ("dialling", False, "will_call"),
        ("ok. ok i'll ring them", True, "will_call"),
        ("my husband's getting the car out", False, "will_call"),
        ("we are taking him in now", False, "will_call"),
        ("I'll ring them tomorrow", False, None),
        ("i'll call if it gets worse", False, None),
        ("I won't call anyone", True, None),
        ("calling the nurse now", False, "will_call"),
        ("calling his name and he only groans", False, None),
        ("my ears are ringing", False, None),
        ("I'm calling it a day", True, None),
        ("it passed after an hour", False, "it_is_over"),
        ("he's stopped now", False, "it_is_over"),
        ("no that was four years ago", False, "not_now"),
        ("I saw the doctor and have antibiotics", False, "not_now"),
        ("the nurses know, they say he's comfortable", False, "not_now"),
        ("it's only an exam question", False, "not_now"),
        ("it was a false alarm, sorry", False, "it_is_over"),
        ("sorry wrong chat", False, "it_is_over"),
        ("we're in the ambulance", False, "help_is_there"),
        ("I'm on the phone with them", False, "help_is_there"),
        ("ok going to hospital now", False, "will_call"),
        ("driving there now", False, "will_call"),
        ("will do", False, "will_call"),
        ("she died then", False, "bereaved"),
        ("my father just died of this, and mum has it now", False, None),
        ("I thought he had died, he went grey", False, None),
        ("dad is dead set against calling", False, None),
        ("on my way to the roof", True, None),
        ("I'll text my wife goodbye", True, None),
        ("will do it", True, None),
        ("I called 999 and they didn't answer", False, None),
        ("they said they can't come", False, None),
        ("my aunt came and is with me", False, "help_is_there"),
        ("this was before he died, in 2020", False, "bereaved"),
        ("my wife died and I want to go too", True, None),
        ("I'm not suicidal", True, "no_crisis"),
        ("i didn't mean it like that, just knackered", True, "no_crisis"),
        ("I'm not suicidal", False, None),
        ("nobody is coming", False, None),
        ("it has not stopped", False, None),
        ("the ambulance isn't here", False, None),
        ("its 2am, is it ok to wait till the clinic opens", False, None),
        ("that was 3 weeks ago, will they operate", False, None),
        ("the pain is like fire", False, None),
        ("so what now", True, None),
        ("i feel calmer now, it's decided", True, None),
        ("i feel safer with the gun here", True, None),
        ("i'm at the hospital roof", True, None),
        ("I called my brother to say goodbye", True, None),
        ("samaritans are on the line with me", True, "help_is_there"),
        ("on the phone with 988", True, "help_is_there"),
        ("oh no " * 60, False, None),  # takes no time
        ("no I'm fine, it's my husband", False, None),
        ("I mistyped, it's both legs", False, None),
        ("rang them twice, nothing", False, None),
        ("I called but got voicemail", False, None),
        ("paramedics came and left, he's worse", False, None),
        ("he called for me then went limp", False, None),
        ("my left leg is better but the right has gone", False, None),
        ("they're over an hour away", False, None),
        ("not hypothetical, he's really like this", False, None),
        ("he got given antibiotics but is shivering", False, None),
        ("my mum died of this and my arm just snapped", False, None),
        ("my wife is here with me and she doesn't know what I'm planning", True, None),
        ("my husband is here, asleep", True, None),
        ("I won't do anything til the kids are asleep", True, None),
        ("I won't hurt them, only me", True, None),
        ("it's all over for me", True, None),
        ("I'll tell my wife in a note", True, None),
    ],
)
def test_what_ends_the_talk_about_an_emergency(text: str, crisis: bool, key: str | None) -> None:
    assert closed_by(text, crisis=crisis) == key


def asked(service: Service, turn: Any, text: str, **more: Any) -> Talk:
    about = turn("ask_symptoms", text=text, **more)
    reply, talk = question(service, about)
    return remembered(service, about, reply, talk)


@pytest.mark.parametrize(
    ("question_before", "text", "kind"),
    [
        ("can your legs go numb with it", "mine just did", "spine"),
        ("does cord compression affect the bladder", "mine has stopped working", "spine"),
        ("is very high calcium a sign", "my mum has that", "calcium"),
        ("do bones get fractures", "I have that now", "fracture"),
    ],
)
def test_a_symptom_that_was_asked_about_and_happens_alarms(
    service: Service, turn: Any, question_before: str, text: str, kind: str
) -> None:
    talk = asked(service, turn, question_before)
    assert talk.sign == kind
    alarm = by_rule(service, turn("other_subject", text=text, talk=talk))
    assert alarm is not None and alarm[0].outcome == "urgent" and alarm[0].alarm.startswith(kind)
    assert alarm[0].alarm.split()[1] == ("carer" if "mum" in text else "self")


def test_nothing_happens_where_no_sign_was_talked_about(service: Service, turn: Any) -> None:
    for before in ("what is a biopsy", "how is it treated"):
        talk = asked(service, turn, before)
        assert talk.sign is None
        assert alarm_now(service, turn("affirm", text="I've got that", talk=talk)) is None
    talk = asked(service, turn, "can your legs go numb with it")
    other = turn("ask_diagnosis", ("biopsy",), text="what is a biopsy", talk=talk)
    assert remembered(service, other, *question(service, other)).sign is None


def test_one_of_the_signs_that_were_shown_happens(service: Service, turn: Any) -> None:
    talk = asked(service, turn, "what are the symptoms")
    third = turn("ask_self_diagnosis", text="i have the third one", talk=talk, item="symptoms.4")
    alarm = alarm_now(service, third)
    assert alarm is not None and alarm[0].outcome == "urgent"
    all_of_them = turn("affirm", text="I have all of them", talk=talk)
    assert alarm_now(service, all_of_them) is None  # which of them, nobody knows
    said = smalltalk(service, all_of_them)[0]
    assert service.emergency.help_line() in in_doubt(service, all_of_them, said).text


def test_who_thinks_to_have_an_emergency_gets_where_to_call(service: Service, turn: Any) -> None:
    thinks = turn("ask_self_diagnosis", text="i think i've got spinal cord compression")
    reply = in_doubt(service, thinks, question(service, thinks)[0])
    assert reply.outcome == "not_covered" and service.emergency.help_line() in reply.text


def test_an_emergency_is_talked_down_and_comes_back(service: Service, turn: Any) -> None:
    over = turn("goodbye", text="it passed after an hour", alarm="spine self en")
    reply, talk = by_rule(service, over)
    assert reply.text.startswith("I am glad to hear it.")
    talk = remembered(service, over, reply, talk)
    assert (talk.sign, talk.alarmed, talk.closing) == ("spine", "spine", True)
    more = turn("affirm", text="all good now", talk=talk)
    assert closing(more) == "it_is_over"  # nobody says goodbye to that
    talk = asked(service, turn, "how is it found", talk=talk)
    assert (talk.alarmed, talk.closing) == ("spine", False)
    assert closing(turn("affirm", text="all good now", talk=talk)) is None
    again = by_rule(service, turn("ask_self_diagnosis", text="they are numb again", talk=talk))
    assert again is not None and again[0].outcome == "urgent"


def test_what_looks_like_an_emergency_ends_none(service: Service, turn: Any) -> None:
    over = turn("crisis", text="it's all over now", alarm="crisis self en", ranking=(("crisis", 0.9),))
    assert closing(over) is None
    helped = replace(over, text="they're coming, my wife is here")
    assert closing(helped) is None
    assert closing(replace(helped, ranking=(("affirm", 0.9),))) == "help_is_there"
    assert closing(replace(helped, alarm="spine self en")) == "help_is_there"
    assert closing(replace(over, text="I'll tell mum and go to sleep for good")) is None
    denied = replace(over, text="i'm not going to hurt myself")
    assert closing(denied) == "no_crisis"
    assert closing(turn("crisis", text="I'm not suicidal")) is None  # nothing was said of that


def test_who_has_lost_someone_is_not_alarmed_again_for_what_they_ask(service: Service, turn: Any) -> None:
    asks = turn("ask_prevention", text="could we have prevented it", alarm="fracture carer en")
    assert by_rule(service, asks)[0].outcome == "urgent"
    _, talk = smalltalk(service, turn("bereaved", text="my sister died last week"))
    assert by_rule(service, replace(asks, talk=talk)) is None


@pytest.mark.parametrize(
    "text", ["they don't pick up", "no one's at home", "no ambulance can come they say 2 hours", "the door is locked"]
)
def test_that_nobody_can_be_reached_alarms_again_some_turns_later(service: Service, turn: Any, text: str) -> None:
    talk = Talk(alarmed="spine")
    assert by_rule(service, turn("deny", text=text, talk=talk))[0].outcome == "urgent"
    for calm in (
        "the pain did not come back",
        "it does not respond to treatment",
        "the rays don't reach the hip",
        "you did not answer my question",
        "that doesn't answer it",
        "I can't reach my toes",
    ):
        assert not out_of_reach(calm)
    assert out_of_reach(text) and alarm_now(service, turn("deny", text=text)) is None


def test_who_asks_whether_to_go_all_the_same_is_told_to(service: Service, turn: Any) -> None:
    over = Talk(alarmed="general", closing=True)
    for text in ("should I still go", "what now?"):
        assert by_rule(service, turn("ask_choice", text=text, talk=over))[0].outcome == "urgent"
        assert by_rule(service, turn("ask_choice", text=text, talk=Talk(alarmed="general"))) is None


def test_a_death_ends_the_alarm_of_who_died_alone(service: Service, turn: Any) -> None:
    died = turn("bereaved", text="he died then", alarm="general carer en")
    assert closing(died) == "bereaved"
    assert closing(replace(died, alarm="general self en")) is None


@pytest.mark.parametrize("text", ["she refuses to go", "she wants to wait till morning", "I will call tomorrow"])
def test_who_will_not_go_is_told_the_same_emergency_again(service: Service, turn: Any, text: str) -> None:
    asked = turn("crisis", text=text, alarm="spine carer en", ranking=(("crisis", 0.9),))
    reply = by_rule(service, asked)[0]
    assert reply.outcome == "urgent" and service.emergency.numbers["en"]["crisis"] not in reply.text


@pytest.mark.parametrize(
    "text", ["I don't want to know the odds", "Mum doesn't want chemo", "it won't happen again", "I refuse to give up"]
)
def test_what_is_no_refusal_of_help_alarms_nobody(text: str) -> None:
    assert not refuses(text)


def test_pain_that_nothing_helps_gets_the_line_to_call(service: Service, turn: Any) -> None:
    asked = turn("ask_pain_self_care", text="the pain is 10 out of 10 and nothing helps")
    reply = in_doubt(service, asked, question(service, asked)[0])
    assert reply.outcome == "not_covered" and service.emergency.help_line() in reply.text


def test_who_has_just_been_told_is_not_bereaved(service: Service, turn: Any) -> None:
    for text in ("I was told yesterday that it is in my bones", "the cancer has gone to the bones"):
        told = smalltalk(service, turn("bereaved", text=text, confidence=0.9))[0]
        assert told.text.startswith(service.wording.smalltalk["distress"][0][:20])
    for text in ("my mum died in may", "we lost dad", "he has gone", "her funeral was on friday"):
        met = smalltalk(service, turn("bereaved", text=text, confidence=0.9))[0]
        assert met.text.startswith(service.wording.smalltalk["bereaved"][0][:20])


def test_who_is_dying_has_not_died(service: Service, turn: Any) -> None:
    dying = smalltalk(service, turn("bereaved", text="my wife is dying", confidence=0.99))[0]
    assert dying.text.startswith(service.wording.smalltalk["distress"][0][:20])
    died = smalltalk(service, turn("bereaved", text="my wife died on Sunday", confidence=0.99))[0]
    assert died.text.startswith("I am so sorry for your loss.")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("can a bone with mets break just from sitting down because i think mine just did", "fracture"),
        ("is a seizure a symptom of it? she is having one", "general"),
        ("can it make you wet yourself, asking because I just did", "spine"),
        ("is weakness a sign? he has it now, since lunch", "spine"),
        ("does it cause paralysis? my mum has that since this morning", "spine"),
    ],
)
def test_a_question_and_that_it_happens_alarms(service: Service, turn: Any, text: str, kind: str) -> None:
    alarm = alarm_now(service, turn("ask_symptoms", text=text))
    assert alarm is not None and (alarm[0].alarm or "").startswith(kind)


@pytest.mark.parametrize(
    "text",
    [
        "can a rib break from coughing? mine did in 2012",
        "is a seizure a symptom? she had one last year",
        "does it cause paralysis, my mum is worried",
        "what is radiation? he has it on Monday",
        "can it break bones and is that common",
        "Can bone metastasis cause fractures? My mum has it",
        "Can denosumab prevent fractures? I'm having it",
        "What is hypercalcemia? My mum has it",
        "Is weakness from chemo normal? I am having it today",
    ],
)
def test_a_question_and_what_does_not_happen_now_is_a_question(service: Service, turn: Any, text: str) -> None:
    assert alarm_now(service, turn("ask_symptoms", text=text)) is None


def test_who_cannot_call_or_asks_for_the_number_is_told_again(service: Service, turn: Any) -> None:
    mute = by_rule(service, turn("human", text="I can't call, I'm mute. Can I text someone?", alarm="spine self en"))
    assert mute[0].outcome == "urgent" and service.wording.frames["cannot_call"] in mute[0].text
    for text in ("I live in Kenya what number is it", "which number do I ring"):
        told = by_rule(service, turn("other_subject", text=text, alarm="general self en"))
        assert told[0].outcome == "urgent" and service.wording.frames["cannot_call"] not in told[0].text
    assert by_rule(service, turn("other_subject", text="which number do I ring")) is None


def test_nobody_answers_is_heard_whatever_it_names(service: Service, turn: Any) -> None:
    for text in ("the radiotherapy line is busy", "no one from the surgery picks up", "I called, they say 3 hours"):
        told = by_rule(service, turn("ask_treatment", text=text, alarm="spine self en"))
        assert told is not None and told[0].outcome == "urgent", text


def test_a_mistake_is_believed(service: Service, turn: Any) -> None:
    for text in ("sorry that was autocorrect, her legs are fine", "I was only asking", "I don't have any"):
        taken_back = turn("deny", text=text, alarm="spine self en")
        assert closing(taken_back) == "mistaken"
        assert by_rule(service, taken_back)[0].text.startswith(service.fill(service.wording.smalltalk["mistaken"][0]))
        assert closing(replace(taken_back, ranking=(("emergency", 0.9),))) is None
    asks = turn("ask_sites", text="no I'm fine. can it go to the ribs?", alarm="spine self en")
    assert by_rule(service, asks) is None
    assert closing(turn("deny", text="I was only asking", alarm="crisis self en")) is None


def test_help_that_comes_later_is_heard(service: Service, turn: Any) -> None:
    later = Talk(alarmed="crisis")
    assert closing(turn("goodbye", text="my sister is coming over now", talk=later)) == "help_is_there"
    assert closing(turn("affirm", text="wife driving me there now", talk=Talk(alarmed="spine"))) == "will_call"
    for asks in ("my daughter is here, explain it simply please", "I'll tell my family", "we will go to Spain"):
        assert closing(turn("ask_definition", text=asks, talk=Talk(alarmed="spine"))) is None
    assert closing(turn("thank", text="the scan was at the hospital", talk=later)) is None
    assert closing(turn("goodbye", text="my sister is coming over now")) is None


def test_that_a_sign_is_asked_about_as_a_rule_or_politely_says_where_to_call(service: Service, turn: Any) -> None:
    line = service.emergency.help_line()
    for text in ("what should I do if my mum can't walk", "is it serious if my leg is numb"):
        asked = turn("ask_emergency_care", text=text)
        assert line in in_doubt(service, asked, question(service, replace(asked, intent="ask_exercise"))[0]).text
    for text in ("what should I do if I forget a scan", "is it serious"):
        asked = turn("ask_exercise", text=text)
        assert line not in in_doubt(service, asked, question(service, asked)[0]).text


def test_fever_of_someone_who_is_treated_is_told_again(service: Service, turn: Any) -> None:
    fever = turn("affirm", text="yes I'm on chemo", alarm="infection self en")
    assert by_rule(service, fever)[0].outcome == "urgent"  # type: ignore[index]
    assert by_rule(service, turn("affirm", text="yes I'm on chemo", talk=Talk(article="bone-metastasis"))) is None


def test_no_more_than_who_has_it_is_an_alarm_behind_signs_only(service: Service, turn: Any) -> None:
    signs = Talk(article="bone-metastasis", sign="calcium")
    assert by_rule(service, turn("affirm", text="dad is", talk=signs))[0].outcome == "urgent"  # type: ignore[index]
    found = by_rule(service, turn("affirm", text="dad is"))
    assert found is None or found[0].outcome != "urgent"
