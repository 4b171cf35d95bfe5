"""An article as Marrow answers from it, and the reader of the Markdown file in which it is kept.

The file is front matter in YAML (title, names, glossary, source, disclaimer) and then, under one heading a section,
one block a passage:

    ## Treatment

    ### treatment.2

    > - Pain management, using medications

    Plain: Pain can be treated with medicines.

    Reviewed by:

    Asks:
    - what can be done about the pain

data/articles/README.md describes it for authors. Every error names file, line and remedy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from marrow.content.placed import PlacedYaml, Span, TextFile, read_text
from marrow.errors import DataError

SECTION_KINDS = ("overview", "causes", "symptoms", "diagnosis", "treatment", "prognosis")
NAME_KINDS = ("lay", "brand", "abbreviation", "misspelling", "synonym")


@dataclass(frozen=True)
class Name:
    """Another name people use. `means` is the article's title or a term as it stands in the article."""

    text: str
    means: str
    kind: str  # one of NAME_KINDS
    source: str  # where the name comes from
    reviewed_by: str  # who approved it and when; empty until someone has


@dataclass(frozen=True)
class GlossaryEntry:
    """A medical term in plain words, 20 at most."""

    term: str
    explanation: str
    source: str
    reviewed_by: str


@dataclass(frozen=True)
class Passage:
    """The smallest part of an article that is quoted: a sentence or two, or one bullet.

    `text` is the source's own words and reads well alone. `lead_in` is the clause that stands in the source between
    it and the bullets that follow ("Options include:"): quote it after `text` only with those bullets. `missing` says
    what the source has lost after this passage, as a noun phrase ('the list after "Common tests include"'). `asks` are
    questions that this passage answers, in people's own words: only to compare a person's question with, never shown.
    """

    id: str  # "treatment.3"
    section: str  # one of SECTION_KINDS
    text: str
    plain: str  # empty in a freshly imported article
    bullet: bool
    lead_in: str
    missing: str
    reviewed_by: str  # who approved `plain` and when
    asks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A section of an article: `kind` is one of SECTION_KINDS, `heading` the source's own."""

    kind: str
    heading: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Article:
    """One article. `sha256` is that of the source file it was made from, `supplied` the date it came (YYYY-MM-DD)."""

    id: str
    title: str
    names: tuple[Name, ...]
    glossary: tuple[GlossaryEntry, ...]
    sections: tuple[Section, ...]
    disclaimer: str
    source: str
    url: str  # empty when none is known
    contributors: tuple[str, ...]
    licence: str
    supplied: str
    sha256: str
    path: Path

    def passages(self) -> tuple[Passage, ...]:
        """All passages in the order of the article."""
        return tuple(passage for section in self.sections for passage in section.passages)

    def passage(self, id: str) -> Passage:
        """The passage with this id. Raises KeyError when there is none."""
        for passage in self.passages():
            if passage.id == id:
                return passage
        raise KeyError(id)

    def section(self, kind: str) -> Section | None:
        """The section of this kind, or None: an article may have fewer than six."""
        return next((section for section in self.sections if section.kind == kind), None)

    def terms(self) -> tuple[str, ...]:
        """The title, every other name and every glossary term, each once whatever its capitals."""
        found: dict[str, str] = {}
        for term in (self.title, *(name.text for name in self.names), *(entry.term for entry in self.glossary)):
            found.setdefault(term.casefold(), term)
        return tuple(found.values())


@dataclass(frozen=True)
class Library:
    """The articles that are loaded, in the order of their ids."""

    articles: tuple[Article, ...]

    def article(self, id: str) -> Article:
        """The article with this id. Raises KeyError when there is none."""
        for article in self.articles:
            if article.id == id:
                return article
        raise KeyError(id)


@dataclass(frozen=True)
class ArticleFile:
    """An article together with where its parts stand in the file.

    Keys of `lines`: the front matter's keys, "section:KIND", passage ids, "names/TEXT", "glossary/TERM", and
    "asks/PASSAGE/N" with N from 1. `reviews` has passage ids, names and glossary terms, and says where the approval is
    written; `values` has the front matter's texts; `comments` are the HTML comments of the body.
    """

    article: Article
    file: TextFile
    lines: Mapping[str, int]
    reviews: Mapping[str, Span]
    values: Mapping[str, Span]
    comments: tuple[str, ...]


