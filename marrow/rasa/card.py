"""The model card: what a model was trained on, with which versions, and how good it was found to be.

`models/NAME.json` is written by training and completed by `make eval`; `models/NAME.md` is the same for people.
"""

from __future__ import annotations

import json
import platform
import time
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from marrow import settings
from marrow.answering import encoder
from marrow.answering.turn import EMERGENCIES, SECTIONS_OF
from marrow.answering.wording import load_wording
from marrow.content import load_library
from marrow.digest import sha256
from marrow.rasa.examples import read_examples

MODELS = settings.ROOT / "models"

#: The parts whose hash the card gives, by the path of their file or folder in the project: what a model is made of, and
#: what its scores depend on besides (red flags, the engine).
PARTS = {
    "nlu": "data/nlu",
    "articles": "data/articles",
    "wording": "data/wording",
    "config": "config.yml",
    "domain": "domain.yml",
    "rules": "data/rules.yml",
    "safety": "data/safety",
    "engine": "marrow",
    "encoder_adapter": "data/encoder/adapter.npz",
    "encoder_talk_adapter": "data/encoder/talk_adapter.npz",
}
LIBRARIES = ("rasa", "spacy", "scikit-learn", "onnxruntime")

Card = dict[str, Any]


def make_card(model: Path, inputs_sha256: str, training_seconds: float) -> Card:
    """The card of a model just trained on the files as they are, not yet measured."""
    return {
        "model": model.name,
        "model_sha256": sha256(model),
        "inputs_sha256": inputs_sha256,
        "trained_on": time.strftime("%Y-%m-%d"),
        "training_seconds": round(training_seconds, 1),
        "articles": [a.title for a in load_library(settings.DATA / "articles").articles],
        "parts_sha256": part_hashes(),
        "examples": example_counts(),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "scores": {},
    }


def part_hashes(root: Path = settings.ROOT) -> dict[str, str | None]:
    """One SHA-256 a part, None for a part that is not there; the encoder's weights are those that are used."""
    weights, tokenizer = encoder.encoder_files()
    hashes = {name: sha256(root / path) if (root / path).exists() else None for name, path in PARTS.items()}
    return {**hashes, "encoder_weights": sha256(weights), "encoder_tokenizer": sha256(tokenizer)}


def example_counts() -> dict[str, int]:
    """Training questions by family of intents, as data/nlu has them."""
    silences = load_wording(settings.DATA / "wording").silences
    counts = Counter(family(e.intent, silences) for e in read_examples())
    return {**dict(sorted(counts.items())), "all": sum(counts.values())}


def family(intent: str, silences: Mapping[str, object]) -> str:
    """Which family an intent is of; `silences` are the intents that articles do not answer."""
    if intent in SECTIONS_OF:
        return "answered"
    if intent in silences:
        return "not covered"
    if intent in EMERGENCIES:
        return "emergencies"
    return "another subject" if intent == "other_subject" else "small talk"


# -- files -------------------------------------------------------------------------------------------------------------


def card_path(model: str | Path) -> Path:
    """Where the card of a model file lies: beside it, or in models/ for a bare name."""
    path = Path(model) if isinstance(model, Path) else MODELS / model
    return path.with_name(path.name.removesuffix(".tar.gz") + ".json")


def read_card(path: Path) -> Card:
    """A card; empty where there is none that can be read."""
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}


def write_card(path: Path, card: Card) -> None:
    """Write the card for programs, and beside it for people."""
    path.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text(render(card), encoding="utf-8")


def add_scores(served: Mapping[str, str], scores: Mapping[str, Any], models: Path = MODELS) -> Path | None:
    """Put scores, by set, into the card of the model that a server says it serves ({"name", "sha256"}).

    Returns the readable card, or None where there is no card of just that model here: a figure is never written beside
    a model that it was not measured on.
    """
    path = card_path(models / Path(served.get("name", "")).name)
    card = read_card(path)
    if not served.get("sha256") or card.get("model_sha256") != served["sha256"]:
        return None
    write_card(path, {**card, "scores": {**card.get("scores", {}), **scores}})
    return path.with_suffix(".md")


# -- for people --------------------------------------------------------------------------------------------------------

_PURPOSE = """\
Marrow's understanding of questions: which kind of question a message is, whether it is about a loaded article, and how
likely each passage is to answer it. It serves a patient-education chatbot that quotes an article and says where the
article is silent. It is not for diagnosis, doses, predictions about a person, or anything outside the loaded articles,
and it generates no text."""

_LIMITS = """\
- English only. The questions were written for one article; others are read by the same kinds of question.
- The project's authors wrote questions and labels; they are no patients' words, and no clinician has checked them.
- The scores are the whole assistant's on the day given: rules, wording and red flags count as much as this model.
- A set that was read while tuning flatters. An interval says how sure a figure is on questions like those, no more.
- Emergencies are found by reviewed patterns first; the model is a second opinion, and neither finds all."""

#: Shares the card shows, in this order.
_SHOWN = (
    "in_scope", "near_miss", "out_of_scope", "urgent", "chitchat", "conversation_turns", "false_alarms",
    "no_foreign_figure",
)  # fmt: skip


def render(card: Card) -> str:
    """The card in Markdown."""
    lines = [f"# {card['model'].removesuffix('.tar.gz')}", "", "## What it is for", "", _PURPOSE, ""]
    lines += ["## What it was trained on", ""]
    articles = ", ".join(card.get("articles", ())) or "not recorded"
    lines += [f"Articles: {articles}. Trained on {card['trained_on']} in {card['training_seconds']:.0f} s.", ""]
    lines += ["| training questions | |", "| --- | ---: |"]
    lines += [f"| {name} | {count} |" for name, count in card.get("examples", {}).items()]
    lines += ["", "## How good it was", ""]
    lines += _scores(card.get("scores", {})) or ["Not measured yet: `make eval` does, with this model served.", ""]
    lines += ["## Known limits", "", _LIMITS, "", "## What exactly", "", "| | SHA-256 or version |", "| --- | --- |"]
    exact = {"model": card["model_sha256"], "inputs together": card["inputs_sha256"], **card.get("parts_sha256", {})}
    lines += [f"| {name.replace('_', ' ')} | {f'`{digest}`' if digest else 'none'} |" for name, digest in exact.items()]
    lines += [f"| {name} | {number} |" for name, number in card.get("versions", {}).items()]
    return "\n".join(lines) + "\n"


def _scores(scores: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, scored in scores.items():
        held = "read while tuning, so it flatters" if scored["read_while_tuning"] else "held out"
        lines += [f"### {name} ({held})", ""]
        lines += [f"{scored['about']}; {scored['questions']} questions, measured on {scored['measured_on']}.", ""]
        lines += ["| | right | % | 95 % interval |", "| --- | ---: | ---: | ---: |"]
        for measure in _SHOWN:
            if s := scored["shares"].get(measure):
                figures = f"{s['hits']}/{s['of']} | {s['percent']:.1f} | {s['low']:.1f}–{s['high']:.1f}"
                lines.append(f"| {measure.replace('_', ' ')} | {figures} |")
        for n in scored.get("noise", ()):
            lines.append(f"| typed with {n['noise'].replace('_', ' ')}, points lost | | {n['loss']:.1f} | |")
        lines.append("")
    return lines
