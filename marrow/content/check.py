"""Checks article files against their sources and against the rules for plain wording.

An article's source is kept beside it, in sources/ID.txt (or .html). Errors are what may not reach a patient; warnings
are what an author should know: lists the source has lost, text of it that is not used, what no one has reviewed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from marrow.content.article import ArticleFile, article_paths, read_article_file
from marrow.content.page import Page, PageSection, chrome_in, read_page
from marrow.content.readability import grade, sentences, words
from marrow.content.review import approval_fault, article_items
from marrow.errors import DataError

MAX_GRADE = 8.0
AIM_GRADE = 6.0
MAX_SENTENCE_WORDS = 20
MAX_PLAIN_SENTENCES = 2
MAX_EXPLANATION_WORDS = 20
MIN_ASKS = 5
MAX_ASK_CHARACTERS = 160

# What a plain wording may never say: it is about the illness, not about the reader.
_FORBIDDEN = re.compile(
    r"\byou(?:['’]ve| have| should| must| need to)\b|\b(?:don['’]t worry|good news)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Finding:
    """Something the check has found; `line` counts from 1, or is None when no line is to blame."""

    file: Path
    line: int | None
    problem: str
    remedy: str
    error: bool = True

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line is not None else f"{self.file}"
        return f"{where}: {self.problem}. {self.remedy}"


def check_directory(directory: Path) -> tuple[Finding, ...]:
    """Check every article of a directory."""
    paths = article_paths(directory)
    if not paths:
        return (Finding(directory, None, "there is no article here", "Give the directory that holds the *.md files"),)
    return tuple(finding for path in paths for finding in check_article(path))


def check_article(path: Path) -> tuple[Finding, ...]:
    """Check one article file; what cannot be read at all is one finding."""
    try:
        file = read_article_file(path)
        return tuple(sorted(_Check(file).findings(), key=lambda finding: finding.line or 0))
    except DataError as error:
        return (Finding(error.file, error.line, error.problem, error.remedy),)


class _Check:
    def __init__(self, file: ArticleFile) -> None:
        self.file = file
        self.article = file.article

    def findings(self) -> Iterator[Finding]:
        yield from self._source()
        yield from self._wordings()
        yield from self._asks()
        yield from self._names()
        yield from self._glossary()
        yield from self._chrome()
        yield from self._reviews()

    def _at(self, key: str, problem: str, remedy: str, error: bool = True) -> Finding:
        return Finding(self.article.path, self.file.lines.get(key), problem, remedy, error)

    # the source

    def _source(self) -> Iterator[Finding]:
        folder = self.article.path.parent / "sources"
        candidates = sorted(folder.glob(f"{self.article.id}.*"))
        if not candidates:
            yield self._at("sha256", f"its source is not in {folder}", f"Save it there as {self.article.id}.txt")
            return
        by_digest = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in candidates}
        source = by_digest.get(self.article.sha256)
        if source is None:
            digest = next(iter(by_digest))
            yield self._at(
                "sha256",
                f"the source {candidates[0]} is not the one this article was made from",
                f"Import it again, or put the right file back; the digest of this one is {digest}",
            )
            source = candidates[0]
        page = read_page(source)
        yield from self._disclaimer(page)
        for name in self.article.contributors:
            if name not in page.contributors:
                yield self._at("contributors", f"the source does not name '{name}'", "Write the contributors as given")
        if _folded(self.article.title) != _folded(page.title):
            yield self._at("title", f"the source's title is '{page.title}'", "Write the title as it stands there")
        for section in self.article.sections:
            found = next((part for part in page.sections if part.kind == section.kind), None)
            if found is None:
                yield self._at(
                    f"section:{section.kind}", f"the source has no section of the kind {section.kind}", "Remove it"
                )
                continue
            if section.heading != found.heading:
                yield self._at(
                    f"section:{section.kind}",
                    f"the heading '{section.heading}' is not the source's",
                    f"Write '## {found.heading}'",
                )
            yield from self._section_text(section.kind, found)
        for part in page.sections:
            if not part.kind or self.article.section(part.kind) is None:
                remedy = "Import the source again, or leave it out on purpose"
                yield self._at("title", f"the source's section '{part.heading}' is not used", remedy, error=False)

    def _disclaimer(self, page: Page) -> Iterator[Finding]:
        if not self.article.disclaimer:
            yield self._at("disclaimer", "the disclaimer is empty", "Copy the source's own, word for word")
        elif self.article.disclaimer != " ".join(page.disclaimer.split()):
            yield self._at(
                "disclaimer",
                "the disclaimer is not the source's, word for word",
                "Copy the whole of it from the source",
            )

    def _section_text(self, kind: str, source: PageSection) -> Iterator[Finding]:
        """Each passage in the source's section, after the one before it; then what of the section is left over."""
        whole = " ".join(block.text for block in source.blocks)
        bullets = {block.text for block in source.blocks if block.bullet}
        place = 0
        section = self.article.section(kind)
        passages = section.passages if section else ()
        for passage, follower in zip(passages, [*passages[1:], None], strict=True):
            start = whole.find(passage.text, place)
            if start < 0:
                where = "earlier in" if passage.text in whole else "not word for word in"
                remedy = _nearest(passage.text, source)
                if passage.text in whole:
                    remedy = "Put the passages in the source's order, each once"
                yield self._at(passage.id, f"{passage.id} stands {where} the source's section", remedy)
                continue
            yield from self._unused(passage.id, whole[place:start])
            place = start + len(passage.text)
            if passage.bullet != (passage.text in bullets):
                remedy = "Write '> - ' before it" if not passage.bullet else "Take the '- ' away"
                yield self._at(
                    passage.id, f"{passage.id} is {'no' if passage.bullet else 'a'} bullet in the source", remedy
                )
            if passage.text.endswith(":"):
                remedy = "Put the introducing words on a line 'Lead-in:', or what is lost on a line 'Missing:'"
                yield self._at(passage.id, f"{passage.id} ends in a colon and cannot be shown alone", remedy)
            rest = whole[place:].lstrip()
            dangling = _introduction(rest, source)
            if passage.lead_in:
                if follower is None or not follower.bullet:
                    remedy = "Let the bullets follow, or say on a line 'Missing:' that they are lost"
                    yield self._at(passage.id, f"{passage.id} has a lead-in and no bullet after it", remedy)
                if not rest.startswith(passage.lead_in):
                    remedy = "Copy it from the source, between the passage and its bullets"
                    yield self._at(passage.id, f"the lead-in of {passage.id} does not follow it in the source", remedy)
                    continue
                place = len(whole) - len(rest) + len(passage.lead_in)
            elif dangling and not passage.missing:
                remedy = f"Add a line 'Missing: the list after \"{dangling.rstrip(':')}\"'"
                yield self._at(
                    passage.id, f"the source's list is lost after {passage.id}, which does not say so", remedy
                )
            if passage.missing:
                if dangling:
                    place = len(whole) - len(rest) + len(dangling)
                if passage.missing.rstrip('"”').endswith(":"):
                    yield self._at(
                        passage.id, f"the missing mark of {passage.id} ends in a colon", "Take the colon away"
                    )
                problem = f"{passage.id} lacks {passage.missing}"
                remedy = "Ask the source's authors; Marrow says that it is missing"
                yield self._at(passage.id, problem, remedy, error=False)
        yield from self._unused(f"section:{kind}", whole[place:])

    def _unused(self, key: str, text: str) -> Iterator[Finding]:
        if text.strip(" :"):
            remedy = "Import the source again, or leave it out on purpose"
            yield self._at(key, f"no passage holds the source's words '{_short(text.strip())}'", remedy, error=False)

    # the wording

    def _wordings(self) -> Iterator[Finding]:
        grades = []
        for passage in self.article.passages():
            if not passage.plain:
                yield self._at(passage.id, f"{passage.id} has no plain wording", "Write one after 'Plain:'")
                continue
            grades.append(grade(passage.plain))
            yield from self._readable(passage.id, f"the plain wording of {passage.id}", passage.plain)
            count = len(sentences(passage.plain))
            if count > MAX_PLAIN_SENTENCES:
                problem = f"the plain wording of {passage.id} has {count} sentences"
                yield self._at(passage.id, problem, f"Say it in {MAX_PLAIN_SENTENCES}")
            said = set(re.findall(r"\d+", passage.text))
            added = [number for number in re.findall(r"\d+", passage.plain) if number not in said]
            if added or "%" in passage.plain:
                problem = f"the plain wording of {passage.id} has a figure that the passage has not"
                yield self._at(passage.id, problem, "Say only what the passage says")
        if grades and sum(grades) / len(grades) > AIM_GRADE:
            mean = sum(grades) / len(grades)
            problem = f"the plain wordings are of grade {mean:.1f} on average"
            yield self._at("title", problem, f"Aim at {AIM_GRADE:.0f}: shorter words", error=False)

    def _readable(self, key: str, what: str, text: str) -> Iterator[Finding]:
        found = grade(text)
        if found > MAX_GRADE:
            problem = f"{what} is of reading grade {found:.1f}"
            yield self._at(key, problem, f"Use shorter words and sentences: at most grade {MAX_GRADE:.0f}")
        for sentence in sentences(text):
            count = len(words(sentence))
            if count > MAX_SENTENCE_WORDS:
                problem = f"{what} has a sentence of {count} words"
                yield self._at(key, problem, f"Cut it to {MAX_SENTENCE_WORDS} or fewer")
        if match := _FORBIDDEN.search(text):
            problem = f"{what} says '{match.group()}' to the reader"
            yield self._at(key, problem, "Speak of the illness, not of the reader's case")

    def _asks(self) -> Iterator[Finding]:
        first: dict[str, str] = {}
        for passage in self.article.passages():
            for number, ask in enumerate(passage.asks, start=1):
                key = f"asks/{passage.id}/{number}"
                if len(ask) > MAX_ASK_CHARACTERS:
                    problem = f"a question of {passage.id} has {len(ask)} characters"
                    yield self._at(key, problem, f"Cut it to {MAX_ASK_CHARACTERS} or fewer")
                other = first.setdefault(_folded(ask).rstrip(" ?!."), key)
                if other != key:
                    problem = f"the question '{_short(ask)}' stands twice"
                    remedy = f"The first is on line {self.file.lines[other]}; keep it where the passage answers it best"
                    yield self._at(key, problem, remedy)
            if len(passage.asks) < MIN_ASKS:
                problem = f"{passage.id} has {len(passage.asks)} questions"
                remedy = f"List under 'Asks:' at least {MIN_ASKS} that it answers, as different people would put them"
                yield self._at(passage.id, problem, remedy, error=False)

    def _names(self) -> Iterator[Finding]:
        known = _folded(" \n ".join([self.article.title, *(passage.text for passage in self.article.passages())]))
        terms = {_folded(self.article.title)}
        for name in self.article.names:
            key = f"names/{name.text}"
            if not re.search(rf"(?<!\w){re.escape(_folded(name.means))}(?!\w)", known):
                remedy = "Write the article's title or a term as it stands in a passage"
                yield self._at(key, f"'{name.text}' means '{name.means}', which is not in the article", remedy)
            elif _folded(name.text) == _folded(name.means):
                yield self._at(key, f"'{name.text}' means itself", "Remove the entry")
            elif _folded(name.text) in terms:
                yield self._at(key, f"'{name.text}' is the article's title", "Remove the entry")

    def _glossary(self) -> Iterator[Finding]:
        passages = self.article.passages()
        texts = [(passage.id, text) for passage in passages for text in (passage.text, passage.plain)]
        texts += [(f"section:{section.kind}", section.heading) for section in self.article.sections]
        entries = [(f"glossary/{entry.term}", entry.explanation) for entry in self.article.glossary]
        explained = {stem for entry in self.article.glossary for word in words(entry.term) for stem in [_stem(word)]}
        for name in self.article.names:  # a name stands for a term of the article, whose explanation serves
            if explained.issuperset(_stem(word) for word in words(name.means)):
                explained |= {_stem(word) for word in words(name.text)}
        told: set[str] = set()
        for key, text in [*texts, *entries]:
            for term in medical_terms(text):
                stem = _stem(term)
                if stem not in explained and stem not in told:
                    told.add(stem)
                    remedy = "Add it to the glossary; if everybody knows it, to 'everyday' in marrow/content/terms.yml"
                    yield self._at(key, f"the medical term '{term}' is not explained", remedy)
        used = _folded(" \n ".join(text for _, text in [*texts, *entries]))
        for entry in self.article.glossary:
            key = f"glossary/{entry.term}"
            count = len(words(entry.explanation))
            if count > MAX_EXPLANATION_WORDS:
                problem = f"the explanation of '{entry.term}' has {count} words"
                yield self._at(key, problem, f"Cut it to {MAX_EXPLANATION_WORDS} or fewer")
            yield from self._readable(key, f"the explanation of '{entry.term}'", entry.explanation)
            if not all(_stem(word) in {_stem(other) for other in words(used)} for word in words(entry.term)):
                remedy = "Remove it, or write the term as the article does"
                yield self._at(key, f"'{entry.term}' is explained but not used in the article", remedy, error=False)

    def _chrome(self) -> Iterator[Finding]:
        texts = [
            (passage.id, text)
            for passage in self.article.passages()
            for text in (passage.text, passage.plain, passage.lead_in, passage.missing)
        ]
        texts += [(f"section:{section.kind}", section.heading) for section in self.article.sections]
        texts += [(f"names/{name.text}", name.text) for name in self.article.names]
        texts += [(f"glossary/{entry.term}", f"{entry.term} {entry.explanation}") for entry in self.article.glossary]
        for key, text in texts:
            if found := chrome_in(text):
                yield self._at(key, f"'{found}' belongs to the web page, not to the article", "Take it out")

    def _reviews(self) -> Iterator[Finding]:
        waiting: dict[str, list[str]] = {}
        for item in article_items(self.file):
            if fault := approval_fault(item):
                yield self._at(item.key, f"the approval of {item.id} {fault[0]}", fault[1])
            if not item.reviewed:
                waiting.setdefault(item.sort, []).append(item.key)
        for sort, keys in waiting.items():
            problem = f"{len(keys)} {sort} not reviewed"
            remedy = "Have a clinician read them: python -m marrow content review"
            yield self._at(keys[0], problem, remedy, error=False)


