"""What a messaging channel remembers for a while, bounded: events it has had, and the numbered lists it has shown."""

from __future__ import annotations

import re
import unicodedata
from collections import OrderedDict
from typing import Final

_NUMBER: Final = re.compile(r"[#(]?\s*(\d{1,2})\s*[.):]?")


class Seen:
    """The last `most` events, by their seals: a platform's own ids may name a person."""

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._seals: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, seal: str) -> bool:
        return seal in self._seals

    def add(self, seal: str) -> None:
        """Remember an event; the oldest is forgotten where there is no room."""
        self._seals[seal] = None
        if len(self._seals) > self._most:
            self._seals.popitem(last=False)


class Listed:
    """The numbered list each conversation was shown last, as opaque keys, for the last `most` conversations."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._lists: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def show(self, conversation: str, keys: tuple[str, ...]) -> None:
        """Remember the choices offered last; none when they were shown as buttons only, so that a number is text."""
        self._lists.pop(conversation, None)
        if keys:
            self._lists[conversation] = keys
            if len(self._lists) > self._most:
                self._lists.popitem(last=False)

    def pick(self, conversation: str, text: str) -> str | None:
        """The key a text such as "2" or "2." picks, or None where no list was shown or the text is no number of it."""
        keys = self._lists.get(conversation)
        match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", text).strip()) if keys else None
        number = int(match[1]) if match else 0
        return keys[number - 1] if keys and 1 <= number <= len(keys) else None

    def forget(self, conversation: str) -> None:
        """The person asked to be forgotten."""
        self._lists.pop(conversation, None)
