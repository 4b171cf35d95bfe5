"""What the answering functions need: the loaded content and wording, loaded once and handed in."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marrow import settings
from marrow.answering.heard import patterns
from marrow.answering.offers import name_of
from marrow.answering.terms import Term, article_terms
from marrow.answering.turn import Talk
from marrow.answering.wording import Wording, load_wording
from marrow.content import Article, Library, load_library
from marrow.safety.emergency import EmergencyWording
from marrow.safety.red_flags import RedFlags


@dataclass(frozen=True)
class Service:
    """Content, wording and who to turn to. Immutable, shared by all turns."""

    library: Library
    terms: Mapping[str, Mapping[str, Term]]  # by article id, then by lower-case term
    wording: Wording
    emergency: EmergencyWording
    red_flags: RedFlags
    care_team: str | None

    def fill(self, text: str, article: Article | None = None) -> str:
        """Put topics, sources, care team and the article's title into a text of data/wording."""
        topics = _listed([name_of(a) for a in self.library.articles])
        sources = _listed([f"the article “{a.title}” of {a.source}" for a in self.library.articles])
        team = self.care_team or self.wording.frames["team"]
        title = name_of(article) if article else topics
        # Not str.format: an article's or a care team's own braces are theirs.
        for name, value in (("topics", topics), ("sources", sources), ("title", title), ("team", team)):
            text = text.replace(f"{{{name}}}", value)
        return re.sub(r"(^|[.?!] )([a-z])", lambda m: m[1] + m[2].upper(), text)

    def next_text(
        self, talk: Talk, key: str, texts: tuple[str, ...], article: Article | None = None
    ) -> tuple[str, Talk]:
        """The next of a list of texts in this talk, filled, and the talk that remembers it."""
        return self.fill(texts[talk.said.get(key, 0) % len(texts)], article), talk.counted(key)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def make_service(
    library: Library, wording: Wording, emergency: EmergencyWording, red_flags: RedFlags, care_team: str | None
) -> Service:
    """A service of what is loaded already."""
    terms = {a.id: article_terms(a) for a in library.articles}
    return Service(library, terms, wording, emergency, red_flags, care_team)


def load_service() -> Service:
    """Load content and wording from the project's data folder. Raises MarrowError when a file or a setting is wrong."""
    config = settings.load()
    patterns()  # a fault in heard.yml shows now, not when somebody waits
    return make_service(
        load_library(settings.DATA / "articles"),
        load_wording(settings.DATA / "wording"),
        EmergencyWording.load(settings.DATA / "safety", config.region),
        _red_flags(settings.DATA / "safety"),
        config.care_team,
    )


@functools.lru_cache(maxsize=1)
def _red_flags(directory: Path) -> RedFlags:
    """Loaded once a process: it takes a second, and the guard and the actions each have a service."""
    return RedFlags.load(directory)
