"""A client of a running assistant's REST channel, which `make chat` and `make eval` use, as another server would."""

from __future__ import annotations

import http.client
import json
import os
import urllib.parse
from typing import Any

from marrow.errors import MarrowError


class NobodyAnswers(MarrowError):
    """No assistant answers at the address, or it refuses to be asked."""


class Client:
    """One connection to an assistant at `url`, http or https; MARROW_REST_KEY is sent where it is set."""

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        """`url` is the server's address without a path; `timeout` is in seconds."""
        self.url = url
        parts = urllib.parse.urlsplit(url if "://" in url else f"http://{url}")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.netloc, timeout=timeout)
        self._headers = {"Content-Type": "application/json"}
        if key := os.environ.get("MARROW_REST_KEY", "").strip():
            self._headers["Authorization"] = f"Bearer {key}"

    def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """One request: its status, and its body as JSON (None where it is none). Raises NobodyAnswers."""
        sent = None if body is None else json.dumps(body)
        try:
            try:
                response = self._asked(method, path, sent)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._connection.close()  # the server ends a connection that was not used for a while
                response = self._asked(method, path, sent)
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            why = f"no assistant answers at {self.url} ({error or type(error).__name__})"
            raise NobodyAnswers(f"{why}; start one with `make run`") from error
        try:
            return response.status, json.loads(raw)
        except ValueError:
            return response.status, None

    def _asked(self, method: str, path: str, sent: str | None) -> http.client.HTTPResponse:
        self._connection.request(method, path, sent, self._headers)
        return self._connection.getresponse()

    def say(self, sender: str, text: str) -> list[dict[str, Any]]:
        """One turn: the channel's messages. Raises NobodyAnswers."""
        status, messages = self.call("POST", "/webhooks/rest/webhook", {"sender": sender, "message": text})
        if status in {401, 403, 404}:
            raise NobodyAnswers(f"{self.url} refuses to be asked (status {status}); is MARROW_REST_KEY set?")
        if not isinstance(messages, list):
            raise NobodyAnswers(f"what answers at {self.url} is no assistant (status {status})")
        return [m for m in messages if isinstance(m, dict)]
