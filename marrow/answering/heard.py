"""What is heard in a message without the classifier: the patterns of data/wording/heard.yml, which says how they are
written."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from marrow import settings
from marrow.errors import DataError
from marrow.yamlfile import a_form, a_row, read_mapping, rows, texts

HEARD = settings.DATA / "wording" / "heard.yml"

_FORMS = texts(a_form())
_SCHEMA = a_row({
    "words": rows(_FORMS),
    "patterns": rows(a_row({"forms": _FORMS}, {"whole": {"type": "boolean"}, "unless": _FORMS})),
})  # fmt: skip
_NAME = re.compile(r"\{([A-Z_]+)\}")


@dataclass(frozen=True)
class Pattern:
    """A row of heard.yml, compiled."""

    forms: re.Pattern[str]
    whole: bool
    unless: re.Pattern[str] | None

    def find(self, words: str) -> re.Match[str] | None:
        """Where it is heard in plain words."""
        if self.unless and self.unless.search(words):
            return None
        return self.forms.fullmatch(words) if self.whole else self.forms.search(words)


def plain(text: str) -> str:
    """Words in lower case between single blanks.

    >>> plain("It's NOT me!")
    'it s not me'
    """
    return " ".join(re.findall(r"[\w&]+", text.casefold()))


def find(name: str, text: str) -> re.Match[str] | None:
    """Where the pattern of this name is heard in a text: a place in its plain words."""
    return patterns()[name].find(plain(text))


def heard(name: str, text: str) -> bool:
    """Whether the pattern of this name is heard in a text."""
    return find(name, text) is not None


def without(name: str, text: str) -> str:
    """The plain words of a text without those of the pattern of this name."""
    return " ".join(patterns()[name].forms.sub(" ", plain(text)).split())


def compiled(forms: Sequence[str], *, whole: bool = False) -> re.Pattern[str]:
    """Some forms, without names in braces, as one pattern of plain words."""
    joined = "|".join(forms)
    return re.compile(joined if whole else rf"\b(?:{joined})(?:\b|$)")


@functools.lru_cache(maxsize=1)
def patterns(path: Path = HEARD) -> Mapping[str, Pattern]:
    """The patterns by name. Raises DataError naming file and remedy."""
    data = read_mapping(path, _SCHEMA)
    words: dict[str, str] = {}
    for name, forms in data["words"].items():
        words[name] = f"(?:{'|'.join(_filled(path, form, words) for form in forms)})"
    found = {}
    for name, row in data["patterns"].items():
        forms, unless = ([_filled(path, form, words) for form in row.get(part, ())] for part in ("forms", "unless"))
        whole = row.get("whole", False)
        found[name] = Pattern(compiled(forms, whole=whole), whole, compiled(unless) if unless else None)
    return found


def _filled(path: Path, form: str, words: Mapping[str, str]) -> str:
    def of(found: re.Match[str]) -> str:
        if found[1] not in words:
            lines = path.read_text(encoding="utf-8").splitlines()
            line = next(number for number, text in enumerate(lines, 1) if found[0] in text)
            raise DataError(path, line, f"{found[0]} stands for nothing", "Name it in `words`, above where it is used")
        return words[found[1]]

    return _NAME.sub(of, form)
