"""The Reply: what every turn gives back, on every channel, and the one place where it is composed.

docs/api.md has the rules: one outcome, the disclaimer exactly once and last, never an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marrow.content import Article, Passage

SHORT_DISCLAIMER = (
    "This information is not a substitute for professional medical advice. Please consult your health care provider "
    "before making any healthcare decisions or for guidance about a specific medical condition."
)

#: Every outcome a turn can have, and when. There is no other.
OUTCOMES = {
    "answer": "the article holds it",
    "not_covered": "on the topic, but the article has no answer",
    "out_of_scope": "another subject",
    "urgent": "the person describes an emergency happening now",
    "smalltalk": "talk about the talk: greetings, repair, a question asked back, the topics, the full disclaimer",
    "error": "something broke, or a limit was hit",
}

# What makes a text carry a disclaimer, the short one or the article's full one; evaluation/judging.py counts it too.
_DISCLAIMER_MARK = "not a substitute for professional medical advice"


@dataclass(frozen=True)
class Offer:
    """A suggestion: what its button says, and the target it stands for (see `marrow.answering.offers`)."""

    title: str
    target: str


@dataclass(frozen=True)
class Reply:
    """One turn's answer. `text` is the whole of it, disclaimer included; the rest says what it rests on."""

    outcome: str
    text: str
    article: str | None = None
    section: str | None = None
    passages: tuple[str, ...] = ()
    citations: tuple[Mapping[str, str | None], ...] = ()
    plain: str | None = None
    disclaimer: str = SHORT_DISCLAIMER
    offers: tuple[Offer, ...] = ()
    comfort: str | None = None  # a kind word to be said first, which `text` begins with when it is an answer
    erase: bool = False  # the person asked to be forgotten: the guard erases the conversation after the turn
    alarm: str | None = None  # what `Alarm.told` says of the emergency it answers: the guard tells the next turn

    def as_dict(self, payload: Callable[[Offer], str]) -> dict[str, Any]:
        """The `reply` object of the contract; `payload` gives the key that stands for an offer in this conversation."""
        return {
            "outcome": self.outcome,
            "article": self.article,
            "section": self.section,
            "passages": list(self.passages),
            "citations": [dict(citation) for citation in self.citations],
            "plain": self.plain,
            "disclaimer": self.disclaimer,
            "suggestions": [{"title": offer.title, "payload": payload(offer)} for offer in self.offers],
        }

    def to_wire(self) -> dict[str, Any]:
        """The reply as the action hands it to the guard: `as_dict` with bare targets, which the guard makes opaque."""
        own = {"comfort": self.comfort, "erase": self.erase, "alarm": self.alarm}
        return {**self.as_dict(lambda offer: offer.target), **own}

    @classmethod
    def from_wire(cls, text: str, wire: Mapping[str, Any]) -> Reply:
        """Rebuild what `to_wire` made. Raises KeyError, TypeError or ValueError on anything else."""
        if wire["outcome"] not in OUTCOMES:
            raise ValueError(f"unknown outcome {wire['outcome']!r}")
        return cls(
            outcome=wire["outcome"],
            text=text,
            article=wire.get("article"),
            section=wire.get("section"),
            passages=tuple(wire.get("passages") or ()),
            citations=tuple(wire.get("citations") or ()),
            plain=wire.get("plain"),
            disclaimer=wire.get("disclaimer") or SHORT_DISCLAIMER,
            offers=tuple(Offer(s["title"], s["payload"]) for s in wire.get("suggestions") or ()),
            comfort=wire.get("comfort"),
            erase=bool(wire.get("erase")),
            alarm=told if isinstance(told := wire.get("alarm"), str) else None,
        )


