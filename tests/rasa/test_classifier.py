"""The classifier of intents: what words alone say of an emergency, and that what is stored is what was learned."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow.errors import ModelError
from marrow.rasa.nlu.classifier import IntentClassifier

EVERYDAY = ["mowing", "painting", "baking", "singing", "fishing", "knitting", "reading", "driving"]
GRAVE = ["fitting", "choking", "bleeding", "collapsing", "drowning", "dying", "fainting", "burning"]


def message(text: str, intent: str | None = None) -> Message:
    """A message as it reaches the classifier; all vectors are the same, so that words alone tell."""
    made = Message({TEXT: text, **({INTENT: intent} if intent else {})})
    made.set("text_tokens", [SimpleNamespace(lemma=word) for word in text.split()])
    made.add_features(Features(np.ones((1, 4), np.float32), FEATURE_TYPE_SENTENCE, TEXT, "same"))
    return made


def told(words: list[str]) -> list[str]:
    return [frame.format(word) for word in words for frame in ("he is {} now", "my mum is {} again", "she keeps {}")]


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage(tmp_path)


def classifier(storage: LocalModelStorage, rows: list[tuple[str, str]], **config: Any) -> IntentClassifier:
    settings = {**IntentClassifier.get_default_config(), "directions": 3, **config}
    made = IntentClassifier(settings, "classifier", storage, Resource("classifier"))
    made.train(TrainingData([message(text, intent) for text, intent in rows]))
    return made


ROWS = [(t, "other_subject") for t in told(EVERYDAY)] + [(t, "emergency") for t in told(GRAVE)]
GREETINGS = [("hello there", "greet"), ("good morning", "greet"), ("hello again", "greet")]


def urgency(classifier: IntentClassifier, text: str) -> float:
    ranking = classifier.process([message(text)])[0].get("intent_ranking")
    return float(sum(r["confidence"] for r in ranking if r["name"] in {"emergency", "crisis"}))


def test_a_rare_word_tells_an_emergency_from_a_statement_that_looks_like_it(storage: LocalModelStorage) -> None:
    # Three directions of all n-grams cannot tell the words apart; the words themselves do.
    learned = classifier(storage, ROWS + GREETINGS)
    alone = classifier(storage, ROWS + GREETINGS, words=0.0, words_at=0.0)
    gap = min(urgency(learned, f"he is {w} now") for w in GRAVE) - max(urgency(learned, f"he is {w}") for w in EVERYDAY)
    without = min(urgency(alone, f"he is {w} now") for w in GRAVE) - max(urgency(alone, f"he is {w}") for w in EVERYDAY)
    assert gap > 0.5
    assert gap > without
    assert learned.process([message("he is choking now")])[0].get("intent")["name"] == "emergency"


def test_other_kinds_keep_their_order_among_themselves(storage: LocalModelStorage) -> None:
    learned = classifier(storage, ROWS + GREETINGS)
    ranking = learned.process([message("hello there")])[0].get("intent_ranking")
    assert ranking[0]["name"] == "greet"
    assert sum(r["confidence"] for r in ranking) == pytest.approx(1.0, abs=1e-5)


def test_what_is_stored_is_what_was_learned(storage: LocalModelStorage) -> None:
    learned = classifier(storage, ROWS + GREETINGS)
    context = SimpleNamespace(node_name="classifier")
    config = {**IntentClassifier.get_default_config(), "directions": 3}
    loaded = IntentClassifier.load(config, storage, Resource("classifier"), context)  # type: ignore[arg-type]
    for text in ("he is mowing now", "she keeps bleeding", "hello there", "words never seen"):
        assert urgency(loaded, text) == pytest.approx(urgency(learned, text), abs=1e-6)


def test_no_emergencies_to_learn_from_are_no_fault(storage: LocalModelStorage) -> None:
    learned = classifier(storage, [row for row in ROWS if row[1] != "emergency"] + GREETINGS)
    assert urgency(learned, "he is choking now") == 0
    assert learned.process([message("hello there")])[0].get("intent")["name"] == "greet"


def test_a_model_of_before_says_what_to_do(storage: LocalModelStorage, tmp_path: Path) -> None:
    classifier(storage, ROWS + GREETINGS)
    with storage.write_to(Resource("classifier")) as folder:
        with np.load(folder / "intents.npz") as stored:
            kept = {name: value for name, value in stored.items() if not name.startswith("words_")}
        np.savez(folder / "intents.npz", **kept)
    context = SimpleNamespace(node_name="classifier")
    config = {**IntentClassifier.get_default_config(), "directions": 3}
    with pytest.raises(ModelError, match="make train"):
        IntentClassifier.load(config, storage, Resource("classifier"), context)  # type: ignore[arg-type]
