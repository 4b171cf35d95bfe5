"""One turn as the engine sees it: what was asked, the evidence NLU gathered, and the talk so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from marrow.answering.terms import ARTICLE, OTHER, TERM

#: Question types an article answers, and the sections that may, the likeliest first.
SECTIONS_OF = {
    "ask_definition": ("overview",),
    "ask_who_gets": ("overview",),
    "ask_complications": ("overview", "symptoms", "prognosis"),
    "ask_causes": ("causes", "symptoms"),
    "ask_symptoms": ("symptoms", "overview"),
    "ask_diagnosis": ("diagnosis",),
    "ask_treatment": ("treatment",),
    "ask_prognosis": ("prognosis", "overview"),
}


def asks_for(section: str) -> str:
    """The kind of question that a whole section answers: what a button, or its name alone, asks."""
    return "ask_definition" if section == "overview" else f"ask_{section}"


#: The fields of a Talk that are lists in its slot.
_LISTS = ("passages", "seen", "asked")

#: The intents of emergencies, and of what tells nothing but how someone feels.
EMERGENCIES, FEELINGS = {"emergency", "crisis"}, {"distress", "bereaved"}


def family_of(intent: str) -> str:
    """The family of a kind of question: "answered" or "silent" (questions that articles answer or do not), "elsewhere"
    (another subject), "urgent", or "talk" (talk about the talk)."""
    if intent in SECTIONS_OF:
        return "answered"
    if intent in EMERGENCIES:
        return "urgent"
    if intent == "other_subject":
        return "elsewhere"
    return "silent" if intent.startswith("ask_") and intent != "ask_source" else "talk"


def is_question(intent: str) -> bool:
    """Whether it is a kind of question about an article, which may or may not answer it."""
    return family_of(intent) in {"answered", "silent"}


@dataclass(frozen=True)
class Talk:
    """What is remembered of a conversation: the one slot `talk`.

    `passages` were shown last, `seen` at any time; `misses` counts the replies in a row that did not answer; `said`
    counts the texts of each kind already used; `asked` are the names of the article's that were asked about last.
    `sign` is the kind of emergency whose signs were, `alarmed` the kind that alarmed last, and `closing` tells whether
    the message before said that it is none any more.
    """

    article: str | None = None
    section: str | None = None
    passages: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    intent: str | None = None
    misses: int = 0
    said: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    sign: str | None = None
    alarmed: str | None = None
    closing: bool = False

    @classmethod
    def from_slot(cls, value: object) -> Talk:
        """Read the slot; anything else than what `to_slot` wrote is an empty talk."""
        if not isinstance(value, dict):
            return cls()
        try:
            return cls(**{**value, **{key: tuple(value.get(key) or ()) for key in _LISTS}})
        except TypeError:
            return cls()

    def to_slot(self) -> dict[str, Any]:
        """The talk as JSON."""
        return {**asdict(self), **{key: list(getattr(self, key)) for key in _LISTS}}

    def counted(self, key: str) -> Talk:
        """The talk with one more text of this kind said."""
        return replace(self, said={**self.said, key: self.said.get(key, 0) + 1})


@dataclass(frozen=True)
class Turn:
    """A question and its evidence.

    `read` is the text with slips mended. `ranking` is intents with confidences, best first; `kinds` the same of the
    kinds of question alone. `articles` are ids named in the text, `terms` (article id, term) pairs, `names` says as
    what each thing (an article by its id) was named, `others` are (name, group) pairs of things named that no
    article has. `scope` is P(about an article) by id, `scores` P(a passage | the question) by "article/passage".
    `common` says that the text names no subject at all, `known` that it has a word that anyone knows.
    `urgent_sentence` is, of the one of several sentences that is likeliest an emergency alone, the kind of
    emergency and P(emergency). `target` is a chosen button's, `item` the id of a passage that the text points at.
    `alarm` is what `Alarm.told` says of the emergency that the reply before was about, if it was about one.
    """

    text: str
    intent: str
    confidence: float
    read: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    kinds: tuple[tuple[str, float], ...] = ()
    articles: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    scope: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    common: bool = False
    known: bool = True
    urgent_sentence: tuple[str, float] = ("emergency", 0.0)
    target: str | None = None
    item: str | None = None
    alarm: str | None = None
    talk: Talk = field(default_factory=Talk)


def read_turn(latest_message: Mapping[str, Any], talk_slot: object) -> Turn:
    """Make a Turn of a tracker's `latest_message` and its slot `talk`."""
    intent = latest_message.get("intent") or {}
    entities = [e for e in latest_message.get("entities") or () if isinstance(e, dict)]
    evidence = latest_message.get("evidence") or {}
    sentence = latest_message.get("urgent_sentence") or {}

    text = latest_message.get("text") or ""

    def named(kind: str) -> list[dict[str, Any]]:
        return [e for e in entities if e.get("entity") == kind]

    return Turn(
        text=text,
        intent=intent.get("name") or "nlu_fallback",
        confidence=float(intent.get("confidence") or 0.0),
        read=latest_message.get("mended") or "",
        ranking=tuple((r["name"], float(r["confidence"])) for r in latest_message.get("intent_ranking") or ()),
        kinds=tuple((r["name"], float(r["confidence"])) for r in latest_message.get("question_ranking") or ()),
        articles=tuple(dict.fromkeys(e["value"] for e in named(ARTICLE))),
        terms=tuple(dict.fromkeys((e["article"], e["value"]) for e in named(TERM))),
        others=tuple(dict.fromkeys((e["value"], e.get("group", "")) for e in named(OTHER))),
        names={
            e["value"]: text[e["start"] : e["end"]]
            for kind in (ARTICLE, OTHER, TERM)
            for e in named(kind)
            if "start" in e
        },
        scope=evidence.get("scope") or {},
        scores=evidence.get("scores") or {},
        common=bool(evidence.get("common")),
        known=bool(latest_message.get("known", True)),
        urgent_sentence=(sentence.get("name") or "emergency", float(sentence.get("confidence") or 0.0)),
        target=next((e["value"] for e in named("target")), None),
        alarm=_told(latest_message.get("metadata")),
        talk=Talk.from_slot(talk_slot),
    )


def _told(metadata: object) -> str | None:
    told = metadata.get("alarm") if isinstance(metadata, dict) else None
    return told if isinstance(told, str) else None
