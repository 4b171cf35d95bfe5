"""The NLU components apart from a trained model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow.answering import encoder as answering_encoder
from marrow.answering.encoder import TALK_ADAPTER, load_encoder
from marrow.content import Library, Name, load_article
from marrow.rasa.nlu import encoder, evidence, masking
from tests.rasa.conftest import SERVICE

ELBOW = Path(__file__).parents[1] / "fixtures" / "articles" / "glimmer-elbow.md"


@pytest.mark.parametrize("adapter", ["ADAPTER", "TALK_ADAPTER"])
@pytest.mark.parametrize(("module", "component"), [(encoder, "SentenceEncoder"), (evidence, "Evidence")])
def test_another_adapter_makes_rasas_training_cache_worthless(
    module: object, component: str, adapter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fingerprint = getattr(module, component).fingerprint_addon
    before = fingerprint({})
    assert before == fingerprint({})
    other = tmp_path / "adapter.npz"
    other.write_bytes(b"another adapter")
    monkeypatch.setattr(answering_encoder, adapter, other)
    assert fingerprint({}) not in (None, before)


def test_training_questions_behind_a_topic_get_the_encoder_made_for_them() -> None:
    text = "Surgery: how long does it take"
    alone, behind = Message({TEXT: text}), Message({TEXT: text, "metadata": {"intent": {"in_talk": True}}})
    component = encoder.SentenceEncoder({"written_for": "Bone metastasis", "alias": "x"}, "x")
    component.process_training_data(TrainingData([alone, behind]))
    for message, adapter in ((alone, encoder.ADAPTER), (behind, TALK_ADAPTER)):
        vector = message.get_dense_features(TEXT)[1].features[0]
        assert vector @ load_encoder(adapter=adapter).encode([text])[0] > 0.999
    other = load_encoder().encode([text])[0]
    assert behind.get_dense_features(TEXT)[1].features[0] @ other < 0.99


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("what is shiny elbow?", "what is Bone metastasis?"),
        ("is glimmer knee, or a shiny elbow, bad", "is Bone metastasis, or a Bone metastasis, bad"),
        ("shiny elbow, GLE and bone mets", "Bone metastasis, Bone metastasis and bone mets"),
    ],
)
def test_a_name_that_other_articles_share_is_masked_once(
    monkeypatch: pytest.MonkeyPatch, text: str, masked: str
) -> None:
    elbow = load_article(ELBOW)
    shared = Name("shiny elbow", "Glimmer knee", "lay", "made up for testing", "")
    knee = replace(elbow, id="glimmer-knee", title="Glimmer knee", names=(shared,))
    library = Library((*SERVICE.library.articles, elbow, knee))
    monkeypatch.setattr(masking, "load_library", lambda directory: library)
    assert masking.Mask("Bone metastasis")(text) == masked
