"""Turns a saved encyclopedia page into an article file, and brings an existing one up to date with a newer page.

Plain wording, questions, names and glossary are the author's work and stay empty in a new file. In an existing one they
are kept: wording and questions of a passage whose words have not changed stay where they are; those of any other go
into a comment at the end of the file.
"""

from __future__ import annotations

import hashlib
import json
import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

from marrow.content.article import ArticleFile, Passage, Section, read_article_file
from marrow.content.page import Page, read_page
from marrow.content.placed import TextFile
from marrow.content.split import Draft, split_section
from marrow.errors import DataError


@dataclass(frozen=True)
class Imported:
    """What an import has made: the files' texts, not yet written, and notes for the author."""

    article: TextFile
    source: Path
    source_bytes: bytes
    notes: tuple[str, ...]

    def save(self) -> None:
        """Write the article file and the copy of its source."""
        self.source.parent.mkdir(parents=True, exist_ok=True)
        if not self.source.exists() or self.source.read_bytes() != self.source_bytes:
            self.source.write_bytes(self.source_bytes)
        self.article.save()


def slug(title: str) -> str:
    """The id that a title gives: small letters, digits and hyphens."""
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))


def import_page(file: Path, supplied: str, out: Path | None = None, id: str = "") -> Imported:
    """Make an article file from a saved page.

    `supplied` is the date on which the page came (YYYY-MM-DD). `out` is the article file; by default it is named after
    the id, in data/articles; the id is by default the name of `out`, or the title's slug. Raises DataError, also when
    `out` exists and cannot be read, so that nothing is overwritten that might hold someone's work.
    """
    page = read_page(file)
    id = id or (out.stem if out else slug(page.title))
    out = out or Path("data/articles") / f"{id}.md"
    if out.stem != id or slug(id) != id:
        problem = f"'{id}' cannot be the id of {out.name}"
        raise DataError(file, None, problem, "Use small letters, digits and hyphens, and the same in both names")
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    source = out.parent / "sources" / f"{id}{file.suffix.lower() or '.txt'}"
    unknown = [section.heading for section in page.sections if not section.kind]
    notes = [f"section '{heading}' is of no kind of ours and was left out" for heading in unknown]
    notes += [f"line {block.line} was taken for a caption: {block.text}" for block in page.left_out]
    if not page.disclaimer:
        notes.append("the page has no disclaimer: add one to the source and to the article")
    sections = [section for section in page.sections if section.kind]
    drafts = [(section.kind, section.heading, split_section(section)) for section in sections]
    notes += [f"{draft.id} lacks {draft.missing}" for _, _, some in drafts for draft in some if draft.missing]
    if out.exists():
        old = read_article_file(out)
        text, kept = _updated(old, page, drafts, digest, supplied)
        notes += [f"the wording of {passage.id} was kept in a comment: its text has changed" for passage in kept]
        newline = old.file.newline
    else:
        text = _front_matter(page, id, digest, supplied) + _body([_new_section(*draft) for draft in drafts])
        newline = "\n"
    return Imported(TextFile(out, text, newline), source, data, tuple(notes))


def _new_section(kind: str, heading: str, drafts: tuple[Draft, ...]) -> Section:
    return Section(kind, heading, tuple(_passage(kind, draft) for draft in drafts))


def _passage(kind: str, draft: Draft) -> Passage:
    return Passage(
        id=draft.id,
        section=kind,
        text=draft.text,
        plain="",
        bullet=draft.bullet,
        lead_in=draft.lead_in,
        missing=draft.missing,
        reviewed_by="",
    )


