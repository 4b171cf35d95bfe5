"""What of a message is read behind the topic of its talk."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from marrow.answering.retrieval import PassageRanker
from marrow.answering.scope import Scope
from marrow.answering.turn import Talk
from marrow.rasa.nlu.encoder import VECTOR
from marrow.rasa.nlu.evidence import IN_TALK, Evidence, is_in_talk

HERE = "bone-metastasis"
BIOPSY = Talk(article=HERE, section="diagnosis", passages=("diagnosis.2",), asked=("biopsy",))
TREATMENTS = Talk(article=HERE, section="treatment", passages=tuple(f"treatment.{n}" for n in range(1, 7)))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """One that knows two passages and few common words; its rankers learned nothing but to like diagnosis.2."""
    ids, weights = ("diagnosis.2", "treatment.3"), np.zeros((2, 384), np.float32)
    ranker = PassageRanker({HERE: (ids, weights, np.array([1.0, 0.0], np.float32))})
    common = frozenset({"how", "often", "the", "second", "one", "and"})
    return Evidence(None, None, Scope({}), ranker, common, "")  # type: ignore[arg-type]


def asked(text: str, **more: Any) -> Message:
    """A message as it reaches the component."""
    made = Message({TEXT: text, **more})
    made.set(VECTOR, np.ones(384, np.float32) / 384**0.5)
    made.set("text_tokens", [SimpleNamespace(text=word, lemma=word) for word in text.split()])
    return made


def in_talk(talk: Talk | None) -> DialogueStateTracker:
    slot = AnySlot("talk", mappings=[{}], initial_value=talk.to_slot() if talk else None)
    return DialogueStateTracker.from_events("someone", [], slots=[slot])


def topic(evidence: Evidence, message: Message, talk: Talk | None) -> str | None:
    read = evidence.process([message], in_talk(talk))[0].get(IN_TALK)
    return read.topic if read else None


def test_a_question_that_names_nothing_is_read_behind_the_topic(evidence: Evidence) -> None:
    message = asked("how often")
    assert topic(evidence, message, BIOPSY) == "biopsy"
    read = message.get(IN_TALK).vector
    alone, behind = evidence._encoder.encode(["how often", "biopsy: how often"])
    assert read @ behind == pytest.approx(1.0, abs=1e-3) and read @ alone < 0.99
    assert sum(message.get("evidence")["scores"].values()) == pytest.approx(1.0, abs=1e-3)


def test_what_is_pointed_at_is_the_topic(evidence: Evidence) -> None:
    assert topic(evidence, asked("how often"), TREATMENTS) == "Treatment"
    assert topic(evidence, asked("and the second one"), TREATMENTS) == "Bisphosphonates or denosumab"


@pytest.mark.parametrize(
    ("message", "talk"),
    [
        (asked("how often"), None),
        (asked("how often"), Talk()),
        (asked("how often indeed"), BIOPSY),  # a word that stands for something
        (asked("how often", **{ENTITIES: [{"entity": "term", "article": HERE, "value": "surgery"}]}), BIOPSY),
        (asked("how often", **{ENTITIES: [{"entity": "other", "article": "", "value": "asthma"}]}), BIOPSY),
        (asked("how often", **{METADATA: {"alarm": "general"}}), BIOPSY),  # it goes on about the emergency
    ],
)
def test_what_names_something_is_read_as_it_is(evidence: Evidence, message: Message, talk: Talk | None) -> None:
    assert topic(evidence, message, talk) is None
    assert message.get("evidence")["scores"] == evidence._ranker.of(message.get(VECTOR))


def test_a_word_that_anything_may_be_named_by_names_nothing(evidence: Evidence) -> None:
    named = asked("how often", **{ENTITIES: [{"entity": "term", "article": HERE, "value": "calcium"}]})
    assert topic(evidence, named, BIOPSY) == "biopsy"


def test_a_block_says_that_its_questions_are_written_behind_a_topic() -> None:
    assert is_in_talk(asked("Surgery: how long?", **{METADATA: {"intent": {"in_talk": True}}}))
    assert not is_in_talk(asked("Surgery: how long?", **{METADATA: {"intent": {"about": HERE}}}))
    assert not is_in_talk(asked("Surgery: how long?"))
