"""What a clinician has to read, and the record of who approved what and when.

An approval is written where the wording stands, after `reviewed_by` (in YAML) or `Reviewed by:` (under a passage), as

    NAME, YYYY-MM-DD, text 3f9a1c

where the last part is a fingerprint of the approved words: when they are changed later, the approval no longer counts.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from marrow.content.article import ArticleFile, article_paths, read_article_file
from marrow.content.placed import PlacedYaml, Span, TextFile, read_text
from marrow.errors import DataError


@dataclass(frozen=True)
class Item:
    """One wording to review.

    `id` is what `--approve` takes ("bone-metastasis/treatment.3"), `shown` the labelled texts to read, `approved` what
    `reviewed_by` says now, `span` where that stands in `file`. `wording` is empty when there is nothing to approve yet.
    """

    id: str
    sort: str  # "plain wordings", "names", "glossary entries", "safety wordings" or "wordings of the bot's own"
    key: str  # the part of the id after the first slash
    shown: tuple[tuple[str, str], ...]
    wording: str
    approved: str
    file: TextFile
    line: int
    span: Span
    in_yaml: bool

    @property
    def reviewed(self) -> bool:
        """Whether an approval stands and is of these very words."""
        return bool(self.approved) and approval_fault(self) is None


_APPROVAL = re.compile(r"(?P<name>\S.*?), (?P<date>\d{4}-\d\d-\d\d)(?:, text (?P<mark>[0-9a-f]{6}))?")


def fingerprint(item: Item) -> str:
    """Six hexadecimal digits that change when the item's texts do; white space does not count."""
    text = "\x1f".join(" ".join(value.split()) for _, value in item.shown)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:6]


def approval_fault(item: Item) -> tuple[str, str] | None:
    """What is wrong with an approval, and the remedy; None when it is in order or there is none."""
    if not item.approved:
        return None
    match = _APPROVAL.fullmatch(item.approved)
    if not match:
        return f"reads '{item.approved}'", "Write it as NAME, YYYY-MM-DD"
    if not item.wording:
        return "is of a wording that is not there", "Empty it, or write the wording"
    if match["mark"] and match["mark"] != fingerprint(item):
        return "is of other words: they have been changed since", "Have them approved again, or empty it"
    return None


def article_items(file: ArticleFile) -> Iterator[Item]:
    """The wordings of an article: each passage's plain wording, then names, then glossary."""
    article = file.article

    def item(sort: str, key: str, shown: tuple[tuple[str, str], ...], wording: str, approved: str) -> Item:
        return Item(
            id=f"{article.id}/{key}",
            sort=sort,
            key=key,
            shown=shown,
            wording=wording,
            approved=approved,
            file=file.file,
            line=file.lines[key],
            span=file.reviews[key],
            in_yaml="/" in key,
        )

    for passage in article.passages():
        shown = (("source", passage.text), ("plain", passage.plain))
        yield item("plain wordings", passage.id, shown, passage.plain, passage.reviewed_by)
    for name in article.names:
        shown = (("people say", name.text), ("for", name.means))
        yield item("names", f"names/{name.text}", shown, name.text, name.reviewed_by)
    for entry in article.glossary:
        shown = (("term", entry.term), ("plain", entry.explanation))
        yield item("glossary entries", f"glossary/{entry.term}", shown, entry.explanation, entry.reviewed_by)


def yaml_items(path: Path) -> Iterator[Item]:
    """The wordings of a file of data/safety or data/wording: every mapping in it, however deep, that has the key
    `reviewed_by`; where the whole file has it, all of it is one."""
    document = PlacedYaml(read_text(path))
    if document.root is not None:
        yield from _walk(document, document.root, f"{path.parent.name}/{path.stem}", set())


def _walk(document: PlacedYaml, node: yaml.Node, id: str, seen: set[str]) -> Iterator[Item]:
    if isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value, start=1):
            yield from _walk(document, child, f"{id}/{_label(child) or number}", seen)
    if not isinstance(node, yaml.MappingNode):
        return
    fields = document.mapping(node, f"'{id}'", optional=None)
    approval = fields.pop("reviewed_by", None)
    if approval is not None:
        if id in seen:
            raise document.error(node, f"two wordings are called {id}", "Give each its own 'id'")
        seen.add(id)
        shown = tuple((key, text) for key, child in fields.items() for text in [_text(child)] if text)
        yield Item(
            id=id,
            sort="safety wordings" if id.startswith("safety/") else "wordings of the bot's own",
            key=id.partition("/")[2],
            shown=shown,
            wording=" ".join(text for _, text in shown),
            approved=document.scalar(approval, "'reviewed_by'"),
            file=document.file,
            line=document.line(node),
            span=document.span(approval),
            in_yaml=True,
        )
    for key, child in fields.items():
        yield from _walk(document, child, f"{id}/{key}", seen)


