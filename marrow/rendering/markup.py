"""Escaping: a text shows on the platform as it was written, whatever characters it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

# An address must stay whole: a backslash in it would lead elsewhere.
_ADDRESS: Final = re.compile(r"https?://[^\s<>]+")
_MARKDOWN: Final = re.compile(r"[\\`*_~\[\]<>|]")
_LINE_START: Final = re.compile(r"^(\s*)([#+=-])", re.MULTILINE)


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _markdown(text: str) -> str:
    out, end = [], 0
    for address in _ADDRESS.finditer(text):
        out += [_MARKDOWN.sub(r"\\\g<0>", text[end : address.start()]), address[0]]
        end = address.end()
    return _LINE_START.sub(r"\1\\\2", "".join([*out, _MARKDOWN.sub(r"\\\g<0>", text[end:])]))


#: Each markup's way to escape. Slack's mrkdwn and WhatsApp have no escape for their marks, so those stay as they are.
MARKUPS: Final[Mapping[str, Callable[[str], str]]] = {
    "none": lambda text: text,
    "html": _entities,
    "mrkdwn": _entities,
    "markdown": _markdown,
}
