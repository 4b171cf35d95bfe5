"""Finds in a question what it names: an article, a term of an article, or a known thing that no article covers.

spaCy phrase matching on lower-cased tokens of a blank pipeline, after one or two typos have been mended in words that
are close to a word of the vocabulary and are no English word themselves.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import spacy
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from marrow.content import Article, Library, Passage
from marrow.content.article import SECTION_KINDS
from marrow.yamlfile import read_mapping, rows

#: Kinds of found things.
ARTICLE, TERM, OTHER = "article", "term", "other"

# Marks that people leave no space after, and that spaCy's tokenizer then takes for a part of the word.
_GLUE = re.compile(r"(?<=\w)[?!,;:()/-](?=[^\W\d]{3})")

#: Two words are forms of one when they begin with so many same letters, and with this share of the longer one's.
ROOT_LETTERS, ROOT_SHARE = 5, 0.62

_SHORTEST_MENDED = 6  # letters; shorter words have too many English neighbours


@dataclass(frozen=True)
class Found:
    """One named thing: `kind` is ARTICLE, TERM or OTHER; `value` the article's id, the term as the article has it, or
    the name; `article` the article's id ("" for OTHER); `group` OTHER's group in data/wording/elsewhere.yml;
    `start` and `end` are characters of the text."""

    kind: str
    value: str
    article: str
    group: str
    start: int
    end: int


@dataclass(frozen=True)
class Term:
    """A term of an article and the passages that use it, by any of its names.

    `specific` terms have names of their own (lay, brand, abbreviation, synonym) and are no part of the article's title:
    a question that names one is about it. Others ("tissue", "symptoms") stand in questions about anything.
    """

    article: str
    value: str
    passages: tuple[str, ...]
    specific: bool


def article_terms(article: Article) -> dict[str, Term]:
    """Every term of an article that can be asked about, by its lower-case form: the glossary's, and what names mean."""
    wanted = {entry.term for entry in article.glossary} | {n.means for n in article.names}
    wanted = {w for w in wanted if w.casefold() != article.title.casefold()}
    found: dict[str, Term] = {}
    for value in sorted(wanted, key=lambda w: (w.casefold(), w)):  # of "Surgery" and "surgery" always the same one
        spellings = {value, *(n.text for n in article.names if n.means.casefold() == value.casefold())}
        if passages := _users(article, spellings):
            named = any(n.kind != "misspelling" for n in article.names if n.means.casefold() == value.casefold())
            found[value.casefold()] = Term(article.id, value, passages, named and not _of_any_article(value, article))
    return found


def _users(article: Article, spellings: set[str]) -> tuple[str, ...]:
    """The passages that use a term, else those under a heading that does, else those whose plain wording
    does."""
    headings = {section.kind: section.heading for section in article.sections}
    uses: tuple[Callable[[Passage, str], bool], ...] = (
        lambda p, term: holds(re.sub("[()]", "", p.text), term),  # "original (primary) site"
        lambda p, term: holds(headings[p.section], term),
        lambda p, term: holds(p.plain, term),
    )
    for use in uses:
        if found := tuple(p.id for p in article.passages() if any(use(p, term) for term in spellings)):
            return found
    return ()


def _of_any_article(value: str, article: Article) -> bool:
    if is_section(value):
        return True  # "symptoms" asks for a part of the article, not for a thing in it
    # Singular and plural of one word differ in their last letters: metastasis, metastases.
    return any(word[: max(4, len(word) - 3)] in value.casefold() for word in article.title.casefold().split())


def is_section(value: str) -> str | None:
    """The kind of section that a term is the name of, if it is one."""
    return next((kind for kind in SECTION_KINDS if kind.rstrip("s") == value.casefold().rstrip("s")), None)


def holds(text: str, phrase: str) -> bool:
    """Whether a text uses a word or phrase, in the singular or plural."""
    stem = re.escape(phrase[:-1] if phrase.endswith("s") and len(phrase) > 4 else phrase)
    return re.search(rf"(?<!\w){stem}(?:e?s)?(?!\w)", text, re.IGNORECASE) is not None


def same_root(one: str, other: str) -> bool:
    """Whether two words are forms of one: "hormone" and "hormonal"."""
    same = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    shared = sum(1 for _ in same)
    return shared >= ROOT_LETTERS and shared >= ROOT_SHARE * max(len(one), len(other))