def _updated(
    old: ArticleFile, page: Page, drafts: list[tuple[str, str, tuple[Draft, ...]]], digest: str, supplied: str
) -> tuple[str, list[Passage]]:
    """The text of an existing article file for a newer page, and the passages whose wording no longer has a place."""
    unused = {passage.text: passage for passage in reversed(old.article.passages())}
    sections = []
    for kind, heading, some in drafts:
        passages = []
        for draft in some:
            passage = _passage(kind, draft)
            known = unused.pop(draft.text, None)
            if known:
                passage = replace(
                    passage,
                    plain=known.plain,
                    reviewed_by=known.reviewed_by,
                    asks=known.asks,
                    missing=draft.missing and (known.missing or draft.missing),
                )
            passages.append(passage)
        sections.append(Section(kind, heading, tuple(passages)))
    kept = [p for p in old.article.passages() if p.text in unused and (p.plain or p.asks)]
    comments = [*old.comments, *(_kept_comment(passage, old.article.supplied) for passage in kept)]
    new = {"title": page.title, "sha256": digest}
    if digest != old.article.sha256:
        new["supplied"] = supplied
    if page.disclaimer:
        new["disclaimer"] = page.disclaimer
    edits = [
        (old.values[key], _quoted(value))
        for key, value in new.items()
        if " ".join(value.split()) != getattr(old.article, key)
    ]
    if page.contributors and page.contributors != old.article.contributors:
        edits.append((old.values["contributors"], json.dumps(list(page.contributors), ensure_ascii=False)))
    edited = old.file.edited(edits).text
    front = edited[: re.match(r"---.*?^---[ \t]*$\n?", edited, re.DOTALL | re.MULTILINE).end()]  # type: ignore[union-attr]
    return front.rstrip("\n") + "\n" + _body(sections, comments), kept


def _kept_comment(passage: Passage, supplied: str) -> str:
    block = _block(passage).replace("-->", "- ->").strip()
    return f"<!-- Kept from the version of {supplied}; its text has changed since.\n\n{block}\n-->"


def _body(sections: list[Section], comments: list[str] | None = None) -> str:
    parts = []
    for section in sections:
        parts.append(f"\n## {section.heading}\n")
        parts += [_block(passage) for passage in section.passages]
    parts += [f"\n{comment}\n" for comment in comments or []]
    return "".join(parts)


def _block(passage: Passage) -> str:
    lines = [f"### {passage.id}", f"> {'- ' if passage.bullet else ''}{passage.text}"]
    if passage.lead_in:
        lines.append(f"Lead-in: {passage.lead_in}")
    if passage.missing:
        lines.append(f"Missing: {passage.missing}")
    lines += [f"Plain: {passage.plain}".rstrip(), f"Reviewed by: {passage.reviewed_by}".rstrip()]
    if passage.asks:
        lines.append("\n".join(["Asks:", *(f"- {ask}" for ask in passage.asks)]))
    return "\n" + "\n\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text as a YAML scalar in double quotes, which JSON's are."""
    return json.dumps(text, ensure_ascii=False)


def _folded(text: str) -> str:
    """A long text as a folded YAML block, indented by two."""
    if not text:
        return '""'
    wrapped = textwrap.wrap(text, width=116, break_long_words=False, break_on_hyphens=False)
    return ">-\n" + "\n".join(f"  {line}" for line in wrapped)


def _front_matter(page: Page, id: str, digest: str, supplied: str) -> str:
    licence = f"Not stated. The page's credits read: {page.credits}" if page.credits else ""
    contributors = "".join(f"\n  - {_quoted(name)}" for name in page.contributors) or " []"
    return f"""---
id: {id}
title: {_quoted(page.title)}
source: {_quoted(page.site or "unknown")}
url: ""
contributors:{contributors}
licence: {_folded(licence)}
supplied: {supplied}
sha256: {digest}
disclaimer: {_folded(page.disclaimer)}

# Other names that people use, each like this; `means` is the title or a term as it stands in the article,
# `kind` is lay, brand, abbreviation, misspelling or synonym:
#   - {{text: another name, means: {page.title}, kind: lay, source: where you have it from, reviewed_by: ""}}
names: []

# Every medical term of the article and of the plain wording, in 20 words or fewer, each like this:
#   - term: the term
#     explanation: What it means, in plain words.
#     source: where you have it from
#     reviewed_by: ""
glossary: []
---
"""


__all__ = ["Imported", "import_page", "slug"]
