"""Slack."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from tests.channels.side import NOW, Sent, Shown, Side, Webhook, as_json, bent, bytes_changed, demand

SECRET = "0f" * 16
TOKEN = "xoxb-1234567890-test"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Slack(Side):
    name = "slack"
    people = ("U1001", "U2002")
    limit, unit = 3000, "utf16"

    def environment(self) -> dict[str, str]:
        return {
            "MARROW_SLACK_SIGNING_SECRET": SECRET,
            "MARROW_SLACK_BOT_TOKEN": TOKEN,
            "MARROW_SLACK_API": self.url + "/api",
        }

    def signed(
        self, body: bytes, kind: str = JSON, *, at: float = NOW, secret: str = SECRET,
        algorithm: str = "sha256", version: str = "v0", stamp: str | None = None,
    ) -> Webhook:  # fmt: skip
        stamp = str(int(at)) if stamp is None else stamp
        digest = hmac.new(secret.encode(), f"{version}:{stamp}:".encode() + body, algorithm).hexdigest()
        headers = {"X-Slack-Signature": f"{version}={digest}", "X-Slack-Request-Timestamp": stamp, "Content-Type": kind}
        return Webhook(self.path, headers, body)

    def event(self, event: dict[str, Any], id: int | None = None) -> bytes:
        bot = [{"user_id": "UBOT", "is_bot": True}]
        return as_json(
            {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{id or self.next()}", "event": event,
             "authorizations": bot}
        )  # fmt: skip

    def message(self, person: str, at: float = NOW, **content: Any) -> dict[str, Any]:
        return {
            "type": "message", "channel_type": "im", "channel": f"D{person}", "user": person, "ts": f"{at:.6f}",
            **content,
        }  # fmt: skip

    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        escaped = html.escape(text, quote=False)
        return self.signed(self.event(self.message(person, at, text=escaped), id))

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        action = {"type": "button", "action_id": "choice_1", "value": shown.buttons[number][1], "action_ts": "1.2"}
        payload = {
            "type": "block_actions", "team": {"id": "T1"}, "user": {"id": person, "username": "pat"},
            "channel": {"id": shown.where}, "message": {"ts": "1.0"}, "actions": [action],
        }  # fmt: skip
        return self.signed(urlencode({"payload": json.dumps(payload)}).encode(), FORM)

    def group(self, person: str, text: str, *, addressed: bool) -> Webhook | None:
        if not addressed:
            return self.signed(self.event(self.message(person, text=text, channel="C5", channel_type="channel")))
        return self.signed(self.event(self.message(person, text=f"<@UBOT> {text}", type="app_mention", channel="C5")))

    @staticmethod
    def changed(message: dict[str, Any]) -> dict[str, Any]:
        return {"subtype": "message_changed", "message": message, "previous_message": {"text": "old words"}}

    def edit(self, person: str, text: str) -> Webhook | None:
        return self.signed(self.event(self.message(person, **self.changed({"user": person, "text": text}))))

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        for mime, word in (("image/png", "pictures"), ("audio/mp4", "voice"), ("application/pdf", "files")):
            message = self.message(person, text="", subtype="file_share", files=[{"mimetype": mime}])
            yield mime, self.signed(self.event(message)), word
        message = self.message(person, text="hello", subtype="file_share", files=[{"mimetype": "image/png"}])
        yield "picture with words", self.signed(self.event(message)), "hello"
        preview = self.changed({"user": person, "text": "old words", "attachments": []})
        yield "preview added", self.signed(self.event(self.message(person, **preview))), None
        yield "deleted", self.signed(self.event(self.message(person, subtype="message_deleted"))), None
        yield "own message", self.signed(self.event(self.message(person, text="hello", bot_id="B1"))), None
        joined = {"type": "member_joined_channel", "user": person, "channel": "C5"}
        yield "joined", self.signed(self.event(joined)), None
        yield "only a mention", self.group(person, "", addressed=True) or self.text(person, ""), "Hello"
        yield "odd shape", self.signed(self.event({"type": "message", "channel_type": "im"})), None

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        body = self.event(self.message(self.people[0], text="what is it?"))
        good = self.signed(body)
        yield from bent(good, "X-Slack-Signature", keep=3)
        yield from bytes_changed(good)
        yield "no time stamp", good.having(X_Slack_Request_Timestamp=None)
        for stamp in (NOW - 301, NOW + 301, NOW - 86400, 0, -1):
            yield f"signed at {stamp}", self.signed(body, at=stamp)
        for text in ("now", "", "1e9", "0x10", "NaN"):
            yield f"time stamp {text}", self.signed(body, stamp=text)
        yield "other time stamp", good.having(X_Slack_Request_Timestamp=str(int(NOW) - 1))
        for algorithm in ("sha1", "md5", "sha512"):
            yield algorithm, self.signed(body, algorithm=algorithm)
        yield "v1", self.signed(body, version="v1")
        for secret in ("", TOKEN, SECRET.upper()):
            yield "other secret", self.signed(body, secret=secret)
        bare = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        yield "body alone signed", good.having(X_Slack_Signature=f"v0={bare}")
        yield "not ASCII", good.having(X_Slack_Signature="v0=" + "\u00e9" * 64)
        challenge = as_json({"type": "url_verification", "challenge": "x"})
        yield "challenge unsigned", Webhook(self.path, {"Content-Type": JSON}, challenge)

    def registrations(self) -> Iterator[tuple[Webhook, str]]:
        yield self.signed(as_json({"type": "url_verification", "challenge": "3eZbrw1aB"})), "3eZbrw1aB"

    def shown(self, sent: Sent) -> Shown | None:
        demand(sent.headers.get("authorization") == f"Bearer {TOKEN}", "invalid_auth")
        demand(sent.path == "/api/chat.postMessage", "unknown_method")
        text, buttons = "", []
        demand(len(sent.body["blocks"]) <= 50 and sent.body["text"], "invalid_blocks")
        for block in sent.body["blocks"]:
            if block["type"] == "section":
                demand(0 < len(block["text"]["text"].encode("utf-16-le")) // 2 <= 3000, "invalid_blocks: section")
                text += block["text"]["text"]
            else:
                demand(block["type"] == "actions" and 0 < len(block["elements"]) <= 25, "invalid_blocks: actions")
                buttons += [(e["text"]["text"], e["value"]) for e in block["elements"]]
                demand(
                    len({e["action_id"] for e in block["elements"]}) == len(block["elements"]), "invalid_blocks: ids"
                )
        for title, value in buttons:
            demand(0 < len(title) <= 75 and 0 < len(value) <= 2000, "invalid_blocks: button")
        demand(not re.search(r"<|>|&(?!amp;|lt;|gt;)", text), "not escaped")
        return Shown(sent.body["channel"], html.unescape(text), tuple(buttons))

    def busy(self, seconds: int) -> tuple[int, Mapping[str, str], Any]:
        return 429, {"Retry-After": str(seconds)}, {"ok": False, "error": "ratelimited"}
