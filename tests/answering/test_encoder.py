"""The encoder and its adapter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from marrow.answering import encoder
from marrow.answering.encoder import ADAPTER, Encoder, encoder_digest, load_encoder, read_adapter, with_tensors
from marrow.errors import ModelError

QUESTIONS = ["what does denosumab do", "my mum has it in her spine", "will it rain tomorrow"]


def test_vectors_are_of_unit_length_and_do_not_depend_on_their_company() -> None:
    adapted = load_encoder()
    together = adapted.encode(QUESTIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert np.allclose(together[1], adapted.encode([QUESTIONS[1]])[0], atol=1e-5)


def test_adapter_changes_the_vectors_and_an_empty_one_does_not(tmp_path: Path) -> None:
    plain = load_encoder(adapter=None).encode(QUESTIONS)
    assert ((load_encoder().encode(QUESTIONS) * plain).sum(axis=1) < 0.95).all()
    with np.load(ADAPTER) as stored:
        np.savez(tmp_path / "zero.npz", **{name: np.zeros_like(stored[name]) for name in stored.files if "|" in name})
    # The published int8 weights are the full ones rounded as we round them.
    same = Encoder(*encoder.encoder_files(), replaced=read_adapter(tmp_path / "zero.npz")).encode(QUESTIONS)
    assert ((same * plain).sum(axis=1) > 0.999).all()


def test_adapter_that_is_missing_or_damaged_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="make adapter"):
        read_adapter(tmp_path / "none.npz")
    damaged = tmp_path / "adapter.npz"
    damaged.write_bytes(ADAPTER.read_bytes()[:1000])
    with pytest.raises(ModelError, match="make adapter"):
        read_adapter(damaged)


def test_tensors_that_do_not_fit_are_refused() -> None:
    model = encoder.encoder_files()[0].read_bytes()
    assert with_tensors(model, {}) == model
    with pytest.raises(ModelError, match="val_49_scale"):
        with_tensors(model, {"val_49_scale": np.zeros((1, 3), np.float32)})
    with pytest.raises(ModelError, match="no tensor"):
        with_tensors(model, {"no_such_tensor": np.zeros(1, np.float32)})


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """MARROW_ENCODER_DIR with copies of the packages' files."""
    weights, tokenizer = encoder.encoder_files()
    (tmp_path / "model.onnx").write_bytes(weights.read_bytes())
    (tmp_path / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    monkeypatch.setenv("MARROW_ENCODER_DIR", str(tmp_path))
    monkeypatch.delenv("MARROW_ENCODER_UNVERIFIED", raising=False)
    return tmp_path


def test_same_files_in_another_folder_give_the_same_vectors(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved, digest = load_encoder().encode(QUESTIONS), encoder_digest()
    monkeypatch.delenv("MARROW_ENCODER_DIR")
    assert np.array_equal(moved, load_encoder().encode(QUESTIONS))
    assert digest == encoder_digest(), "a model trained with the one serves with the other"


def test_other_files_are_refused_or_taken_without_the_adapters(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = encoder_digest()
    plain = load_encoder(adapter=None).encode(QUESTIONS)
    with (elsewhere / "tokenizer.json").open("a") as file:
        file.write("\n")
    with pytest.raises(ModelError, match="MARROW_ENCODER_UNVERIFIED=1"):
        load_encoder()
    monkeypatch.setenv("MARROW_ENCODER_UNVERIFIED", "1")
    assert np.array_equal(load_encoder().encode(QUESTIONS), plain)
    assert digest != encoder_digest(), "a model trained with the one is not current for the other"
