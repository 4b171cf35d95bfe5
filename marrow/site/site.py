"""Every address of the site and what it holds, made once when the server starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from marrow.answering.service import Service
from marrow.site.documents import (
    AGAIN,
    ANYONE,
    FOREVER,
    HTML,
    JS,
    JSON,
    SHORT,
    TYPES,
    Document,
    document,
    hashed,
    integrity,
)
from marrow.site.questions import PageWording, questions_page

#: The short address of the script: for pages that always want the newest, and cannot name its integrity.
SCRIPT = "/widget/marrow-widget.js"
#: Where each build has its own address for good. The 1 changes when an attribute changes its meaning.
VERSIONED = "/widget/v1/"
#: The widget's attributes that the address of /embed may set.
EMBED_ATTRIBUTES = ("lang", "theme", "questions")
_LONGEST_VALUE = 500


class Site:
    """The documents by path.

    `folder` is the project's widget/, `framed_by` the value of frame-ancestors of /embed; `reviewed` says whether a
    clinician has approved all medical wording.
    """

    def __init__(
        self,
        folder: Path,
        service: Service,
        wording: PageWording,
        framed_by: str = "'self'",
        *,
        reviewed: bool = False,
    ) -> None:
        self._framed_by = framed_by
        self._emergency = {language: numbers["emergency"] for language, numbers in service.emergency.numbers.items()}
        self._documents: dict[str, Document] = {}
        page, dist = folder / "page", folder / "dist"
        for path in sorted(page.iterdir()):
            if path.suffix in TYPES:
                self._documents[f"/widget/{path.name}"] = document(path.read_bytes(), TYPES[path.suffix], AGAIN)
        self.manifest = self._add_widget(dist)
        self._tag = f'src="{self.manifest["script"]}" integrity="{self.manifest["integrity"]}" crossorigin="anonymous"'
        self._embed = self._with_script((page / "embed.html").read_text("utf-8"))
        self._documents["/"] = self._page((page / "index.html").read_text("utf-8"))
        self._documents["/questions"] = self._page(
            questions_page(service, wording, (page / "questions.html").read_text("utf-8"), reviewed=reviewed)
        )

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Document | None:
        """The document at a path, or None. Only /embed reads the query: attributes of the widget, by name."""
        return self.embed(query or {}) if path == "/embed" else self._documents.get(path)

    def paths(self) -> tuple[str, ...]:
        """All addresses there are."""
        return (*self._documents, "/embed")

    def embed(self, query: Mapping[str, str]) -> Document:
        """The page for a frame: the widget alone, with the attributes that the address sets."""
        wanted = {name: query[name][:_LONGEST_VALUE] for name in EMBED_ATTRIBUTES if query.get(name)}
        emergency = self._emergency.get(query.get("lang", "").lower().partition("-")[0], self._emergency["en"])
        attributes = {"embed": "", **wanted, "emergency": emergency}
        written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
        page = self._embed.replace("<marrow-chat embed>", f"<marrow-chat {written}>")
        return document(page, HTML, AGAIN, framed_by=self._framed_by)

    def _add_widget(self, dist: Path) -> dict[str, str]:
        """Put the built files at addresses that name their content; returns what a page has to write to use them."""
        script = (dist / "marrow-widget.js").read_bytes()
        self._documents[SCRIPT] = document(script, JS, SHORT, **ANYONE)
        for path in sorted(dist.iterdir()):
            body = path.read_bytes()
            self._documents[VERSIONED + hashed(path.name, body)] = document(body, TYPES[path.suffix], FOREVER, **ANYONE)
        manifest = {"script": VERSIONED + hashed("marrow-widget.js", script), "integrity": integrity(script)}
        self._documents["/widget/manifest.json"] = document(json.dumps(manifest), JSON, AGAIN, **ANYONE)
        return manifest

    def _with_script(self, page: str) -> str:
        """The page as it stands in widget/page, with the script named as a careful host would."""
        return page.replace(f'src="{SCRIPT}"', self._tag)

    def _page(self, page: str) -> Document:
        return document(self._with_script(page), HTML, AGAIN)
