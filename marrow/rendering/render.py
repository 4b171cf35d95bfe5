"""One renderer for all platforms: what differs between them is in data/channels/platforms.yml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from marrow.rendering.markup import MARKUPS
from marrow.rendering.platforms import Platform
from marrow.rendering.split import size, split_with_tail
from marrow.reply import Reply


@dataclass(frozen=True)
class Button:
    """A native button: what it says, and the opaque key it sends back."""

    title: str
    payload: str


@dataclass(frozen=True)
class Part:
    """One message as the platform shows it: its text, marked up and escaped, and its buttons (the last part's only)."""

    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A reply's messages in order, and the payloads of the numbered list they show: `listed[1]` is what "2" means."""

    parts: tuple[Part, ...]
    listed: tuple[str, ...] = ()


def render(
    reply: Reply, platform: Platform, payloads: Sequence[str], numbered: str, *, buttons: bool = True
) -> Rendered:
    """Render a reply.

    Args:
        reply: what to say; its disclaimer stands on the last part, whole, and nowhere else.
        platform: whose limits hold.
        payloads: one opaque key for each of `reply.offers`.
        numbered: what stands before a numbered list.
        buttons: whether the platform's native buttons can be used now.

    An urgent reply is one message, unless it is longer than the platform could ever take.
    """
    offers = [Button(offer.title, payload) for offer, payload in zip(reply.offers, payloads, strict=True)]
    limits = platform.buttons if buttons else None
    native = [b for b in offers[: limits.most] if len(b.payload.encode()) <= limits.payload] if limits else []
    whole = limits is not None and native == offers and all(len(b.title) <= limits.title for b in offers)
    listed: list[str] = []
    if offers and not whole:
        listed = [numbered, *(f"{number}. {offer.title}" for number, offer in enumerate(offers, 1))]
        if limits:
            numbers = {offer.payload: number for number, offer in enumerate(offers, 1)}
            native = [Button(shorten(f"{numbers[b.payload]}. {b.title}", limits.title), b.payload) for b in native]

    disclaimer = _lettered(reply.disclaimer, platform)
    body = _lettered(reply.text.removesuffix(reply.disclaimer).strip(), platform)

    def fits(text: str) -> bool:
        return size(_escaped(text, platform), platform.unit) <= platform.text

    def fits_last(text: str) -> bool:
        return size(_escaped(text, platform), platform.unit) <= (platform.with_buttons if native else platform.text)

    choices = _lettered("\n".join(listed), platform)
    tail = "".join(f"{platform.gap}{block}" for block in (choices, disclaimer) if block)
    if not body:
        tail = tail.lstrip()
    texts = split_with_tail(body, tail, fits, fits_last)
    last = len(texts) - 1
    parts = tuple(Part(_escaped(text, platform), tuple(native) if i == last else ()) for i, text in enumerate(texts))
    return Rendered(parts, tuple(b.payload for b in offers) if listed else ())


def shorten(title: str, most: int) -> str:
    """The title in at most `most` characters, cut at a word, an ellipsis where something is missing."""
    if len(title) <= most:
        return title
    start = title[: most - 1]
    cut = start.rfind(" ") if title[most - 1] != " " else most - 1
    return (start[:cut] if cut > 3 else start).rstrip(" ,.;:") + "…"


def _escaped(text: str, platform: Platform) -> str:
    text = MARKUPS[platform.markup](text)
    return text if platform.newline == "\n" else re.sub(r"\n+", platform.newline, text)


def _lettered(text: str, platform: Platform) -> str:
    for letter, other in platform.letters.items():
        text = text.replace(letter, other)
    return text
