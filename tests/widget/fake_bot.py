"""A bot that is none: serves the demo page and plays the `web` channel of docs/api.md from a script.

Run it by hand to look at the widget: ``python -m tests.widget.fake_bot`` prints where it listens.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from marrow.answering.service import load_service
from marrow.site import Document, Site
from marrow.site.questions import load_page_wording

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "widget"
DISCLAIMER = (
    "This information is not a substitute for professional medical advice. Please consult your health care provider "
    "before making any healthcare decisions or for guidance about a specific medical condition."
)
SOURCE_URL = "https://article.example/bone-metastasis#treatment"

Json = dict[str, Any]

#: The real site, as the real server serves it.
SITE = Site(WIDGET, load_service(), load_page_wording(ROOT / "data" / "wording"), "'self' http://localhost:*")


def page_in(language: str, direction: str = "ltr", chat: str = "") -> Document:
    """The demo page in another language, as far as the widget goes; `chat` is more attributes for it."""
    home = SITE.get("/")
    assert home is not None
    html = home.body.decode().replace('<html lang="en">', f'<html lang="{language}" dir="{direction}">')
    return Document(html.replace("<marrow-chat ", f"<marrow-chat {chat} ").encode(), home.headers)


def message(outcome: str, body: str, choices: tuple[str, ...] = (), **reply: object) -> Json:
    """A MESSAGE of the contract: `body`, then the disclaimer. The payload of a choice is "key:" + title."""
    return {
        "reply_id": f"r{time.monotonic_ns()}",
        "text": f"{body}\n{DISCLAIMER}",
        "reply": {
            "outcome": outcome,
            "article": "bone-metastasis",
            "section": None,
            "passages": [],
            "citations": [],
            "plain": None,
            "disclaimer": DISCLAIMER,
            "suggestions": [{"title": title, "payload": f"key:{title}"} for title in choices],
            **reply,
        },
    }


def greeting() -> Json:
    return message(
        "smalltalk",
        "Hello. I can answer questions about bone metastasis, with the words of one article.\n"
        "What would you like to know?",
        ("What is bone metastasis?", "What are the symptoms?", "How is it treated?", "How is it found?"),
    )


def treatment() -> Json:
    plain = "Treatment is meant to ease symptoms and help you live well. Some medicines make bones stronger."
    return message(
        "answer",
        "Treatment for bone metastasis aims to relieve symptoms, reduce complications, and improve quality of life. "
        "Options include:\n"
        "• Bisphosphonates or denosumab, to strengthen bones and reduce the risk of fractures\n"
        "• Radiation therapy, to relieve pain and control tumor growth\n"
        f"In plain words: {plain}\n"
        f"Source: Bone metastasis, Treatment (WikiMD), {SOURCE_URL}",
        ("What does bisphosphonate mean?", "Say it more simply", "What are the symptoms?"),
        section="treatment",
        passages=["treatment.1", "treatment.3", "treatment.4"],
        citations=[{"title": "Bone metastasis", "section": "Treatment", "url": SOURCE_URL, "source": "WikiMD"}],
        plain=plain,
    )


def symptoms() -> Json:
    return message(
        "answer",
        "Symptoms of bone metastasis vary depending on the location and size of the metastases but may include:\n"
        "• Pain, often worsening with movement\n"
        "• Fractures, due to weakened bone\n"
        "In plain words: It depends on where it is. Pain is one of the signs.\n"
        "Source: Bone metastasis, Symptoms (WikiMD)",
        ("How is it treated?",),
        section="symptoms",
        passages=["symptoms.1", "symptoms.2", "symptoms.3"],
        citations=[{"title": "Bone metastasis", "section": "Symptoms", "url": "", "source": "WikiMD"}],
    )


def urgent() -> Json:
    return message(
        "urgent",
        "Call 911 (US), 999 (UK) or 112 (EU) now.\n"
        "Say that you have cancer and are worried about your spine. Lie flat and move as little as possible.\n"
        "If you look after someone, call for them. You can also call your cancer team's 24-hour line.",
    )


def not_covered() -> Json:
    return message(
        "not_covered",
        "The article does not say how long people live.\n"
        "The nearest thing it does say, which may not answer you:\n"
        "The prognosis for patients with bone metastasis varies widely.\n"
        "Source: Bone metastasis, Prognosis (WikiMD)\n"
        "A question to take to your care team: “What can I expect?”",
        ("What does the article say about prognosis?",),
        section="prognosis",
        passages=["prognosis.1"],
        citations=[{"title": "Bone metastasis", "section": "Prognosis", "url": None, "source": "WikiMD"}],
    )


def error(text: str) -> Json:
    return message("error", text)


@dataclass
class Script:
    """What the bot does next. `failures` are taken one at a time, each by one call of the web channel."""

    failures: list[str] = field(default_factory=list)
    """"500", "429", "401", "413", "drop" (the connection is cut), "text" (200, not JSON), "list" (200, other JSON)."""
    delay: float = 0.0
    """Seconds before every answer of the web channel."""
    unreviewed: int = 12
    pages: dict[str, Document] = field(default_factory=dict)
    """Documents by path, in place of what the site has there or besides."""
    greeting: Json | None = None
    """The greeting, instead of the usual one."""
    error: str = "Sorry, something broke. If it is urgent, call 112 now."
    """What a 500 and its like say."""
    reply: Json | None = None
    """The answer to the next message, instead of the usual one."""


class FakeBot(ThreadingHTTPServer):
    """Listens on a free port of the loopback interface. `calls` lists (call, body, token) of the web channel."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.script = Script()
        self.calls: list[tuple[str, Json, str]] = []
        self.origins: set[str] = set()
        self.tokens: set[str] = set()
        self.answered: dict[str, Json] = {}
        self.sessions = 0
        self.votes: dict[str, bool] = {}
        self.gets: list[str] = []
        self.cors: dict[str, str] = {}
        """Headers of the web channel for pages of another origin."""

    def __enter__(self) -> FakeBot:
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def said(self) -> list[str]:
        """The texts and choices that came in, in their order."""
        return [body.get("text") or body.get("choice", "") for call, body, _ in self.calls if call == "message"]

    def answer(self, body: Json) -> Json:
        """The reply to a message; a repeated id gets the reply of the first."""
        if body.get("id") in self.answered:
            return self.answered[body["id"]]
        reply, self.script.reply = self.script.reply, None
        reply = reply or self._by_words(str(body.get("text") or body.get("choice")).lower())
        self.answered[body["id"]] = reply
        return reply

    def _by_words(self, words: str) -> Json:
        if "legs" in words:
            return urgent()
        if "treat" in words:
            return treatment()
        if "symptom" in words:
            return symptoms()
        if "how long" in words:
            return not_covered()
        return message("smalltalk", "I can talk about bone metastasis. Please choose a topic.", ("How is it treated?",))


