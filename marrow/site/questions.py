"""The page /questions: every kind of question with the reply that the chat gives, for readers without JavaScript.

Replies come from the chat's own composer, with no model: what is asked is known, so nothing has to be understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path

from marrow.answering.answers import answer, show
from marrow.answering.offers import offer
from marrow.answering.service import Service
from marrow.answering.silences import not_covered
from marrow.answering.turn import SECTIONS_OF, Talk, Turn, asks_for
from marrow.content import Article
from marrow.reply import Reply, quote
from marrow.yamlfile import a_row, a_text, read_mapping, rows

_TEXTS = ("title", "description", "intro", "unreviewed", "contents", "answered", "silent", "silent_intro", "words",
          "disclaimer", "quoted", "also")  # fmt: skip
_TEXT = a_text("topics", "sources", "title", "team")
_SCHEMA = a_row({**dict.fromkeys(_TEXTS, _TEXT), "questions": rows(_TEXT)})
_BULLET = "• "
_NUMBER = re.compile(r"\d[\d ]+\d")
_ADDRESS = re.compile(r"https://[^\s<>\"]*[^\s<>\".,;:!?)]")


@dataclass(frozen=True)
class PageWording:
    """data/wording/page.yml: `texts` by name, and `questions` for the intents that share a section with another."""

    texts: Mapping[str, str]
    questions: Mapping[str, str]


def load_page_wording(directory: Path) -> PageWording:
    """Read page.yml of the wording folder. Raises DataError."""
    page = read_mapping(directory / "page.yml", _SCHEMA)
    return PageWording({name: page[name] for name in _TEXTS}, page["questions"])


def questions_page(service: Service, wording: PageWording, template: str, *, reviewed: bool = False) -> str:
    """The page as HTML. The template has {{title}}, {{description}}, {{urgent}}, {{notice}} and {{main}}.

    `reviewed` says that a clinician has approved all medical wording: until then a notice stands above it.
    """
    texts = {name: service.fill(text) for name, text in wording.texts.items()}
    contents: list[str] = []
    parts: list[str] = []
    for article in service.library.articles:
        for id, heading, body in _sections(service, wording, article):
            contents.append(f'<li><a href="#{id}">{escape(heading)}</a></li>')
            parts.append(
                f'<section id="{id}" aria-labelledby="{id}-h"><h2 id="{id}-h">{escape(heading)}</h2>\n{body}</section>'
            )
    main = (
        f'<h1>{escape(texts["title"])}</h1>\n<p class="lead">{escape(texts["intro"])}</p>\n'
        f'<nav aria-label="{escape(texts["contents"])}"><ul>{"".join(contents)}</ul></nav>\n' + "\n".join(parts)
    )
    notice = f'<div class="notice"><div class="wide"><p>{escape(texts["unreviewed"])}</p></div></div>'
    values = {
        "notice": "" if reviewed else notice,
        "title": escape(texts["title"]),
        "description": escape(texts["description"]),
        "urgent": _inline(service.emergency.help_line()),
        "main": main,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], template)


def _sections(service: Service, wording: PageWording, article: Article) -> Iterator[tuple[str, str, str]]:
    """Id, heading and body of the parts on one article: what it says, what it does not, its words, its disclaimer."""

    def text(name: str) -> str:
        return service.fill(wording.texts[name], article)

    answers = "\n".join(_answers(service, wording, article))
    yield f"{article.id}-says", text("answered"), answers
    silences = "\n".join(_silences(service, wording, article))
    yield f"{article.id}-silent", text("silent"), f"<p>{escape(text('silent_intro'))}</p>\n{silences}\n"
    if article.glossary:
        terms = (
            f"<dt>{escape(e.term[:1].upper() + e.term[1:])}</dt><dd>{escape(e.explanation)}</dd>"
            for e in article.glossary
        )
        yield f"{article.id}-words", text("words"), f"<dl>{''.join(terms)}</dl>\n"
    yield f"{article.id}-disclaimer", text("disclaimer"), f"<p>{escape(article.disclaimer)}</p>\n"


def _answers(service: Service, wording: PageWording, article: Article) -> Iterator[str]:
    """One answer a section, in the article's order, with every kind of question that it answers."""
    for section in article.sections:
        kinds = [intent for intent in SECTIONS_OF if _answered_by(service, article, intent) == section.kind]
        heading = offer(service.wording, article, section.kind).title
        reply, _ = show(service, article, section.passages, Talk(), asks_for(section.kind), simply=True)
        others = [service.fill(wording.questions[kind], article) for kind in kinds if kind in wording.questions]
        also = f'<p class="hint">{escape(wording.texts["also"])} {escape(" ".join(others))}</p>' if others else ""
        id = f"{article.id}-{section.kind}"
        yield (
            f'<article id="{id}" data-intents="{" ".join(kinds)}" aria-labelledby="{id}-h">'
            f'<h3 id="{id}-h">{escape(heading)}</h3>{also}\n{_reply(service, wording, article, reply)}</article>'
        )


