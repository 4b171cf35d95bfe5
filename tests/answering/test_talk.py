"""Talk about the talk, and what needs no classifier beside it."""

from __future__ import annotations

from typing import Any

import pytest

from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.service import Service
from marrow.answering.subject import refuse
from marrow.answering.talk import follow_up, smalltalk
from marrow.answering.turn import Talk

_SHOWN = Talk(article="bone-metastasis", section="treatment", passages=("treatment.2",), intent="ask_treatment")


@pytest.mark.parametrize(
    ("text", "intent", "key"),
    [
        ("if I had an emergency would anyone see it?", "ask_emergency_care", "nobody_reads"),
        ("does a nurse read this", "privacy", "nobody_reads"),
        ("you're a machine aren't you", "compliment", "bot_identity"),
        ("test", "follow_up", "capabilities"),
        ("testing 1 2 3", "follow_up", "capabilities"),
        ("sorry", "simplify", "no_need"),
        ("sorry for asking so much", "repair", "no_need"),
        ("well that was a waste of time", "thank", "repair"),
        ("you're not much help are you", "thank", "repair"),
        ("I feel fine by the way, just curious", "ask_symptoms", "tells"),
        ("she's much worse", "deny", "distress"),
        ("dad passed away on Sunday. thank you for all of it", "thank", "bereaved"),
    ],
)
def test_what_is_said_of_the_talk(service: Service, turn: Any, text: str, intent: str, key: str) -> None:
    reply = by_rule(service, turn(intent, text=text))
    assert reply is not None and reply[0].outcome == "smalltalk"
    assert service.fill(service.wording.smalltalk[key][0]) in reply[0].text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("does the nurse read the scan", "ask_which_test"),
        ("which test", "ask_which_test"),
        ("how many would it take, just curious", "ask_dose"),
        ("I am on denosumab and what are the side effects, just wondering", "ask_side_effects"),
        ("I am scared it has spread to my spine, just asking", "ask_self_diagnosis"),
        ("my husband died, delete everything please", "forget_me"),
        ("i'm no use to anyone", "repair"),
        ("this is useless, can I talk to a human", "human"),
        ("tests", "follow_up"),
        ("is chemo any use", "ask_treatment"),
        ("I'm sorry to say he died of it, what is it?", "ask_definition"),
    ],
)
def test_what_is_not_said_of_the_talk_is_left(service: Service, turn: Any, text: str, intent: str) -> None:
    reply = by_rule(service, turn(intent, text=text))
    assert reply is None or reply[0].outcome != "smalltalk"


@pytest.mark.parametrize(
    "text", ["is anyone reading this, he has swallowed something", "sorry for being a burden", "does a nurse read this"]
)
def test_what_may_be_an_emergency_is_not_said_of_the_talk(service: Service, turn: Any, text: str) -> None:
    assert by_rule(service, turn("privacy", text=text, ranking=(("privacy", 0.6), ("crisis", 0.3)))) is None


def test_who_asks_who_reads_is_told_where_to_call(service: Service, turn: Any) -> None:
    reply, _ = by_rule(service, turn("privacy", text="does a nurse read this"))  # type: ignore[misc]
    assert service.emergency.help_line() in reply.text


def test_after_an_article_test_is_a_part_of_it(service: Service, turn: Any) -> None:
    reply = by_rule(service, turn("follow_up", text="test", talk=_SHOWN))
    assert reply is not None and reply[0].outcome == "answer" and reply[0].section == "diagnosis"


def test_that_is_horrible_is_no_complaint(service: Service, turn: Any) -> None:
    said = smalltalk(service, turn("repair", text="thats horrible"))[0].text
    assert service.fill(service.wording.smalltalk["distress"][0]) in said
    said = smalltalk(service, turn("repair", text="your answers are horrible"))[0].text
    assert service.fill(service.wording.smalltalk["repair"][0]) in said


def test_why_nobody_answers_does_not_ask_for_causes(service: Service, turn: Any) -> None:
    said = smalltalk(service, turn("repair", text="why can't anyone give me a straight answer"))[0]
    assert said.outcome == "smalltalk"
    assert smalltalk(service, turn("repair", text="no, I meant why it happens"))[0].section == "causes"


def test_an_appointment_is_not_ours(service: Service, turn: Any) -> None:
    for text in ("can i change my appointment", "appointment"):
        assert by_rule(service, turn("ask_second_opinion", text=text))[0].outcome == "out_of_scope"  # type: ignore[index]


def test_who_tells_of_a_death_is_met_kindly_though_the_subject_is_another(service: Service, turn: Any) -> None:
    reply, _ = refuse(service, turn("other_subject", text="my hamster is old and my gran died"))
    assert reply.text.startswith(service.wording.comfort[0])


