from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "articles"
ARTICLES = ROOT / "data" / "articles"


@pytest.fixture
def glimmer(tmp_path: Path) -> Path:
    """A copy of the invented article, with its source, to change at will."""
    shutil.copytree(FIXTURES, tmp_path / "articles")
    return tmp_path / "articles" / "glimmer-elbow.md"


@pytest.fixture
def edit(glimmer: Path) -> Callable[[str, str], int]:
    """Replace the first place where a text stands in that copy; returns the line on which the replacement begins."""

    def replace(old: str, new: str) -> int:
        text = glimmer.read_text(encoding="utf-8")
        assert old in text, f"the fixture has no {old!r}"
        at = text.index(old)
        glimmer.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
        return text.count("\n", 0, at) + 1

    return replace
