"""What a question asks whether the illness does it: said to be unsaid where no passage speaks of it."""

from __future__ import annotations

from typing import Any

import pytest

from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.effects import asks_of_effect, effect_named, speaking
from marrow.answering.service import Service
from marrow.content import Passage


def _found(service: Service, *ids: str) -> tuple[Passage, ...]:
    return tuple(service.library.articles[0].passage(id) for id in ids)


def _speaking(service: Service, asked: Any, *ids: str) -> tuple[str, ...] | None:
    found = speaking(service, service.library.articles[0], asked, _found(service, *ids))
    return None if found is None else tuple(p.id for p in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("can bone mets cause constipation?", "it can cause constipation"),
        ("does it affect my eyesight", "it can affect your eyesight"),
        ("Can it make your hands shake?", "it can make your hands shake"),
        ("so can bone mets lead to kidney failure as well", "it can lead to kidney failure"),
        ("is it affecting her hearing", "it can affect her hearing"),
        ("can it affect how I'm hearing", ""),
        ("can it cause wobbles and {team} hiccups", ""),
        ("can it cause ear pain", "it can cause ear pain"),
        ("does it give you a high white cell count", "it can give you a high white cell count"),
        ("does it raise your blood pressure", "it can raise your blood pressure"),
        ("what does it do to the kidneys", "it does anything to the kidneys"),
        ("is constipation a sign of bone mets", "constipation can be a sign of it"),
        ("are itchy legs a common symptom", "itchy legs can be a sign of it"),
        ("is a headache one of the other signs", "a headache can be a sign of it"),
        ("are brittle nails anything to do with the bones", "brittle nails can be a sign of it"),
        ("could the puffy face be from the bones", "the puffy face can be a sign of it"),
        ("why do people with this lose their appetite", ""),
        ("do people get ulcers from bone mets", ""),
        ("He's lost his appetite, is that the bones?", ""),
        ("can it make someone lose all their interest in food and wine and cheese for good", ""),
    ],
)
def test_what_no_passage_speaks_of_is_named(service: Service, turn: Any, text: str, said: str) -> None:
    asked = turn("ask_symptoms", text=text)
    assert _speaking(service, asked, "symptoms.5") == ()
    assert effect_named(asked) == said


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("can it make you throw up", "symptoms.5"),
        ("does it make you muddled", "symptoms.5"),
        ("does cancer make the bones brittle", "symptoms.3"),
        ("can bone mets weaken the skeleton", "symptoms.3"),
        ("can it affect my nerves", "symptoms.4"),
        ("could it put me in a wheelchair", "symptoms.4"),
        ("does it cause back ache", "symptoms.2"),
        ("is pain in the knee a sign of it", "symptoms.2"),
        ("can it make the legs sore", "symptoms.2"),
    ],
)
def test_what_a_passage_speaks_of_in_whatever_words_is_answered(
    service: Service, turn: Any, text: str, id: str
) -> None:
    assert _speaking(service, turn("ask_symptoms", text=text), id) == (id,)


@pytest.mark.parametrize(
    "text",
    [
        "can it cause serious problems",
        "what are the symptoms",
        "is it painful",
        "what does it do to you",
        "can the doctors do anything to help",
        "can they make sure it is cancer",
        "does chemo make your hair fall out",
        "what can they do to treat it",
        "does anything lower the stiffness",
        "can the treatment make it worse",
    ],
)
def test_what_asks_of_nothing_in_particular_or_of_no_illness_is_left(service: Service, turn: Any, text: str) -> None:
    assert _speaking(service, turn("ask_symptoms", text=text), "symptoms.5") is None


def test_the_symptom_that_speaks_of_it_is_what_answers(service: Service, turn: Any) -> None:
    asked = turn("ask_complications", text="does it put people in a wheelchair")
    assert _speaking(service, asked, "overview.3") == ("symptoms.4",)
    near = {"overview.3": 0.9}
    reply, _ = question(service, turn("ask_complications", near=near, text="does it put people in a wheelchair"))
    assert reply.outcome == "answer" and reply.passages == ("symptoms.4",)


def test_what_is_repeated_is_what_was_typed(service: Service, turn: Any) -> None:
    asked = turn("ask_symptoms", text="can it cause clubbing", read="can it cause climbing")
    assert effect_named(asked) == "it can cause clubbing"


def test_one_of_several_things_that_is_spoken_of_is_enough(service: Service, turn: Any) -> None:
    asked = turn("ask_symptoms", text="can being tired and slow be part of it")
    assert _speaking(service, asked, "symptoms.5") == ("symptoms.5",)


def test_slips_are_read_as_what_they_stand_for(service: Service, turn: Any) -> None:
    slip = turn("ask_symptoms", text="can it make you thow up", read="can it make you throw up")
    assert _speaking(service, slip, "symptoms.5") == ("symptoms.5",)


def test_an_article_without_questions_is_not_judged_by_them(service: Service, turn: Any) -> None:
    bare = [Passage("symptoms.1", "symptoms", "It hurts.", "", False, "", "", "")]
    asked = turn("ask_symptoms", text="can it cause constipation")
    assert asks_of_effect(asked)
    assert speaking(service, service.library.articles[0], asked, bare) is None


@pytest.mark.parametrize(
    ("text", "intent", "others"),
    [
        ("does it affect your thyroid", "ask_symptoms", ()),
        ("does it cause dementia", "ask_complications", (("dementia", "condition"),)),
        ("could the gout be from the bones", "ask_symptoms", (("gout", "condition"),)),
        ("can it lower your platelets", "ask_treatment", ()),
        ("is weight loss a sign of it", "nlu_fallback", ()),
    ],
)
def test_whatever_it_names_it_asks_of_the_illness(
    service: Service, turn: Any, text: str, intent: str, others: tuple[tuple[str, str], ...]
) -> None:
    far = {"scope": {"bone-metastasis": 0.05}, "near": {"symptoms.5": 0.9}}
    asked = turn(intent, text=text, others=others, names={name: name for name, _ in others}, **far)
    reply, _ = by_rule(service, asked) or question(service, asked)
    assert reply.outcome == "not_covered" and "does not say whether" in reply.text


def test_another_illness_alone_is_another_subject(service: Service, turn: Any) -> None:
    asked = turn("ask_symptoms", text="does gout hurt", others=(("gout", "condition"),), names={"gout": "gout"})
    assert question(service, asked)[0].outcome == "out_of_scope"


def test_the_answer_says_so_and_shows_all_signs(service: Service, turn: Any) -> None:
    near = {"symptoms.5": 0.97}
    reply, _ = question(service, turn("ask_symptoms", text="can bone mets cause constipation", near=near))
    assert reply.outcome == "not_covered"
    assert "does not say whether it can cause constipation." in reply.text
    assert reply.passages == tuple(p.id for p in service.library.articles[0].section("symptoms").passages)  # type: ignore[union-attr]


def test_a_term_of_the_article_is_answered(service: Service, turn: Any) -> None:
    asked = turn("ask_symptoms", ("confusion",), {"symptoms.5": 0.8}, text="can it make you confused")
    assert question(service, asked)[0].outcome == "answer"


def test_a_grave_sign_gets_where_to_call(service: Service, turn: Any) -> None:
    asked = turn("ask_symptoms", near={"symptoms.5": 0.9}, text="can bone mets cause breathlessness")
    reply, _ = question(service, asked)
    assert reply.outcome == "not_covered"
    assert service.emergency.help_line() in reply.text
