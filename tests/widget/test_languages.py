"""The interface in other languages; the answers stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Chat
from .fake_bot import SITE, FakeBot, page_in
from .test_bundle import OTHERS, STRINGS

pytestmark = pytest.mark.browser


def files(bot: FakeBot) -> list[str]:
    """The files of languages that were asked for."""
    return [path for path in bot.gets if path.endswith(".json")]


@pytest.mark.parametrize("language", OTHERS)
def test_language_comes_when_the_window_is_opened(visit: Callable[..., Chat], bot: FakeBot, language: str) -> None:
    strings = STRINGS[language]
    bot.script.pages["/"] = page_in(language, strings["dir"])
    chat = visit()
    assert chat.launcher.inner_text() == strings["launcher"]
    assert files(bot) == [], "closed, it costs no second request"
    chat.open()
    assert len(files(bot)) == 1 and files(bot)[0] in SITE.paths()
    assert chat.focused() == "question"
    assert chat.input.get_attribute("placeholder") == strings["placeholder"]
    assert chat.host.locator("footer").inner_text().startswith(strings["disclaimer"])
    assert chat.host.locator(".panel").get_attribute("dir") == strings["dir"]
    chat.page.keyboard.press("Escape")
    chat.launcher.click()
    assert len(files(bot)) == 1


@pytest.mark.parametrize("language", OTHERS)
def test_answers_keep_the_articles_language_and_the_interface_says_so(
    visit: Callable[..., Chat], bot: FakeBot, language: str
) -> None:
    bot.script.pages["/"] = page_in(language, STRINGS[language]["dir"])
    chat = visit().open()
    notice = chat.host.locator("header p")
    assert notice.inner_text() == STRINGS[language]["subtitle"]
    assert chat.dialog.get_attribute("aria-describedby") == notice.get_attribute("id"), "and says it when it opens"
    bubble = chat.ask("How is it treated?").locator(".bubble")
    assert (bubble.get_attribute("lang"), bubble.get_attribute("dir")) == ("en", "ltr")
    assert bubble.locator("blockquote").evaluate("e => getComputedStyle(e).direction") == "ltr"
    # What the interface adds to a reply is in its own language, and marked so.
    for mark in (bubble.locator(".sr").first, bubble.locator("figcaption span")):
        assert mark.get_attribute("lang") == language
    choice = chat.replies.nth(1).locator(".choice").first
    assert (choice.get_attribute("lang"), choice.get_attribute("dir")) == ("en", "ltr")
    bot.script.failures = ["500"]
    chat.type("Hello")
    said = chat.problem.locator("[lang=en]")
    said.wait_for()
    assert said.get_attribute("dir") == "ltr"


def test_both_disclaimers_are_in_sight_on_a_phone_in_another_language(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.pages["/"] = page_in("es")
    chat = visit(viewport={"width": 375, "height": 700}).open()
    box = chat.replies.first.locator(".disclaimer").bounding_box()
    assert box and box["width"] > 100, "only where the footer has the very words of the reply is it left to the footer"


@pytest.mark.parametrize(("tag", "launcher"), [("es-MX", "es"), ("ES", "es"), ("fr", "en"), ("constructor", "en")])
def test_the_nearest_language_is_taken_else_english(
    visit: Callable[..., Chat], bot: FakeBot, tag: str, launcher: str
) -> None:
    bot.script.pages["/"] = page_in("en", chat=f'lang="{tag}"')
    assert visit().launcher.inner_text() == STRINGS[launcher]["launcher"]


@pytest.mark.parametrize("how", ["missing", "cut", "nonsense"])
def test_english_stands_in_for_a_language_that_does_not_come(
    visit: Callable[..., Chat], bot: FakeBot, how: str
) -> None:
    bot.script.pages["/"] = page_in("es")
    chat = visit()
    answers = {"missing": {"status": 404}, "nonsense": {"status": 200, "body": "<html>"}}
    chat.page.route("**/es.*.json", lambda r: r.abort() if how == "cut" else r.fulfill(**answers[how]))
    chat.open()
    assert chat.host.locator("header p").inner_text() == STRINGS["en"]["subtitle"]
    assert chat.host.locator("section").get_attribute("lang") == "en"
    assert "strengthen bones" in chat.ask("How is it treated?").inner_text()


def test_every_press_counts_while_a_language_is_on_its_way(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.pages["/"] = page_in("es")
    chat = visit()
    held: list[Any] = []
    chat.page.route("**/es.*.json", lambda route: held.append(route))
    chat.launcher.click()
    chat.launcher.click()
    assert chat.launcher.get_attribute("aria-busy") == "true"
    for _ in range(100):  # on a busy machine the request comes after the presses
        if held:
            break
        chat.page.wait_for_timeout(50)
    assert len(held) == 1
    held[0].continue_()
    chat.replies.first.locator(".bubble").wait_for()
    assert chat.launcher.get_attribute("aria-busy") is None
    assert chat.focused() == "question"
    assert [call for call, _, _ in bot.calls] == ["session"]


def test_a_missing_string_is_english(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.pages["/"] = page_in("es")
    chat = visit()
    short = {key: text for key, text in STRINGS["es"].items() if key != "send"}
    chat.page.route("**/es.*.json", lambda r: r.fulfill(json=short))
    chat.open()
    assert chat.send.get_attribute("aria-label") == "Send"
    assert chat.input.get_attribute("placeholder") == STRINGS["es"]["placeholder"]


def test_a_reload_finds_the_language_again(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.pages["/"] = page_in("ar", "rtl")
    chat = visit().open()
    chat.ask("How is it treated?")
    chat.page.reload()
    chat.replies.nth(1).locator(".bubble").wait_for()
    assert chat.input.get_attribute("placeholder") == STRINGS["ar"]["placeholder"]
    assert chat.announced() == []


def test_right_to_left_nothing_is_mirrored_that_is_english(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.pages["/"] = page_in("ar", "rtl")
    chat = visit(viewport={"width": 320, "height": 640}).open()
    chat.ask("How is it treated?")
    mine = chat.mine.locator("bdi")
    assert mine.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert chat.log.evaluate("e => e.scrollWidth <= e.clientWidth")
    close, title = (chat.host.locator(each).bounding_box() for each in ("header .close", "header div"))
    assert close and title and close["x"] < title["x"], "the window itself is"