def _label(node: yaml.Node) -> str:
    """What a list's item calls itself, if it does."""
    if not isinstance(node, yaml.MappingNode):
        return ""
    named = {str(key.value): value for key, value in node.value if isinstance(value, yaml.ScalarNode)}
    return next((str(named[key].value) for key in ("id", "name", "key", "region") if key in named), "")


def _text(node: yaml.Node) -> str:
    """All the text below a node that carries no approval of its own."""
    if isinstance(node, yaml.ScalarNode):
        return str(node.value).strip()
    if isinstance(node, yaml.SequenceNode):
        return "; ".join(text for child in node.value if (text := _text(child)))
    if isinstance(node, yaml.MappingNode) and not any(key.value == "reviewed_by" for key, _ in node.value):
        return "; ".join(f"{key.value}: {text}" for key, child in node.value if (text := _text(child)))
    return ""


def review_items(directory: Path) -> tuple[Item, ...]:
    """Everything to review below a data directory: its articles/*.md, safety/*.yml and wording/*.yml.

    A directory without `articles` is taken for a directory of articles. Raises DataError.
    """
    articles = directory / "articles"
    paths = article_paths(articles if articles.is_dir() else directory)
    items = [item for path in paths for item in article_items(read_article_file(path))]
    for folder in ("safety", "wording"):
        for path in sorted((directory / folder).glob("*.yml")):
            items += yaml_items(path)
    return tuple(items)


def unreviewed_count(directory: Path) -> tuple[int, int]:
    """How many wordings below a data directory no one has approved as they stand now, and how many there are.

    Raises DataError.
    """
    items = review_items(directory)
    return sum(1 for item in items if not item.reviewed), len(items)


def approve(directory: Path, what: str, by: str, on: str) -> tuple[Item, ...]:
    """Write into the files that `by` approved `what` on the date `on` (YYYY-MM-DD); returns what was approved.

    `what` is the id of one item, which may replace an earlier approval, or of a group ("bone-metastasis",
    "bone-metastasis/glossary", "bone-metastasis/treatment"), of which the items not yet reviewed are approved.
    Raises DataError.
    """
    by = " ".join(by.split())
    if not by or not _APPROVAL.fullmatch(f"{by}, {on}"):
        raise DataError(directory, None, f"'{by}, {on}' is no approval", "Give a name, and a date as YYYY-MM-DD")
    items = review_items(directory)
    chosen = [item for item in items if item.id == what]
    if not chosen:
        group = [item for item in items if item.id.startswith((f"{what}/", f"{what}."))]
        if not group:
            remedy = "Use an id that 'content review' prints in brackets, or the beginning of one"
            raise DataError(directory, None, f"there is nothing called '{what}'", remedy)
        chosen = [item for item in group if not item.reviewed]
    for item in chosen:
        if not item.wording:
            raise DataError(
                item.file.path, item.line, f"{item.id} has no wording yet", "Write it before it is approved"
            )
    for file in {item.file.path: item.file for item in chosen}.values():
        edits = []
        for item in chosen:
            if item.file.path == file.path:
                value = f"{by}, {on}, text {fingerprint(item)}"
                edits.append((item.span, _yaml_scalar(value) if item.in_yaml else value))
        file.edited(edits).save()
    return tuple(chosen)


def _yaml_scalar(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def as_text(items: tuple[Item, ...]) -> str:
    """The items as a text to read: the id in brackets, the texts, who approved it."""
    parts = []
    heading = ""
    for item in items:
        found = f"{item.file.path}: {item.sort}"
        if found != heading:
            heading = found
            parts.append(f"\n{heading}\n{'=' * len(heading)}\n")
        fault = approval_fault(item)
        state = item.approved or "not reviewed"
        if fault:
            state = f"{item.approved} -- no longer counts: it {fault[0]}"
        body = "\n".join(f"  {label}: {text or '(empty)'}" for label, text in item.shown)
        parts.append(f"[{item.id}]\n{body}\n  reviewed: {state}\n")
    return "\n".join(parts)
