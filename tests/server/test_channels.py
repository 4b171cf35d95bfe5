"""Two messaging apps on the real server, with the real model: signed in, answered out, and nothing lost at a stop."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from tests.channels.side import Sent, Shown, Side, Webhook
from tests.channels.sides.slack import Slack
from tests.channels.sides.telegram import Telegram
from tests.server.running import Running, serving

pytestmark = pytest.mark.server


class Loopback:
    """Both platforms on one port; keeps what people were shown."""

    def __init__(self) -> None:
        shown = self.shown = []  # type: list[Shown]
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                form = "urlencoded" in self.headers["Content-Type"]
                body = dict(parse_qsl(raw.decode())) if form else json.loads(raw)
                sent = Sent("POST", self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                side = loopback.telegram if self.path.startswith("/bot") else loopback.slack
                if message := side.shown(sent):
                    shown.append(message)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(side.taken()[2]).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        url = f"http://127.0.0.1:{self.server.server_port}"
        self.telegram, self.slack = Telegram(url), Slack(url)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def platforms() -> Iterator[Loopback]:
    made = Loopback()
    yield made
    made.server.shutdown()
    made.server.server_close()


def post(running: Running, webhook: Webhook) -> int:
    return running.call(webhook.method, webhook.path, webhook.body, webhook.headers)[0]


def ask(running: Running, platforms: Loopback, side: Side, webhook: Webhook) -> Shown:
    before = len(platforms.shown)
    assert post(running, webhook) == 200
    deadline = time.monotonic() + 15
    while len(platforms.shown) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    (shown,) = platforms.shown[before:]
    return shown


def slack_text(side: Slack, text: str) -> Webhook:
    now = time.time()
    return side.signed(side.event(side.message("U1001", now, text=text)), at=now)


def test_two_apps_on_the_real_server(model: Path, tmp_path: Path, platforms: Loopback) -> None:
    telegram, slack = platforms.telegram, platforms.slack
    with serving(tmp_path, **telegram.environment(), **slack.environment()) as running:
        asked = telegram.text("1001", "what does denosumab do?", at=time.time())
        for webhook, side in ((asked, telegram), (slack_text(slack, "what does denosumab do?"), slack)):
            shown = ask(running, platforms, side, webhook)
            assert "Bisphosphonates or denosumab, to strengthen bones" in shown.text
            assert shown.text.count("not a substitute for professional medical advice") == 1 and shown.buttons
        pressed = telegram.press(
            "1001", ask(running, platforms, telegram, telegram.text("1001", "hello", at=time.time())), 0
        )
        assert pressed is not None
        assert "Source: “Bone metastasis”" in ask(running, platforms, telegram, pressed).text
        assert "911" in ask(running, platforms, slack, slack_text(slack, "I can't feel my legs")).text
        assert post(running, asked) == 200  # a repeated delivery
        assert post(running, telegram.update(secret="no", message=telegram.message("1001", text="hello"))) == 403
        assert running.call("POST", "/webhooks/facebook/webhook", b"{}")[0] == 404
        before = len(platforms.shown)
        assert before == 5
        for number in range(5):
            assert post(running, telegram.text(str(3000 + number), "what is it?", at=time.time())) == 200
        running.process.terminate()
        running.process.wait(20)
        assert len(platforms.shown) == before + 5  # what was accepted is answered before the server ends
        log = running.log.read_text(encoding="utf-8")
        assert (
            "denosumab" not in log and "1001" not in log and telegram.environment()["MARROW_TELEGRAM_TOKEN"] not in log
        )
