"""A real server process on a port of its own, and a plain HTTP client for it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Running:
    """A server that listens on `port`; `log` is what it printed so far."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 20.0,
    ) -> tuple[int, dict[str, str], bytes]:
        """One request; `body` is sent as JSON unless it is bytes. Returns status, headers (lower case) and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        try:
            connection.request(method, path, sent, {"Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
        """POST; returns status and parsed JSON (None for an empty body)."""
        status, _, raw = self.call("POST", path, body, headers)
        return status, json.loads(raw) if raw else None

    def say(self, text: object, sender: object = "tester") -> dict[str, Any]:
        """One turn over REST: {"text", "buttons", **reply}; checks what holds on every turn."""
        status, messages = self.post("/webhooks/rest/webhook", {"sender": sender, "message": text})
        assert status == 200, (status, messages)
        return read(messages)

    def wait_for(self, met: Callable[[], bool], seconds: float = 90.0) -> None:
        """Wait until a condition is met. Raises RuntimeError with its log when it ends or takes longer."""
        deadline = time.monotonic() + seconds
        while not met():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.2)

    def ready(self) -> bool:
        """Whether /ready says so."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.call("GET", "/ready", timeout=5.0)[0] == 200
        return False


def read(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """A turn's REST messages as one mapping, after checking what the contract promises of every turn."""
    replies = [m["custom"]["reply"] for m in messages if "custom" in m]
    assert len(replies) == 1
    text = "\n".join(m["text"] for m in messages if m.get("text"))
    assert text.count("not a substitute for professional medical advice") == 1
    assert text.endswith(replies[0]["disclaimer"])
    assert set(replies[0]) == {
        "outcome", "article", "section", "passages", "citations", "plain", "disclaimer", "suggestions",
    }  # fmt: skip
    return {**replies[0], "text": text, "buttons": next((m["buttons"] for m in messages if "buttons" in m), [])}


@contextlib.contextmanager
def serving(
    tmp: Path, *command: str, wait_ready: bool = True, wait_for: str = "", folder: Path = ROOT, **env: str
) -> Iterator[Running]:
    """Run a server (by default Marrow's own, of the project in `folder`) until the block ends.

    `{port}` in the command becomes its port; it may be not ready yet unless `wait_ready`, or answers
    `wait_for` where it is a server without /ready.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp / f"server-{port}.log"
    words = command or ("-m", "marrow", "serve", "--no-train", "--port", "{port}")
    environment = {**os.environ, "MARROW_STATE_DIR": str(tmp / f"state-{port}"), "PYTHONPATH": str(ROOT), **env}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *(w.format(port=port) for w in words)],
            cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
    running = Running(port, process, log)
    try:
        running.wait_for(lambda: _answers(running, wait_for or "/health"))
        if wait_ready and not wait_for:
            running.wait_for(running.ready)
        yield running
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _answers(running: Running, path: str) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        return running.call("GET", path, timeout=2.0)[0] == 200
    return False
