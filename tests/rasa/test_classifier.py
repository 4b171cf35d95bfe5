"""The classifier of intents: what words alone say of an emergency, and that what is stored is what was learned."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow.errors import DataError, ModelError
from marrow.rasa.nlu import classifier as nlu_classifier
from marrow.rasa.nlu.classifier import SENTENCES, IntentClassifier
from marrow.rasa.nlu.evidence import IN_TALK, InTalk

EVERYDAY = ["mowing", "painting", "baking", "singing", "fishing", "knitting", "reading", "driving"]
CONFIG = {**IntentClassifier.get_default_config(), "directions": 3}
GRAVE = ["fitting", "choking", "bleeding", "collapsing", "drowning", "dying", "fainting", "burning"]


def message(text: str, intent: str | None = None) -> Message:
    """A message as it reaches the classifier; all vectors are the same, so that words alone tell."""
    made = Message({TEXT: text, **({INTENT: intent} if intent else {})})
    made.set("text_tokens", [Token(found[0], found.start(), lemma=found[0]) for found in re.finditer(r"\S+", text)])
    made.add_features(Features(np.ones((1, 4), np.float32), FEATURE_TYPE_SENTENCE, TEXT, "same"))
    return made


def told(words: list[str]) -> list[str]:
    return [frame.format(word) for word in words for frame in ("he is {} now", "my mum is {} again", "she keeps {}")]


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage(tmp_path)


def classifier(storage: LocalModelStorage, rows: list[tuple[str, str]], **config: Any) -> IntentClassifier:
    made = IntentClassifier({**CONFIG, **config}, "classifier", storage, Resource("classifier"))
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


def test_of_several_sentences_the_gravest_is_judged_for_itself(
    storage: LocalModelStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded: list[str] = []

    def encode(texts: list[str]) -> Any:
        encoded.extend(texts)
        return np.ones((len(texts), 4), np.float32)

    monkeypatch.setattr(nlu_classifier, "shared_encoder", lambda adapter: SimpleNamespace(encode=encode))
    learned = classifier(storage, ROWS + GREETINGS, urgent_from=2.0)  # as a whole, nothing alarms

    def beside(text: str) -> Any:
        return learned.process([message(text)])[0].get("urgent_sentence")

    assert beside("he is baking now") is None and beside("so . he is choking now") is None
    grave = beside("he is baking now . he is choking now ! she keeps singing")
    assert encoded == ["he is baking now .", "he is choking now !", "she keeps singing"]
    assert grave == {"name": "emergency", "confidence": pytest.approx(urgency(learned, "he is choking now !"))}
    calm = beside("he is baking now . she keeps singing")
    assert calm["confidence"] < 0.5 < grave["confidence"]
    encoded.clear()
    assert beside("he is choking now . " * 9 + "she keeps singing . " * SENTENCES)["confidence"] < 0.5
    assert len(encoded) == SENTENCES


def test_what_alarms_as_a_whole_needs_no_sentence_alone(storage: LocalModelStorage) -> None:
    learned = classifier(storage, ROWS + GREETINGS)
    asked = learned.process([message("he is choking now . she keeps fainting")])[0]
    assert asked.get("intent")["name"] == "emergency" and asked.get("urgent_sentence") is None


def test_other_kinds_keep_their_order_among_themselves(storage: LocalModelStorage) -> None:
    learned = classifier(storage, ROWS + GREETINGS)
    ranking = learned.process([message("hello there")])[0].get("intent_ranking")
    assert ranking[0]["name"] == "greet"
    assert sum(r["confidence"] for r in ranking) == pytest.approx(1.0, abs=1e-5)


def test_what_is_stored_is_what_was_learned(storage: LocalModelStorage) -> None:
    learned = classifier(storage, ROWS + GREETINGS)
    context = SimpleNamespace(node_name="classifier")
    loaded = IntentClassifier.load(CONFIG, storage, Resource("classifier"), context)  # type: ignore[arg-type]
    for text in ("he is mowing now", "she keeps bleeding", "hello there", "words never seen"):
        assert urgency(loaded, text) == pytest.approx(urgency(learned, text), abs=1e-6)


def test_no_emergencies_to_learn_from_are_no_fault(storage: LocalModelStorage) -> None:
    learned = classifier(storage, [row for row in ROWS if row[1] != "emergency"] + GREETINGS)
    assert urgency(learned, "he is choking now") == 0
    assert learned.process([message("hello there")])[0].get("intent")["name"] == "greet"


IN_TALK_ROWS = [
    (f"{topic}: {text}", intent)
    for topic, intent in [("surgery", "ask_procedure"), ("prognosis", "ask_survival_time"), ("biopsy", "ask_diagnosis")]
    for text in ("how long", "how long is it", "and how long")
]


def in_talk(text: str, topic: str, leans: bool = True) -> Message:
    """A message that is read behind this topic, too; its vector is that of all others."""
    made = message(text)
    made.set(IN_TALK, InTalk(topic, np.ones(4, np.float32), leans))
    return made


def behind_topics(storage: LocalModelStorage, rows: list[tuple[str, str]] = IN_TALK_ROWS) -> IntentClassifier:
    made = IntentClassifier({**CONFIG, "directions": 30}, "classifier", storage, Resource("classifier"))
    asked = [
        message(text, intent)
        for text, intent in [*ROWS, *GREETINGS, ("how long", "ask_dose"), ("how is it found", "ask_diagnosis")]
    ]
    asked += [message(text, "ask_procedure") for text in ("how is it done", "how do they do it")]
    asked += [message(text, "ask_survival_time") for text in ("when will he die", "is it soon")]
    made.train(TrainingData([*asked, *(marked(text, intent) for text, intent in rows)]))
    return made


def marked(text: str, intent: str) -> Message:
    made = message(text, intent)
    made.set("text_tokens", [SimpleNamespace(lemma=word) for word in text.replace(":", " :").split()])
    made.set("metadata", {"intent": {"in_talk": True}})
    return made


def intent_of(classifier: IntentClassifier, asked: Message) -> str:
    return str(classifier.process([asked])[0].get("intent")["name"])


def test_what_the_talk_is_about_tells_what_a_question_asks_for(storage: LocalModelStorage) -> None:
    learned = behind_topics(storage)
    assert intent_of(learned, message("how long")) == "ask_dose"
    assert intent_of(learned, in_talk("how long", "Surgery")) == "ask_procedure"
    assert intent_of(learned, in_talk("how long", "Prognosis")) == "ask_survival_time"


def test_behind_a_topic_a_message_with_words_of_its_own_counts_less(storage: LocalModelStorage) -> None:
    learned = behind_topics(storage)
    leaning, other = (
        {r["name"]: r["confidence"] for r in learned.process([read])[0].get("intent_ranking")}
        for read in (in_talk("how long", "Surgery"), in_talk("how long", "Surgery", leans=False))
    )
    assert other["ask_dose"] > leaning["ask_dose"]
    assert other["ask_procedure"] < leaning["ask_procedure"]


def test_whether_it_is_an_emergency_the_message_alone_tells(storage: LocalModelStorage) -> None:
    learned = behind_topics(storage)
    for word in GRAVE:
        alone = learned.process([message(f"he is {word} now")])[0].get("intent")
        behind = learned.process([in_talk(f"he is {word} now", "Surgery")])[0].get("intent")
        assert (behind["name"], behind["confidence"]) == (alone["name"], pytest.approx(alone["confidence"], abs=1e-5))


def test_what_is_read_behind_a_topic_is_stored_too(storage: LocalModelStorage) -> None:
    learned = behind_topics(storage)
    context = SimpleNamespace(node_name="classifier")
    loaded = IntentClassifier.load(CONFIG, storage, Resource("classifier"), context)  # type: ignore[arg-type]
    for topic in ("Surgery", "Prognosis"):
        one, other = (c.process([in_talk("how long", topic)])[0].get("intent") for c in (learned, loaded))
        assert one["name"] == other["name"]
        assert one["confidence"] == pytest.approx(other["confidence"], abs=1e-6)


def test_without_such_training_questions_a_topic_changes_nothing(storage: LocalModelStorage) -> None:
    learned = behind_topics(storage, [])
    assert intent_of(learned, in_talk("how long", "Surgery")) == intent_of(learned, message("how long")) == "ask_dose"


def test_a_training_question_without_its_topic_is_named(storage: LocalModelStorage) -> None:
    with pytest.raises(DataError, match=r"'how long' stands in a block marked `in_talk`.*Surgery: how long"):
        behind_topics(storage, [*IN_TALK_ROWS, ("how long", "ask_dose")])


def test_a_model_of_before_says_what_to_do(storage: LocalModelStorage, tmp_path: Path) -> None:
    classifier(storage, ROWS + GREETINGS)
    with storage.write_to(Resource("classifier")) as folder:
        with np.load(folder / "intents.npz") as stored:
            kept = {name: value for name, value in stored.items() if not name.startswith("words_")}
        np.savez(folder / "intents.npz", **kept)
    context = SimpleNamespace(node_name="classifier")
    with pytest.raises(ModelError, match="make train"):
        IntentClassifier.load(CONFIG, storage, Resource("classifier"), context)  # type: ignore[arg-type]
