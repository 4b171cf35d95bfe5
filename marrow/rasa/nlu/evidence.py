"""Evidence for the answer: whether the question is about a loaded article, and how near it is to each passage."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ENTITIES, INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from marrow import settings
from marrow.answering.encoder import ADAPTER, TALK_ADAPTER, Vectors, encoder_digest, load_encoder
from marrow.answering.items import item_of, narrowed
from marrow.answering.retrieval import PassageRanker
from marrow.answering.scope import Example, Scope, owners_of, training_set
from marrow.answering.spelling import load_abbreviations
from marrow.answering.terms import TERM, article_terms
from marrow.answering.topic import behind_one, names_part, points, topic_of, topics_of, with_topic
from marrow.answering.turn import Talk, is_question
from marrow.content import Library, load_library
from marrow.digest import sha256
from marrow.errors import ModelError
from marrow.rasa.nlu.encoder import VECTOR, is_in_talk, shared_encoder
from marrow.rasa.nlu.spelling import ABBREVIATIONS, read_text
from marrow.rasa.nlu.terms import build_finder
from marrow.safety.hygiene import normalise

#: The key under which a message carries its reading behind the topic for the classifier that follows.
IN_TALK = "in_talk"

#: Short questions without a subject that a word must stand in to be common; longer ones tell stories of anything.
COMMON, SHORT = 3, 12

#: The weight of a question's reading behind its topic for the passages, beside its own: of one that leans on the talk
#: by its words (`InTalk.leans`), and of any other.
BEHIND, BESIDE = 0.65, 0.5
# What `train` rests on outside the component's class, which is all that Rasa looks at.
_ANSWERING = settings.ROOT / "marrow" / "answering"
_CODE = (
    settings.ROOT / "marrow" / "rasa" / "nlu" / "evidence.py",
    *(_ANSWERING / f"{n}.py" for n in ("retrieval", "scope", "terms", "topic")),
)

#: Questions of anything that are read behind some topic, for what tells whether one is about the talk's subject.
ANYTHING = 4000


@dataclass(frozen=True)
class InTalk:
    """A message's reading behind the topic of the talk: the topic, the vector float32[384] of both, and whether the
    message leans on the talk by its words, naming nothing or pointing."""

    topic: str
    vector: Vectors
    leans: bool


def library_digest(library: Library) -> str:
    """What the loaded articles are: their ids and the hashes of their files, in one line."""
    return " ".join(f"{a.id}:{sha256(a.path)[:16]}" for a in library.articles)


@dataclass(frozen=True)
class Learnt:
    """What is learnt: of messages as they are, whether one is about an article and which passage it asks for; the same
    of messages behind the topic of a talk; the words that are common in questions of any subject; and from what."""

    scope: Scope
    ranker: PassageRanker
    talk_scope: Scope
    talk_ranker: PassageRanker
    common: frozenset[str]
    library: str

    @classmethod
    def nothing(cls) -> Learnt:
        """Before training."""
        return cls(Scope({}), PassageRanker({}), Scope({}), PassageRanker({}), frozenset(), "")

    def to_json(self) -> str:
        """As a text, for the model."""
        stored: dict[str, Any] = {"library": self.library, "common": sorted(self.common)}
        for name, scope in (("scope", self.scope), ("talk_scope", self.talk_scope)):
            stored[name] = {a: {"weights": w.tolist(), "bias": b} for a, (w, b) in scope.weights.items()}
        for name, ranker in (("ranker", self.ranker), ("talk_ranker", self.talk_ranker)):
            stored[name] = {
                a: {"ids": ids, "weights": w.tolist(), "biases": b.tolist()}
                for a, (ids, w, b) in ranker.weights.items()
            }
        return json.dumps(stored)

    @classmethod
    def from_json(cls, text: str) -> Learnt:
        """What `to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
        stored = json.loads(text)
        scope, talk_scope = (
            Scope({a: (_vectors(r["weights"]), float(r["bias"])) for a, r in stored[name].items()})
            for name in ("scope", "talk_scope")
        )
        ranker, talk_ranker = (
            PassageRanker(
                {a: (tuple(r["ids"]), _vectors(r["weights"]), _vectors(r["biases"])) for a, r in stored[name].items()}
            )
            for name in ("ranker", "talk_ranker")
        )
        return cls(scope, ranker, talk_scope, talk_ranker, frozenset(stored["common"]), stored["library"])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class Evidence(GraphComponent):  # type: ignore[misc]
    """Adds `evidence`: {"scope": {article: P}, "scores": {passage: P}, "common": bool, "library": digest}.

    `common` says that a message has none but words that are common in questions which name no subject: it is about
    whatever is being talked about, or about nothing in particular. In a talk, `scope` and `scores` are of two readings,
    as it is and behind the topic (see marrow.answering.topic); the second one's vector goes on with the message
    (`InTalk`).
    """

    def __init__(self, model_storage: ModelStorage, resource: Resource, learnt: Learnt) -> None:
        self._model_storage = model_storage
        self._resource = resource
        self._learnt = learnt
        articles = load_library(settings.DATA / "articles").articles
        self._articles = {article.id: (article, article_terms(article)) for article in articles}
        self._encoder = shared_encoder(TALK_ADAPTER)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Evidence:
        """An untrained component."""
        return cls(model_storage, resource, Learnt.nothing())

    @staticmethod
    def fingerprint_addon(config: dict[str, Any]) -> str | None:
        """The articles, the encoder, the abbreviations and the code outside this class: with others, this
        component is trained again."""
        folder = settings.DATA
        files = [
            folder / "articles",
            folder / "wording" / "elsewhere.yml",
            ABBREVIATIONS,
            *_CODE,
        ]
        return f"{encoder_digest()} {sha256(*files)}"

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the scope classifiers on the training questions, the rankers on the articles; each for both readings."""
        library = load_library(settings.DATA / "articles")
        encoder, talk_encoder = (load_encoder(os.cpu_count() or 1, adapter) for adapter in (ADAPTER, TALK_ADAPTER))
        messages = [m for m in training_data.intent_examples if m.get(TEXT)]
        behind = [m for m in messages if is_in_talk(m)]
        messages = [m for m in messages if not is_in_talk(m)]
        examples = [_example(m) for m in messages]
        asked = sorted({e.intent for e in examples if is_question(e.intent)})
        finder = build_finder(library)
        subjects = {e.subject.casefold() for e in examples if e.subject}
        belongs = {s: owners_of(s, finder) for s in subjects}
        known = {m.get(TEXT): _vector(m) for m in messages}
        read_behind = [(_example(m), _vector(m)) for m in behind]
        write_out = load_abbreviations(ABBREVIATIONS).write_out
        sets, talk_sets = {}, {}
        for article in library.articles:
            texts, labels = training_set(article, examples, asked, belongs)
            new = [t for t in texts if known.get(t) is None]
            known.update(zip(new, encoder.encode(new), strict=True))
            sets[article.id] = (np.array([known[t] for t in texts], dtype=np.float32), labels)
            chosen = behind_one(topics_of(article, article_terms(article)), texts, ANYTHING)
            vectors = talk_encoder.encode([write_out(normalise(text)) for text in chosen.values()])
            mine = [
                (vector, int(example.intent != "other_subject"))
                for example, vector in read_behind
                if example.written_for in ("", article.id) and example.intent in (*asked, "other_subject")
            ]
            talk_sets[article.id] = (
                np.array([*vectors, *(vector for vector, _ in mine)], dtype=np.float32),
                [*(labels[at] for at in chosen), *(label for _, label in mine)],
            )
        self._learnt = Learnt(
            Scope.fit(sets), PassageRanker.fit(library.articles, encoder),
            Scope.fit(talk_sets), PassageRanker.fit(library.articles, talk_encoder),
            _common_words(messages), library_digest(library),
        )  # fmt: skip
        with self._model_storage.write_to(self._resource) as folder:
            (folder / "evidence.json").write_text(self._learnt.to_json(), encoding="utf-8")
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> Evidence:  # fmt: skip
        """Load the trained component. Raises ModelError where it cannot be."""
        try:
            with model_storage.read_from(resource) as folder:
                learnt = Learnt.from_json((folder / "evidence.json").read_text(encoding="utf-8"))
            return cls(model_storage, resource, learnt)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError("the model's evidence cannot be loaded; train again with `make train`") from error

    def process(self, messages: list[Message], tracker: DialogueStateTracker) -> list[Message]:
        """Add the evidence to each message. Rasa gives the tracker to what asks for it by this name."""
        for message in messages:
            vector = message.get(VECTOR)
            if vector is None:
                continue
            common = _words(message) <= self._learnt.common
            scores, scope = self._learnt.ranker.of(vector), self._learnt.scope.of(vector)
            talk = Talk.from_slot(tracker.get_slot("talk"))
            if read := self._in_talk(message, talk, common or points(message.get(TEXT))):
                message.set(IN_TALK, read)
                scores = _blended(scores, self._learnt.talk_ranker.of(read.vector), BEHIND if read.leans else BESIDE)
                id = str(talk.article)
                scope[id] = max(scope.get(id, 0.0), self._learnt.talk_scope.of(read.vector).get(id, 0.0))
            evidence = {
                "scope": {a: round(p, 4) for a, p in scope.items()},
                "scores": scores,
                "common": common,
                "library": self._learnt.library,
            }
            message.set("evidence", evidence, add_to_output=True)
        return messages

    def _in_talk(self, message: Message, talk: Talk, leans: bool) -> InTalk | None:
        """The message behind the topic of the talk; None where there is none, or where it names something itself, a
        section too, or goes on about an emergency."""
        article, terms = self._articles.get(talk.article or "", (None, {}))
        after_alarm = (message.get(METADATA) or {}).get("alarm")
        if article is None or after_alarm or any(self._names(e) for e in message.get(ENTITIES) or ()):
            return None
        if names_part(article, message.get(TEXT)):
            return None
        item = item_of(article, talk, message.get(TEXT))
        topic = topic_of(article, terms, narrowed(terms, talk, item) if item else talk)
        if topic is None:
            return None
        return InTalk(topic, self._encoder.encode([with_topic(topic, read_text(message))])[0], leans)

    def _names(self, entity: dict[str, Any]) -> bool:
        if entity["entity"] != TERM:
            return True
        _, terms = self._articles[entity["article"]]
        return terms[entity["value"].casefold()].specific


def _blended(one: dict[str, float], other: dict[str, float], weight: float) -> dict[str, float]:
    """P(passage) of a question as it is and, with this weight, behind its topic: the geometric mean, one within each
    article."""
    means = {id: share ** (1 - weight) * other[id] ** weight for id, share in one.items()}
    sums: Counter[str] = Counter()
    for id, mean in means.items():
        sums[id.split("/")[0]] += mean  # type: ignore[assignment]
    return {id: round(mean / (sums[id.split("/")[0]] or 1.0), 4) for id, mean in means.items()}


def _common_words(messages: list[Message]) -> frozenset[str]:
    """Lemmas of three or more short questions that name no subject, written for any article."""
    counts: Counter[str] = Counter()
    for message in messages:
        example = _example(message)
        if example.intent.startswith("ask_") and not example.subject and len(example.text.split()) <= SHORT:
            counts.update(_words(message))
    return frozenset(word for word, count in counts.items() if count >= COMMON)


def _words(message: Message) -> set[str]:
    return {token.lemma.lower() for token in message.get("text_tokens") or () if token.text.isalpha()}


def _vector(message: Message) -> Vectors:
    vector: Vectors = message.get_dense_features(TEXT)[1].features[0]
    return vector


def _vectors(rows: list[Any]) -> Vectors:
    return np.array(rows, dtype=np.float32)


def _example(message: Message) -> Example:
    subject = next((e for e in message.get(ENTITIES) or () if e.get("entity") == "subject"), None)
    start, end = (subject["start"], subject["end"]) if subject else (0, 0)
    metadata = (message.get("metadata") or {}).get("intent") or {}
    return Example(message.get(TEXT), message.get(INTENT), start, end, str(metadata.get("about") or ""))
