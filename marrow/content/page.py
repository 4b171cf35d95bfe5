"""Reads a saved encyclopedia page, as text or HTML, and keeps the article: no adverts, captions, links or menus.

What counts as what is data: page.yml beside this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import yaml

from marrow.content.placed import TextFile, read_text
from marrow.errors import DataError

_RULES_FILE = Path(__file__).with_name("page.yml")


@dataclass(frozen=True)
class Block:
    """A paragraph or a bullet of a page, without its mark; `line` is where it begins in the file."""

    text: str
    bullet: bool
    line: int


@dataclass(frozen=True)
class PageSection:
    """A section of a page; `kind` is that of Marrow, or empty when the heading fits none."""

    kind: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Page:
    """What a saved page holds of an article. Anything that the page does not say is empty.

    `left_out` are the lines between the article's own that were taken for captions, for an author to look over.
    """

    title: str
    sections: tuple[PageSection, ...]
    disclaimer: str
    contributors: tuple[str, ...]
    site: str
    credits: str
    left_out: tuple[Block, ...]


@dataclass(frozen=True)
class _Line:
    """A line of a page. `level` is 1 to 6 for a heading (0: of unknown level), None for other text."""

    number: int
    text: str
    level: int | None = None
    bullet: bool = False
    deep: bool = False  # indented, so it may go on with a bullet
    furniture: bool = False


@lru_cache(maxsize=1)
def _rules() -> Mapping[str, Any]:
    rules: Mapping[str, Any] = yaml.safe_load(_RULES_FILE.read_text(encoding="utf-8"))
    return rules


@lru_cache(maxsize=64)
def _pattern(*path: str) -> re.Pattern[str]:
    rule: Any = _rules()
    for key in path:
        rule = rule[key]
    parts = rule if isinstance(rule, list) else [rule]
    return re.compile("|".join(f"(?:{part})" for part in parts) if len(parts) > 1 else parts[0], re.IGNORECASE)


def chrome_in(text: str) -> str:
    """The first piece of page furniture in a text that may hold none, or an empty text."""
    found = _pattern("chrome").search(text)
    return found.group() if found else ""


def section_kind(heading: str) -> str:
    """The kind of section a heading announces, or an empty text."""
    words = " ".join(re.findall(r"[a-z]+", heading.lower()))
    first: tuple[int, str] | None = None
    for kind, phrases in _rules()["headings"].items():
        for phrase in phrases:
            match = re.search(rf"\b{phrase}\b", words)
            if match and (first is None or match.start() < first[0]):
                first = (match.start(), kind)
    return first[1] if first else ""


def read_page(path: Path) -> Page:
    """Read a saved page, HTML if its name ends in .htm, .html or .xhtml, else text. Raises DataError."""
    file = read_text(path)
    if path.suffix.lower() in {".html", ".htm", ".xhtml"}:
        title, lines = _html_lines(file)
    else:
        title, lines = _text_lines(file)
    sections, left_out = _sections(lines)
    if not sections:
        raise DataError(path, 1, "holds no article text", "Save the whole page, as text or as HTML, and try again")
    if not title:
        raise DataError(path, 1, "has no title", "Write the article's title on the first line")
    return Page(
        title=title,
        sections=sections,
        disclaimer=_pattern("disclaimer_link").sub(
            "", next((line.text for line in lines if _pattern("disclaimer").search(line.text)), "")
        ),
        contributors=tuple(
            match["names"].strip() for line in lines if (match := _pattern("contributors").match(line.text))
        ),
        site=next((match["site"] for line in lines if _is_furniture(line) and (match := _site(line))), ""),
        left_out=tuple(left_out),
        credits=next((match["line"] for line in lines if (match := _pattern("credits").match(line.text))), ""),
    )


def _is_furniture(line: _Line) -> bool:
    if line.level is not None:
        return False
    return bool(chrome_in(line.text)) or (not line.bullet and bool(_pattern("furniture").search(line.text)))


def _site(line: _Line) -> re.Match[str] | None:
    return _pattern("site").match(line.text)


def _clean(text: str) -> str:
    return " ".join(_pattern("marks").sub("", text).split())


_BULLET = re.compile(r"\s*(?:[•*·‣◦▪–-]|\d{1,2}[.)])\s+")
_WRAPPED_FROM = 50  # a line shorter than this was not broken by an editor that wraps lines


def _text_lines(file: TextFile) -> tuple[str, list[_Line]]:
    """The title and the lines of a page saved as text, wrapped lines joined."""
    raw = file.text.split("\n")
    marked = any(_pattern("heading_mark").search(line) for line in raw)
    title = ""
    lines: list[_Line] = []
    for number, line in enumerate(raw, start=1):
        text = _clean(line)
        if not text:
            lines.append(_Line(number, ""))
        elif not title:
            title = text
        elif _pattern("heading_mark").search(line) or (not marked and _is_bare_heading(raw, number - 1, text)):
            lines.append(_Line(number, text, level=0))
        elif bullet := _BULLET.match(line):
            lines.append(_Line(number, _clean(line[bullet.end() :]), bullet=True))
        else:
            lines.append(_Line(number, text, deep=line[:1].isspace()))
    return title, list(_joined(lines))


def _is_bare_heading(raw: list[str], index: int, text: str) -> bool:
    """Whether a line of a page without edit links is a heading: short, alone, and of a known sort."""
    alone = not raw[index - 1].strip() and (index + 1 >= len(raw) or not raw[index + 1].strip())
    known = bool(section_kind(text)) or text.lower() in _rules()["not_article"]
    return alone and known and len(text.split()) <= 6 and not re.search(r"[.!:;,]$", text) and not _BULLET.match(text)


def _joined(lines: list[_Line]) -> Iterator[_Line]:
    """Lines that an editor has wrapped, as one; blank lines part paragraphs and are left out."""
    held: _Line | None = None
    length = 0  # of the last line that went into `held`
    for line in lines:
        goes_on = (
            held is not None
            and line.text
            and line.level is None
            and not line.bullet
            and held.level is None
            and not _ends_article(line)
            and not _is_furniture(line)
            and (line.deep if held.bullet else length >= _WRAPPED_FROM or line.text[0].islower())
        )
        if goes_on and held:
            held = _Line(held.number, f"{held.text} {line.text}", bullet=held.bullet)
        else:
            if held:
                yield held
            held = line if line.text else None
        length = len(line.text)
    if held:
        yield held


def _ends_article(line: _Line) -> bool:
    return line.level is None and not line.bullet and bool(_pattern("footer").search(line.text))


def _sections(lines: list[_Line]) -> tuple[tuple[PageSection, ...], list[Block]]:
    """The article's sections, and the lines left out of them.

    Sections of the same kind are one, their headings joined by a slash.
    """
    found: list[tuple[str, str, list[Block]]] = [("overview", "Overview", [])]
    left_out: list[Block] = []
    top = 0
    last = max((at for at, line in enumerate(lines) if line.level is not None and section_kind(line.text)), default=0)
    for at, line in enumerate(lines):
        if _ends_article(line) and at > last and any(blocks for _, _, blocks in found):
            break
        if line.furniture or _ends_article(line):
            continue
        block = Block(line.text, line.bullet, line.number)
        if line.level is not None:
            kind = section_kind(line.text)
            if line.level > top > 0 and (found[-1][0] or not kind):
                continue  # a subheading: its text belongs to the section it stands in
            top = line.level
            same = next((n for n, section in enumerate(found) if kind and section[0] == kind), None)
            if same is None:
                found.append((kind, line.text, []))
            else:
                kind, heading, blocks = found.pop(same)
                found.append((kind, f"{heading} / {line.text}" if blocks else line.text, blocks))
        elif _is_furniture(line):
            continue
        elif line.bullet or re.search(r"[.!?:][\"'”’)]*$", line.text):
            found[-1][2].append(block)
        else:
            left_out.append(block)
    sections = tuple(
        PageSection(kind, heading, tuple(blocks))
        for kind, heading, blocks in found
        if blocks and heading.lower() not in _rules()["not_article"]
    )
    return sections, left_out


def _html_lines(file: TextFile) -> tuple[str, list[_Line]]:
    reader = _HtmlReader()
    reader.feed(file.text)
    reader.close()
    reader.flush()
    lines = reader.lines
    if any(line.main for line in lines):
        first = next(at for at, line in enumerate(lines) if line.main)
        # the title may stand outside of the element that holds the text; nothing else may
        kept = [line.main or (at < first and line.level == 1) for at, line in enumerate(lines)]
        lines = [line if keep else line.outside() for line, keep in zip(lines, kept, strict=True)]
    heads = sorted((line for line in lines if line.level == 1), key=lambda line: line.furniture)
    title = next((line.text for line in heads), "") or re.split(r" [-–|] ", reader.title)[0].strip()
    return title, [line.plain() for line in lines if line.text and not (line.level == 1 and line.text == title)]


@dataclass
class _HtmlLine:
    number: int
    level: int | None
    bullet: bool
    furniture: bool
    main: bool
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return _clean("".join(self.parts))

    def outside(self) -> _HtmlLine:
        return _HtmlLine(self.number, self.level, self.bullet, True, False, self.parts)

    def plain(self) -> _Line:
        return _Line(self.number, self.text, level=self.level, bullet=self.bullet, furniture=self.furniture)


_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_INLINE = frozenset(
    {
        *("a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins"),
        *("kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt"),
        *("u", "var", "wbr", "br"),
    }
)
_NEVER_NESTED = frozenset({"p", "dt", "dd", "td", "th", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})


class _HtmlReader(HTMLParser):
    """Collects the lines of an HTML page; `lines` marks what is furniture and what stands in the main element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[_HtmlLine] = []
        self.title = ""
        self._in_title = False
        self._line: _HtmlLine | None = None
        # for each sort of region: the tag that opened it and how many of that tag are open
        self._regions: dict[str, list[Any]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        if tag == "br":
            self._add(" ")
        if tag in _VOID:
            return
        for name, region in list(self._regions.items()):
            if region[0] == tag and tag in _NEVER_NESTED:
                del self._regions[name]  # its end tag was left out, as HTML allows
            elif region[0] == tag:
                region[1] += 1
        html = _rules()["html"]
        named = " ".join(value or "" for key, value in attrs if key in {"class", "id", "role"})
        hidden = any(key == "hidden" or (key == "aria-hidden" and value == "true") for key, value in attrs)
        if tag in html["unread"]:
            self._open("unread", tag)
        if _pattern("html", "marks").search(named):
            self._open("marks", tag)
        if tag in html["tags"] or (tag not in {"html", "body", "main"} and _pattern("html", "words").search(named)):
            # "article" and the main element may carry any class
            if tag != "article" and not _pattern("html", "main").search(named):
                self._block()
                self._open("furniture", tag)
        elif hidden:
            self._open("furniture", tag)
        if tag in {"main", "article"} or _pattern("html", "main").search(named):
            self._block()
            self._open("main", tag)
        if re.fullmatch(r"h[1-6]", tag):
            self._block(level=int(tag[1]))
        elif tag in {"li", "dd"}:
            self._block(bullet=True)
        elif tag not in _INLINE:
            self._block(bullet=tag in {"p", "div"} and self._in_bullet())

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag not in _INLINE:
            self._block()
        for name, region in list(self._regions.items()):
            if region[0] == tag:
                region[1] -= 1
                if region[1] <= 0:
                    del self._regions[name]

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        self._add(data)

    def flush(self) -> None:
        """End the last line."""
        self._block()

    def _in_bullet(self) -> bool:
        return self._line is not None and self._line.bullet and not self._line.text

    def _open(self, name: str, tag: str) -> None:
        self._regions.setdefault(name, [tag, 1])

    def _add(self, data: str) -> None:
        if "unread" in self._regions or "marks" in self._regions:
            return
        if self._line is None:
            self._block()
        if self._line is not None:
            if not self._line.text and data.strip():
                self._line.number = self.getpos()[0]
            self._line.parts.append(data)

    def _block(self, level: int | None = None, bullet: bool = False) -> None:
        if self._line is not None and self._line.text:
            self.lines.append(self._line)
        number = self.getpos()[0]
        self._line = _HtmlLine(number, level, bullet, "furniture" in self._regions, "main" in self._regions)
