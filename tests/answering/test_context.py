"""What a question leaves out because the talk has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from marrow.answering.alarms import after_alarm
from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.context import at_item
from marrow.answering.service import Service
from marrow.answering.talk import follow_up, smalltalk, tell_more
from marrow.answering.terms import same_root
from marrow.answering.turn import Talk, Turn, read_turn
from marrow.reply import compose
from marrow.safety.red_flags import Alarm

HERE = "bone-metastasis"


@pytest.fixture
def asked(service: Service, turn: Any) -> Any:
    """asked("ask_treatment", "denosumab", "what does denosumab do"): the talk after that question."""

    def after(intent: str, term: str, text: str) -> Talk:
        return question(service, turn(intent, terms=(term,), text=text, names={term: term}))[1]

    return after


def pointing(turn: Any, intent: str, text: str, talk: Talk, **more: Any) -> Turn:
    return turn(intent, text=text, common=True, talk=talk, **more)


def test_what_is_it_for_is_asked_of_the_treatment_before(service: Service, turn: Any, asked: Any) -> None:
    talk = asked("ask_treatment", "denosumab", "is denosumab used")
    sure_of_another = {"treatment.1": 0.9, "treatment.3": 0.01}
    reply, talk = question(service, pointing(turn, "ask_treatment", "why, what is it for?", talk, near=sure_of_another))
    assert reply.passages == ("treatment.3",)
    assert talk.asked == ("denosumab",)


def test_what_does_it_do_is_asked_of_the_complication_before(service: Service, turn: Any, asked: Any) -> None:
    talk = asked("ask_definition", "hypercalcemia", "what is hypercalcemia")
    near = {"overview.3": 0.95, "symptoms.5": 0.02}
    reply, _ = question(service, pointing(turn, "ask_complications", "what does it do to you", talk, near=near))
    assert reply.passages == ("symptoms.5",)


def test_side_effects_are_those_of_the_treatment_before(service: Service, turn: Any, asked: Any) -> None:
    talk = asked("ask_treatment", "radiation therapy", "does radiation therapy help")
    reply, talk = question(service, pointing(turn, "ask_side_effects", "and the side effects", talk))
    assert "the side effects or risks of radiation therapy" in reply.text
    # It stays what is talked about, also where the article is silent.
    reply, _ = question(service, pointing(turn, "ask_treatment", "what is it for", talk))
    assert set(reply.passages) == {"treatment.2", "treatment.4"}


@pytest.mark.parametrize(
    ("intent", "text", "more"),
    [
        ("ask_cure", "can it be cured", {}),  # asks of the disease
        ("ask_treatment", "what treatments are there", {}),  # points at nothing
        ("ask_treatment", "what is it for, surgery", {"terms": ("surgery",), "names": {"surgery": "surgery"}}),
        ("ask_treatment", "how is bone metastasis treated, and why that", {"articles": (HERE,)}),
        ("ask_side_effects", "and of aspirin", {"others": (("aspirin", "drug"),)}),
    ],
)
def test_what_names_something_itself_or_asks_of_the_whole_takes_nothing_along(
    service: Service, turn: Any, asked: Any, intent: str, text: str, more: dict[str, Any]
) -> None:
    talk = asked("ask_treatment", "denosumab", "is denosumab used")
    reply, _ = question(service, pointing(turn, intent, text, talk, **more))
    assert "denosumab" not in reply.text.partition("nearest thing")[0].partition("•")[0]
    assert reply.passages != ("treatment.3",)


def test_what_is_of_another_subject_takes_nothing_along(service: Service, turn: Any, asked: Any) -> None:
    talk = asked("ask_treatment", "denosumab", "is denosumab used")
    reply, _ = question(service, replace(pointing(turn, "ask_cost", "what does it cost", talk), common=False))
    assert "denosumab" not in reply.text.partition("nearest thing")[0]


@pytest.mark.parametrize(
    "text",
    [
        "what is there apart from surgery",
        "besides having surgery, what do they do",
        "and without the surgery?",
        "not surgery, what else is there",
        "she does not want surgery. Any alternatives?",
    ],
)
@pytest.mark.parametrize("ask", [question, follow_up])
def test_what_is_excepted_is_left_out(service: Service, turn: Any, ask: Any, text: str) -> None:
    names = {"surgery": "surgery"}
    reply, _ = ask(
        service, turn("ask_treatment", terms=("surgery",), text=text, names=names, near={"treatment.5": 0.9})
    )
    assert reply.outcome == "answer"
    assert reply.passages == ("treatment.1", "treatment.2", "treatment.3", "treatment.4", "treatment.6")


@pytest.mark.parametrize("text", ["is surgery used", "not the surgery", "why not surgery", "surgery or what else"])
def test_a_treatment_that_is_not_excepted_is_what_is_asked_for(service: Service, turn: Any, text: str) -> None:
    turned = turn("ask_treatment", terms=("surgery",), text=text, names={"surgery": "surgery"})
    assert question(service, turned)[0].passages == ("treatment.5",)


@pytest.mark.parametrize("text", ["what symptoms are there other than fractures", "apart from fractures, what signs"])
def test_what_is_excepted_is_left_out_of_the_part_that_is_asked_for(service: Service, turn: Any, text: str) -> None:
    talk = question(service, turn("ask_treatment", text="?"))[1]
    for before in (Talk(), talk):
        asked = turn("ask_symptoms", terms=("fractures",), text=text, names={"fractures": "fractures"}, talk=before)
        assert question(service, asked)[0].passages == ("symptoms.1", "symptoms.2", "symptoms.4", "symptoms.5")


@pytest.mark.parametrize("text", ["and the other signs?", "any others besides that one", "what else is on the list"])
def test_the_others_are_the_rest_of_the_list_that_was_asked_of(
    service: Service, turn: Any, asked: Any, text: str
) -> None:
    talk = asked("ask_symptoms", "hypercalcemia", "is hypercalcemia a sign")
    talk = question(service, pointing(turn, "ask_timing", "how quickly does it come on", talk))[1]
    reply, _ = question(service, turn("ask_symptoms", text=text, talk=talk, common=True, near={"symptoms.5": 0.9}))
    assert reply.passages == ("symptoms.2", "symptoms.3", "symptoms.4")


@pytest.mark.parametrize("intent", ["ask_symptoms", "ask_complications"])
def test_what_else_somebody_may_get_are_the_other_symptoms(
    service: Service, turn: Any, asked: Any, intent: str
) -> None:
    talk = asked("ask_symptoms", "hypercalcemia", "is hypercalcemia a sign")
    reply, _ = question(service, turn(intent, text="WHAT ELSE MIGHT I GET", talk=talk, common=True))
    assert reply.passages == ("symptoms.2", "symptoms.3", "symptoms.4")


@pytest.mark.parametrize(
    ("intent", "text", "common"),
    [
        ("ask_symptoms", "what else does it do", True),
        ("ask_symptoms", "what else comes with it", True),
        ("ask_symptoms", "do others feel sick with it", True),
        ("ask_symptoms", "who else gets it", True),
        ("ask_symptoms", "is there another word for it", True),
        ("ask_symptoms", "is it worse than the others", True),
        ("ask_complications", "what other complications", True),
    ],
)
def test_more_of_the_same_and_another_part_are_not_the_others(
    service: Service, turn: Any, asked: Any, intent: str, text: str, common: bool
) -> None:
    talk = asked("ask_symptoms", "hypercalcemia", "is hypercalcemia a sign")
    reply, _ = question(service, turn(intent, text=text, talk=talk, common=common, near={"symptoms.5": 0.9}))
    assert "symptoms.2" not in reply.passages


@pytest.mark.parametrize("text", ["Sum up the treatments again", "can you go over the treatment once more?"])
def test_a_part_is_summed_up_by_its_name(service: Service, turn: Any, asked: Any, text: str) -> None:
    talk = asked("ask_symptoms", "hypercalcemia", "is hypercalcemia a sign")
    found = by_rule(service, turn("ask_followup_care", text=text, talk=talk))
    assert found and {id.split(".")[0] for id in found[0].passages} == {"treatment"} and len(found[0].passages) > 1
    for other in ("list the side effects of surgery", "summarise the football"):
        assert by_rule(service, turn("ask_side_effects", text=other, talk=talk)) is None
    assert by_rule(service, turn("ask_followup_care", text=text)) is None  # nothing was talked about


def test_what_happens_without_a_treatment_is_no_question_for_others(service: Service, turn: Any) -> None:
    names = {"radiation therapy": "radiation therapy"}
    text = "what can happen without radiation therapy"
    asked = turn("ask_complications", terms=("radiation therapy",), text=text, names=names, near={"overview.3": 0.9})
    assert not any(id.startswith("treatment") for id in question(service, asked)[0].passages)


def test_one_excepted_and_another_named(service: Service, turn: Any) -> None:
    names = {"surgery": "surgery", "denosumab": "denosumab"}
    turned = turn("ask_treatment", terms=("surgery", "denosumab"), text="denosumab instead of surgery?", names=names)
    assert "treatment.3" in question(service, turned)[0].passages


def test_excepted_from_running_text_keeps_the_text(service: Service, turn: Any) -> None:
    names = {"imaging tests": "imaging"}
    turned = turn("ask_diagnosis", terms=("imaging tests",), text="what do they do apart from imaging?", names=names)
    assert "diagnosis.1" in question(service, turned)[0].passages


@pytest.mark.parametrize(
    ("intent", "text", "shown", "passage", "said"),
    [
        ("follow_up", "the hormone thing, tell me more about that", "treatment", "treatment.6", "Systemic"),
        ("tell_more", "more on the calcium bit", "symptoms", "symptoms.5", "Hypercalcemia"),
        ("simplify", "put that calcium part in plain English", "symptoms", "symptoms.5", "Hypercalcemia"),
        ("nlu_fallback", "the biopsy one", "treatment", "diagnosis.2", "biopsy"),
    ],
)
def test_one_of_what_was_shown(
    service: Service, turn: Any, intent: str, text: str, shown: str, passage: str, said: str
) -> None:
    talk = question(service, turn(f"ask_{shown}", text="?"))[1]
    found = by_rule(service, at_item(service, turn(intent, text=text, talk=talk)))
    assert found
    assert found[0].passages == (passage,)
    assert said in found[0].text


@pytest.mark.parametrize("text", ["the weather thing", "my first one", "the other one", "tell me more"])
def test_a_word_that_no_passage_has_is_left_to_the_classifier(service: Service, turn: Any, text: str) -> None:
    talk = question(service, turn("ask_treatment", text="?"))[1]
    assert by_rule(service, at_item(service, turn("follow_up", text=text, talk=talk))) is None


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_treatment", "how do they treat the pain bit"),  # its answer stands in another part
        ("emergency", "the pain thing is so bad I am shaking"),
        ("distress", "I am scared of the pain part"),
        ("ask_survival_time", "the pain thing, and how long has she got, roughly"),
    ],
)
def test_a_question_that_only_mentions_one_of_them_is_the_classifiers(
    service: Service, turn: Any, intent: str, text: str
) -> None:
    talk = question(service, turn("ask_symptoms", text="?"))[1]
    assert (
        by_rule(
            service, at_item(service, turn(intent, text=text, talk=talk, confidence=0.55, ranking=((intent, 0.55),)))
        )
        is None
    )


def test_one_of_them_needs_a_talk(service: Service, turn: Any) -> None:
    assert by_rule(service, turn("follow_up", text="the calcium bit")) is None


def test_forms_of_a_word() -> None:
    assert same_root("hormone", "hormonal")
    assert not same_root("hormone", "horse")
    assert not same_root("calcium", "calcification")


@pytest.mark.parametrize(
    ("intent", "text"),
    [("deny", "no, there is nobody with me"), ("affirm", "yes"), ("goodbye", "goodbye then"), ("nlu_fallback", "hm")],
)
@pytest.mark.parametrize(
    ("crisis", "says"), [("crisis self en", "This sounds very hard"), ("crisis carer en", "for them or with")]
)
def test_what_follows_a_crisis_and_asks_nothing_is_no_small_talk(
    service: Service, turn: Any, intent: str, text: str, crisis: str, says: str
) -> None:
    found = by_rule(service, turn(intent, text=text, alarm=crisis))
    assert found
    assert found[0].outcome == "urgent"
    assert says in found[0].text
    assert found[0].alarm == f"{crisis} 1"  # what goes on about it again is answered likewise
    assert by_rule(service, turn(intent, text=text)) is None


def test_what_is_merely_suspected_after_an_emergency_is_answered_as_that_was(service: Service, turn: Any) -> None:
    unsure = (("crisis", 0.45), ("deny", 0.4))
    found = by_rule(service, turn("crisis", text="I just can't any more", ranking=unsure, alarm="crisis self en"))
    assert found and found[0].outcome == "urgent"
    sure = turn("crisis", text="I just can't any more", ranking=(("crisis", 0.9),), alarm="crisis self en")
    assert by_rule(service, sure) is None  # ActionUrgent's affair


@pytest.mark.parametrize(
    "told", ["", "crisis", "crisis self", "crisis nobody en", "crisis self en ²", "crisis self en 1 2", "a b c d"]
)
def test_what_no_guard_tells_is_no_emergency(service: Service, turn: Any, told: str) -> None:
    assert by_rule(service, turn("deny", text="no", alarm=told)) is None
    for metadata in ({"alarm": 5}, {"alarm": {"kind": "crisis"}}, "crisis self en", None):
        assert read_turn({"text": "no", "metadata": metadata}, None).alarm is None


def test_what_follows_a_crisis_in_spanish_is_answered_in_spanish(service: Service, turn: Any) -> None:
    found = by_rule(service, turn("deny", text="no", alarm="crisis self es"))
    assert (
        found
        and found[0].text
        == compose(
            "urgent", service.emergency.text(Alarm("crisis", "", False, "es"), service.care_team).splitlines()
        ).text
    )


def test_a_question_after_a_crisis_is_answered_and_says_whom_to_call(service: Service, turn: Any) -> None:
    asked = turn(
        "ask_treatment", text="what is radiation therapy for", terms=("radiation therapy",), alarm="crisis self en"
    )
    assert by_rule(service, asked) is None
    reply = question(service, asked)[0]
    told = after_alarm(service, asked.alarm, reply)
    assert told.outcome == "answer"
    assert service.emergency.numbers["en"]["crisis"] in told.text
    assert after_alarm(service, None, reply) == reply
    assert after_alarm(service, asked.alarm, told).text == told.text


def test_thanks_after_a_crisis_are_thanks(service: Service, turn: Any) -> None:
    assert by_rule(service, turn("thank", text="thank you for that", alarm="crisis self en")) is None
    rung = by_rule(service, turn("thank", text="thank you, I have rung them", alarm="crisis self en"))
    assert rung is not None and rung[0].text.startswith(service.wording.smalltalk["help_is_there"][0])


@pytest.mark.parametrize(
    ("text", "helped"),
    [
        ("ok I called my brother", True),
        ("my friend is with me", True),
        ("we rang and I am calmer", True),
        ("I have not called anyone", False),
        ("nobody is here", False),
        ("no, my wife is with me", True),
        ("I'm not alone, my sister is here", True),
        ("don't worry, they are coming", True),
        ("I couldn't talk to them", False),
        ("I called and it was busy", False),
        ("I would be safer dead", False),
        ("home now and all alone again", False),
        ("is it better if I wait", False),
        ("should I go to hospital", False),
        ("it is all the same to me", False),
        ("ok I'm ringing now", True),
        ("I'm calling already", True),
        ("the crew's coming", True),
        ("999 on speaker, she is flat on the bed", True),
        ("no, we are on to them", True),
        ("pins and needles, they coming down both legs", False),
        ("the numbness is coming on again", False),
        ("my ears are ringing already", False),
        ("I carry on with them tablets", False),
        ("trying to get them on the phone", False),
        ("I was on to the nurse last week", False),
        ("the crew has gone", False),
        ("the radio is on and I'm with the dog", False),
        ("right, calling 999", True),
        ("they are sending an ambulance", True),
        ("I'm not on my own, my wife is here", True),
        ("my ears are ringing", False),
        ("calling his name and he only groans", False),
        ("I'm scared of calling them", False),
        ("I called but it just rang out", False),
        ("calling 111 and it keeps ringing out", False),
        ("I called them, what do I do now", False),
        ("I'll call them tomorrow", False),
        ("ringing. what do I say to them", False),
        ("I'm not calling anybody", False),
        ("I am on my own here", False),
    ],
)
def test_who_was_helped_is_not_told_the_same_again(service: Service, turn: Any, text: str, helped: bool) -> None:
    found = by_rule(service, turn("affirm", text=text, alarm="crisis self en"))
    assert found is not None and found[0].outcome == ("smalltalk" if helped else "urgent")


def test_can_they_stop_it_happening_again_asks_for_what_treats_it(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_complications", terms=("fractures",), text="can it break bones"))[1]
    again = turn("ask_prevention", text="can they stop it happening again", common=True, talk=talk)
    reply, _ = question(service, again)
    assert reply.outcome == "answer"
    assert "treatment.3" in reply.passages
    of_all = turn("ask_prevention", text="how do you prevent bone metastasis", common=True, talk=talk, articles=(HERE,))
    assert question(service, of_all)[0].outcome == "not_covered"


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_followup_care", "surely that can wait until Monday"),
        ("ask_self_diagnosis", "it has eased off a little"),
        ("ask_pain_self_care", "can I lift her onto the sofa"),
        ("ask_emergency_care", "do I ring tonight or see how he is tomorrow"),
        ("ask_followup_care", "will it get better on its own"),
        ("ask_emergency_care", "do we really need paramedics for this"),
        ("ask_dose", "can I not just take a paracetamol and see"),
        ("distress", "he is embarrassed and says leave it"),
        ("follow_up", "it is probably just the tablets"),
        ("deny", "I will lie down instead"),
        ("capabilities", "I'm on my own here, what first"),
    ],
)
def test_what_goes_on_about_an_emergency_is_answered_as_it_was(
    service: Service, turn: Any, intent: str, text: str
) -> None:
    found = by_rule(service, turn(intent, text=text, alarm="fracture carer en"))
    assert found and found[0].outcome == "urgent"
    assert "They should not put weight on it." in found[0].text


@pytest.mark.parametrize(
    ("intent", "text", "times"),
    [
        ("ask_diet", "and is porridge all right", 2),  # may be about it; then it is asked for itself
        ("deny", "no I am not ringing anybody", 9),
    ],
)
def test_an_emergency_is_not_told_for_ever_to_other_questions(
    service: Service, turn: Any, intent: str, text: str, times: int
) -> None:
    alarm, told = "spine carer en", 0
    while (found := by_rule(service, turn(intent, text=text, alarm=alarm))) and told < 9:
        assert found[0].outcome == "urgent" and found[0].alarm
        alarm, told = found[0].alarm, told + 1
    assert told == times
    assert Alarm.retold(alarm) == Alarm("spine", "", True, "en", times)


def test_who_is_on_their_own_after_a_crisis_is_told_again(service: Service, turn: Any) -> None:
    found = by_rule(service, turn("capabilities", text="I'm on my own here, what first", alarm="crisis self en"))
    assert found and found[0].outcome == "urgent"
    deletes = turn("forget_me", text="delete what I told you", alarm="general self en", confidence=0.5)
    assert by_rule(service, deletes) is None


@pytest.mark.parametrize(("confidence", "outcome"), [(0.5, "urgent"), (0.9, None)])
def test_small_talk_after_an_emergency_may_be_about_it_where_it_is_not_plain(
    service: Service, turn: Any, confidence: float, outcome: str | None
) -> None:
    found = by_rule(
        service, turn("affirm", text="yes and it goes down the arm", alarm="general self en", confidence=confidence)
    )
    assert (found[0].outcome if found else None) == outcome


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("ask_symptoms", "can it paralyse people"),
        ("ask_followup_care", "what happens after radiation therapy"),
        ("ask_daily_life", "we are back home, can he work"),
        ("thank", "thanks"),
        ("other_subject", "who won the match"),
    ],
)
def test_what_asks_something_else_after_an_emergency_is_answered(
    service: Service, turn: Any, intent: str, text: str
) -> None:
    asked = turn(intent, text=text, alarm="fracture carer en")
    assert by_rule(service, asked) is None
    reply = compose("answer", ["So it is."])
    assert service.emergency.help_line() in after_alarm(service, asked.alarm, reply).text


def test_a_long_question_for_symptoms_is_none_of_what_a_test_is_like(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_diagnosis", terms=("biopsy",), text="is there a biopsy"))[1]
    short = turn("ask_symptoms", text="does it hurt?", common=True, talk=talk)
    assert question(service, short)[0].outcome == "not_covered"
    text = "the pain that you get with it, is it worse when you move about"
    longer = turn("ask_symptoms", text=text, common=True, talk=talk, near={"symptoms.2": 0.9})
    assert question(service, longer)[0].passages == ("symptoms.2",)


def test_a_word_that_most_passages_have_tells_none_of_them(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_treatment", text="?"))[1]
    assert by_rule(service, turn("follow_up", text="the bone thing", talk=talk)) is None


def test_what_seems_asked_of_the_bot_is_asked_of_the_treatment_before(service: Service, turn: Any, asked: Any) -> None:
    talk = asked("ask_treatment", "denosumab", "is denosumab used")
    kinds = (("ask_treatment", 0.8),)
    about = turn("capabilities", confidence=0.6, text="what is it meant to do", common=True, talk=talk, kinds=kinds)
    assert smalltalk(service, about)[0].passages == ("treatment.3",)
    for other in (replace(about, text="what can you do"), replace(about, confidence=0.95), replace(about, talk=Talk())):
        assert smalltalk(service, other)[0].outcome == "smalltalk"


def test_a_term_talked_about_gives_way_to_a_passage_that_is_plainly_asked_for(
    service: Service, turn: Any, asked: Any
) -> None:
    talk = asked("ask_diagnosis", "imaging tests", "what are the imaging tests for")
    again = {"text": "do they have to take a piece of it out", "common": True, "talk": talk}
    near = turn("ask_diagnosis", near={"diagnosis.2": 0.9, "diagnosis.1": 0.1}, **again)
    assert question(service, near)[0].passages == ("diagnosis.2",)
    unclear = turn("ask_diagnosis", near={"diagnosis.2": 0.5, "diagnosis.1": 0.4}, **again)
    assert question(service, unclear)[0].passages == ("diagnosis.1",)


def test_a_correction_asks_the_same_of_another_thing(service: Service, turn: Any) -> None:
    first, other = ({"others": ((name, "drug"),), "names": {name: name}} for name in ("tramadol", "morphine"))
    talk = question(service, turn("ask_side_effects", text="side effects of tramadol", **first))[1]
    meant = turn("repair", text="sorry I meant morphine", talk=talk, **other)
    assert "side effects or risks of morphine" in by_rule(service, meant)[0].text
    assert by_rule(service, replace(meant, text="that is not what I meant")) is None


def test_what_closes_is_thanked_for(service: Service, turn: Any) -> None:
    for text in (
        "thank you dear, that's clearer",
        "Lovely, that's all",
        "much clearer now thanks",
        "that's everything, bye",
    ):
        closed = by_rule(service, turn("simplify", text=text))
        assert closed is not None and closed[0].outcome == "smalltalk", text
    for text in ("can you make it clearer", "is that all", "clearer please", "that's all very well but what is it"):
        assert by_rule(service, turn("simplify", text=text)) is None, text


def test_more_of_a_thing_that_was_one_of_many_is_that_thing(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_treatment", text="how is it treated"))[1]
    more = turn(
        "tell_more", ("surgery",), text="tell me more about the surgery one", talk=talk, names={"surgery": "surgery"}
    )
    reply, talk = tell_more(service, more)
    assert reply.passages == ("treatment.5",)
    again = replace(more, talk=talk)
    assert tell_more(service, again)[0].passages != ("treatment.5",)


def test_of_a_sign_that_was_explained_its_treatment_is_not_known(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_definition", ("hypercalcemia",), text="what is hypercalcemia"))[1]
    asks = turn("ask_treatment", text="how do you treat that then", common=True, talk=talk)
    reply, _ = question(service, asks)
    assert reply.outcome == "not_covered" and "what the treatment of hypercalcemia is" in reply.text
    whole = replace(asks, text="how is bone metastasis treated", articles=(HERE,), common=False)
    assert question(service, whole)[0].outcome == "answer"


@pytest.mark.parametrize(("shown", "passages"), [("treatment.5", ("treatment.1",)), ("symptoms.4", None)])
def test_why_after_a_treatment_asks_what_it_is_for(
    service: Service, turn: Any, shown: str, passages: tuple[str, ...] | None
) -> None:
    talk = Talk(article=HERE, section=shown.split(".")[0], passages=(shown,))
    found = by_rule(service, turn("follow_up", text="but why?", talk=talk))
    everything = Talk(article=HERE, section="treatment", passages=tuple(f"treatment.{n}" for n in range(1, 7)))
    assert by_rule(service, turn("follow_up", text="why?", talk=everything))[0].passages == ("treatment.1",)  # type: ignore[index]
    assert (found[0].passages if found else None) == passages
    assert by_rule(service, turn("follow_up", text="why is surgery on Monday?", talk=talk)) is None


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("no not the radiation, the surgery", {"Radiation therapy": "radiation", "Surgery": "surgery"}, "treatment.5"),
        ("not that, the scan", {}, "diagnosis.1"),
        ("i don't mean surgery, i mean radiation", {"Radiation therapy": "radiation", "Surgery": "surgery"}, "treat"),
    ],
)  # fmt: skip
def test_not_this_but_that_is_about_that(
    service: Service, turn: Any, text: str, names: dict[str, str], first: str
) -> None:
    talk = Talk(article=HERE, section="treatment", passages=("treatment.4",))
    told = turn("ask_symptoms", terms=("Pain",), text="Not eating, pain", names={"Pain": "pain"}, talk=talk)
    assert by_rule(service, told) is None
    asked = turn("deny", terms=tuple(names), text=text, names=names, talk=talk)
    found = by_rule(service, asked)
    assert found is not None and found[0].outcome == "answer" and found[0].passages[0].startswith(first)


def test_how_is_that_treated_after_a_symptom_is_about_that_symptom(service: Service, turn: Any) -> None:
    def after(shown: str) -> Any:
        talk = Talk(article=HERE, section="symptoms", passages=(shown,), intent="ask_symptoms")
        return question(service, pointing(turn, "ask_treatment", "how is that treated", talk))[0]

    assert after("symptoms.5").outcome == "not_covered" and "hypercalcemia" in after("symptoms.5").text
    assert after("symptoms.3").passages == ("treatment.3", "treatment.5")
