"""On other websites: a script tag with its hash, a strict policy, a frame; and with no script at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from marrow.site import Document

from .conftest import WATCH, Chat
from .fake_bot import DISCLAIMER, SITE, FakeBot

pytestmark = pytest.mark.browser


@pytest.fixture
def hospital(bot: FakeBot) -> Iterator[FakeBot]:
    """Another website, on another origin, which the bot allows."""
    with FakeBot() as other:
        other.url = other.url.replace("127.0.0.1", "localhost")
        bot.cors = {
            "Access-Control-Allow-Origin": other.url,
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
        }
        yield other


def host_page(bot: FakeBot, body: str, *, head: str = "", policy: str = "") -> Document:
    """A page of the hospital with the strictest policy under which the widget works."""
    policy = policy or (
        f"default-src 'none'; script-src {bot.url}; connect-src {bot.url}; frame-src {bot.url}; style-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; base-uri 'none'; form-action 'none'"
    )
    html = f"<!doctype html><html lang=en><title>Hospital</title>{head}<body><main><h1>Hospital</h1>{body}</main>"
    return Document(html.encode(), {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy})


def tag(bot: FakeBot, integrity: str | None = None) -> str:
    manifest = SITE.manifest
    return (
        f'<script src="{bot.url}{manifest["script"]}" integrity="{integrity or manifest["integrity"]}" '
        'crossorigin="anonymous" defer></script>'
    )


@pytest.fixture
def at(browser: Any, bot: FakeBot, hospital: FakeBot) -> Iterator[Callable[[Document], Chat]]:
    """A function that shows a page of the hospital. At the end only its origin and the bot's may have been asked."""
    chats: list[Chat] = []

    def go(page: Document) -> Chat:
        hospital.script.pages["/"] = page
        context = browser.new_context()
        context.set_default_timeout(8000)
        context.add_init_script(WATCH)
        chat = Chat(context.new_page(), hospital.url)
        chats.append(chat)
        return chat.load()

    yield go
    for chat in chats:
        asked = {url for url in chat.requests if not url.startswith((bot.url, f"{hospital.url}/"))}
        chat.page.context.close()
        assert asked == set()


def test_one_tag_with_its_hash_works_on_another_origin_under_a_strict_policy(
    at: Callable[[Document], Chat], bot: FakeBot, hospital: FakeBot
) -> None:
    chat = at(host_page(bot, "<marrow-chat></marrow-chat>", head=tag(bot)))
    chat.launcher.wait_for()
    ours = [url for url in chat.requests if url.startswith(bot.url)]
    assert ours == [bot.url + SITE.manifest["script"]], "one request before it is opened"
    chat.open().ask("How is it treated?")
    chat.ask("My legs have gone numb")
    chat.page.get_by_role("button", name="Options").click()
    chat.page.get_by_role("button", name="Forget everything").click()
    chat.log.get_by_text("erased, here and on the server").wait_for()
    assert bot.tokens == set() and bot.origins == {hospital.url}
    assert chat.violations() == [] and chat.errors == []
    assert {call for call, _, _ in hospital.calls} == set()
    assert chat.page.evaluate("document.cookie") == ""


def test_every_call_carries_no_cookie_and_no_referrer_of_the_page(at: Callable[[Document], Chat], bot: FakeBot) -> None:
    chat = at(host_page(bot, "<marrow-chat></marrow-chat>", head=tag(bot)))
    sent: list[dict[str, str]] = []
    chat.page.on("request", lambda r: sent.append(r.headers) if "/webhooks/" in r.url else None)
    chat.open().ask("How is it treated?")
    assert len(sent) >= 2
    assert not [headers for headers in sent if "cookie" in headers]


def test_a_script_that_is_not_the_promised_one_does_not_run(at: Callable[[Document], Chat], bot: FakeBot) -> None:
    wrong = "sha384-" + "A" * 64
    chat = at(host_page(bot, "<marrow-chat></marrow-chat>", head=tag(bot, integrity=wrong)))
    chat.page.wait_for_timeout(300)
    assert chat.page.evaluate("customElements.get('marrow-chat') === undefined")


def test_server_attribute_says_where_the_bot_is(
    at: Callable[[Document], Chat], bot: FakeBot, hospital: FakeBot
) -> None:
    """The script may come from the hospital itself, the answers from the bot."""
    policy = f"default-src 'none'; script-src 'self'; connect-src {bot.url}; require-trusted-types-for 'script'"
    body = f'<marrow-chat server="{bot.url}/" lang="es"></marrow-chat>'
    chat = at(host_page(bot, body, head='<script src="/widget/marrow-widget.js" defer></script>', policy=policy))
    chat.open()
    assert [call for call, _, _ in bot.calls] == ["session"] and hospital.calls == []
    assert chat.input.get_attribute("placeholder") == "Escriba su pregunta en inglés"
    assert chat.violations() == []


# -- the frame ---------------------------------------------------------------------------------------------------------


def frame(bot: FakeBot, query: str = "") -> str:
    return f'<iframe src="{bot.url}/embed{query}" title="Ask Marrow" width="400" height="600"></iframe>'