@pytest.mark.parametrize(
    "text", ["so nothing else?", "is it only painkillers now?", "any treatment left or is it just pain killers"]
)
def test_whether_it_is_that_alone_gets_all(service: Service, turn: Any, text: str) -> None:
    reply = by_rule(service, turn("ask_treatment", text=text, talk=_SHOWN))
    assert reply is not None and len(reply[0].passages) == 6


def test_something_else_beside_it_is_not_the_rest(service: Service, turn: Any) -> None:
    assert by_rule(service, turn("ask_treatment", text="I take paracetamol and nothing else", talk=_SHOWN)) is None


def test_everything_about_another_illness_is_not_ours(service: Service, turn: Any) -> None:
    gout = {"others": (("gout", "condition"),), "names": {"gout": "gout"}}
    assert by_rule(service, turn("capabilities", text="tell me all about treatment for gout", **gout)) is None
    assert by_rule(service, turn("capabilities", text="I am not sure at all about treatment")) is None


def test_who_tells_little_is_thanked(service: Service, turn: Any) -> None:
    told = {"confidence": 0.4, "ranking": (("ask_self_diagnosis", 0.4),)}
    reply = by_rule(service, turn("ask_self_diagnosis", text="she's 91", talk=Talk(said={"distress": 1}), **told))
    assert reply is not None and service.fill(service.wording.smalltalk["tells"][0]) in reply[0].text
    assert by_rule(service, turn("ask_self_diagnosis", text="she's 91", **told)) is None


def test_of_the_dead_nobody_asks_whether_they_have_it(service: Service, turn: Any) -> None:
    mourns = Talk(said={"bereaved": 1})
    reply = by_rule(service, turn("ask_self_diagnosis", text="it was in her bones", talk=mourns))
    assert reply is not None and service.fill(service.wording.smalltalk["bereaved"][1]) in reply[0].text
    assert by_rule(service, turn("ask_self_diagnosis", text="it was in her bones")) is None


def test_numbers_after_the_outlook_are_of_how_long(service: Service, turn: Any) -> None:
    talk = Talk(article="bone-metastasis", section="prognosis", passages=("prognosis.1",), intent="ask_prognosis")
    reply, _ = question(service, turn("ask_figures", text="in numbers", talk=talk, common=True))
    assert "how long someone lives" in reply.text


def test_a_silence_is_asked_of_another_thing_in_few_words(service: Service, turn: Any) -> None:
    silent = Talk(article="bone-metastasis", intent="ask_figures", misses=1)
    reply, _ = follow_up(service, turn("follow_up", text="in women?", talk=silent))
    assert reply.outcome == "not_covered"


def test_why_a_value_is_high_is_no_symptom(service: Service, turn: Any) -> None:
    alp = {"others": (("ALP", "test"),), "names": {"ALP": "ALP"}}
    reply, _ = question(service, turn("ask_causes", text="why is my ALP high", **alp))
    assert "whether tests such as an ALP" in reply.text or "whether tests such as ALP" in reply.text


def test_everything_about_a_part_is_all_of_it(service: Service, turn: Any) -> None:
    asked = turn("capabilities", text="Tell me everything about treatment please, my appointment is tomorrow")
    reply = by_rule(service, asked)
    assert reply is not None and len(reply[0].passages) == 6
    assert by_rule(service, turn("capabilities", text="tell me all about yourself")) is None


def test_which_of_these_is_the_one_that_has_what_is_named(service: Service, turn: Any) -> None:
    asked = turn(
        "ask_choice", ("fractures",), {"treatment.3": 0.7, "treatment.5": 0.1},
        text="which of these is for stopping fractures?", talk=_SHOWN, names={"fractures": "fractures"},
    )  # fmt: skip
    reply = by_rule(service, asked)
    assert reply is not None and reply[0].passages == ("treatment.3",)


def test_what_it_is_says_what_was_asked_about(service: Service, turn: Any) -> None:
    talk = Talk(article="bone-metastasis", section="treatment", passages=("treatment.3",), asked=("denosumab",))
    asked = turn("ask_definition", ("chemotherapy",), text="is it a chemo", talk=talk, names={"chemotherapy": "chemo"})
    reply = by_rule(service, asked)
    assert reply is not None and "treatment.3" in reply[0].passages and "Denosumab:" in reply[0].text


def test_what_about_another_treatment(service: Service, turn: Any) -> None:
    other = {"others": (("CyberKnife", "procedure"),), "names": {"CyberKnife": "cyberknife"}}
    named = by_rule(service, turn("follow_up", text="what about cyberknife", talk=_SHOWN, **other))
    assert named is not None and "does not say anything about CyberKnife" in named[0].text
    silent = Talk(article="bone-metastasis", intent="ask_side_effects", misses=1)
    again = by_rule(service, turn("follow_up", text="what about cyberknife", talk=silent, **other))
    assert again is not None and "side effects or risks of CyberKnife" in again[0].text