def load_article(path: Path) -> Article:
    """Read one article file. Raises DataError."""
    return read_article_file(path).article


def load_library(directory: Path) -> Library:
    """Read every article of a directory: its *.md files but README.md. Raises DataError, also when there are none."""
    articles = tuple(load_article(path) for path in article_paths(directory))
    if not articles:
        raise DataError(directory, None, "holds no article", "Add one, for example with 'content import FILE'")
    return Library(articles)


def article_paths(directory: Path) -> list[Path]:
    """The article files of a directory, sorted by name."""
    return sorted(path for path in directory.glob("*.md") if path.name != "README.md")


_TEXTS = ("id", "title", "source", "url", "licence", "supplied", "sha256", "disclaimer")
_LISTS = ("contributors", "names", "glossary")
_NOT_EMPTY = ("id", "title", "source", "supplied", "sha256")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FORMS = {
    "id": (_SLUG, "Use small letters, digits and hyphens, as in bone-metastasis"),
    "supplied": (re.compile(r"\d{4}-\d\d-\d\d"), "Write the date as YYYY-MM-DD"),
    "sha256": (re.compile(r"[0-9a-f]{64}"), "Write the 64 hexadecimal digits that sha256sum prints for the source"),
}


def read_article_file(path: Path) -> ArticleFile:
    """Read an article file with the places of its parts. Raises DataError at the first thing that is wrong."""
    file = read_text(path)
    match = re.match(r"---[ \t]*\n(?P<yaml>.*?)^---[ \t]*$\n?", file.text, re.DOTALL | re.MULTILINE)
    if not match:
        raise DataError(path, 1, "has no front matter", "Begin the file with a line '---', YAML, and a line '---'")
    lines: dict[str, int] = {}
    reviews: dict[str, Span] = {}
    front = PlacedYaml(file, match.start("yaml"), match.end("yaml"))
    if front.root is None:
        raise DataError(path, 1, "has empty front matter", f"Add the keys {', '.join((*_TEXTS, *_LISTS))}")
    nodes = front.mapping(front.root, "the front matter", (*_TEXTS, *_LISTS))
    values = {key: front.span(nodes[key]) for key in (*_TEXTS, "contributors")}
    lines.update((key, front.line(node)) for key, node in nodes.items())
    texts = {key: " ".join(front.scalar(nodes[key], f"'{key}'").split()) for key in _TEXTS}
    for key in _NOT_EMPTY:
        if not texts[key]:
            raise front.error(nodes[key], f"'{key}' is empty", f"Write a value after '{key}:'")
    for key, (form, remedy) in _FORMS.items():
        if not form.fullmatch(texts[key]):
            raise front.error(nodes[key], f"'{key}' is '{texts[key]}', which is not of its form", remedy)
    if texts["id"] != path.stem:
        raise front.error(nodes["id"], f"the id '{texts['id']}' is not the file's name", f"Write 'id: {path.stem}'")

    names = tuple(
        Name(**entry)
        for entry in _entries(front, nodes["names"], "names", ("text", "means", "kind", "source"), lines, reviews)
    )
    for name in names:
        if name.kind not in NAME_KINDS:
            problem = f"the name '{name.text}' is of the unknown kind '{name.kind}'"
            raise DataError(path, lines[f"names/{name.text}"], problem, f"Use one of: {', '.join(NAME_KINDS)}")
    glossary = tuple(
        GlossaryEntry(**entry)
        for entry in _entries(front, nodes["glossary"], "glossary", ("term", "explanation", "source"), lines, reviews)
    )
    sections, comments = _Body(file, match.end(), lines, reviews).read()
    article = Article(
        names=names,
        glossary=glossary,
        sections=sections,
        contributors=tuple(
            front.scalar(item, "a contributor") for item in front.sequence(nodes["contributors"], "contributors")
        ),
        path=path,
        id=texts["id"],
        title=texts["title"],
        source=texts["source"],
        url=texts["url"],
        licence=texts["licence"],
        supplied=texts["supplied"],
        sha256=texts["sha256"],
        disclaimer=texts["disclaimer"],
    )
    return ArticleFile(article, file, lines, reviews, values, comments)


