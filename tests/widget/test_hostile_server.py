"""Whatever a server sends is shown as text, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .conftest import Chat
from .fake_bot import FakeBot, Json, message, page_in
from .test_bundle import EN

pytestmark = pytest.mark.browser

SHOTS = (
    "<img src=x onerror=hit()>",
    "<script>hit()</script>",
    "<svg onload=hit()>",
    "<svg><script>hit()</script></svg>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<details open ontoggle=hit()>",
    "<a href=javascript:hit()>x</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=hit()>",
    "</div></template><style>*{display:none}</style>",
    "javascript:hit()",
    "JaVaScRiPt\t:hit()",
    "\u0001javascript:hit()",
    "data:text/html,<script>hit()</script>",
    "vbscript:hit()",
    "blob:https://x.example/1",
    "//x.example/y",
    "http://x.example/plain",
    'https://x.example/"onmouseover="hit()',
    "https://x.example/'><img src=x onerror=hit()>",
    "[x](javascript:hit())",
    "tel:911;javascript:hit()",
    "&lt;img src=x onerror=hit()&gt;",
    "${hit()}{{hit()}}<%= hit() %>",
    "__proto__",
)
#: Every field of a MESSAGE that a server can fill, as a path into it.
FIELDS: dict[str, tuple[Any, ...]] = {
    "text": ("text",),
    "plain words in the text": ("text", "In plain words: {}"),
    "source in the text": ("text", "One.\nSource: {}"),
    "quotation": ("text", "{}\nSource: A"),
    "disclaimer": ("reply", "disclaimer"),
    "citation title": ("reply", "citations", 0, "title"),
    "citation section": ("reply", "citations", 0, "section"),
    "citation address": ("reply", "citations", 0, "url"),
    "citation source": ("reply", "citations", 0, "source"),
    "choice title": ("reply", "suggestions", 0, "title"),
    "choice payload": ("reply", "suggestions", 0, "payload"),
    "article": ("reply", "article"),
    "passage": ("reply", "passages", 0),
    "section": ("reply", "section"),
    "outcome": ("reply", "outcome"),
    "plain": ("reply", "plain"),
    "reply id": ("reply_id",),
}
OUTCOMES = ("answer", "not_covered", "urgent", "smalltalk")

#: What only HTML that was let in could have put into the widget.
FORBIDDEN = (
    "img, script, style, link, iframe, object, embed, form, math, template, base, meta, details, "
    "svg:not([aria-hidden]), [onload], [onerror], [onmouseover], [ontoggle], [srcdoc], [style]:not(.panel):not(dialog)"
)
BATCHES = 6
WATCH = "window.hits = 0; window.hit = () => hits++;"


def loaded(field: str, shot: str, outcome: str) -> Json:
    """A message with the shot in one field."""
    reply = message(
        outcome,
        "One.\nIn plain words: Two.\nSource: A",
        ("A choice",),
        passages=["treatment.1"],
        citations=[{"title": "A", "section": "B", "url": "", "source": "C"}],
    )
    place: Any = reply
    *path, last = FIELDS[field]
    if path and path[0] == "text":
        reply["text"] = last.format(shot)
        return reply
    for step in path:
        place = place[step]
    place[last] = shot
    return reply


def attempts() -> Iterator[tuple[str, str, str]]:
    """Each shot through each field, with the outcomes in turn."""
    count = 0
    for shot in SHOTS:
        for field in FIELDS:
            yield field, shot, OUTCOMES[count % len(OUTCOMES)]
            count += 1


def safe_link(address: str, bot: FakeBot) -> bool:
    return address.startswith(("https://", "mailto:", "tel:", f"{bot.url}/questions#"))


def bare(text: str) -> str:
    """Without white space, control characters and what a link adds for screen readers."""
    return re.sub(r"\(opens in a new tab\)|[\s\x01]", "", text)


def test_attempts_are_many() -> None:
    assert len(list(attempts())) >= 150 and len(FIELDS) >= 15


@pytest.mark.parametrize("batch", range(BATCHES))
def test_markup_stays_text_in_every_field(visit: Callable[..., Chat], bot: FakeBot, batch: int) -> None:
    """Every shot once through every field: it does nothing, neither as it comes nor when a reload restores it."""
    chat = visit()
    chat.page.add_init_script(WATCH)
    chat.page.reload()
    chat.open()
    mine = list(attempts())[batch::BATCHES]
    for count, (field, shot, outcome) in enumerate(mine, 1):
        bot.script.reply = loaded(field, shot, outcome)
        text = str(bot.script.reply["text"])
        reply = chat.ask(f"{field}?")
        assert chat.replies.count() == count + 1
        if FIELDS[field][0] == "text":
            assert bare(text.split("\n")[0]) in bare(reply.inner_text()), field
    for reloaded in (False, True):
        if reloaded:
            chat.page.reload()
            chat.replies.nth(len(mine)).locator(".bubble").wait_for()
        assert chat.host.locator(FORBIDDEN).count() == 0
        links = chat.host.locator("a").evaluate_all("all => all.map((a) => [a.href, a.rel, a.target])")
        assert links
        for href, rel, target in links:
            assert safe_link(href, bot), href
            assert href.startswith("tel:") or (rel, target) == ("noopener noreferrer", "_blank")
        assert chat.page.evaluate("hits") == 0
    assert {url for url in chat.requests if not url.startswith(bot.url)} == set()


@pytest.mark.parametrize("shot", SHOTS[:5])
def test_markup_stays_text_in_what_is_no_reply(chat: Chat, bot: FakeBot, shot: str) -> None:
    """The greeting, the error, and what the person typed, in the window, in the transcript and on paper."""
    chat.page.add_init_script(f"{WATCH} window.print = () => (top.printed = document.body.textContent);")
    bot.script.greeting = message("smalltalk", shot, (shot,))
    chat.page.reload()
    chat.open()
    bot.script.error = shot
    bot.script.failures = ["500"]
    chat.type(shot)
    chat.retry.wait_for()
    assert shot.split()[0] in chat.problem.inner_text()
    assert shot.strip("\u0001") in chat.mine.inner_text().strip("\u0001")
    chat.host.locator("[aria-controls=options]").click()
    chat.page.get_by_role("button", name="Print").click()
    assert shot in chat.page.evaluate("printed")
    chat.host.locator("iframe").evaluate("e => e.remove()")
    assert chat.host.locator(FORBIDDEN).count() == 0
    assert chat.page.evaluate("hits") == 0


@pytest.mark.parametrize("shot", SHOTS[:5])
def test_markup_stays_text_in_the_words_of_the_interface(visit: Callable[..., Chat], bot: FakeBot, shot: str) -> None:
    """A file of a language is something that the server sends too."""
    bot.script.pages["/"] = page_in("es")
    chat = visit()
    chat.page.evaluate(f"() => {{ {WATCH} }}")
    chat.page.route("**/es.*.json", lambda route: route.fulfill(json=dict.fromkeys(EN, shot)))
    chat.open()
    assert shot in chat.host.locator("header p").inner_text()
    chat.ask("How is it treated?").locator(".vote button").first.click()
    chat.status.filter(has_text=shot.split()[0]).wait_for()
    chat.host.locator("[aria-controls=options]").click()
    for option in chat.host.locator("#options button").all()[:5]:  # all but those that erase
        option.click()
    chat.host.locator("iframe").evaluate_all("all => all.map((e) => e.remove())")
    assert chat.host.locator(FORBIDDEN).count() == 0
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
