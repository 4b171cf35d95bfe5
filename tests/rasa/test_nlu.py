"""The NLU components apart from a trained model."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow.answering import encoder as answering_encoder
from marrow.answering.encoder import TALK_ADAPTER, load_encoder
from marrow.rasa.nlu import encoder, evidence


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
