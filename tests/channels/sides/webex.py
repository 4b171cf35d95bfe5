"""Webex."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tests.channels.side import NOW, Sent, Shown, Side, Webhook, as_json, bent, bytes_changed, demand, unescaped

SECRET = "webex-secret-0123456789"
TOKEN = "W" * 64


class Webex(Side):
    name = "webex"
    people = ("Y1001", "Y2002")
    limit, unit = 7439, "bytes"

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.kept: dict[str, Any] = {}  # what the bot may fetch

    def environment(self) -> dict[str, str]:
        return {"MARROW_WEBEX_SECRET": SECRET, "MARROW_WEBEX_TOKEN": TOKEN, "MARROW_WEBEX_API": self.url + "/v1"}

    def signed(self, body: bytes, secret: str = SECRET, algorithm: str = "sha1") -> Webhook:
        digest = hmac.new(secret.encode(), body, algorithm).hexdigest()
        return Webhook(self.path, {"Content-Type": "application/json", "X-Spark-Signature": digest}, body)

    def event(
        self, person: str, kept: dict[str, Any], *, resource: str = "messages", event: str = "created", at: float = NOW,
        id: int | None = None, **data: Any,
    ) -> Webhook:  # fmt: skip
        name = f"M{id or self.next()}"
        self.kept[name] = kept
        whole = {
            "id": name, "roomId": f"R{person}", "roomType": "direct", "personId": person,
            "personEmail": "pat@example.org",
            "created": time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime(at)), **data,
        }  # fmt: skip
        return self.signed(
            as_json({"id": "W1", "resource": resource, "event": event, "actorId": person, "data": whole})
        )

    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        return self.event(person, {"text": text}, at=at, id=id)

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        kept = {"inputs": {"choice": shown.buttons[number][1]}}
        return self.event(person, kept, resource="attachmentActions", roomId=shown.where)

    def group(self, person: str, text: str, *, addressed: bool) -> Webhook | None:
        if not addressed:  # Webex sends a bot only what names it; another bot's post is the nearest thing
            return self.event(person, {"text": text}, roomType="group", roomId="R9", personEmail="other@webex.bot")
        html = f'<p><spark-mention data-object-type="person">Marrow</spark-mention> {text}</p>'
        return self.event(person, {"text": f"Marrow {text}", "html": html}, roomType="group", roomId="R9")

    def edit(self, person: str, text: str) -> Webhook | None:
        return self.event(person, {"text": text}, event="updated")

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        yield "file", self.event(person, {"files": ["x"]}), "files"
        yield "file with words", self.event(person, {"files": ["x"], "text": "hello"}), "hello"
        yield "empty", self.event(person, {}), "text"
        yield "own message", self.event(person, {"text": "hello"}, personEmail="marrow@webex.bot"), None
        yield "deleted", self.event(person, {"text": "hello"}, event="deleted"), None
        yield "joined", self.event(person, {}, resource="memberships"), None
        yield "odd shape", self.signed(as_json({"resource": "messages", "event": "created"})), None

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        good = self.text(self.people[0], "what is it?")
        yield from bent(good, "X-Spark-Signature")
        yield from bytes_changed(good)
        for algorithm in ("md5", "sha256", "sha512"):
            yield algorithm, self.signed(good.body, algorithm=algorithm)
        for secret in ("", TOKEN, SECRET.upper(), SECRET[:-1]):
            yield "other secret", self.signed(good.body, secret)
        yield "unkeyed", good.having(X_Spark_Signature=hashlib.sha1(good.body).hexdigest())
        yield "other body", good.having(X_Spark_Signature=self.signed(good.body + b" ").headers["X-Spark-Signature"])

    def other(self, sent: Sent) -> tuple[int, Mapping[str, str], Any] | None:
        if sent.method != "GET":
            return None
        kept = self.kept.get(sent.path.rsplit("/", 1)[-1])
        return (200, {}, kept) if kept is not None and "authorization" in sent.headers else (404, {}, {})

    def shown(self, sent: Sent) -> Shown | None:
        demand(sent.headers.get("authorization") == f"Bearer {TOKEN}", "401")
        demand(sent.path == "/v1/messages", "404")
        demand(0 < len(sent.body["markdown"].encode()) <= 7439, "400: message is too long")
        buttons = []
        for attachment in sent.body.get("attachments", []):
            demand(attachment["contentType"] == "application/vnd.microsoft.card.adaptive", "400: card")
            card = attachment["content"]
            demand(card["type"] == "AdaptiveCard" and card["version"] <= "1.3", "400: card")
            buttons += [(action["title"], action["data"]["choice"]) for action in card["actions"]]
        return Shown(sent.body["roomId"], unescaped(sent.body["markdown"]), tuple(buttons))
