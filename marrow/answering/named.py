"""What a text names: terms and parts of an article."""

from __future__ import annotations

import re

from marrow.answering.service import Service
from marrow.answering.terms import Term
from marrow.answering.turn import Turn
from marrow.content import Article

#: Where a term stands that is a sign and nothing else.
_OF_SIGNS = {"overview", "symptoms"}


def terms_of(service: Service, article: Article, turn: Turn) -> list[Term]:
    """The article's terms that the turn names."""
    known = service.terms[article.id]
    return [known[value.casefold()] for owner, value in turn.terms if owner == article.id and value.casefold() in known]


def specific_terms(service: Service, turn: Turn) -> list[Term]:
    """The terms with names of their own that the turn names, of any article."""
    return [t for a in service.library.articles for t in terms_of(service, a, turn) if t.specific]


def section_named(service: Service, text: str) -> str | None:
    """The kind of section that a text names, "not the symptoms" left out."""
    words = set(re.findall(r"[a-z]+", re.sub(r"\b(?:not|no)\s+(?:the\s+)?\w+", " ", text.lower())))
    for kind, names in service.wording.section_words.items():
        if any(set(name.split()) <= words for name in names):
            return kind
    return None


def names_any(service: Service, text: str, *, signs: bool = True) -> bool:
    """Whether a text has a name of an article, or of one of its terms that have names of their own; without `signs`, of
    what stands elsewhere than among symptoms."""
    words = f" {_letters(text)} "
    for article in service.library.articles:
        terms = {key: term for key, term in service.terms[article.id].items() if term.specific}
        of_signs = {key for key, term in terms.items() if {id.split(".")[0] for id in term.passages} <= _OF_SIGNS}
        meant = {article.title.casefold(), *(terms if signs else terms.keys() - of_signs)}
        names = {*meant, *(n.text for n in article.names if n.means.casefold() in meant)}
        if any(f" {_letters(name)}{plural} " in words for name in names for plural in ("", "s")):
            return True
    return False


def _letters(text: str) -> str:
    return " ".join(re.findall(r"[a-z]+", text.casefold()))
