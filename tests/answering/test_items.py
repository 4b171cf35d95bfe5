"""Which of the things that were shown a message points at."""

from __future__ import annotations

from typing import Any

import pytest

from marrow.answering.answers import question
from marrow.answering.by_rule import by_rule
from marrow.answering.context import at_item
from marrow.answering.items import item_of, narrowed
from marrow.answering.service import Service
from marrow.answering.turn import Talk
from marrow.content import Article

HERE = "bone-metastasis"


@pytest.fixture
def article(service: Service) -> Article:
    return service.library.article(HERE)


def shown(*passages: str) -> Talk:
    return Talk(article=HERE, section=passages[0].split(".")[0], passages=passages)


TREATMENTS = tuple(f"treatment.{n}" for n in range(1, 7))


@pytest.mark.parametrize(
    ("passages", "text", "found"),
    [
        (TREATMENTS, "the second one, what is it for?", "treatment.3"),
        (TREATMENTS, "tell me about the last one", "treatment.6"),
        (TREATMENTS, "n the 3rd option", "treatment.4"),
        (TREATMENTS, "the middle one", "treatment.4"),
        (("treatment.4", "treatment.5"), "the second one", "treatment.5"),
        (("treatment.4",), "and the next one?", "treatment.5"),
        (("treatment.4",), "the first one again", "treatment.2"),
        (("treatment.6",), "the next one", None),
        (("symptoms.2", "symptoms.3"), "the fourth one", None),
        (("diagnosis.1", "diagnosis.2"), "the last bit, why?", "diagnosis.2"),
        (("causes.1", "causes.2"), "the middle bit", None),
        (TREATMENTS, "my second one is on Monday", None),
        (TREATMENTS, "what's the second one?", "treatment.3"),
        (TREATMENTS, "mum's first one was bad", None),
        (TREATMENTS, "not the first one", None),
        (TREATMENTS, "the second last one", None),
        (TREATMENTS, "the second to last one", None),
        (TREATMENTS, "the first one or the second one", None),
        (TREATMENTS, "the second time", None),
        (TREATMENTS, "the hormone one", "treatment.6"),
        (("symptoms.4",), "the hormone thing", "treatment.6"),
        (TREATMENTS, "the bone thing", None),  # it stands in most passages
        ((), "the second one", None),
        (TREATMENTS, "the first", "treatment.2"),
        (TREATMENTS, "and the fourth?", "treatment.5"),
        (TREATMENTS, "Number 3", "treatment.4"),
        (TREATMENTS, "2", "treatment.3"),
        (TREATMENTS, "tell me about the third on the list please", "treatment.4"),
        (TREATMENTS, "9", None),
        (TREATMENTS, "the first thing they did", None),
        (("treatment.4",), "the previous one", "treatment.3"),
        (("treatment.4",), "and the one before that", "treatment.3"),
        (("treatment.4",), "the one after", "treatment.5"),
        (("treatment.2",), "the one before", None),
        ((), "2", None),
        (TREATMENTS, "what is the first treatment", None),
        (("causes.1", "causes.2"), "the second", None),
    ],
)
def test_item(article: Article, passages: tuple[str, ...], text: str, found: str | None) -> None:
    item = item_of(article, shown(*passages) if passages else Talk(), text)
    assert (item.id if item else None) == found


def test_the_talk_is_about_the_item_alone(service: Service, article: Article) -> None:
    talk = narrowed(service.terms[HERE], shown(*TREATMENTS), article.passage("treatment.4"))
    assert (talk.passages, talk.section, talk.asked) == (("treatment.4",), "treatment", ("radiation therapy",))
    talk = narrowed(service.terms[HERE], shown("diagnosis.1", "diagnosis.2"), article.passage("diagnosis.2"))
    assert talk.asked == ()


def test_the_item_is_shown(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_treatment", text="what can be done?"))[1]
    reply = by_rule(service, at_item(service, turn("ask_treatment", text="the second one, what for?", talk=talk)))
    assert reply
    assert reply[0].passages == ("treatment.3",)


def test_what_else_is_asked_of_the_item_names_it(service: Service, turn: Any) -> None:
    talk = question(service, turn("ask_treatment", text="what can be done?"))[1]
    turned = at_item(
        service, turn("ask_side_effects", text="the third one has it side effects", talk=talk, common=True)
    )
    reply, _ = question(service, turned)
    assert reply.outcome == "not_covered"
    assert "radiation therapy" in reply.text


def test_a_button_points_at_nothing(service: Service, turn: Any) -> None:
    turned = turn("choice", text="the second one", talk=shown(*TREATMENTS), target="topics")
    assert at_item(service, turned) is turned


@pytest.mark.parametrize(
    "talk",
    [
        Talk(article="glimmer-elbow", section="treatment", passages=("treatment.2",), asked=("lumoxamine",)),
        Talk(article="glimmer-elbow"),
        shown("treatment.99"),
        shown("treatment.2", "treatment.99"),
    ],
)
@pytest.mark.parametrize(
    ("intent", "text"), [("ask_treatment", "the second one, what for?"), ("simplify", "say it more simply")]
)
def test_a_talk_about_what_is_there_no_more_is_dropped(
    service: Service, turn: Any, talk: Talk, intent: str, text: str
) -> None:
    turned = turn(intent, text=text, talk=talk)
    assert at_item(service, turned) == turn(intent, text=text)
    reply = by_rule(service, at_item(service, turned))
    assert reply == by_rule(service, turn(intent, text=text))


def test_small_talk_leaves_the_talk_as_it_is(service: Service, turn: Any) -> None:
    turned = turn("thank", text="thanks, that was the last point", talk=shown(*TREATMENTS))
    assert at_item(service, turned) is turned
