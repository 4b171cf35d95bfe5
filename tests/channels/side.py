"""The platform's side of a channel: how it signs, what its events look like, and which messages it takes.

A channel's tests are one subclass of `Side` (tests/channels/sides/NAME.py) and one folder of golden files; the contract
in test_contract.py runs against every one of them. What is written here is what the platforms document, never what the
connectors do: nothing of marrow.rasa.channels is imported.
"""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

PUBLIC = "https://bot.example.org"
NOW = 1_800_000_000.0  # the time in all tests: 15 January 2027


@dataclass(frozen=True)
class Webhook:
    """A request of the platform to the bot."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    method: str = "POST"

    def having(self, **headers: str | None) -> Webhook:
        """The same with other headers (underscores for dashes); None removes one."""
        changed = dict(self.headers)
        for name, value in headers.items():
            name = next((h for h in changed if h.lower() == name.replace("_", "-").lower()), name.replace("_", "-"))
            changed.pop(name, None)
            if value is not None:
                changed[name] = value
        return replace(self, headers=changed)


@dataclass(frozen=True)
class Sent:
    """A request of the bot to the platform."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Shown:
    """A message as a person sees it: where, its text without markup, its buttons as (title, payload)."""

    where: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()


class RefusedError(AssertionError):
    """A message that the platform would not take."""


class Side(ABC):
    """One platform. `people` are two persons' ids in its own form."""

    name: str
    people: tuple[str, str] = ("1001", "2002")
    dated = True  # whether its events carry their time, so that old ones are known
    says_when = True  # whether its 429 names a time to wait
    limit: int
    unit = "characters"

    def __init__(self, url: str) -> None:
        self.url = url
        self.count = 0

    def next(self) -> int:
        """A fresh number for ids."""
        self.count += 1
        return self.count

    @property
    def path(self) -> str:
        """The webhook's path on the bot's server."""
        return f"/webhooks/{self.name}/webhook"

    # -- to the bot --------------------------------------------------------------------------------------------------

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """The settings that turn the channel on, its addresses pointing at `url`."""

    @abstractmethod
    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        """A person writes to the bot directly; the same `id` is the same event."""

    @abstractmethod
    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        """What is no text: (what, request, a word of the answer; None where no answer is right)."""

    @abstractmethod
    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        """Requests that the platform did not make."""

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        """A person presses a native button; None where the platform has none."""
        return None

    def edit(self, person: str, text: str) -> Webhook | None:
        """A person changes a message; None where the platform does not tell."""
        return None

    def batch(self, events: list[tuple[str, str]]) -> list[Webhook]:
        """Several persons' texts in as few requests as the platform makes of them."""
        return [self.text(person, text) for person, text in events]

    def group(self, person: str, text: str, *, addressed: bool) -> Webhook | None:
        """A person writes in a group; None where the platform has no groups for bots."""
        return None

    def registrations(self) -> Iterator[tuple[Webhook, str]]:
        """Requests that register the webhook, and what the answer must hold."""
        yield from ()

    # -- from the bot ------------------------------------------------------------------------------------------------

    @abstractmethod
    def shown(self, sent: Sent) -> Shown | None:
        """The message that a request makes, None for a request that makes none. Raises RefusedError."""

    def taken(self) -> tuple[int, Mapping[str, str], Any]:
        """The response to a message that is taken: status, headers, JSON."""
        return 200, {}, {"ok": True}

    def busy(self, seconds: int) -> tuple[int, Mapping[str, str], Any]:
        """The response that asks to come again after so many seconds."""
        return 429, {"Retry-After": str(seconds)}, {"ok": False}

    def other(self, sent: Sent) -> tuple[int, Mapping[str, str], Any] | None:
        """The response to a request that is no message (a token, keys, a fetched event), else None."""
        return None


def demand(condition: object, why: str) -> None:
    """The platform's own check of a message."""
    if not condition:
        raise RefusedError(why)


def flips(value: str, keep: int = 0) -> Iterator[str]:
    """The value with one character changed, at up to 20 places after the first `keep`."""
    places = range(keep, len(value), max(1, (len(value) - keep) // 20))
    for place in places:
        if value[place].isalnum():
            yield value[:place] + ("1" if value[place] != "1" else "2") + value[place + 1 :]


def bent(webhook: Webhook, header: str, keep: int = 0) -> Iterator[tuple[str, Webhook]]:
    """Every way to get a secret or signature in a header wrong."""
    value = next(v for name, v in webhook.headers.items() if name.lower() == header.lower())
    key = header.replace("-", "_")
    yield "no signature", webhook.having(**{key: None})
    for wrong in (
        "-",
        "null",
        "0",
        "*",
        value[keep:] if keep else value * 2,
        "x" * len(value),
        value + "=",
        value + "0",
    ):
        yield f"signature {wrong[:12]}", webhook.having(**{key: wrong})
    for length in (1, 4, 8, len(value) // 2, len(value) - 2, len(value) - 1):
        yield f"cut to {length}", webhook.having(**{key: value[:length]})
    for number, other in enumerate(flips(value, keep)):
        yield f"character {number} changed", webhook.having(**{key: other})
    for name in ("Authorization", "X-Signature", "Signature"):
        if name.lower() != header.lower():
            yield f"in {name}", webhook.having(**{key: None, name.replace("-", "_"): value})
    yield "reversed", webhook.having(**{key: value[::-1]})
    digest = hashlib.sha256(value.encode()).hexdigest()
    yield "its digest", webhook.having(**{key: digest})


def bytes_changed(webhook: Webhook, most: int = 15) -> Iterator[tuple[str, Webhook]]:
    """The body with one letter or digit changed, at `most` places."""
    places = [i for i, byte in enumerate(webhook.body) if chr(byte).isalnum() and not _escape(webhook.body, i)]
    for place in places[:: max(1, len(places) // most)]:
        byte = b"7" if webhook.body[place : place + 1] != b"7" else b"8"
        yield f"byte {place} changed", replace(webhook, body=webhook.body[:place] + byte + webhook.body[place + 1 :])


def _escape(body: bytes, at: int) -> bool:
    """Whether a byte is part of a %XX, which may be written in two ways."""
    return b"%" in body[max(0, at - 2) : at + 1]


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def unescaped(text: str) -> str:
    """Markdown as a person sees it."""
    return re.sub(r"\\([\\`*_~\[\]<>|#+=-])", r"\1", text)
