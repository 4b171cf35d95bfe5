"""The set-up pages: every channel has one, and it names every variable and the webhook's address."""

from __future__ import annotations

import re

import pytest

from marrow import settings
from marrow.rasa.channels.messenger import PLATFORMS
from marrow.rendering import load_platforms
from tests.channels.world import CHANNELS

DOCS = settings.ROOT / "docs"


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_every_channel_has_its_page_and_the_page_its_variables(name: str) -> None:
    row = re.search(
        rf"`/webhooks/{name}/webhook` \| \[[\w.]+\]\(([\w/.]+)\)", (DOCS / "channels.md").read_text("utf-8")
    )
    assert row is not None
    page = (DOCS / row[1]).read_text(encoding="utf-8")
    for field in load_platforms(PLATFORMS)[name].settings.values():
        assert f"`{field.variable}`" in page, field.variable
    assert f"/webhooks/{name}/webhook" in page and "## Health" in page


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_credentials_name_what_a_channel_needs(name: str) -> None:
    text = (settings.ROOT / "credentials.yml").read_text(encoding="utf-8")
    for field in load_platforms(PLATFORMS)[name].settings.values():
        assert field.optional or field.default or field.variable in text, field.variable
