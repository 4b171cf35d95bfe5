"""The platforms' limits and settings, read from data/channels/platforms.yml; see the comments in that file."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marrow.errors import DataError
from marrow.rendering.markup import MARKUPS
from marrow.rendering.split import UNITS
from marrow.yamlfile import a_row, a_text, read_mapping

_TEXT = a_text("team")
_KINDS = ("picture", "voice", "sticker", "file", "place", "edited", "other")
_WORDS = a_row({"numbered": a_text(), "kinds": a_row(dict.fromkeys(_KINDS, _TEXT))})


@dataclass(frozen=True)
class Field:
    """One setting of a platform: its environment variable and how its value looks (a regular expression)."""

    variable: str
    form: str
    default: str | None = None
    optional: bool = False


@dataclass(frozen=True)
class Buttons:
    """How many buttons a message holds; their longest title in characters, their longest payload in bytes."""

    most: int
    title: int
    payload: int


@dataclass(frozen=True)
class Platform:
    """One platform's row. `text` and `with_buttons` are in `unit`, `oldest` in seconds."""

    key: str
    name: str
    text: int
    unit: str
    markup: str
    settings: Mapping[str, Field]
    oldest: float
    newline: str = "\n"
    gap: str = "\n\n"
    buttons: Buttons | None = None
    with_buttons: int = 0
    letters: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Words:
    """data/wording/channels.yml: what stands before a numbered list, and the answer to each kind of non-text."""

    numbered: str
    kinds: Mapping[str, str]


@functools.lru_cache(maxsize=4)
def load_platforms(path: Path) -> Mapping[str, Platform]:
    """Every platform by its key. Raises DataError naming file, platform and remedy."""
    return {key: _platform(path, key, row) for key, row in read_mapping(path).items()}


def _platform(path: Path, key: str, row: Any) -> Platform:
    try:
        row = dict(row)
        buttons = row.pop("buttons", None)
        made = Platform(
            key=key,
            buttons=Buttons(**buttons) if buttons else None,
            with_buttons=row.pop("with_buttons", row["text"]),
            settings={name: Field(**fields) for name, fields in row.pop("settings").items()},
            silent=frozenset(row.pop("silent", ())),
            **row,
        )
        for known in made.settings.values():
            re.compile(known.form)
    except (TypeError, KeyError, ValueError, AttributeError, re.error) as error:
        raise DataError(
            path, None, f"`{key}` cannot be read ({error})", "Compare it with the other platforms"
        ) from None
    if made.unit not in UNITS or made.markup not in MARKUPS:
        raise DataError(path, None, f"`{key}` has an unknown unit or markup", "Use one the comments in the file name")
    return made


def read_fields(platform: Platform, env: Mapping[str, str]) -> tuple[dict[str, str], list[str], list[str]]:
    """The platform's settings from an environment: (values by name, variables missing, variables of the wrong form).

    An optional setting that is not there is an empty text. The platform is on when both lists are empty.
    """
    values: dict[str, str] = {}
    missing, wrong = [], []
    for name, known in platform.settings.items():
        value = env.get(known.variable, "").strip() or known.default or ""
        values[name] = value.rstrip("/") if "://" in value else value
        if not value and not known.optional:
            missing.append(known.variable)
        elif value and not re.fullmatch(known.form, value):
            wrong.append(known.variable)
    return values, missing, wrong


def load_words(path: Path) -> Words:
    """The wording of the channels. Raises DataError for a file that is not complete."""
    data = read_mapping(path, _WORDS)
    return Words(data["numbered"], data["kinds"])
