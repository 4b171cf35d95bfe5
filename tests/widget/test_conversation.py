"""Questions, answers, and all that can go wrong between them."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .conftest import Chat
from .fake_bot import DISCLAIMER, SITE, SOURCE_URL, FakeBot, message, treatment

pytestmark = pytest.mark.browser


def test_nothing_but_the_script_is_asked_for_before_it_is_opened(chat: Chat, bot: FakeBot) -> None:
    chat.launcher.wait_for()
    assert bot.calls == []
    assert [url for url in chat.requests if "marrow" in url] == [bot.url + SITE.manifest["script"]]
    # What else there is belongs to the page.
    page = {"/", "/widget/page.css", "/widget/page.js", "/widget/icon.svg", "/review", SITE.manifest["script"]}
    assert {url.removeprefix(bot.url) for url in chat.requests} <= page
    assert chat.page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]


def test_greeting_offers_starter_questions(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    assert "Hello" in chat.replies.first.inner_text()
    assert chat.replies.first.locator(".choice").count() == 4
    assert [call for call, _, _ in bot.calls] == ["session"]
    assert bot.origins == {bot.url}, "a server that checks the origin must be told it"


def test_answer_sets_quotation_plain_words_and_source_apart(chat: Chat) -> None:
    reply = chat.open().ask("How is it treated?")
    quote = reply.locator("blockquote")
    assert quote.locator("li").count() == 2
    assert "In plain words" not in quote.inner_text()
    assert "Treatment" in reply.locator("figcaption").inner_text()
    assert reply.locator(".plain").inner_text().startswith("In plain words:")
    source = reply.get_by_role("link", name="Bone metastasis, Treatment (WikiMD)")
    assert source.get_attribute("href") == SOURCE_URL
    assert source.get_attribute("target") == "_blank"
    assert source.get_attribute("rel") == "noopener noreferrer"
    assert reply.locator(".disclaimer").inner_text() == DISCLAIMER


def test_the_whole_text_is_there_and_in_its_order(chat: Chat) -> None:
    reply = chat.open().ask("How is it treated?")
    shown = " ".join(reply.locator(".bubble").inner_text().split())
    at = -1
    for line in treatment()["text"].splitlines():
        line = " ".join(line.removeprefix("• ").replace(f", {SOURCE_URL}", "").split())
        assert shown.find(line) > at, line
        at = shown.find(line)


def test_a_choice_is_sent_as_its_key(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    chat.page.get_by_role("button", name="How is it treated?").click()
    chat.replies.nth(1).wait_for()
    call, body, token = bot.calls[-1]
    assert (call, body["choice"], token) == ("message", "key:How is it treated?", "token-1")
    assert "text" not in body
    assert "How is it treated?" in chat.mine.first.inner_text()


def test_every_message_has_an_id_of_its_own(chat: Chat, bot: FakeBot) -> None:
    chat.open().ask("How is it treated?")
    chat.ask("How is it treated?")
    ids = [body["id"] for call, body, _ in bot.calls if call == "message"]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"\d+(-\d+){3}", each) for each in ids)  # 128 random bits


def test_emergency_stands_out_and_can_be_called(chat: Chat) -> None:
    reply = chat.open().ask("My legs have gone numb")
    assert reply.get_attribute("role") == "alert"
    assert [link.get_attribute("href") for link in reply.get_by_role("link").all()] == ["tel:911", "tel:999", "tel:112"]
    assert reply.locator(".bubble").evaluate("e => getComputedStyle(e).borderTopWidth") == "2px"
    assert "24-hour" in reply.inner_text()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Call 911 now.", ["tel:911"]),
        ("Call (911) or 988, 24 hours a day.", ["tel:911", "tel:988"]),
        ("Samaritans: 116 123. Or 111.", ["tel:116123", "tel:111"]),
        ("+44 20 7946 0000 or (555) 010-0000", ["tel:+442079460000", "tel:5550100000"]),
        ("1-800-555-0100", ["tel:18005550100"]),
        ("France: 01 02 03 04 05", ["tel:0102030405"]),
        ("A fever of 38.5 C, 38 C, 100.4, 1,000 characters, 50 %, 150%, in 2024, the 24-hour line, at 10:30", []),
        ("See https://hospital.example/help.", ["https://hospital.example/help"]),
        ("javascript:alert(1) http://plain.example data:text/html,x //x.example", []),
    ],
)
def test_numbers_and_addresses_become_links(chat: Chat, bot: FakeBot, text: str, links: list[str]) -> None:
    chat.open()
    bot.script.reply = message("urgent", text)
    reply = chat.ask("Help")
    assert [link.get_attribute("href") for link in reply.get_by_role("link").all()] == links
    said = reply.locator(".say").evaluate("e => (e.querySelectorAll('.sr').forEach((s) => s.remove()), e.textContent)")
    assert said == text


def test_not_covered_sets_the_nearest_thing_apart(chat: Chat) -> None:
    reply = chat.open().ask("How long have I got?")
    assert reply.locator("blockquote").inner_text() == "The prognosis for patients with bone metastasis varies widely."
    assert "The article does not say" in reply.locator(".say").first.inner_text()
    assert reply.locator(".choice").count() == 1


@pytest.mark.parametrize(
    ("lines", "passages", "quoted"),
    [
        ("One.\nTwo.\nSource: A", 2, ["One.", "Two."]),
        ("One.\nIt meant to go on, but this part is missing from it.\nIn plain words: 1.\nSource: A", 1, ["One."]),
        ("I am sorry. This is hard.\nOne.\nIn plain words: 1.\nSource: A", 1, ["One."]),
        (
            "I am sorry.\nOne.\nTwo.\nBut this part is missing from it.\nIn plain words: 1.\nSource: A",
            2,
            ["One.", "Two."],
        ),
        ("I am sorry.\nSo sorry.\nOne.\nIn plain words: 1.\nSource: A", 1, []),
        ("One.\nIt is listed under two.\nSource: A", 1, []),
        ("One.\nIn plain words: 1.\nBone: hard stuff.\nSource: A", 1, ["One."]),
        ("One.\nIn plain words: 1.\nSource: A\nTwo.\nSource: B", 2, ["One.", "Two."]),
        ("I take them one by one.\nOne.\nSource: A\nTwo.\nSource: B", 2, []),
        ("One.\nSource: A\nIf this is happening now, do not wait for me.", 1, ["One."]),
        ("One.\nSource: A", 3, []),
        ("One.\nSource: A", 0, []),
        ("One.", 1, []),
    ],
)
def test_only_the_articles_words_are_a_quotation(
    chat: Chat, bot: FakeBot, lines: str, passages: int, quoted: list[str]
) -> None:
    chat.open()
    bot.script.reply = message("answer", lines, passages=[f"x.{n}" for n in range(passages)])
    reply = chat.ask("Hello")
    assert reply.locator("blockquote p").all_inner_texts() == quoted
    for line in lines.split("\n"):
        assert line.split(": ")[-1] in reply.inner_text()


def test_a_quotation_of_two_sections_names_both(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    cited = [{"title": "A", "section": name, "url": None, "source": "B"} for name in ("Causes", "Symptoms")]
    bot.script.reply = message("answer", "One.\nTwo.\nSource: A", passages=["c.1", "s.1"], citations=cited)
    assert chat.ask("Hello").locator("figcaption").inner_text() == "From the article · Causes, Symptoms"


def test_the_disclaimer_is_always_in_view(visit: Callable[..., Chat], bot: FakeBot) -> None:
    for size in ({"width": 1280, "height": 860}, {"width": 320, "height": 568}):
        chat = visit(viewport=size)
        bot.script.failures = ["500"]
        chat.launcher.click()
        footer = chat.host.locator("footer")
        chat.retry.wait_for()
        for question in (None, "How is it treated?", "My legs are numb"):
            if question:
                chat.ask(question)
            assert DISCLAIMER in footer.inner_text()
            box = footer.bounding_box()
            assert box and box["y"] + box["height"] <= size["height"]


def test_the_full_disclaimer_is_one_press_away(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    chat.page.get_by_role("button", name="Full disclaimer").click()
    chat.replies.nth(1).wait_for()
    assert bot.said() == ["Full disclaimer"]


def test_a_disclaimer_that_was_asked_for_is_no_small_print(chat: Chat, bot: FakeBot) -> None:
    full = "WikiMD is not a substitute for professional medical advice. " * 8
    reply = message("smalltalk", "", disclaimer=full.strip())
    bot.script.reply = {**reply, "text": f"The full disclaimer:\n{full.strip()}"}
    shown = chat.open().ask("full disclaimer")
    assert shown.locator(".small").count() == 0
    assert full.strip() in shown.inner_text()


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("500", "Sorry, something broke. If it is urgent, call 112 now."),
        ("error", "Sorry, something broke. If it is urgent, call 112 now."),
        ("503", "Sorry, something broke."),
        ("429", "That was a little fast."),
        ("403", "Sorry, something broke."),
        ("drop", "The assistant could not be reached. Your question is kept."),
        ("text", "Something went wrong on our side. Your question is kept."),
        ("list", "Something went wrong on our side. Your question is kept."),
    ],
)
def test_a_failed_question_is_kept_and_sent_again(chat: Chat, bot: FakeBot, failure: str, words: str) -> None:
    chat.open()
    # A dropped connection is tried twice by the browser itself.
    bot.script.failures = [failure] * (2 if failure == "drop" else 1)
    chat.type("How is it treated?")
    chat.retry.wait_for()
    assert words in chat.problem.inner_text()
    assert "Not answered yet" in chat.mine.first.inner_text()
    bot.script.failures = []
    chat.retry.click()
    chat.replies.nth(1).wait_for()
    assert "strengthen bones" in chat.replies.nth(1).inner_text()
    assert not chat.retry.is_visible()
    assert chat.problem.inner_text() == ""
    assert "Not answered yet" not in chat.mine.first.inner_text()
    assert len({body["id"] for call, body, _ in bot.calls if call == "message"}) == 1


def test_a_failed_question_goes_behind_the_next_which_may_be_urgent(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.failures = ["500"]
    chat.type("How is it treated?")
    chat.retry.wait_for()
    chat.type("My legs have gone numb")
    chat.replies.nth(2).wait_for()
    assert bot.said() == ["How is it treated?", "My legs have gone numb", "How is it treated?"]
    chat.replies.nth(1).filter(has_text="Call 911").wait_for()
    order = [item.inner_text() for item in chat.host.locator(".item").all()]
    for text, part in zip(
        order[1:], ("My legs have gone", "Call 911", "How is it treated", "From the article"), strict=True
    ):
        assert part in text


def test_a_question_the_server_refuses_is_given_back(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.failures = ["413"]
    chat.type("How is it treated?")
    chat.problem.filter(has_text="too long").wait_for()
    assert chat.input.input_value() == "How is it treated?"
    assert chat.mine.count() == 0
    assert not chat.retry.is_visible(), "the same again cannot help"
    chat.input.press("Enter")
    chat.replies.nth(1).wait_for()


def test_a_dead_session_is_renewed_unseen(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.tokens.clear()
    chat.ask("How is it treated?")
    assert [call for call, _, _ in bot.calls] == ["session", "message", "session", "message"]
    assert chat.replies.count() == 2, "the second greeting is not shown"
    assert chat.problem.inner_text() == ""


def test_a_choice_of_a_dead_session_is_sent_in_words(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.tokens.clear()
    chat.page.get_by_role("button", name="How is it treated?").click()
    chat.replies.nth(1).wait_for()
    assert bot.said() == ["key:How is it treated?", "How is it treated?"]


def test_a_session_refused_twice_is_an_error(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.failures = ["401", "401"]
    chat.type("How is it treated?")
    chat.retry.wait_for()
    chat.retry.click()
    chat.replies.nth(1).wait_for()


def test_a_greeting_that_fails_can_be_tried_again(chat: Chat, bot: FakeBot) -> None:
    bot.script.failures = ["503"]
    chat.launcher.click()
    chat.retry.wait_for()
    assert "kept" not in chat.problem.inner_text()
    chat.retry.click()
    chat.replies.first.wait_for()


def test_a_question_can_be_asked_though_the_greeting_failed(chat: Chat, bot: FakeBot) -> None:
    bot.script.failures = ["503"]
    chat.launcher.click()
    chat.retry.wait_for()
    chat.type("My legs have gone numb")
    chat.replies.first.locator(".bubble").wait_for()
    assert "Call 911" in chat.replies.first.inner_text()


def test_an_emergency_is_answered_though_no_session_can_be_opened(chat: Chat, bot: FakeBot) -> None:
    bot.script.failures = ["429", "429"]
    chat.launcher.click()
    chat.retry.wait_for()
    chat.type("My legs have gone numb")
    chat.replies.first.locator(".bubble").wait_for()
    assert "Call 911" in chat.replies.first.inner_text() and bot.sessions == 0
    bot.script.failures = ["429"]
    chat.type("How is it treated?")
    chat.problem.filter(has_text="That was a little fast.").wait_for()
    assert bot.sessions == 0
    chat.retry.click()
    chat.replies.nth(1).wait_for()
    assert "strengthen bones" in chat.replies.nth(1).inner_text()


def test_who_comes_back_online_is_greeted(chat: Chat) -> None:
    chat.page.context.set_offline(True)
    chat.launcher.click()
    chat.problem.filter(has_text="You seem to be offline.").wait_for()
    chat.page.context.set_offline(False)
    chat.replies.first.wait_for()
    assert chat.problem.inner_text() == ""


def test_offline_is_said_and_the_question_goes_when_back(chat: Chat) -> None:
    chat.open()
    chat.page.context.set_offline(True)
    chat.type("How is it treated?")
    chat.problem.filter(has_text="You seem to be offline. Your question is kept.").wait_for()
    chat.page.context.set_offline(False)
    chat.replies.nth(1).wait_for()
    assert chat.problem.inner_text() == ""


def test_slow_answers_are_told_apart_from_none(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    chat.page.clock.install()
    bot.script.delay = 3
    chat.type("How is it treated?")
    chat.page.clock.run_for(700)
    assert chat.status.inner_text() == "Looking in the article…"
    chat.page.clock.run_for(10_000)
    assert "longer than usual" in chat.status.inner_text()
    chat.page.clock.run_for(20_000)
    chat.problem.filter(has_text="No answer came in time. Your question is kept.").wait_for()
    assert chat.status.inner_text() == ""
    bot.script.delay = 0
    chat.retry.click()
    chat.replies.nth(1).wait_for()


def test_while_busy_nothing_is_sent_twice(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.delay = 0.5
    choice = chat.page.get_by_role("button", name="How is it treated?")
    choice.dblclick()
    assert chat.send.get_attribute("aria-disabled") == "true"
    chat.input.fill("What are the symptoms?")
    chat.input.press("Enter")
    assert chat.input.input_value() == "What are the symptoms?", "a draft stays until it can be sent"
    chat.replies.nth(1).wait_for()
    assert bot.said() == ["key:How is it treated?"]
    assert chat.send.get_attribute("aria-disabled") == "false"


def test_a_long_question_is_counted_and_not_cut(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    chat.input.fill("b" * 899)
    assert not chat.host.locator(".count").is_visible()
    chat.input.fill("b" * 1002)
    assert chat.host.locator(".count").inner_text() == "1002 of 1000 characters"
    chat.input.press("Enter")
    assert "too long" in chat.problem.inner_text()
    assert len(chat.input.input_value()) == 1002
    assert bot.said() == []
    chat.input.fill("b" * 1000)
    assert chat.problem.inner_text() == ""
    chat.input.press("Enter")
    chat.replies.nth(1).wait_for()
    assert bot.said() == ["b" * 1000]


def test_shift_enter_makes_a_line_and_blank_is_not_sent(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    chat.type("   ")
    chat.input.fill("one")
    chat.input.press("Shift+Enter")
    chat.input.press_sequentially("two")
    chat.input.press("Enter")
    chat.replies.nth(1).wait_for()
    assert bot.said() == ["one\ntwo"]


def test_an_answer_while_closed_is_counted_on_the_launcher(chat: Chat, bot: FakeBot) -> None:
    chat.open()
    bot.script.delay = 0.5
    chat.type("How is it treated?")
    chat.page.keyboard.press("Escape")
    chat.page.get_by_role("button", name="Ask a question 1 unread").wait_for()
    chat.launcher.click()
    assert "strengthen bones" in chat.replies.nth(1).inner_text()
    chat.page.keyboard.press("Escape")
    assert "unread" not in chat.launcher.inner_text()


def test_consent_stands_there_until_the_first_question(chat: Chat) -> None:
    chat.open()
    consent = chat.host.locator(".consent")
    assert "Please do not type your name" in consent.inner_text()
    chat.ask("How is it treated?")
    assert not consent.is_visible()