def test_frame_holds_the_whole_chat_away_from_the_page(
    at: Callable[[Document], Chat], bot: FakeBot, hospital: FakeBot
) -> None:
    chat = at(host_page(bot, frame(bot, "?questions=How+is+it+treated%3F")))
    inside = chat.page.frame_locator("iframe")
    inside.get_by_role("button", name="How is it treated?").click()
    inside.get_by_role("log").get_by_text("strengthen bones").wait_for()
    assert bot.origins == {bot.url}, "the bot's own origin: no CORS, and no script of the page's"
    assert chat.page.evaluate("sessionStorage.length") == 0, "the page cannot read it"
    assert chat.violations() == []


def test_frame_is_refused_to_a_site_that_is_not_listed(at: Callable[[Document], Chat], bot: FakeBot) -> None:
    stranger = host_page(bot, frame(bot))
    bot.script.pages["/embed"] = SITE_OF_NOBODY
    chat = at(stranger)
    chat.page.wait_for_timeout(400)
    assert chat.page.frame_locator("iframe").locator("marrow-chat").count() == 0
    assert bot.calls == []


SITE_OF_NOBODY = Document(
    SITE.embed({}).body, {**SITE.embed({}).headers, "Content-Security-Policy": "frame-ancestors 'self'"}
)


def test_embed_fills_its_window_and_cannot_be_closed(visit: Callable[..., Chat]) -> None:
    chat = visit("/embed", viewport={"width": 400, "height": 600})
    chat.replies.first.locator(".bubble").wait_for()
    assert chat.dialog.bounding_box() == {"x": 0, "y": 0, "width": 400, "height": 600}
    assert not chat.launcher.is_visible()
    assert chat.page.get_by_role("button", name="Close").count() == 0
    assert chat.focused() == "BODY", "a frame takes no focus from the page"
    chat.input.focus()
    chat.page.keyboard.press("Escape")
    assert chat.dialog.is_visible()
    assert chat.page.get_by_role("heading", level=1, name="Marrow").count() == 1
    assert "Call 911 (US), 999 (UK), 112 (EU) or your local number." in chat.host.locator(".strip").inner_text()


def test_embed_takes_language_theme_and_questions_from_its_address(visit: Callable[..., Chat]) -> None:
    chat = visit("/embed?lang=ar&theme=dark&questions=One%7CTwo&onload=x&server=https://x.example")
    chat.replies.first.locator(".bubble").wait_for()
    assert chat.replies.first.locator(".choice").all_inner_texts() == ["One", "Two"]
    assert chat.host.locator(".panel").get_attribute("dir") == "rtl"
    assert chat.host.evaluate("e => getComputedStyle(e).colorScheme") == "dark"
    assert chat.host.get_attribute("server") is None and chat.host.get_attribute("onload") is None


# -- without JavaScript ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/embed"])
def test_without_javascript_a_link_leads_to_all_answers(visit: Callable[..., Chat], path: str) -> None:
    chat = visit(path, java_script_enabled=False)
    link = chat.page.locator("noscript a, a[href='/questions']").first
    assert link.is_visible() and link.get_attribute("href") == "/questions"


def test_questions_can_be_read_and_opened_without_javascript(visit: Callable[..., Chat]) -> None:
    chat = visit("/questions", java_script_enabled=False)
    page = chat.page
    assert page.title() == "Questions and answers about bone metastasis · Marrow"
    treatment = page.get_by_role("article", name="How is it treated?")
    assert "Bisphosphonates or denosumab" in treatment.locator("blockquote").inner_text()
    assert treatment.locator(".plain").inner_text().startswith("In plain words:")
    assert "Source: “Bone metastasis”, section Treatment, WikiMD" in treatment.inner_text()
    assert treatment.inner_text().count(DISCLAIMER) == 1
    silence = page.locator("details", has_text="How long someone lives with bone metastasis").first
    assert DISCLAIMER not in silence.inner_text()
    silence.locator("summary").click()
    assert silence.inner_text().count(DISCLAIMER) == 1
    assert "The article does not say how long someone lives" in silence.inner_text()
    assert page.get_by_role("link", name="911").get_attribute("href") == "tel:911"


def test_keyboard_opens_what_the_article_does_not_say(visit: Callable[..., Chat]) -> None:
    page = visit("/questions", java_script_enabled=False).page
    first = page.locator("summary").first
    first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details[open]").count() == 1


def test_a_link_to_what_the_article_does_not_say_opens_it(visit: Callable[..., Chat]) -> None:
    page = visit("/questions#bone-metastasis-ask_cure", java_script_enabled=False).page
    assert page.locator("details[open] h3").inner_text().startswith("Whether bone metastasis can be cured")


def test_questions_on_paper_hold_every_answer(visit: Callable[..., Chat]) -> None:
    page = visit("/questions").page
    page.emulate_media(media="print")
    shown = page.locator("details").evaluate_all("all => all.map((e) => e.getBoundingClientRect().height)")
    assert min(shown) > 100, "those that are closed on the screen too"
