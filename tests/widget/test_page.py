"""The demo page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Chat
from .fake_bot import DISCLAIMER, FakeBot

pytestmark = pytest.mark.browser


def test_page_says_that_no_clinician_has_reviewed_the_wording(chat: Chat) -> None:
    chat.page.get_by_text("(12 of 40 texts)").wait_for()
    assert chat.page.get_by_text("No clinician has reviewed the medical wording").is_visible()


def test_page_drops_the_notice_once_all_is_reviewed(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.unreviewed = 0
    chat = visit()
    chat.page.locator("#unreviewed").wait_for(state="hidden")
    assert chat.page.get_by_text("not a real hospital").is_visible()


def test_page_without_javascript_still_holds_the_article(visit: Callable[..., Chat]) -> None:
    chat = visit(java_script_enabled=False)
    text = chat.page.locator("body").inner_text()
    for words in (
        "Bisphosphonates or denosumab",
        "No clinician has reviewed",
        "assistant needs JavaScript",
        DISCLAIMER,
    ):
        assert words in text
    assert not chat.page.get_by_role("button", name="Ask a question about it").is_visible()