@pytest.mark.parametrize(
    ("text", "intent", "terms", "near", "passages"),
    [
        ("does denosumab stop the pain", "ask_treatment", ("denosumab",), {"treatment.2": 0.7}, ("treatment.3",)),
        ("does radiation shrink it", "ask_side_effects", ("radiation therapy",), {"treatment.4": 1}, ("treatment.4",)),
        ("how can I stop my bones breaking", "ask_prevention", (), {"treatment.3": 0.95}, ("treatment.3",)),
    ],
)  # fmt: skip
def test_what_a_treatment_does(
    service: Service, turn: Any, text: str, intent: str, terms: tuple[str, ...], near: dict[str, float],
    passages: tuple[str, ...],
) -> None:  # fmt: skip
    names = {term: term.split()[0] for term in terms}
    reply, _ = question(service, turn(intent, terms, near, text=text, names=names))
    assert reply.outcome == "answer" and set(passages) <= set(reply.passages)
    assert "treatment.2" not in reply.passages or "radiation" in text


def test_what_helps_is_treatment(service: Service, turn: Any) -> None:
    reply, _ = question(service, turn("ask_causes", near={"causes.2": 0.9}, text="what helps", talk=_SHOWN))
    assert reply.section == "treatment"


def test_what_hangs_on_the_page_is_asked_of_it(service: Service, turn: Any) -> None:
    sweats = {"others": (("night sweats", "symptom"),), "scope": {"bone-metastasis": 0.04}}
    asked = turn("ask_symptoms", text="are night sweats a symptom", names={"night sweats": "night sweats"}, **sweats)
    assert "whether night sweats can be a symptom" in question(service, asked)[0].text
    bowel = {"others": (("bowel cancer", "cancer"),), "scope": {"bone-metastasis": 0.02}}
    asked = turn("ask_who_gets", text="is it common in bowel cancer", names={"bowel cancer": "bowel cancer"}, **bowel)
    assert "anything about bowel cancer" in question(service, asked)[0].text
    alone = turn("ask_who_gets", text="who gets bowel cancer", names={"bowel cancer": "bowel cancer"}, **bowel)
    assert question(service, alone)[0].outcome == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "intent", "says"),
    [
        ("how common is high calcium", "ask_who_gets", "how often someone gets high calcium"),
        ("how long will I have to have treatment", "ask_survival_time", "how long treatment goes on"),
        ("why do they keep checking my calcium", "ask_diagnosis", "why someone’s blood, calcium or organs are checked"),
        ("am I going to be paralysed", "ask_survival_time", "what will become of one person"),
        ("could they have done more?", "ask_prognosis", "whether it could have been found sooner"),
        ("which one is the worst", "ask_comparison", "which of these is worst"),
    ],
)
def test_what_is_not_said_is_named(service: Service, turn: Any, text: str, intent: str, says: str) -> None:
    assert f"does not say {says}" in question(service, turn(intent, text=text))[0].text


def test_one_of_several_is_not_shown_as_the_nearest_to_the_best(service: Service, turn: Any) -> None:
    near = {"treatment.5": 0.9}
    reply, _ = question(service, turn("ask_comparison", near=near, text="which is best"))
    assert reply.passages == ("treatment.1",)


def test_a_biopsy_named_last_is_what_is_asked_about(service: Service, turn: Any) -> None:
    text = "The PET scan showed something, now they want a biopsy. What is that for?"
    other = {"others": (("PET scan", "test"),), "names": {"PET scan": "PET scan", "biopsy": "biopsy"}}
    reply, _ = question(service, turn("ask_diagnosis", ("biopsy",), {"diagnosis.2": 0.9}, text=text, **other))
    assert reply.outcome == "answer" and reply.passages == ("diagnosis.2",)
    first = turn("ask_diagnosis", ("biopsy",), {"diagnosis.2": 0.9}, text="biopsy or PET scan", **other)
    assert question(service, first)[0].outcome == "not_covered"


def test_what_else_there_is_beside_a_drug_that_the_article_lacks(service: Service, turn: Any) -> None:
    other = {"others": (("morphine", "drug"),), "names": {"morphine": "morphine"}}
    text = "He is on morphine and still hurting. What else is there?"
    assert (
        question(service, turn("ask_treatment", near={"treatment.2": 0.9}, text=text, **other))[0].outcome == "answer"
    )
    assert question(service, turn("ask_treatment", text="is morphine used", **other))[0].outcome == "not_covered"