def medical_terms(text: str) -> list[str]:
    """The words of a text that a patient may need explained, in order, each once; the rules are in terms.yml."""
    rules = _terms()
    found: dict[str, str] = {}
    for word in words(text):
        lower = re.sub(r"['’]s?$", "", word.lower())
        acronym = len(word) > 1 and word.isalpha() and word.isupper()
        medical = (
            acronym
            or lower in rules["words"]
            or lower.startswith(tuple(rules["beginnings"]))
            or lower.endswith(tuple(rules["endings"]))
        )
        if medical and word not in rules["everyday"] and lower not in rules["everyday"]:
            found.setdefault(lower, word)
    return list(found.values())


@lru_cache(maxsize=1)
def _terms() -> Mapping[str, Any]:
    rules: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("terms.yml").read_text(encoding="utf-8"))
    return rules


def _stem(word: str) -> str:
    """A word without the ending that tells one from many: fracture, fractures; metastasis, metastases."""
    lower = re.sub(r"['’]s?$", "", word.lower())
    return re.sub(r"(?:ies|y|es|is|s|e)$", "", lower) if len(lower) > 4 else lower


def _introduction(rest: str, source: PageSection) -> str:
    """The clause at the start of `rest` that ends a paragraph and announces a list which is not there, or nothing."""
    match = re.match(r"[^.!?:]{1,120}:", rest)
    followers = [*source.blocks[1:], None]
    for block, follower in zip(source.blocks, followers, strict=True):
        if match and not block.bullet and block.text.endswith(match.group()) and not (follower and follower.bullet):
            return match.group()
    return ""


def _nearest(text: str, source: PageSection) -> str:
    """Advice that shows the source's words most like a passage."""
    mine = set(words(text.lower()))
    candidates: Iterable[str] = (part for block in source.blocks for part in sentences(block.text))
    best = max(candidates, key=lambda part: len(mine & set(words(part.lower()))), default="")
    return f"Copy the source's words: '{best}'"


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
