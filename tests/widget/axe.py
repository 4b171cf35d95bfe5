"""axe-core in the page, with the rules of the budget."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import unavailable

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Any) -> list[str]:
    """What axe finds on a page: each rule, and where it is broken."""
    try:
        from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        unavailable("axe-playwright-python is not installed")
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}}).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found]


def check(chat: Any, state: str) -> None:
    """Fails when axe finds anything in this state of the widget."""
    if found := violations(chat.page):
        pytest.fail(f"{state}: {'; '.join(found)}")
