"""axe in every state, the keyboard alone, focus, and what a screen reader is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .axe import check
from .conftest import Chat
from .fake_bot import DISCLAIMER, FakeBot, page_in

pytestmark = pytest.mark.browser

TREES = Path(__file__).parent / "trees"

MODES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "phone": {"viewport": {"width": 320, "height": 640}, "has_touch": True},
    "landscape phone": {"viewport": {"width": 640, "height": 320}},
    "zoom 200 %": {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2},
    "right to left": {"locale": "ar"},
}


@pytest.mark.parametrize("mode", MODES)
def test_axe_finds_nothing_in_any_state(visit: Callable[..., Chat], bot: FakeBot, mode: str) -> None:
    if mode == "right to left":
        bot.script.pages["/"] = page_in("ar", "rtl")
    chat = visit(**MODES[mode])
    options = chat.host.locator("[aria-controls=options]")
    check(chat, "closed")
    chat.open()
    check(chat, "open")
    chat.ask("How is it treated?")
    chat.host.locator(".vote button").first.click()
    chat.host.locator(".vote [aria-pressed=true]").wait_for()
    check(chat, "answer with choices")
    chat.ask("My legs have gone numb")
    check(chat, "emergency")
    options.click()
    check(chat, "options")
    options.click()
    bot.script.failures = ["500"]
    chat.type("What are the symptoms?")
    chat.host.locator(".problem.shown").wait_for()
    check(chat, "error")
    chat.retry.click()
    chat.host.locator(".problem.shown").wait_for(state="detached")
    bot.script.delay = 1.5
    chat.type("How is it treated?")
    chat.status.filter(has_text="…").wait_for()
    check(chat, "thinking")
    chat.replies.nth(4).locator(".bubble").wait_for()
    bot.script.delay = 0
    chat.input.fill("a" * 1001)
    chat.send.click()
    check(chat, "too long")
    chat.input.fill("How is it treated?")
    chat.page.context.set_offline(True)
    chat.send.click()
    chat.host.locator(".problem.shown").wait_for()
    check(chat, "offline")


def test_axe_finds_nothing_after_a_reload(chat: Chat) -> None:
    chat.open().ask("My legs have gone numb")
    chat.page.reload()
    check(chat, "reloaded")


@pytest.mark.parametrize("path", ["/embed", "/embed?lang=es&theme=dark", "/questions"])
@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_axe_finds_nothing_on_the_other_pages(visit: Callable[..., Chat], path: str, width: int, scheme: str) -> None:
    chat = visit(path, viewport={"width": width, "height": 700}, color_scheme=scheme)
    if path == "/questions":
        chat.page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    else:
        chat.ask("How is it treated?")
    check(chat, path)
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("setting", ["rtl", "left", "dark", "light"])
def test_axe_finds_nothing_with_the_settings_of_a_page(visit: Callable[..., Chat], setting: str) -> None:
    chat = visit(color_scheme="dark" if setting == "light" else "light")
    name, value = {"rtl": ("dir", "rtl"), "left": ("position", "left")}.get(setting, ("theme", setting))
    chat.page.evaluate(
        "([name, value]) => (name === 'dir' ? document.documentElement : document.querySelector('marrow-chat'))"
        ".setAttribute(name, value)",
        [name, value],
    )
    closed = chat.launcher.bounding_box()
    chat.open().ask("How is it treated?")
    opened = chat.dialog.bounding_box()
    check(chat, setting)
    assert closed and opened
    at_left = setting in ("rtl", "left")
    assert (closed["x"] < 100) == at_left
    assert (opened["x"] < 100) == at_left


def test_keyboard_alone_from_page_load_to_a_second_answer(chat: Chat) -> None:
    keys = chat.page.keyboard
    for _ in range(40):
        keys.press("Tab")
        if chat.focused() == "Ask a question":
            break
    assert chat.focused() == "Ask a question"
    keys.press("Enter")
    assert chat.focused() == "question"
    chat.replies.first.locator(".choice").first.wait_for()

    for _ in range(10):  # back, to the starter questions
        keys.press("Shift+Tab")
        if chat.focused() == "How is it treated?":
            break
    assert chat.focused() == "How is it treated?"
    keys.press("Enter")
    chat.replies.nth(1).locator(".bubble").wait_for()
    assert "strengthen bones" in chat.replies.nth(1).inner_text()
    assert chat.focused() == "How is it treated?", "the pressed button keeps its focus"

    for _ in range(10):
        keys.press("Tab")
        if chat.focused() == "question":
            break
    keys.type("What are the symptoms?")
    keys.press("Enter")
    chat.replies.nth(2).locator(".bubble").wait_for()
    assert "worsening with movement" in chat.replies.nth(2).inner_text()
    assert chat.focused() == "question"

    keys.press("Escape")
    assert not chat.dialog.is_visible()
    assert chat.focused() == "Ask a question"


def test_focus_goes_in_and_comes_back(chat: Chat) -> None:
    chat.open()
    assert chat.focused() == "question"
    chat.page.get_by_role("button", name="Close").click()
    assert chat.focused() == "Ask a question"
    chat.page.get_by_role("button", name="Ask a question about it").click()
    assert chat.focused() == "question"


def test_escape_closes_the_options_first(chat: Chat) -> None:
    chat.open()
    options = chat.page.get_by_role("button", name="Options")
    options.click()
    assert options.get_attribute("aria-expanded") == "true"
    chat.page.keyboard.press("Escape")
    assert options.get_attribute("aria-expanded") == "false"
    assert chat.focused() == "Options"
    chat.page.keyboard.press("Escape")
    assert not chat.dialog.is_visible()


@pytest.mark.parametrize("escape_key", [True, False])
def test_on_a_phone_the_page_behind_is_inert(visit: Callable[..., Chat], escape_key: bool) -> None:
    chat = visit(viewport={"width": 320, "height": 640}, has_touch=True)
    chat.launcher.tap()
    chat.replies.first.locator(".bubble").wait_for()
    box = chat.dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 320, "height": 640}
    for _ in range(30):
        chat.page.keyboard.press("Tab")
        inside = chat.page.evaluate("['MARROW-CHAT', 'BODY'].includes(document.activeElement.tagName)")
        assert inside, "the focus left the window for the page behind it"
    if escape_key:
        chat.page.keyboard.press("Escape")
    else:
        chat.page.get_by_role("button", name="Close").tap()
    assert not chat.dialog.is_visible()
    assert chat.focused() == "Ask a question"


def test_turning_the_phone_keeps_the_window_the_focus_and_the_draft(chat: Chat) -> None:
    chat.open()
    chat.input.fill("How is")
    chat.page.set_viewport_size({"width": 320, "height": 640})
    chat.host.locator("dialog:modal").wait_for()
    assert chat.focused() == "question"
    chat.page.set_viewport_size({"width": 1280, "height": 860})
    chat.host.locator("dialog:not(:modal)").wait_for()
    assert chat.dialog.is_visible()
    assert chat.focused() == "question"
    assert chat.input.input_value() == "How is"


def test_every_reply_is_announced_once(chat: Chat) -> None:
    chat.open()
    assert [role for role, _ in chat.announced()] == ["log"]
    chat.ask("How is it treated?")
    said = chat.announced()
    assert [role for role, _ in said] == ["log"]
    text = said[0][1]
    assert text.startswith("Marrow said:")
    assert text.count("strengthen bones") == 1
    assert text.count(DISCLAIMER) == 1
    assert "Hello" not in text


def test_an_emergency_is_one_alert(chat: Chat) -> None:
    chat.open()
    chat.announced()
    chat.ask("My legs have gone numb")
    said = chat.announced()
    assert [role for role, _ in said] == ["alert"]
    assert "Call 911" in said[0][1]


def test_thinking_is_told_only_when_it_takes_a_while(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.delay = 0.2
    chat.ask("How is it treated?")
    bot.script.delay = 1.2
    chat.announced()
    chat.ask("What are the symptoms?")
    assert [role for role, _ in chat.announced()] == ["status", "log"]
    assert chat.status.inner_text() == ""


def test_a_failure_is_one_alert_each_time(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    chat.announced()
    bot.script.failures = ["500", "500"]
    chat.type("How is it treated?")
    chat.retry.wait_for()
    assert [role for role, _ in chat.announced()] == ["alert"]
    chat.retry.click()
    again = chat.announced()
    while not again:
        chat.page.wait_for_timeout(20)
        again = chat.announced()
    assert [role for role, _ in again] == ["alert"]
    assert chat.focused() == "Try again", "a busy button keeps its focus"
    chat.retry.click()
    chat.replies.nth(1).wait_for()
    assert [role for role, _ in chat.announced()] == ["log"]
    assert chat.focused() == "question"


def test_what_is_restored_is_not_announced(chat: Chat) -> None:
    chat.open().ask("My legs have gone numb")
    chat.page.reload()
    chat.replies.nth(1).wait_for()
    assert chat.announced() == []
    assert chat.replies.nth(1).get_attribute("role") is None
    assert chat.focused() == "BODY" or "Skip" in chat.focused(), "a reload takes no focus"


def test_buttons_are_large_enough_for_a_finger(visit: Callable[..., Chat]) -> None:
    chat = visit(viewport={"width": 320, "height": 640}, has_touch=True)
    chat.open().ask("My legs have gone numb")
    chat.page.get_by_role("button", name="Options").click()
    targets = chat.host.locator("button:visible:not(footer button), .urgent .tel")
    for target in targets.all():
        box = target.bounding_box()
        assert box and box["height"] >= 44 and box["width"] >= 44, target.inner_text()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (640, 430)], ids=["320 pixels", "200 %"])
def test_nothing_scrolls_sideways(visit: Callable[..., Chat], width: int, height: int) -> None:
    chat = visit(viewport={"width": width, "height": height})
    chat.open().ask("How is it treated?")
    chat.ask("My legs have gone numb")
    assert chat.log.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert chat.page.evaluate("document.documentElement.scrollWidth") <= width
    for part in (chat.input, chat.send, chat.host.locator("footer"), chat.host.locator(".strip")):
        box = part.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= height


def test_the_launcher_steps_aside_for_what_has_the_focus(chat: Chat) -> None:
    chat.page.evaluate(
        """() => {
          const button = document.createElement("button");
          button.textContent = "The page's own";
          button.className = "corner";
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(".corner { position: fixed; bottom: 30px; right: 60px }");
          document.adoptedStyleSheets = [sheet];
          document.body.append(button);
          button.focus();
        }"""
    )
    assert chat.launcher.evaluate("e => getComputedStyle(e).opacity") == "0"
    chat.launcher.focus()
    assert chat.launcher.evaluate("e => getComputedStyle(e).opacity") == "1"


def test_keys_typed_here_are_no_shortcuts_of_the_page(chat: Chat) -> None:
    chat.page.evaluate("window.keys = 0; addEventListener('keydown', () => keys++)")
    chat.open()
    chat.input.press_sequentially("legs")
    assert chat.page.evaluate("keys") == 0


@pytest.mark.parametrize("state", ["closed", "open", "answer", "emergency", "options", "error", "right-to-left"])
def test_the_tree_that_a_screen_reader_sees(visit: Callable[..., Chat], bot: FakeBot, state: str) -> None:
    """The whole of it, as trees/STATE.yml has it: a change of names, roles or order is to be made there on purpose."""
    if state == "right-to-left":
        bot.script.pages["/"] = page_in("ar", "rtl")
    chat = visit()
    part = chat.host
    if state != "closed":
        chat.open()
    if state == "answer":
        part = chat.ask("How is it treated?")
        part.get_by_role("button", name="Not helpful").wait_for()
    if state == "emergency":
        chat.ask("My legs have gone numb")
        part = chat.host.locator(".item.urgent")
    if state == "options":
        chat.host.locator("[aria-controls=options]").click()
        part = chat.host.locator("#options")
    if state == "error":
        bot.script.failures = ["500"]
        chat.type("How is it treated?")
        chat.retry.wait_for()
        part = chat.host.locator(".problem")
    assert part.aria_snapshot() + "\n" == (TREES / f"{state}.yml").read_text("utf-8")
