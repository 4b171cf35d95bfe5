"""Training when it is needed, and a card beside each model that says what it was trained on."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from marrow import settings
from marrow.answering.encoder import encoder_digest
from marrow.digest import sha256
from marrow.rasa.card import MODELS, card_path, make_card, read_card, write_card

# What a model depends on: change one of these and it must be trained again.
_INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements.lock",
    "data/rules.yml",
    "data/nlu",
    "data/articles",
    "data/wording/elsewhere.yml",
    "data/wording/abbreviations.yml",
    "marrow/rasa/nlu",
    "marrow/answering/encoder.py",
    "marrow/answering/turn.py",
    "marrow/answering/retrieval.py",
    "marrow/answering/scope.py",
    "marrow/answering/spelling.py",
    "marrow/answering/terms.py",
    "marrow/answering/topic.py",
    "marrow/content/article.py",
    "marrow/content/split.py",
    "marrow/safety/hygiene.py",
)


def inputs_digest() -> str:
    """One SHA-256 over all files a model is made of, the encoder's own included."""
    files = sha256(*(settings.ROOT / name for name in _INPUTS))
    return hashlib.sha256(f"{encoder_digest()} {files}".encode()).hexdigest()


def newest_model() -> Path | None:
    """The model to serve: the newest in models/."""
    return max(MODELS.glob("*.tar.gz"), key=lambda p: p.stat().st_mtime, default=None)


def is_current() -> bool:
    """Whether the newest model was trained on the files as they are."""
    model = newest_model()
    if model is None:
        return False
    card = read_card(card_path(model))
    return bool(card.get("inputs_sha256") == inputs_digest() and card.get("model_sha256") == sha256(model))


def train(*, if_needed: bool = False) -> Path:
    """Train a model and write its card; with `if_needed`, only when the newest is not of the files as they are."""
    if if_needed and is_current():
        model = newest_model()
        if model is not None:
            return model
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    from rasa.model_training import train as rasa_train

    started = time.monotonic()
    result = rasa_train(
        domain=str(settings.ROOT / "domain.yml"),
        config=str(settings.ROOT / "config.yml"),
        training_files=[str(settings.DATA)],
        output=str(MODELS),
        fixed_model_name=time.strftime("marrow-%Y%m%d-%H%M%S"),
    )
    if result.model is None:
        raise SystemExit(f"training failed with code {result.code}; the lines above say why")
    model = Path(result.model)
    write_card(card_path(model), make_card(model, inputs_digest(), time.monotonic() - started))
    return model
