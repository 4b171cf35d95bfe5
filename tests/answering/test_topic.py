"""What a talk is about, in few words."""

from __future__ import annotations

import pytest

from marrow.answering.service import Service
from marrow.answering.topic import behind_one, names_part, topic_of, topics_of, with_topic
from marrow.answering.turn import Talk

HERE = "bone-metastasis"


def shown(*passages: str, asked: tuple[str, ...] = ()) -> Talk:
    return Talk(article=HERE, section=passages[0].split(".")[0], passages=passages, asked=asked)


@pytest.mark.parametrize(
    ("talk", "topic"),
    [
        (shown("treatment.4", asked=("radiation therapy",)), "radiation therapy"),
        (shown("diagnosis.1", "diagnosis.2", asked=("biopsy",)), "biopsy"),
        (shown("treatment.5"), "Surgery"),
        (shown("treatment.3"), "Bisphosphonates or denosumab"),
        (shown("symptoms.2", "symptoms.3"), "Pain and Fractures"),
        (shown("diagnosis.2"), "biopsy"),  # the one name that stands in no other passage
        (shown("symptoms.1", "symptoms.2", "symptoms.3", "symptoms.4", "symptoms.5"), "Symptoms"),
        (shown("treatment.3", "treatment.4", "treatment.5"), "Treatment"),
        (shown("overview.1"), "Overview"),
        (shown("treatment.4", asked=("treatment",)), "Radiation therapy"),  # anything is treated
        (shown("treatment.3", asked=("bisphosphonates", "denosumab")), "Bisphosphonates or denosumab"),
        (Talk(), None),
        (Talk(article=HERE, section="treatment"), None),
        (Talk(article="another", section="treatment", passages=("treatment.4",)), None),
        (Talk(article=HERE, section="treatment", passages=("treatment.99",)), None),  # the article was changed since
        (Talk(article=HERE, section="no such part", passages=("treatment.4",)), None),
    ],
)
def test_topic(service: Service, talk: Talk, topic: str | None) -> None:
    assert topic_of(service.library.article(HERE), service.terms[HERE], talk) == topic


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("and the symptoms?", True),
        ("any other symptom", True),
        ("treatment then", True),
        ("back to the causes", True),
        ("what are the symptoms of that", False),
        ("how often?", False),
        ("and then", False),
    ],
)
def test_a_section_is_named_by_its_heading(service: Service, text: str, names: bool) -> None:
    assert names_part(service.library.article(HERE), text) is names


def test_a_question_is_read_behind_its_topic() -> None:
    assert with_topic("Surgery", "and how long?") == "Surgery: and how long?"


def test_what_a_talk_can_be_about_is_what_topics_are_made_of(service: Service) -> None:
    topics = topics_of(service.library.article(HERE), service.terms[HERE])
    assert {"Symptoms", "Causes and Pathophysiology", "biopsy", "Radiation therapy", "Pain"} <= {*topics}
    assert "metastasis" not in topics  # the whole article is about it
    assert len({topic.casefold() for topic in topics}) == len(topics)


def test_some_texts_are_put_behind_topics_by_themselves_alone() -> None:
    texts = [f"question number {n}" for n in range(600)]
    topics = ["biopsy", "Surgery", "Symptoms"]
    some = behind_one(topics, texts, 200)
    assert 120 < len(some) < 280
    assert {text.partition(": ")[0] for text in some.values()} == {*topics}
    assert all(text.endswith(f": {texts[at]}") for at, text in some.items())
    assert set(behind_one(topics, texts[::-1], 200).values()) == set(some.values())
    assert len(behind_one(topics, texts[:50], 200)) == 50
    assert len(behind_one(topics, texts[:399], 200)) < 280
