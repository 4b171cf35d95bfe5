"""What is kept, where, and how it is forgotten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Chat
from .fake_bot import FakeBot

pytestmark = pytest.mark.browser


def options(chat: Chat, name: str) -> None:
    chat.page.get_by_role("button", name="Options").click()
    chat.page.get_by_role("group", name="Options").get_by_role("button", name=name).click()


def stored(chat: Chat) -> str:
    return str(chat.page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + document.cookie"))


def test_reload_keeps_conversation_draft_and_window(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("How is it treated?").get_by_role("button", name="Not helpful").wait_for()
    chat.input.fill("And what")
    before = chat.log.inner_text()
    chat.page.reload()
    assert chat.dialog.is_visible()
    assert chat.log.inner_text() == before
    assert chat.input.input_value() == "And what"
    chat.ask("What are the symptoms?")
    assert bot.sessions == 1
    assert bot.calls[-1][2] == "token-1"


def test_reload_keeps_a_closed_window_closed(chat: Chat) -> None:
    chat.open().ask("How is it treated?")
    chat.page.keyboard.press("Escape")
    chat.page.reload()
    assert not chat.dialog.is_visible()
    chat.launcher.click()
    assert chat.replies.count() == 2


def test_reload_while_waiting_asks_again_with_the_same_id(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.delay = 1
    chat.type("How is it treated?")
    chat.page.wait_for_timeout(100)
    bot.script.delay = 0
    chat.page.reload()
    chat.replies.nth(1).wait_for()
    assert chat.replies.count() == 2
    assert len({body["id"] for call, body, _ in bot.calls if call == "message"}) == 1


def test_choices_still_work_after_a_reload(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("How is it treated?")
    chat.page.reload()
    chat.replies.nth(1).get_by_role("button", name="What are the symptoms?").click()
    chat.replies.nth(2).wait_for()
    assert bot.said()[-1] == "key:What are the symptoms?"


def test_a_spoilt_memory_is_a_fresh_start(chat: Chat) -> None:
    chat.open().ask("How is it treated?")
    for spoilt in ("{", '{"version": 1}', '{"version": 1, "entries": [{}], "doomed": []}', '{"version": 99}', "null"):
        chat.page.evaluate("(text) => sessionStorage.setItem(Object.keys(sessionStorage)[0], text)", spoilt)
        chat.page.reload()
        chat.open()
        assert chat.replies.count() == 1
        assert chat.mine.count() == 0


def test_it_works_where_storage_is_forbidden(visit: Callable[..., Chat]) -> None:
    chat = visit()
    chat.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    chat.page.reload()
    chat.open().ask("How is it treated?")


def test_forget_erases_here_and_on_the_server(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("My legs have gone numb")
    assert "legs" in stored(chat)
    options(chat, "Forget everything")
    chat.log.get_by_text("This conversation has been erased, here and on the server.").wait_for()
    assert bot.calls[-1] == ("forget", {}, "token-1")
    assert bot.tokens == set()
    assert "legs" not in stored(chat) and "token" not in stored(chat).replace('\\"token\\":\\"\\"', "")
    assert chat.replies.count() == 0
    assert chat.focused() == "question"
    chat.page.keyboard.press("Escape")
    assert stored(chat) == "{}{}", "nothing at all is left"


def test_after_forgetting_one_can_begin_again(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("How is it treated?")
    options(chat, "Forget everything")
    chat.log.get_by_role("button", name="Start again").click()
    chat.replies.first.wait_for()
    assert "Hello" in chat.replies.first.inner_text()
    assert bot.sessions == 2


def test_start_again_forgets_and_greets(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("How is it treated?")
    options(chat, "Start again")
    chat.mine.wait_for(state="detached")
    chat.replies.first.get_by_text("Hello").wait_for()
    chat.page.wait_for_timeout(200)
    assert ("forget", {}, "token-1") in bot.calls
    assert bot.tokens == {"token-2"}
    chat.ask("How is it treated?")
    assert bot.calls[-1][2] == "token-2"


def test_forgetting_that_fails_says_so_and_is_tried_again(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("My legs have gone numb")
    bot.script.failures = ["500"]
    options(chat, "Forget everything")
    chat.problem.filter(has_text="erased on this device. The server could not be reached").wait_for()
    assert "legs" not in stored(chat)
    assert bot.tokens == {"token-1"}
    chat.retry.click()
    chat.log.get_by_text("erased, here and on the server").wait_for()
    assert bot.tokens == set()
    assert chat.problem.inner_text() == ""


def test_forgetting_that_failed_is_made_up_for_after_a_reload(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("How is it treated?")
    bot.script.failures = ["500"]
    options(chat, "Forget everything")
    chat.retry.wait_for()
    chat.page.reload()
    chat.replies.first.wait_for()
    chat.page.wait_for_timeout(200)
    assert bot.tokens == {"token-2"}


def test_forgetting_while_waiting_drops_the_answer(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.delay = 0.5
    chat.type("How is it treated?")
    chat.page.wait_for_timeout(100)
    options(chat, "Forget everything")
    chat.log.get_by_text("erased, here and on the server").wait_for()
    chat.page.wait_for_timeout(600)
    assert chat.replies.count() == 0
    assert chat.mine.count() == 0


def test_two_tabs_have_two_conversations(visit: Callable[..., Chat], bot: FakeBot) -> None:
    one = visit().open()
    two = Chat(one.page.context.new_page(), bot.url).load().open()
    one.ask("How is it treated?")
    two.ask("What are the symptoms?")
    assert one.replies.count() == two.replies.count() == 2
    assert bot.tokens == {"token-1", "token-2"}
