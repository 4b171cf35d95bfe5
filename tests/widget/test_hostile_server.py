"""Whatever a server sends is shown as text, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Chat
from .fake_bot import FakeBot, Json, message

pytestmark = pytest.mark.browser

SHOTS = (
    "<img src=x onerror=hit()>",
    "<script>hit()</script>",
    "<svg onload=hit()>",
    "javascript:hit()",
    'https://x.example/"onmouseover="hit()',
    "data:text/html,<script>hit()</script>",
    "[x](javascript:hit())",
    "</div></template><style>*{display:none}</style>",
)
FORBIDDEN = "img, script, style, iframe, svg:not([aria-hidden]), [onload], [onerror], [onmouseover]"


def everywhere(shot: str) -> Json:
    """A message with the shot in every field."""
    citation = {"title": shot, "section": shot, "url": shot, "source": shot}
    return {
        "reply_id": shot,
        "text": f"{shot}\n• {shot}\nIn plain words: {shot}\nSource: {shot}\n{shot}",
        "reply": {
            **message("answer", shot)["reply"],
            "article": shot,
            "section": shot,
            "passages": [shot],
            "citations": [citation],
            "plain": shot,
            "disclaimer": shot,
            "suggestions": [{"title": shot, "payload": shot}],
        },
    }


@pytest.mark.parametrize("shot", SHOTS)
@pytest.mark.parametrize("outcome", ["answer", "urgent", "smalltalk"])
def test_markup_stays_text(chat: Chat, bot: FakeBot, shot: str, outcome: str) -> None:
    chat.page.add_init_script("window.hits = 0; window.hit = () => hits++;")
    chat.page.reload()
    chat.open()
    bot.script.reply = everywhere(shot)
    bot.script.reply["reply"]["outcome"] = outcome
    reply = chat.ask("Hello")
    assert shot in reply.inner_text()
    assert reply.locator(FORBIDDEN).count() == 0
    for link in reply.get_by_role("link").all():
        assert str(link.get_attribute("href")).startswith(("https://", "tel:"))
    chat.page.wait_for_timeout(50)
    assert chat.page.evaluate("hits") == 0
    chat.page.reload()
    assert shot in chat.replies.nth(1).inner_text()
    assert chat.page.evaluate("hits") == 0


@pytest.mark.parametrize(
    "reply",
    [
        {"text": "Only text"},
        {"text": "Odd parts", "reply": None},
        {"text": "Odd parts", "reply": {"suggestions": "x", "citations": [None, 3, {"url": 5}], "disclaimer": 7}},
        {"text": "Odd parts", "reply": {"suggestions": [None, {"title": ""}, {"title": "x"}, {"title": 1}]}},
        {"text": "x" * 20_000},
        {"text": "\u202eabc\u0000\ud83d", "reply": {"outcome": "__proto__"}},
    ],
)
def test_odd_messages_are_shown_as_far_as_they_can_be(chat: Chat, bot: FakeBot, reply: dict[str, Any]) -> None:
    chat.open()
    bot.script.reply = reply
    shown = chat.ask("Hello")
    assert reply["text"][:3].strip("\u202e") in shown.inner_text()
    assert shown.locator(".choice").count() == 0


@pytest.mark.parametrize("reply", [{"text": ""}, {"text": None}, {"text": ["a"]}, {"reply": {}}])
def test_a_reply_without_words_is_an_error_and_not_silence(chat: Chat, bot: FakeBot, reply: dict[str, Any]) -> None:
    chat.open()
    bot.script.reply = {**reply, "x": 1}
    chat.type("Hello")
    chat.retry.wait_for()
    assert "Something went wrong" in chat.problem.inner_text()
