"""The NLU components apart from a trained model."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    monkeypatch.setattr(module, adapter, other)
    assert fingerprint({}) not in (None, before)
