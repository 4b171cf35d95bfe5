"""Reads another article's name as the name of the article that the training questions were written for.

So the kinds of question are recognised for any article ("tell me about glimmer elbow") as they are for that one.
"""

from __future__ import annotations

from marrow import settings
from marrow.answering.terms import ARTICLE
from marrow.content import load_library
from marrow.rasa.nlu.terms import build_finder


class Mask:
    """`title` is that of the article the training questions were written for; it need not be loaded."""

    def __init__(self, title: str) -> None:
        library = load_library(settings.DATA / "articles")
        self._title = title
        self._others = {a.id for a in library.articles if a.title.casefold() != title.casefold()}
        self._finder = build_finder(library) if self._others else None

    def __call__(self, text: str) -> str:
        """The text with the names of other articles replaced."""
        if self._finder is None:
            return text
        before = len(text)  # a name that two articles share is found twice
        for found in reversed(self._finder.find(text)):
            if found.kind == ARTICLE and found.value in self._others and found.end <= before:
                text = text[: found.start] + self._title + text[found.end :]
                before = found.start
        return text
