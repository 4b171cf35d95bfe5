"""What a talk is about, in few words."""

from __future__ import annotations

import pytest

from marrow.answering.service import Service
from marrow.answering.topic import names_part, topic_of, with_topic
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
