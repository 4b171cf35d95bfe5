"""Cuts a page's sections into passages: each bullet is one, a paragraph is cut by sentence.

A sentence of fewer than ten words is too little to quote and goes with the next one. A clause that introduces a list
("Options include:") becomes the `lead_in` of the passage before it; without a list to follow, the list is `missing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from marrow.content.page import Block, PageSection
from marrow.content.readability import sentences

_SHORT = 10  # words
# the end of a sentence that introduces a list: "(size) but may include:", "(Signs) include:"
_LEAD_IN = re.compile(
    r",?\s+(?P<clause>(?:(?:and|but|or|which|that|they|these)\s+)*"
    r"(?:(?:may|can|might|could|will|often|also|usually|commonly|typically|sometimes|generally|mainly)\s+)*"
    r"(?:includes?|including|involves?|are|is|such as|comprise|consist of|cause|have|use)"
    r"(?:\s+(?:the following|these|one or more of))?\s*:)$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Draft:
    """A passage before an author has worked on it; the fields are those of `article.Passage`."""

    id: str
    text: str
    bullet: bool = False
    lead_in: str = ""
    missing: str = ""


def split_section(section: PageSection) -> tuple[Draft, ...]:
    """The passages of a section of a page, numbered from 1."""
    drafts: list[Draft] = []
    for at, block in enumerate(section.blocks):
        if block.bullet:
            drafts.append(Draft("", block.text, bullet=True))
            continue
        follows = section.blocks[at + 1 : at + 2]
        _add_paragraph(drafts, block, introduces=bool(follows) and follows[0].bullet)
    return tuple(replace(draft, id=f"{section.kind}.{number}") for number, draft in enumerate(drafts, start=1))


def _add_paragraph(drafts: list[Draft], block: Block, introduces: bool) -> None:
    parts = sentences(block.text)
    intro = parts.pop() if parts[-1].endswith(":") else ""
    merged = _merge(parts)
    drafts.extend(Draft("", text) for text in merged)
    if not intro:
        return
    if drafts and not drafts[-1].bullet and (len(intro.split()) < _SHORT or not introduces):
        last = drafts.pop()
        drafts.append(replace(last, lead_in=intro) if introduces else replace(last, missing=lost_list(intro)))
        return
    clause = _LEAD_IN.search(intro)
    text, lead_in = (intro[: clause.start()], clause["clause"]) if clause else (intro[:-1].rstrip(), ":")
    drafts.append(Draft("", text, lead_in=lead_in) if introduces else Draft("", text, missing=lost_list(lead_in)))


def lost_list(intro: str) -> str:
    """How a list is named that the source announces and does not give."""
    words = intro.rstrip(": ")
    return f'the list after "{words}"' if words else "the list that should follow"


def _merge(parts: list[str]) -> list[str]:
    merged: list[str] = []
    held = ""
    for part in parts:
        held = f"{held} {part}".strip()
        if len(part.split()) >= _SHORT:
            merged.append(held)
            held = ""
    if held and merged:
        merged[-1] = f"{merged[-1]} {held}"
    elif held:
        merged.append(held)
    return merged
