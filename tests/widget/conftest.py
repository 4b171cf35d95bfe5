"""A real Chromium, a fake bot, and a person at the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conftest import chromium

from .fake_bot import FakeBot

# Collects what a page must not do, and what its live regions announce. Runs before the page's own scripts.
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(`${e.effectiveDirective} ${e.blockedURI}`));
window.announced = [];
window.listen = () => {
  const root = document.querySelector("marrow-chat").shadowRoot;
  const LIVE = "[aria-live],[role=log],[role=status],[role=alert]";
  new MutationObserver((records) => {
    const said = new Map();
    for (const { target, addedNodes } of records) {
      for (const node of addedNodes) {
        const element = node.nodeType === Node.ELEMENT_NODE ? node : target;
        const region = element.closest(LIVE);
        const text = node.textContent.trim();
        if (!region || !text || !region.isConnected || region.getAttribute("aria-live") === "off") continue;
        if (!root.querySelector("dialog").open) continue;
        said.set(region, `${said.get(region) ?? ""} ${text}`.trim());
      }
    }
    for (const [region, text] of said) announced.push([region.getAttribute("role"), text]);
  }).observe(root, { childList: true, subtree: true, characterData: true });
};
document.addEventListener("DOMContentLoaded", () => customElements.whenDefined("marrow-chat").then(window.listen));
"""


# Not for the whole session: a started Playwright keeps an event loop running, and tests elsewhere start their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def bot() -> Iterator[FakeBot]:
    with FakeBot() as bot:
        yield bot


class Chat:
    """The widget in one page, as a person meets it: `page` is the Playwright page."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        self.host = page.locator("marrow-chat")
        self.launcher = self.host.locator(".launcher")
        self.dialog = page.get_by_role("dialog", name="Marrow")
        self.log = page.get_by_role("log")
        self.input = self.host.locator("textarea")
        self.send = self.host.locator(".send")
        self.status = self.host.locator("[role=status]")
        self.problem = self.host.locator(".problem [role=alert]")
        self.retry = self.host.locator(".retry")
        self.mine = self.host.locator(".item.mine")
        self.replies = self.host.locator(".item:not(.mine):not(.note)")

    def load(self) -> Chat:
        self.page.goto(self.url)
        return self

    def open(self) -> Chat:
        """Opens the window and waits for the greeting."""
        self.launcher.click()
        self.replies.first.locator(".bubble").wait_for()
        return self

    def type(self, text: str) -> None:
        self.input.fill(text)
        self.input.press("Enter")

    def ask(self, text: str) -> Any:
        """Sends a question and gives the reply's element."""
        at = self.replies.count()
        self.type(text)
        reply = self.replies.nth(at)
        reply.locator(".bubble").wait_for()
        return reply

    def announced(self) -> list[tuple[str, str]]:
        """(role, text) of what the live regions announced since the last call."""
        return [tuple(each) for each in self.page.evaluate("announced.splice(0)")]

    def focused(self) -> str:
        """Label or text of the element that has the focus, inside the widget or out."""
        return str(
            self.page.evaluate(
                """() => {
                  let e = document.activeElement;
                  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
                  return e.id === "question" ? "question" : e.ariaLabel || e.innerText || e.tagName;
                }"""
            )
        )

    def violations(self) -> list[str]:
        """Breaches of the Content-Security-Policy or of Trusted Types so far."""
        return list(self.page.evaluate("violations"))


@pytest.fixture
def visit(browser: Any, bot: FakeBot) -> Iterator[Callable[..., Chat]]:
    """A function that visits the demo page, given a context's options. At the end no visit may have broken a rule."""
    visits: list[Chat] = []

    def go(path: str = "/", **options: Any) -> Chat:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
        context.set_default_timeout(8000)
        context.add_init_script(WATCH)
        chat = Chat(context.new_page(), bot.url + path)
        visits.append(chat)
        return chat.load()

    yield go
    found = [(chat.violations(), chat.errors, chat.requests) for chat in visits if not chat.page.is_closed()]
    for chat in visits:
        chat.page.context.close()
    for violations, errors, requests in found:
        assert violations == []
        assert errors == []
        assert [url for url in requests if not url.startswith(bot.url)] == []


@pytest.fixture
def chat(visit: Callable[..., Chat]) -> Chat:
    """The demo page, just loaded."""
    return visit()