class Handler(BaseHTTPRequestHandler):
    server: FakeBot
    wbufsize = -1  # headers and body in one packet
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        bot = self.server
        if address.path == "/review":
            self._send(200, {"unreviewed": bot.script.unreviewed, "total": 40})
            return
        bot.gets.append(address.path)
        found = bot.script.pages.get(address.path) or SITE.get(address.path, dict(parse_qsl(address.query)))
        if found is None:
            self._send(404, {"text": "Not found"})
            return
        body, headers = found.sent(self.headers.get("Accept-Encoding", ""))
        self._respond(200, body, headers)

    def do_OPTIONS(self) -> None:
        self._send(204, b"")

    def do_POST(self) -> None:
        bot, script = self.server, self.server.script
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)))
        call = self.path.removeprefix("/webhooks/web/")
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        bot.calls.append((call, body, token))
        bot.origins.add(self.headers.get("Origin", ""))
        time.sleep(script.delay)
        if script.failures:
            self._fail(script.failures.pop(0))
        elif call == "session":
            bot.sessions += 1
            fresh = f"token-{bot.sessions}"
            bot.tokens.add(fresh)
            self._send(200, {"token": fresh, "expires_in": 3600, "greeting": script.greeting or greeting()})
        elif token not in bot.tokens:
            if call == "message" and "legs" in str(body.get("text")):  # an emergency is answered whoever asks
                self._send(200, urgent())
            else:
                self._fail("401")
        elif call == "message":
            self._send(200, bot.answer(body))
        elif call == "feedback":
            bot.votes[str(body["reply_id"])] = body["helpful"]
            self._send(204, b"")
        elif call == "forget":
            bot.tokens.discard(token)
            self._send(204, b"")
        else:
            self._send(404, error("There is nothing here."))

    def _fail(self, how: str) -> None:
        if how == "drop":
            self.close_connection = True
            self.connection.close()
        elif how == "text":
            self._send(200, b"<!doctype html><script>alert(1)</script>", "text/html")
        elif how == "error":
            self._send(200, error("Sorry, something broke. If it is urgent, call 112 now."))
        elif how == "list":
            self._send(200, {"unexpected": [1, 2, 3]})
        elif how == "429":
            self._send(429, error("That was a little fast. Please wait a moment. If it is urgent, call 112."))
        elif how == "413":
            self._send(413, error("Your message is too long. Please shorten it."))
        elif how == "401":
            self._send(401, error("Your session has ended. Please start again."))
        else:
            self._send(int(how), error(self.server.script.error))

    def _send(self, status: int, content: bytes | Json, kind: str = "application/json") -> None:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self._respond(status, data, {"Content-Type": kind, "Cache-Control": "no-store", **self.server.cors})

    def _respond(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: a test bot is no exception."""


if __name__ == "__main__":
    with FakeBot(int(sys.argv[1]) if sys.argv[1:] else 0) as bot:
        print(f"The fake bot listens on {bot.url} (stop it with Ctrl+C)")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
