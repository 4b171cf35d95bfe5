"""The articles Marrow answers from: reading, importing, checking and reviewing them."""

from marrow.content.article import (
    Article,
    GlossaryEntry,
    Library,
    Name,
    Passage,
    Section,
    load_article,
    load_library,
)

__all__ = [
    "Article",
    "GlossaryEntry",
    "Library",
    "Name",
    "Passage",
    "Section",
    "load_article",
    "load_library",
]