def _answered_by(service: Service, article: Article, intent: str) -> str | None:
    """The section that answers a kind of question when nothing narrower is asked, or None."""
    reply, _ = answer(service, _turn(article, intent))
    return reply.section if reply.outcome == "answer" else None


def _silences(service: Service, wording: PageWording, article: Article) -> Iterator[str]:
    """Each kind of question that the article does not answer, closed until it is wanted."""
    for intent, silence in service.wording.silences.items():
        if not intent.startswith("ask_"):  # what is said of a detail: no kind of question of its own
            continue
        heading = service.fill(silence.what[:1].upper() + silence.what[1:], article)
        reply, _ = not_covered(service, _turn(article, intent), article=article)
        yield (
            f'<details data-intents="{intent}"><summary><h3>{escape(heading)}</h3></summary>\n'
            # Not the element's own id: browsers open what a link leads into, not what it leads to.
            f'<div id="{article.id}-{intent}">{_reply(service, wording, article, reply)}</div></details>'
        )


def _turn(article: Article, intent: str) -> Turn:
    return Turn(text="", intent=intent, confidence=1.0, articles=(article.id,), scope={article.id: 1.0})


def _reply(service: Service, wording: PageWording, article: Article, reply: Reply) -> str:
    """A reply's lines as HTML, each once and in its order: quotation, plain words, source, disclaimer, and the rest."""
    quoted = set(quote([article.passage(id) for id in reply.passages]))
    plain = service.wording.frames["plain"].format(plain=reply.plain)
    html: list[str] = []
    lines = reply.text.splitlines()
    while lines:
        line = lines.pop(0)
        if line in quoted:
            run = [line]
            while lines and lines[0] in quoted:
                run.append(lines.pop(0))
            html.append(
                f"<figure><figcaption>{escape(wording.texts['quoted'])}</figcaption>"
                f"<blockquote>{_blocks(run)}</blockquote></figure>"
            )
        elif line == plain:
            html.append(f'<p class="plain">{escape(line)}</p>')
        elif line.startswith("Source:") or line == reply.disclaimer:
            html.append(f'<p class="small">{_inline(line)}</p>')
        else:
            html.append(f"<p>{_inline(line)}</p>")
    return "\n".join(html) + "\n"


def _blocks(lines: list[str]) -> str:
    """Paragraphs, and lists of what has a bullet."""
    html = "".join(
        f"<li>{escape(line.removeprefix(_BULLET))}</li>" if line.startswith(_BULLET) else f"<p>{escape(line)}</p>"
        for line in lines
    )
    return re.sub(r"(?:<li>.*?</li>)+", lambda found: f"<ul>{found[0]}</ul>", html)


def _inline(text: str) -> str:
    """Escaped, with telephone numbers and addresses as links."""
    if found := _ADDRESS.search(text):
        address = escape(found[0])
        return f'{escape(text[: found.start()])}<a href="{address}">{address}</a>{escape(text[found.end() :])}'
    return _NUMBER.sub(lambda n: f'<a href="tel:{n[0].replace(" ", "")}">{n[0]}</a>', escape(text))