def compose(outcome: str, lines: Iterable[str], **parts: Any) -> Reply:
    """Make a Reply of `lines`, each a paragraph of its own, with the disclaimer as the last line.

    Lines are joined by a single newline: Rasa's channels split messages at blank lines.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"unknown outcome {outcome!r}")
    body = "\n".join(line.strip() for line in lines if line and line.strip())
    return with_disclaimer(Reply(outcome=outcome, text=body, **parts))


def with_disclaimer(reply: Reply) -> Reply:
    """The same reply, with its disclaimer exactly once and at the end. Idempotent: the guard calls it again."""
    body = "\n".join(line for line in reply.text.splitlines() if line.strip())
    for known in (reply.disclaimer, SHORT_DISCLAIMER):
        body = body.replace(known, "")
    # A sentence of someone else's that says the same would make two.
    kept = [line for line in body.splitlines() if line.strip() and _DISCLAIMER_MARK not in _plain(line)]
    return replace(reply, text="\n".join([*kept, reply.disclaimer]))


_SOURCE = "Source:"


def merge(replies: Sequence[Reply]) -> Reply:
    """One reply to a message of several questions: the outcome that matters most, and the parts that carry it.

    Small talk and refusals are left out when a part of the message was answered or honestly not covered; that the
    conversation was deleted is always said. A kind word comes first, and once, and no passage is quoted twice.
    """
    erased = next((r for r in replies if r.erase), None)
    reply = _merged([r for r in replies if not r.erase] or replies)
    if erased is None or reply.erase:
        return reply
    told = erased.text.removesuffix(erased.disclaimer).strip()
    return replace(with_line(reply, told, first=reply.outcome != "urgent"), erase=True)


def _merged(replies: Sequence[Reply]) -> Reply:
    outcome = next(o for o in _WEIGHT if any(r.outcome == o for r in replies))
    kept = [r for r in replies if r.outcome == outcome or {r.outcome, outcome} <= {"answer", "not_covered"}]
    first = next(r for r in kept if r.outcome == outcome)
    if outcome not in {"answer", "not_covered"}:
        return first
    comfort = next((r.comfort for r in replies if r.comfort), None)
    if len(kept) == 1:
        return with_comfort(first, comfort) if comfort and not first.comfort else first
    bodies = dict.fromkeys(range(len(kept)), "")
    said: set[str] = set()
    for n, r in sorted(enumerate(kept), key=lambda pair: pair[1].outcome != "answer"):  # an answer keeps its quotation
        bodies[n] = _unsaid(r.text.removesuffix(r.disclaimer).removeprefix(r.comfort or "").strip(), said)
        said.update(line for line in bodies[n].splitlines() if not line.startswith(_SOURCE))
    return with_disclaimer(
        replace(
            first,
            text="\n".join([*([comfort] if comfort else []), *filter(None, bodies.values())]),
            section=kept[0].section,
            passages=tuple(dict.fromkeys(p for r in kept for p in r.passages)),
            citations=tuple({tuple(sorted(c.items())): c for r in kept for c in r.citations}.values()),
            plain=" ".join(r.plain for r in kept if r.plain) or None,
            offers=tuple(dict.fromkeys(o for r in reversed(kept) for o in r.offers))[:3],
            comfort=comfort,
        )
    )


def _unsaid(body: str, said: set[str]) -> str:
    """A body without the lines that were said before, nor the one that leads in to nothing else."""
    lines = body.splitlines()
    kept = [line not in said for line in lines]
    for n, line in reversed([*enumerate(lines[:-1])]):
        led_in = next((m for m in range(n + 2, len(lines)) if not lines[m].startswith("•")), len(lines))
        if line.endswith(":"):  # what leads in to a list stays with any of it
            kept[n] = any(kept[n + 1 : led_in])
    left = [line for line, keep in zip(lines, kept, strict=True) if keep]
    return "" if all(line.startswith(_SOURCE) for line in left) else "\n".join(left)


#: Of several outcomes in one message, which is the message's, the weightiest first.
_WEIGHT = ("urgent", "answer", "not_covered", "error", "smalltalk", "out_of_scope")


def with_line(reply: Reply, line: str, *, first: bool = False) -> Reply:
    """The same reply with one more line, before its disclaimer or before everything, unless it has it."""
    if line in reply.text:
        return reply
    body = reply.text.removesuffix(reply.disclaimer)
    return with_disclaimer(replace(reply, text=f"{line}\n{body}" if first else f"{body}\n{line}"))


def with_comfort(reply: Reply, line: str) -> Reply:
    """The same reply with a kind word first, which it remembers."""
    return replace(with_line(reply, line, first=True), comfort=line)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower()).strip()


def quote(passages: Sequence[Passage]) -> list[str]:
    """The passages word for word, bullets marked, with the clause that introduces a list when its bullets follow."""
    lines: list[str] = []
    for index, passage in enumerate(passages):
        text = f"• {passage.text}" if passage.bullet else passage.text
        follows = passages[index + 1] if index + 1 < len(passages) else None
        if passage.lead_in and follows is not None and follows.bullet and passage.lead_in not in passage.text:
            text = f"{text} {passage.lead_in}"
        elif text.endswith(":") and not (follows is not None and follows.bullet):
            text = text[:-1] + "."
        lines.append(text)
    return lines


def citation(article: Article, section: str) -> dict[str, str | None]:
    """Where a quotation comes from: title, section heading, address (None where the file gives none), source."""
    found = article.section(section)
    return {
        "title": article.title,
        "section": found.heading if found else section.capitalize(),
        "url": article.url or None,
        "source": article.source,
    }


def source_line(citations: Sequence[Mapping[str, str | None]]) -> str:
    """One line that names article, sections, source and address of a quotation."""
    first = citations[0]
    sections = list(dict.fromkeys(c["section"] or "" for c in citations))
    label = "section" if len(sections) == 1 else "sections"
    line = f"{_SOURCE} “{first['title']}”, {label} {', '.join(sections)}, {first['source']}"
    return f"{line}, {first['url']}" if first["url"] else line
