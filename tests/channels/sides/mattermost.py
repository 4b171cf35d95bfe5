"""Mattermost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from tests.channels.side import NOW, PUBLIC, Sent, Shown, Side, Webhook, as_json, demand, flips, unescaped

TOKENS = ("w" + "a1" * 12 + "x", "s" + "b2" * 12 + "x")
BOT_TOKEN = "t" + "c3" * 12 + "x"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Mattermost(Side):
    name = "mattermost"
    limit = 16383

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.contexts: dict[str, Any] = {}

    def environment(self) -> dict[str, str]:
        return {
            "MARROW_MATTERMOST_URL": self.url,
            "MARROW_MATTERMOST_TOKENS": ",".join(TOKENS),
            "MARROW_MATTERMOST_BOT_TOKEN": BOT_TOKEN,
            "MARROW_MATTERMOST_USERNAME": "marrow",
            "MARROW_PUBLIC_URL": PUBLIC,
        }

    def fields(self, person: str, text: str, *, at: float = NOW, id: int | None = None, **more: str) -> dict[str, str]:
        return {
            "token": TOKENS[0],
            "team_id": "team",
            "channel_id": f"chan{person}",
            "channel_name": "town-square",
            "timestamp": str(int(at * 1000)),
            "user_id": f"u{person}",
            "user_name": "pat.example",
            "post_id": f"p{id or self.next()}",
            "text": f"ask {text}",
            "trigger_word": "ask",
            "file_ids": "",
            **more,
        }

    def form(self, fields: dict[str, str]) -> Webhook:
        return Webhook(self.path, FORM, urlencode(fields).encode())

    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        return self.form(self.fields(person, text, at=at, id=id))

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        return self.pressed(person, shown.where, self.contexts[shown.buttons[number][1]])

    def pressed(self, person: str, where: str, context: Any) -> Webhook:
        body = {
            "user_id": f"u{person}", "user_name": "pat.example", "channel_id": where, "post_id": "p1",
            "trigger_id": f"tr{self.next()}", "type": "", "data_source": "", "context": context,
        }  # fmt: skip
        return Webhook(self.path, {"Content-Type": "application/json"}, as_json(body))

    def group(self, person: str, text: str, *, addressed: bool) -> Webhook | None:
        words = f"@Marrow: {text}" if addressed else text
        return self.form({**self.fields(person, "", channel_id="cgroup", trigger_word=""), "text": words})

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        yield (
            "command",
            self.form({**self.fields(person, ""), "token": TOKENS[1], "command": "/ask", "text": "hello"}),
            "hello",
        )
        as_object = Webhook(self.path, {"Content-Type": "application/json"}, as_json(self.fields(person, "hello")))
        yield "as JSON", as_object, "hello"
        yield "only the trigger word", self.form({**self.fields(person, ""), "text": "ask"}), "Hello"
        yield "file", self.form({**self.fields(person, "", file_ids="f1"), "text": "ask"}), "files"
        yield "file with words", self.form(self.fields(person, "hello", file_ids="f1")), "hello"
        yield "the bot's own post", self.form(self.fields(person, "hello", user_name="marrow")), None
        joined = {"text": "pat joined the channel", "trigger_word": ""}
        yield "joined", self.form({**self.fields(person, ""), **joined}), None
        yield "another name", self.form({**self.fields(person, ""), "text": "@marrow2 hello", "trigger_word": ""}), None
        yield "odd shape", self.form({"token": TOKENS[0]}), None

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        fields = self.fields(self.people[0], "what is it?")
        good = TOKENS[0]
        for token in (*flips(good), *flips(TOKENS[1])):
            yield f"token {token}", self.form({**fields, "token": token})
        for token in ("", " ", "null", good[:-1], good + "a", good.upper(), good * 2, ",", ",".join(TOKENS), good[::-1],
                      BOT_TOKEN, f"Token {good}", "é" * 26):  # fmt: skip
            yield f"token {token[:9]}", self.form({**fields, "token": token})
        without = {name: value for name, value in fields.items() if name != "token"}
        yield "no token", self.form(without)
        yield "in another field", self.form({**without, "Token": good})
        yield "in another header", self.form(without).having(X_Token=good)
        yield "in the address", Webhook(f"{self.path}?token={good}", FORM, urlencode(without).encode())
        context = {"choice": "mk-" + "A" * 24}
        for seal in ("", "0" * 32, good, None):
            yield f"button sealed {seal}", self.pressed(self.people[0], "chan1001", {**context, "seal": seal})
        yield "button unsealed", self.pressed(self.people[0], "chan1001", context)
        yield "context of another kind", self.pressed(self.people[0], "chan1001", [])
        yield "token and no context", Webhook(self.path, {}, as_json({**fields, "context": None}))
        yield "token of another type", Webhook(self.path, {}, as_json({**fields, "token": [good]}))

    def shown(self, sent: Sent) -> Shown | None:
        demand(sent.headers.get("authorization") == f"Bearer {BOT_TOKEN}", "401")
        demand(sent.path == "/api/v4/posts", "404")
        demand(0 < len(sent.body["message"]) <= 16383, "400: message is too long")
        demand(len(json.dumps(sent.body.get("props", {}))) <= 800_000, "400: props")
        buttons = []
        for attachment in sent.body.get("props", {}).get("attachments", []):
            for action in attachment["actions"]:
                demand(action["id"].isalnum() and action["name"], "400: action")
                demand(action["integration"]["url"] == PUBLIC + self.path, "400: address")
                context = action["integration"]["context"]
                self.contexts[context["choice"]] = context
                buttons.append((action["name"], context["choice"]))
        return Shown(sent.body["channel_id"], unescaped(sent.body["message"]), tuple(buttons))

    def taken(self) -> tuple[int, dict[str, str], Any]:
        return 201, {}, {"id": "p9"}
