"""Talk with a running assistant in the terminal: a client of the guarded server, so its guarantees hold here too."""

from __future__ import annotations

import http.client
import json
import sys
import urllib.parse
import uuid
from typing import Any

_TIMEOUT = 30.0


def chat(url: str) -> int:
    """Read lines until end of input, show what the assistant answers; a number chooses a suggestion."""
    sender = f"terminal-{uuid.uuid4().hex}"
    buttons: list[dict[str, str]] = []
    print("Type your question; a number chooses a suggestion; Ctrl-D ends.")
    while True:
        try:
            line = input("\n> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return 0
        if line.strip().isdecimal() and 0 < int(line) <= len(buttons):
            line = buttons[int(line) - 1]["payload"]
        try:
            messages = _ask(url, sender, line)
        except (OSError, http.client.HTTPException, ValueError) as error:
            print(
                f"No assistant answers at {url} ({type(error).__name__}). Start one with `make run`.", file=sys.stderr
            )
            return 1
        buttons = []
        for message in messages:
            if message.get("text"):
                print(message["text"])
            buttons = message.get("buttons") or buttons
        for number, button in enumerate(buttons, 1):
            print(f"  {number}. {button['title']}")


def _ask(url: str, sender: str, text: str) -> list[dict[str, Any]]:
    parts = urllib.parse.urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_TIMEOUT)
    try:
        body = json.dumps({"sender": sender, "message": text})
        connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        messages = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if not isinstance(messages, list):
        raise ValueError("not a list of messages")
    return messages