def load_elsewhere(path: Path) -> dict[str, str]:
    """Names of things that questions are about and an article may lack, as written there: group. Raises DataError."""
    groups = read_mapping(path, rows({"type": "array", "description": "Write `group: [name, ...]`"}))
    return {str(name): str(group) for group, names in groups.items() for name in names}


class TermFinder:
    """Finds names in texts. Built once from the loaded articles; safe to share between threads."""

    def __init__(self, library: Library, elsewhere: Mapping[str, str], words: Iterable[str] = ()) -> None:
        """`words` are English words that are never mended (the encoder's vocabulary serves)."""
        self._nlp = spacy.blank("en")
        self.terms: dict[tuple[str, str], Term] = {}
        phrases: dict[str, list[tuple[str, str, str, str]]] = {}

        def add(phrase: str, kind: str, value: str, article: str, group: str = "") -> None:
            for form in _forms(phrase):
                entry = (kind, value, article, group)
                if entry not in phrases.setdefault(form, []):
                    phrases[form].append(entry)

        for article in library.articles:
            terms = article_terms(article)
            self.terms.update({(article.id, key): term for key, term in terms.items()})
            for term in terms.values():
                add(term.value, TERM, term.value, article.id)
            add(article.title, ARTICLE, article.id, article.id)
            for name in article.names:
                if name.means.casefold() == article.title.casefold():
                    add(name.text, ARTICLE, article.id, article.id)
                elif name.means.casefold() in terms:
                    add(name.text, TERM, terms[name.means.casefold()].value, article.id)
        for other, group in elsewhere.items():
            if other.casefold() not in phrases:
                add(other, OTHER, other, "", group)
        self._meanings = phrases
        self._matcher = PhraseMatcher(self._nlp.vocab)
        self._matcher.add("NAME", [self._nlp.make_doc(phrase) for phrase in phrases])
        parts = {token for phrase in phrases for token in re.findall(r"[a-z]+", phrase)}
        self._known = {word.lower() for word in words} | parts
        self._mendable = sorted(p for p in parts if len(p) >= _SHORTEST_MENDED)

    def mend(self, text: str) -> tuple[str, list[int]]:
        """The lower-cased text with typos in its names mended, and for each of its characters the original's place."""
        out: list[str] = []
        places: list[int] = []
        for part in re.finditer(r"[^\W\d_]+|.", text.lower() if len(text.lower()) == len(text) else text, re.DOTALL):
            word = part.group()
            better = self._mended(word) if len(word) >= _SHORTEST_MENDED else word
            out.append(better)
            places.extend(min(part.start() + i, part.end() - 1) for i in range(len(better)))
        return "".join(out), places

    def _mended(self, word: str) -> str:
        if word in self._known:
            return word
        allowed = 1 if len(word) < 8 else 2
        best = process.extractOne(
            word, self._mendable, scorer=DamerauLevenshtein.distance, score_cutoff=allowed, processor=None
        )
        # A typo is rare in a word's beginning; without this "modalities" would become "mortalities".
        return str(best[0]) if best and best[0][:3] == word[:3] else word

    def find(self, text: str) -> list[Found]:
        """All named things of `text`, longest match first where names overlap, in the order of the text."""
        mended, places = self.mend(_GLUE.sub(" ", text))
        doc: Doc = self._nlp.make_doc(mended)
        spans = spacy.util.filter_spans([doc[start:end] for _, start, end in self._matcher(doc)])
        found = []
        for span in spans:
            start, end = places[span.start_char], places[span.end_char - 1] + 1
            for kind, value, article, group in self._meanings.get(span.text, ()):
                found.append(Found(kind, value, article, group, start, end))
        return sorted(found, key=lambda f: f.start)


def _forms(phrase: str) -> set[str]:
    """The lower-case forms a phrase is met in: as it is, without hyphens, singular and plural."""
    base = phrase.casefold()
    forms = {base, base.replace("-", " "), base.replace("-", ""), _GLUE.sub(" ", base)}
    for form in list(forms):
        if form.endswith("is"):
            forms.add(form[:-2] + "es")
        elif form.endswith("ies"):
            forms.add(form[:-3] + "y")
        elif form.endswith("s") and len(form) > 4 and not form.endswith("ss"):
            forms.add(form[:-1])
        elif form.endswith("y") and len(form) > 3:
            forms.update({form[:-1] + "ies", form + "s"})
        elif len(form) > 3:
            forms.add(form + "s")
    return forms
