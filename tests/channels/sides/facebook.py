"""Facebook Messenger."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from tests.channels.side import NOW, Sent, Shown, Side, Webhook, as_json, bent, bytes_changed, demand

SECRET = "0e" * 16
TOKEN = "EAAtesttesttesttesttest"
VERIFY = "verify-me-please"


class Facebook(Side):
    name = "facebook"
    says_when = False
    limit, unit = 2000, "utf16"

    def environment(self) -> dict[str, str]:
        return {
            "MARROW_FACEBOOK_APP_SECRET": SECRET,
            "MARROW_FACEBOOK_VERIFY_TOKEN": VERIFY,
            "MARROW_FACEBOOK_PAGE_TOKEN": TOKEN,
            "MARROW_FACEBOOK_API": self.url + "/v25.0",
        }

    def signed(self, body: bytes, secret: str = SECRET, algorithm: str = "sha256", header: str = "") -> Webhook:
        digest = hmac.new(secret.encode(), body, algorithm).hexdigest()
        name = header or "X-Hub-Signature-256"
        return Webhook(self.path, {"Content-Type": "application/json", name: f"{algorithm}={digest}"}, body)

    @staticmethod
    def digest(body: bytes) -> str:
        return hmac.new(SECRET.encode(), body, "sha256").hexdigest()

    def page(self, *events: dict[str, Any]) -> bytes:
        return as_json({"object": "page", "entry": [{"id": "77", "time": 1, "messaging": [e]} for e in events]})

    def event(self, person: str, at: float = NOW, **content: Any) -> dict[str, Any]:
        return {"sender": {"id": person}, "recipient": {"id": "77"}, "timestamp": int(at * 1000), **content}

    def message(self, person: str, id: int | None = None, at: float = NOW, **content: Any) -> dict[str, Any]:
        return self.event(person, at, message={"mid": f"m_{id or self.next()}", **content})

    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        return self.signed(self.page(self.message(person, id, at, text=text)))

    def batch(self, events: list[tuple[str, str]]) -> list[Webhook]:
        return [self.signed(self.page(*(self.message(person, text=text) for person, text in events)))]

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        title, payload = shown.buttons[number]
        return self.signed(self.page(self.message(person, text=title, quick_reply={"payload": payload})))

    def edit(self, person: str, text: str) -> Webhook | None:
        content = {"mid": "m_1", "text": text, "num_edit": self.next()}
        return self.signed(self.page(self.event(person, message_edit=content)))

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        for kind, word in (("image", "pictures"), ("audio", "voice"), ("file", "files"), ("location", "places")):
            attachments = [{"type": kind, "payload": {"url": "https://x.example/1"}}]
            yield kind, self.signed(self.page(self.message(person, attachments=attachments))), word
        sticker = [{"type": "image", "payload": {"sticker_id": 369239263222822}}]
        yield "sticker", self.signed(self.page(self.message(person, attachments=sticker))), "text"
        yield (
            "picture with words",
            self.signed(self.page(self.message(person, text="hello", attachments=sticker))),
            "hello",
        )
        start = self.event(person, postback={"title": "Get started", "payload": "GET_STARTED"})
        yield "get started", self.signed(self.page(start)), "Hello"
        yield "echo", self.signed(self.page(self.message(person, text="hello", is_echo=True))), None
        for kind in ("read", "delivery", "reaction", "optin"):
            yield kind, self.signed(self.page(self.event(person, **{kind: {"watermark": 1}}))), None
        yield "odd shape", self.signed(self.page({"sender": 5})), None
        standby = {"object": "page", "entry": [{"id": "77", "standby": [self.message(person, text="hello")]}]}
        yield "standby", self.signed(as_json(standby)), None

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        body = self.page(self.message(self.people[0], text="what is it?"))
        good = self.signed(body)
        yield from bent(good, "X-Hub-Signature-256", keep=7)
        yield from bytes_changed(good)
        for algorithm in ("sha1", "md5", "sha512"):
            yield algorithm, self.signed(body, algorithm=algorithm)
            yield f"{algorithm} in the old header", self.signed(body, algorithm=algorithm, header="X-Hub-Signature")
        sha1 = hmac.new(SECRET.encode(), body, "sha1").hexdigest()
        for label in ("sha1", "md5", "SHA256", ""):
            yield f"labelled {label}", good.having(X_Hub_Signature_256=f"{label}={self.digest(body)}")
        yield "sha1 said to be sha256", good.having(X_Hub_Signature_256=f"sha256={sha1}")
        for secret in ("", TOKEN, VERIFY, SECRET.upper()):
            yield "other secret", self.signed(body, secret)
        yield "unkeyed", good.having(X_Hub_Signature_256=f"sha256={hashlib.sha256(body).hexdigest()}")
        yield "other body", good.having(X_Hub_Signature_256=self.signed(body + b" ").headers["X-Hub-Signature-256"])
        for query in ("", "?hub.mode=subscribe", "?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1",
                      f"?hub.verify_token={VERIFY}&hub.challenge=1"):  # fmt: skip
            yield f"registration {query}", Webhook(self.path + query, {}, b"", "GET")

    def registrations(self) -> Iterator[tuple[Webhook, str]]:
        query = f"?hub.mode=subscribe&hub.verify_token={VERIFY}&hub.challenge=1158201444"
        yield Webhook(self.path + query, {}, b"", "GET"), "1158201444"

    def shown(self, sent: Sent) -> Shown | None:
        demand(sent.headers.get("authorization") == f"Bearer {TOKEN}", "190: invalid token")
        demand(
            sent.path == "/v25.0/me/messages" and sent.body["messaging_type"] == "RESPONSE", "100: invalid parameter"
        )
        message = sent.body["message"]
        demand(0 < len(message["text"].encode("utf-16-le")) // 2 <= 2000, "100: text is too long")
        buttons = tuple((b["title"], b["payload"]) for b in message.get("quick_replies", []))
        demand(len(buttons) <= 13, "100: too many quick replies")
        for title, payload in buttons:
            demand(0 < len(title) <= 20 and 0 < len(payload) <= 1000, "100: quick reply is too long")
        return Shown(sent.body["recipient"]["id"], message["text"], buttons)

    def busy(self, seconds: int) -> tuple[int, Mapping[str, str], Any]:
        return 400, {}, {"error": {"code": 613, "message": "(#613) Calls to this api have exceeded the rate limit."}}