def _entries(
    front: PlacedYaml,
    node: yaml.Node,
    what: str,
    keys: tuple[str, ...],
    lines: dict[str, int],
    reviews: dict[str, Span],
) -> list[dict[str, str]]:
    """The entries of the front matter's names or glossary; the first key names the entry and is unique."""
    found = []
    seen: set[str] = set()
    for item in front.sequence(node, f"'{what}'"):
        fields = front.mapping(item, f"an entry of '{what}'", (*keys, "reviewed_by"))
        entry = {key: " ".join(front.scalar(value, f"'{key}'").split()) for key, value in fields.items()}
        for key in keys:
            if not entry[key]:
                raise front.error(fields[key], f"an entry of '{what}' has an empty '{key}'", "Fill it in")
        text = entry[keys[0]]
        if text.casefold() in seen:
            raise front.error(item, f"'{text}' stands twice in '{what}'", "Remove one of the two")
        seen.add(text.casefold())
        lines[f"{what}/{text}"] = front.line(item)
        reviews[f"{what}/{text}"] = front.span(fields["reviewed_by"])
        found.append(entry)
    return found


_ID = re.compile(rf"(?P<kind>{'|'.join(SECTION_KINDS)})\.(?P<number>[1-9]\d*)")
_FIELDS = {"Plain": "plain", "Lead-in": "lead_in", "Missing": "missing", "Reviewed by": "reviewed_by", "Asks": "asks"}
_FIELD = re.compile(rf"(?P<label>{'|'.join(_FIELDS)}):[ \t]*(?P<value>.*)")
_LABELS = ", ".join(f"'{label}:'" for label in _FIELDS)
_ASK = re.compile(r"[-*•](?:[ \t]+(?P<text>.*))?")


