"""Talk with a running assistant in the terminal: a client of the guarded server, so its guarantees hold here too."""

from __future__ import annotations

import uuid

from marrow.client import Client


def chat(url: str) -> int:
    """Read lines until end of input, show what the assistant answers; a number chooses a suggestion.

    Raises NobodyAnswers.
    """
    client, sender = Client(url), f"terminal-{uuid.uuid4().hex}"
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
        messages = client.say(sender, line)
        buttons = []
        for message in messages:
            if message.get("text"):
                print(message["text"])
            buttons = message.get("buttons") or buttons
        for number, button in enumerate(buttons, 1):
            print(f"  {number}. {button['title']}")
