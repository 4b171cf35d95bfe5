"""The card beside a model: what it was trained on, and scores of just that model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from marrow.digest import sha256
from marrow.rasa import card as cards
from marrow.rasa.examples import read_examples

SCORED = {
    "about": "a made set",
    "read_while_tuning": False,
    "questions": 4,
    "measured_on": "2026-11-24",
    "shares": {"in_scope": {"hits": 3, "of": 4, "percent": 75.0, "low": 30.06, "high": 95.44}},
    "noise": [{"noise": "two_typos", "loss": 2.5}],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> cards.Card:
    """The card of a stand-in for a model file; it counts all training questions, which takes seconds."""
    path = tmp_path_factory.mktemp("made") / "marrow-1.tar.gz"
    path.write_bytes(b"weights")
    return cards.make_card(path, "inputs", 12.34)


@pytest.fixture
def model(made: cards.Card, tmp_path: Path) -> Path:
    """A stand-in for a model file, with its card."""
    path = tmp_path / "marrow-1.tar.gz"
    path.write_bytes(b"weights")
    cards.write_card(cards.card_path(path), made)
    return path


def test_card_says_what_the_model_was_made_of(model: Path) -> None:
    card = cards.read_card(model.with_name("marrow-1.json"))
    assert card["model_sha256"] == sha256(model) and card["training_seconds"] == 12.3
    adapters = {"encoder_adapter", "encoder_talk_adapter"}
    assert {"nlu", "articles", "config", "domain", "encoder_weights", *adapters} <= card["parts_sha256"].keys()
    assert None not in {card["parts_sha256"][name] for name in adapters}
    assert card["examples"]["all"] == sum(n for name, n in card["examples"].items() if name != "all") > 1500
    assert {"rasa", "spacy", "scikit-learn", "onnxruntime"} <= card["versions"].keys()
    text = model.with_name("marrow-1.md").read_text(encoding="utf-8")
    assert "Not measured yet" in text and "Known limits" in text and card["model_sha256"] in text


def test_scores_go_into_the_card_of_the_served_model(model: Path) -> None:
    served = {"name": model.name, "sha256": sha256(model)}
    assert cards.add_scores(served, {"made": SCORED}, model.parent) == model.with_name("marrow-1.md")
    assert cards.add_scores(served, {"more": {**SCORED, "read_while_tuning": True}}, model.parent)
    assert set(json.loads(model.with_name("marrow-1.json").read_text("utf-8"))["scores"]) == {"made", "more"}
    text = model.with_name("marrow-1.md").read_text(encoding="utf-8")
    assert "made (held out)" in text and "more (read while tuning" in text
    assert "| in scope | 3/4 | 75.0 | 30.1–95.4 |" in text and "two typos, points lost" in text


@pytest.mark.parametrize(
    "served",
    [
        {},
        {"name": "marrow-1.tar.gz"},
        {"name": "marrow-1.tar.gz", "sha256": "other"},
        {"name": "absent.tar.gz", "sha256": "x"},
        {"name": "../../x", "sha256": "x"},
    ],
)
def test_scores_are_never_written_beside_another_model(model: Path, served: dict[str, str]) -> None:
    before = model.with_name("marrow-1.json").read_bytes()
    assert cards.add_scores(served, {"made": SCORED}, model.parent) is None
    assert model.with_name("marrow-1.json").read_bytes() == before


def test_card_that_is_no_card_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]", encoding="utf-8")
    assert cards.read_card(tmp_path / "a.json") == cards.read_card(tmp_path / "b.json") == {}


@pytest.mark.parametrize(
    ("intent", "family"),
    [("ask_treatment", "answered"), ("ask_cost", "not covered"), ("crisis", "emergencies"),
     ("other_subject", "another subject"), ("greet", "small talk")],
)  # fmt: skip
def test_family(intent: str, family: str) -> None:
    assert cards.family(intent, {"ask_cost": ""}) == family


def test_read_examples_takes_rasas_marks_off(tmp_path: Path) -> None:
    text = (
        'version: "3.1"\nnlu:\n- intent: ask_cost\n  metadata:\n    about: oak\n  examples: |\n'
        "    - what does [an oak](subject) cost, [now](time)?\n    - how much\n- synonym: x\n"
    )
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    marked, bare = read_examples(tmp_path)
    assert (marked.text, marked.subject, marked.written_for) == ("what does an oak cost, now?", "an oak", "oak")
    assert bare.text == "how much" and not bare.subject and not bare.in_talk


def test_read_examples_tells_what_is_written_behind_a_topic(tmp_path: Path) -> None:
    text = "nlu:\n- intent: ask_cost\n  metadata:\n    in_talk: true\n  examples: |\n    - Surgery: how much\n"
    (tmp_path / "a.yml").write_text(text, encoding="utf-8")
    (example,) = read_examples(tmp_path)
    assert (example.text, example.in_talk) == ("Surgery: how much", True)


def test_read_examples_reads_what_rasa_reads(tmp_path: Path) -> None:
    from rasa.shared.nlu.training_data.loading import load_data

    shutil.copy(cards.settings.DATA / "nlu" / "answered.yml", tmp_path)  # the file with marked subjects
    loaded = load_data(str(tmp_path))
    assert {e.text for e in read_examples(tmp_path)} == {m.get("text") for m in loaded.intent_examples}
