"""The page in a real browser against the real server."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import chromium
from tests.server.running import Running

pytestmark = [pytest.mark.server, pytest.mark.browser]


@pytest.fixture
def page(server: Running) -> Iterator[Any]:
    with chromium() as browser:
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("request", lambda r: problems.append(r.url) if f"127.0.0.1:{server.port}" not in r.url else None)
        page.goto(f"http://127.0.0.1:{server.port}/")
        yield page
        assert not problems


def test_person_asks_on_the_page_and_the_article_answers(page: Any) -> None:
    page.get_by_role("button", name="Ask a question", exact=True).click()
    log = page.get_by_role("log")
    log.get_by_text("Hello. I can tell you").wait_for()
    box = page.get_by_role("textbox")
    box.fill("what does denosumab do?")
    box.press("Enter")
    log.get_by_text("to strengthen bones and reduce the risk of fractures").wait_for()
    log.get_by_text("In plain words").first.wait_for()
    page.get_by_role("button", name="Say it more simply").first.click()
    log.get_by_text("Denosumab:").wait_for()
    box.fill("how long have i got")
    box.press("Enter")
    log.get_by_text("The article does not say how long").wait_for()
    box.fill("my legs have gone numb and i cant stand")
    box.press("Enter")
    page.get_by_role("alert").get_by_role("link", name="911").first.wait_for()


def test_starter_question_is_answered(page: Any) -> None:
    page.get_by_role("button", name="Ask a question", exact=True).click()
    page.get_by_role("button", name="How is it treated?").first.click()
    page.get_by_role("log").get_by_text("Radiation therapy, to relieve pain").wait_for()


def test_source_opens_vote_is_stored_and_forget_erases(page: Any) -> None:
    page.get_by_role("button", name="Ask a question", exact=True).click()
    page.get_by_role("button", name="How is it treated?").first.click()
    source = page.get_by_role("log").get_by_role("link", name="section Treatment")
    with page.expect_response("**/webhooks/web/feedback") as voted:
        page.get_by_role("button", name="Helpful", exact=True).click()
    assert voted.value.status == 204
    page.get_by_role("button", name="Helpful", exact=True, pressed=True).wait_for()
    with page.context.expect_page() as opened:
        source.click()
    opened.value.wait_for_load_state()
    assert opened.value.locator(":target h3").inner_text() == "How is it treated?"
    page.get_by_role("button", name="Options").click()
    with page.expect_response("**/webhooks/web/forget") as forgotten:
        page.get_by_role("button", name="Forget everything").click()
    assert forgotten.value.status == 204
    page.get_by_role("log").get_by_text("erased, here and on the server").wait_for()
    assert "token" not in page.evaluate("JSON.stringify(sessionStorage)").replace('\\"token\\":\\"\\"', "")


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/", "no-cache"),
        ("/questions", "no-cache"),
        ("/embed?lang=es", "no-cache"),
        ("/widget/marrow-widget.js", "300"),
    ],
)
def test_documents_are_served_with_their_headers(server: Running, path: str, cache: str) -> None:
    for method in ("GET", "HEAD"):
        status, headers, body = server.call(method, path)
        assert status == 200
        assert "require-trusted-types-for 'script'" in headers["content-security-policy"]
        assert cache in headers["cache-control"]
        assert bool(body) == (method == "GET")


def test_script_is_what_the_manifest_promises(server: Running) -> None:
    manifest = json.loads(server.call("GET", "/widget/manifest.json")[2])
    status, headers, body = server.call("GET", manifest["script"], headers={"Accept-Encoding": "gzip"})
    assert status == 200 and "immutable" in headers["cache-control"] and headers["content-encoding"] == "gzip"
    digest = base64.b64encode(hashlib.sha384(gzip.decompress(body)).digest()).decode()
    assert manifest["integrity"] == f"sha384-{digest}"


@pytest.mark.parametrize("path", ["/widget/x.js", "/widget/v1/../../README.md", "/widget/..%2f..%2fREADME.md"])
def test_what_is_not_there_is_not_found(server: Running, path: str) -> None:
    assert server.call("GET", path)[0] == 404
