"""The training questions of data/nlu, read without Rasa: to count them, and to train others on the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from marrow import settings
from marrow.answering.scope import Example
from marrow.yamlfile import read_mapping

NLU = settings.DATA / "nlu"

# Rasa's marks: "[asthma](subject)".
_MARKED = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<entity>\w+)\)")


def read_examples(folder: Path = NLU) -> Iterator[Example]:
    """Every training question, its subject marked as in the file. Raises DataError for a file that is no mapping."""
    for path in sorted(folder.rglob("*.yml")):
        for block in read_mapping(path).get("nlu") or ():
            if "intent" not in block:
                continue
            metadata = block.get("metadata") or {}
            about, in_talk = str(metadata.get("about") or ""), bool(metadata.get("in_talk"))
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    yield _example(line[2:].strip(), block["intent"], about, in_talk)


def _example(marked: str, intent: str, about: str, in_talk: bool) -> Example:
    text, start, end, at = "", 0, 0, 0
    for found in _MARKED.finditer(marked):
        text += marked[at : found.start()]
        if found["entity"] == "subject" and not end:
            start, end = len(text), len(text) + len(found["text"])
        text += found["text"]
        at = found.end()
    return Example(text + marked[at:], intent, start, end, about, in_talk)