class _Body:
    """Reads the sections of an article file, line by line; used once."""

    def __init__(self, file: TextFile, start: int, lines: dict[str, int], reviews: dict[str, Span]) -> None:
        self._file = file
        self._start = start
        self._lines = lines
        self._reviews = reviews
        self._sections: list[Section] = []
        self._comments: list[str] = []
        self._heading = ""
        self._heading_line = 0
        self._passages: list[Passage] = []
        self._id = ""
        self._quote: list[str] = []
        self._fields: dict[str, list[str]] = {}
        self._open = ""  # the field that the next line goes on with
        self._end = 0  # where the passage's last line ends

    def read(self) -> tuple[tuple[Section, ...], tuple[str, ...]]:
        offset = self._start
        self._line = self._file.text.count("\n", 0, offset)
        comment: list[str] = []
        comment_line = 0
        for raw in self._file.text[offset:].split("\n"):
            self._line += 1
            line = raw.rstrip()
            if comment or line.lstrip().startswith("<!--"):
                comment_line = comment_line if comment else self._line
                comment.append(line)
                if "-->" in line:
                    self._comments.append("\n".join(comment))
                    comment = []
            else:
                self._read_line(line, offset)
            offset += len(raw) + 1
        if comment:
            raise DataError(self._file.path, comment_line, "a comment is never closed", "End it with '-->'")
        self._close_section()
        if not self._sections:
            raise self._error("has no section", "Add a heading such as '## Overview' and passages under it")
        return tuple(self._sections), tuple(self._comments)

    def _error(self, problem: str, remedy: str) -> DataError:
        return DataError(self._file.path, self._line, problem, remedy)

    def _read_line(self, line: str, offset: int) -> None:
        field = _FIELD.fullmatch(line)
        if line.startswith("### "):
            self._open_passage(line[4:].strip())
        elif line.startswith("## "):
            self._close_section()
            self._heading, self._heading_line = line[3:].strip(), self._line
        elif not line.strip():
            if self._open != "asks":  # Markdown editors part a list from its heading by a blank line
                self._open = ""
        elif not self._id:
            raise self._error(
                f"the line '{_short(line)}' stands outside a passage", "Put it under a line such as '### overview.1'"
            )
        elif line.startswith(">"):
            if self._fields:
                raise self._error(f"{self._id} has a second quotation", "Give it its own '### ...' line, or join them")
            self._quote.append(line[1:].strip())
            self._end = offset + len(line)
        elif field:
            key = _FIELDS[field["label"]]
            if key in self._fields:
                raise self._error(f"{self._id} has '{field['label']}:' twice", "Remove one of the two")
            self._fields[key] = [field["value"].strip()] if key != "asks" else []
            self._open = key
            if key == "asks" and field["value"].strip():
                raise self._error(
                    f"{self._id} has words after 'Asks:'", "Put each question on a line of its own below, after '- '"
                )
            if key == "reviewed_by":
                start = offset + len(field["label"]) + 1
                self._reviews[self._id] = Span(start, offset + len(line), before=" ")
            self._end = offset + len(line)
        elif self._open == "asks":
            self._read_ask(line.strip())
            self._end = offset + len(line)
        elif self._open and self._open != "reviewed_by":
            self._fields[self._open].append(line.strip())
            self._end = offset + len(line)
        else:
            raise self._error(
                f"the line '{_short(line)}' belongs to nothing", f"Begin it with '> ' to quote, or with {_LABELS}"
            )

    def _read_ask(self, line: str) -> None:
        ask = _ASK.fullmatch(line)
        if not ask:
            raise self._error(f"the line '{_short(line)}' is no question of {self._id}", "Begin it with '- '")
        if not ask["text"]:
            raise self._error(f"{self._id} has an empty question", "Write one after '- ', or remove the line")
        self._fields["asks"].append(" ".join(ask["text"].split()))
        self._lines[f"asks/{self._id}/{len(self._fields['asks'])}"] = self._line

    def _open_passage(self, id: str) -> None:
        self._close_passage()
        match = _ID.fullmatch(id)
        if not match:
            problem = f"'{_short(id)}' is not a passage id"
            raise self._error(problem, f"Use a section kind ({', '.join(SECTION_KINDS)}) and a number, as in causes.1")
        if not self._heading:
            raise self._error(f"{id} stands before any section", "Put a heading such as '## Overview' above it")
        if id in self._lines:
            raise self._error(
                f"the id {id} is used twice", f"The first is on line {self._lines[id]}; renumber this one"
            )
        kind = match["kind"]
        if self._passages and self._passages[0].section != kind:
            problem = f"{id} stands in the section of {self._passages[0].id}"
            raise self._error(problem, f"Give it a heading of its own, or call it {self._passages[0].section}.N")
        if not self._passages and any(section.kind == kind for section in self._sections):
            raise self._error(f"a second section holds {kind} passages", "Put all of them under one heading")
        expected = f"{kind}.{len(self._passages) + 1}"
        if id != expected:
            raise self._error(f"{id} is out of order", f"Number the passages from 1 without gaps: this is {expected}")
        self._lines[id] = self._line
        self._id, self._quote, self._fields, self._open = id, [], {}, ""

    def _close_passage(self) -> None:
        if not self._id:
            return
        text = " ".join(part for part in self._quote if part)
        bullet = re.match(r"[-*•][ \t]+", text)
        text = text[bullet.end() :] if bullet else text
        line = self._lines[self._id]
        if not text:
            raise DataError(self._file.path, line, f"{self._id} quotes nothing", "Add the source's words after '> '")
        joined = {key: " ".join(part for part in parts if part) for key, parts in self._fields.items()}
        self._reviews.setdefault(self._id, Span(self._end, self._end, before="\n\nReviewed by: "))
        self._passages.append(
            Passage(
                id=self._id,
                section=self._id.split(".")[0],
                text=" ".join(text.split()),
                bullet=bool(bullet),
                plain=joined.get("plain", ""),
                lead_in=joined.get("lead_in", ""),
                missing=joined.get("missing", ""),
                reviewed_by=joined.get("reviewed_by", ""),
                asks=tuple(self._fields.get("asks", ())),
            )
        )
        self._id = ""

    def _close_section(self) -> None:
        self._close_passage()
        if not self._heading:
            return
        if not self._passages:
            problem = f"the section '{_short(self._heading)}' has no passage"
            raise DataError(self._file.path, self._heading_line, problem, "Add one, or remove the heading")
        kind = self._passages[0].section
        self._sections.append(Section(kind, self._heading, tuple(self._passages)))
        self._lines[f"section:{kind}"] = self._heading_line
        self._passages = []


def _short(text: str) -> str:
    """The beginning of a line, for a message."""
    return text if len(text) <= 40 else text[:37] + "..."
