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

from marrow.answering.encoder import TALK_ADAPTER, load_encoder
from marrow.answering.retrieval import PassageRanker
from marrow.answering.scope import Scope
from marrow.answering.turn import Talk
from marrow.rasa.nlu.encoder import VECTOR, is_in_talk
from marrow.rasa.nlu.evidence import IN_TALK, Evidence, Learnt

HERE = "bone-metastasis"
BIOPSY = Talk(article=HERE, section="diagnosis", passages=("diagnosis.2",), asked=("biopsy",))
TREATMENTS = Talk(article=HERE, section="treatment", passages=tuple(f"treatment.{n}" for n in range(1, 7)))


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    """One that knows two passages and few common words; alone, its ranker likes diagnosis.2, behind a topic
    treatment.3; alone, a message is hardly about the article."""
    ids, weights, none = ("diagnosis.2", "treatment.3"), np.zeros((2, 384), np.float32), np.zeros(384, np.float32)
    ranker, talk_ranker = (
        PassageRanker({HERE: (ids, weights, np.array(biases, np.float32))}) for biases in ([1.0, 0.0], [0.0, 1.0])
    )
    common = frozenset({"how", "often", "the", "second", "one", "and"})
    learnt = Learnt(Scope({HERE: (none, -3.0)}), ranker, Scope({HERE: (none, 1.0)}), talk_ranker, common, "")
    return Evidence(None, None, learnt)  # type: ignore[arg-type]


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
    text = "biopsy: how often"
    behind, other = load_encoder(adapter=TALK_ADAPTER).encode([text])[0], load_encoder().encode([text])[0]
    assert read @ behind == pytest.approx(1.0, abs=1e-3) and read @ other < 0.99  # by the encoder made for it
    assert sum(message.get("evidence")["scores"].values()) == pytest.approx(1.0, abs=1e-3)


def test_what_is_pointed_at_is_the_topic(evidence: Evidence) -> None:
    assert topic(evidence, asked("how often"), TREATMENTS) == "Treatment"
    assert topic(evidence, asked("and the second one"), TREATMENTS) == "Bisphosphonates or denosumab"


@pytest.mark.parametrize(
    ("message", "talk"),
    [
        (asked("how often"), None),
        (asked("how often"), Talk()),
        (asked("how often", **{ENTITIES: [{"entity": "term", "article": HERE, "value": "surgery"}]}), BIOPSY),
        (asked("how often", **{ENTITIES: [{"entity": "other", "article": "", "value": "asthma"}]}), BIOPSY),
        (asked("how often", **{METADATA: {"alarm": "general"}}), BIOPSY),  # it goes on about the emergency
    ],
)
def test_what_names_something_is_read_as_it_is(evidence: Evidence, message: Message, talk: Talk | None) -> None:
    assert topic(evidence, message, talk) is None
    assert message.get("evidence")["scores"] == evidence._learnt.ranker.of(message.get(VECTOR))
    assert message.get("evidence")["scope"][HERE] < 0.1


def test_a_word_of_its_own_makes_the_topic_weigh_less(evidence: Evidence) -> None:
    leans, other = asked("how often"), asked("hot flushes often")
    assert topic(evidence, leans, BIOPSY) == topic(evidence, other, BIOPSY) == "biopsy"
    assert leans.get(IN_TALK).leans and not other.get(IN_TALK).leans
    scores = [m.get("evidence")["scores"][f"{HERE}/treatment.3"] for m in (leans, other)]
    assert scores[0] > scores[1] == pytest.approx(0.5, abs=0.01)  # both readings weigh alike
    assert not other.get("evidence")["common"]


def test_what_is_about_nothing_alone_may_be_about_the_talks_subject(evidence: Evidence) -> None:
    message = asked("hot flushes often")
    evidence.process([message], in_talk(BIOPSY))
    assert message.get("evidence")["scope"][HERE] > 0.7
    evidence.process([message], in_talk(None))
    assert message.get("evidence")["scope"][HERE] < 0.1


def test_what_is_learnt_is_what_is_stored(evidence: Evidence) -> None:
    stored = evidence._learnt.to_json()
    assert Learnt.from_json(stored).to_json() == stored
    with pytest.raises(KeyError):
        Learnt.from_json("{}")


def test_a_word_that_anything_may_be_named_by_names_nothing(evidence: Evidence) -> None:
    named = asked("how often", **{ENTITIES: [{"entity": "term", "article": HERE, "value": "calcium"}]})
    assert topic(evidence, named, BIOPSY) == "biopsy"


def test_a_block_says_that_its_questions_are_written_behind_a_topic() -> None:
    assert is_in_talk(asked("Surgery: how long?", **{METADATA: {"intent": {"in_talk": True}}}))
    assert not is_in_talk(asked("Surgery: how long?", **{METADATA: {"intent": {"about": HERE}}}))
    assert not is_in_talk(asked("Surgery: how long?"))
