"""What a person can do with a conversation: vote, copy, download, print, larger text; and what a page may set."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Chat
from .fake_bot import DISCLAIMER, FakeBot, message, page_in

pytestmark = pytest.mark.browser


def option(chat: Chat, name: str) -> None:
    """Presses one of the options, which are opened if they are not."""
    toggle = chat.page.get_by_role("button", name="Options")
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()
    chat.page.get_by_role("group", name="Options").get_by_role("button", name=name).click()


# -- votes -------------------------------------------------------------------------------------------------------------


def test_a_vote_is_sent_without_text_and_kept(chat: Chat, bot: FakeBot) -> None:
    reply = chat.open().ask("How is it treated?")
    group = reply.get_by_role("group", name="Was this helpful?")
    group.get_by_role("button", name="Helpful", exact=True).click()
    group.locator("[aria-pressed=true]").wait_for()
    call, body, token = bot.calls[-1]
    assert (call, set(body), token) == ("feedback", {"reply_id", "helpful"}, "token-1")
    assert list(bot.votes.values()) == [True]
    assert "Thank you" in chat.status.inner_text()
    chat.page.reload()
    pressed = chat.replies.nth(1).locator(".vote [aria-pressed=true]")
    assert pressed.inner_text() == "Helpful"
    chat.replies.nth(1).get_by_role("button", name="Not helpful").click()
    chat.replies.nth(1).get_by_role("button", name="Not helpful", pressed=True).wait_for()
    assert pressed.count() == 1
    assert list(bot.votes.values()) == [False]


def test_a_vote_that_fails_says_so_and_is_not_shown_as_given(chat: Chat, bot: FakeBot) -> None:
    reply = chat.open().ask("How is it treated?")
    bot.script.failures = ["500"]
    reply.get_by_role("button", name="Not helpful").click()
    chat.status.filter(has_text="Something went wrong").wait_for()
    assert reply.locator("[aria-pressed=true]").count() == 0
    assert bot.votes == {}


def test_votes_are_asked_for_on_answers_only(chat: Chat) -> None:
    chat.open()
    for question, asked in (("How long have I got?", 1), ("My legs have gone numb", 0), ("Hello", 0)):
        reply = chat.ask(question)
        chat.page.wait_for_timeout(100)
        assert reply.locator(".vote button").count() == 2 * asked, question
    assert chat.replies.first.locator(".vote").count() == 0, "nor on the greeting"


def test_the_question_for_a_vote_is_not_announced_with_the_answer(chat: Chat) -> None:
    chat.open()
    chat.announced()
    chat.ask("How is it treated?").get_by_role("button", name="Not helpful").wait_for()
    said = chat.announced()
    assert [role for role, _ in said] == ["log"]
    assert "elpful" not in said[0][1]


def test_thanks_is_announced_once(chat: Chat) -> None:
    reply = chat.open().ask("How is it treated?")
    reply.get_by_role("button", name="Not helpful").wait_for()
    chat.announced()
    reply.get_by_role("button", name="Not helpful").click()
    chat.status.filter(has_text="Thank you").wait_for()
    assert [role for role, _ in chat.announced()] == ["status"]


# -- the conversation as a whole ---------------------------------------------------------------------------------------


def is_transcript(text: str) -> None:
    """Asserts what a copy must have: a date, who said what, and each disclaimer once, at the end."""
    assert re.match(r"Marrow · .*\b20\d\d\b.*\d:\d\d", text), "when it was made"
    assert "You said: How is it treated?" in text
    said = text.index("Marrow said: Treatment for bone metastasis aims")
    assert said < text.index("In plain words:") < text.index("Source: Bone metastasis, Treatment (WikiMD), https://")
    assert "Call 911 (US), 999 (UK) or 112 (EU) now." in text
    assert text.count(DISCLAIMER) == 1 and text.rstrip().endswith(DISCLAIMER)
    assert "key:" not in text and "token" not in text


@pytest.fixture
def talk(chat: Chat) -> Chat:
    """A conversation with an answer and an emergency."""
    chat.open().ask("How is it treated?")
    chat.ask("My legs have gone numb")
    return chat


def test_copy(talk: Chat) -> None:
    talk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    option(talk, "Copy")
    talk.status.filter(has_text="It is copied.").wait_for()
    is_transcript(talk.page.evaluate("navigator.clipboard.readText()"))


def test_copy_that_is_refused_says_so(talk: Chat) -> None:
    talk.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    option(talk, "Copy")
    talk.status.filter(has_text="Your browser did not let me copy.").wait_for()


def test_download(talk: Chat) -> None:
    with talk.page.expect_download() as download:
        option(talk, "Download")
    assert re.fullmatch(r"marrow-20\d\d-\d\d-\d\d\.txt", download.value.suggested_filename)
    is_transcript(Path(download.value.path()).read_text("utf-8"))


def test_print_prints_the_conversation_and_not_the_page(talk: Chat) -> None:
    script = "window.print = () => top.printed.push([document.title, document.body.innerText]); window.printed = [];"
    talk.page.add_init_script(script)
    talk.page.reload()
    option(talk, "Print")
    option(talk, "Print")
    printed = talk.page.evaluate("printed")
    assert len(printed) == 2 and printed[0][0] == "Marrow"
    is_transcript(printed[1][1])
    assert talk.host.locator("iframe").count() == 1, "one frame, not one each time"


def test_a_full_disclaimer_that_was_asked_for_stays_in_the_transcript(chat: Chat, bot: FakeBot) -> None:
    full = "WikiMD is not a substitute for professional medical advice. " * 8
    bot.script.reply = {**message("smalltalk", "", disclaimer=full.strip()), "text": full.strip()}
    chat.open().ask("full disclaimer")
    chat.page.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text } }")
    option(chat, "Copy")
    chat.status.filter(has_text="copied").wait_for()
    text = str(chat.page.evaluate("copied"))
    assert text.count(full.strip()) == 1 and text.count(DISCLAIMER) == 1


# -- text size ---------------------------------------------------------------------------------------------------------


def size(chat: Chat) -> float:
    return float(chat.input.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))


def test_larger_text_goes_up_and_down_in_steps_and_stays(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    sizes = [size(chat)]
    for _ in range(5):
        option(chat, "Larger text")
        sizes.append(size(chat))
    assert sizes[0] == 16 and sizes[0] < sizes[1] < sizes[2] < sizes[3] == sizes[4] == sizes[5]
    chat.page.reload()
    assert size(chat) == sizes[3]
    option(chat, "Smaller text")
    assert size(chat) == sizes[2]
    option(chat, "Forget everything")
    chat.log.get_by_text("erased, here and on the server").wait_for()
    assert size(chat) == sizes[2], "a size is nothing about the person"


@pytest.mark.parametrize("viewport", [(1280, 860), (375, 700), (320, 640)], ids=str)
def test_the_largest_text_fits_and_keeps_the_disclaimer_in_view(
    visit: Callable[..., Chat], viewport: tuple[int, int]
) -> None:
    chat = visit(viewport={"width": viewport[0], "height": viewport[1]}).open()
    for _ in range(3):
        option(chat, "Larger text")
    chat.page.get_by_role("button", name="Options").click()
    chat.ask("How is it treated?")
    chat.ask("My legs have gone numb")
    assert chat.log.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert chat.host.locator(".panel").evaluate("e => e.scrollWidth <= e.clientWidth")
    footer, log = chat.host.locator("footer").bounding_box(), chat.log.bounding_box()
    assert footer and footer["y"] + footer["height"] <= viewport[1] + 1
    assert log and log["height"] >= 60


def test_options_leave_the_disclaimer_in_view(visit: Callable[..., Chat]) -> None:
    chat = visit(viewport={"width": 375, "height": 700}).open()
    chat.page.get_by_role("button", name="Options").click()
    footer = chat.host.locator("footer").bounding_box()
    assert footer and footer["y"] + footer["height"] <= 701


def test_start_again_from_the_note_does_not_open_the_options(chat: Chat) -> None:
    chat.open().ask("How is it treated?")
    option(chat, "Forget everything")
    chat.log.get_by_role("button", name="Start again").click()
    chat.replies.first.get_by_text("Hello").wait_for()
    assert not chat.host.locator("#options").is_visible()


# -- what a page sets --------------------------------------------------------------------------------------------------


def test_questions_to_start_with_are_the_pages(visit: Callable[..., Chat], bot: FakeBot) -> None:
    bot.script.pages["/"] = page_in("en", chat='questions="How is it treated? | What are the symptoms?|"')
    chat = visit().open()
    assert chat.replies.first.locator(".choice").all_inner_texts() == ["How is it treated?", "What are the symptoms?"]
    chat.replies.first.locator(".choice").first.click()
    chat.replies.nth(1).locator(".bubble").wait_for()
    assert bot.said() == ["How is it treated?"], "sent as words: it is no key of the server's"
    assert chat.replies.nth(1).locator(".choice").count() == 3, "later choices are the bot's again"


@pytest.mark.parametrize(("width", "is_open"), [(1280, True), (320, False)])
def test_open_from_the_start_where_it_does_not_cover_the_page(
    visit: Callable[..., Chat], bot: FakeBot, width: int, is_open: bool
) -> None:
    bot.script.pages["/"] = page_in("en", chat="open")
    chat = visit(viewport={"width": width, "height": 800})
    if is_open:
        chat.replies.first.locator(".bubble").wait_for()
    assert chat.dialog.is_visible() == is_open
    assert chat.focused() != "question", "it takes no focus that nobody gave it"


@pytest.mark.parametrize(
    ("attribute", "shown"),
    [('label="Chat with us"', "Chat with us"), ('label=""', "Ask a question"), ("", "Ask a question")],
)
def test_label(visit: Callable[..., Chat], bot: FakeBot, attribute: str, shown: str) -> None:
    bot.script.pages["/"] = page_in("en", chat=attribute)
    assert visit().launcher.inner_text() == shown


def test_colours_follow_the_page(chat: Chat) -> None:
    chat.page.evaluate("document.documentElement.style.setProperty('--marrow-accent', '#5b2a86')")
    assert chat.launcher.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(91, 42, 134)"


def test_source_without_an_address_opens_on_the_page_of_all_questions(chat: Chat, bot: FakeBot) -> None:
    reply = chat.open().ask("What are the symptoms?")
    link = reply.locator(".small a")
    assert link.get_attribute("href") == f"{bot.url}/questions#bone-metastasis-symptoms"
    with chat.page.context.expect_page() as opened:
        link.click()
    page: Any = opened.value
    page.wait_for_load_state()
    assert page.locator("#bone-metastasis-symptoms h3").is_visible()
    assert page.locator(":target").get_attribute("id") == "bone-metastasis-symptoms"
