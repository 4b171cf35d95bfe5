"""Twilio: SMS and WhatsApp."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from tests.channels.side import PUBLIC, Sent, Shown, Side, Webhook, bent, bytes_changed, demand

ACCOUNT = "AC" + "0a" * 16
TOKEN = "0b" * 16
TEMPLATE = "HX" + "0c" * 16


def sign(address: str, fields: Mapping[str, str], token: str = TOKEN, algorithm: str = "sha1") -> str:
    """Twilio's signature of a form post."""
    text = address + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), algorithm).digest()).decode()


class Twilio(Side):
    name = "twilio"
    people = ("+15550100", "+15550111")
    dated = False
    limit, unit = 1600, "utf16"
    number = "+15550199"

    def environment(self) -> dict[str, str]:
        return {
            "MARROW_TWILIO_ACCOUNT_SID": ACCOUNT,
            "MARROW_TWILIO_AUTH_TOKEN": TOKEN,
            "MARROW_TWILIO_SMS_FROM": self.number,
            "MARROW_PUBLIC_URL": PUBLIC,
            "MARROW_TWILIO_API": self.url,
        }

    def form(self, fields: Mapping[str, str], signature: str | None = None) -> Webhook:
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": sign(PUBLIC + self.path, fields) if signature is None else signature,
        }
        return Webhook(self.path, headers, urlencode(fields).encode())

    def fields(self, person: str, text: str, id: int | None = None, **more: str) -> dict[str, str]:
        return {
            "MessageSid": f"SM{id or self.next():032x}",
            "AccountSid": ACCOUNT,
            "From": person,
            "To": self.number,
            "Body": text,
            "NumMedia": "0",
            "SmsStatus": "received",
            "ProfileName": "Pat Example",
            **more,
        }

    def text(self, person: str, text: str, *, at: float = 0, id: int | None = None) -> Webhook:
        return self.form(self.fields(person, text, id))

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        for media, word in (("image/jpeg", "pictures"), ("audio/ogg", "voice"), ("application/pdf", "files")):
            more = {"NumMedia": "1", "MediaContentType0": media, "MediaUrl0": "https://x.example/1"}
            yield media, self.form({**self.fields(person, ""), **more}), word
        yield "picture with words", self.form({**self.fields(person, "hello"), **more}), "hello"
        yield "empty", self.text(person, "   "), "words"
        yield "place", self.form(self.fields(person, "", Latitude="1.5", Longitude="2.5")), "places"
        yield "delivered", self.form({**self.fields(person, ""), "SmsStatus": "delivered"}), None
        yield "opted out", self.form(self.fields(person, "STOP", OptOutType="STOP")), None
        yield "other channel", self.form({**self.fields(person, "hello"), "From": "messenger:9"}), "hello"

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        fields = self.fields(self.people[0], "what is it?")
        good = self.form(fields)
        yield from bent(good, "X-Twilio-Signature")
        yield from bytes_changed(good)
        address = PUBLIC + self.path
        for secret in ("", "0d" * 16, TOKEN.upper(), ACCOUNT):
            yield "other secret", self.form(fields, sign(address, fields, secret))
        for algorithm in ("md5", "sha256", "sha512"):
            yield algorithm, self.form(fields, sign(address, fields, algorithm=algorithm))
        for other in ("https://evil.example" + self.path, "http://bot.example.org" + self.path, PUBLIC + "/", ""):
            yield "other address", self.form(fields, sign(other, fields))
        yield "without fields", self.form(fields, sign(address, {}))
        yield "more fields", Webhook(good.path, good.headers, good.body + b"&Extra=1")
        yield "fields renamed", Webhook(good.path, good.headers, good.body.replace(b"From=", b"from="))
        yield "other account", self.form({**fields, "AccountSid": "AC" + "1" * 32})
        yield "signed hash", self.form(fields, hashlib.sha1(good.body).hexdigest())

    def shown(self, sent: Sent) -> Shown | None:
        basic = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        demand(sent.headers.get("authorization") == f"Basic {basic}", "not authorised")
        demand(sent.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", "no such path")
        demand(sent.body["From"] == self.number, "not our number")
        text, buttons = self.content(sent.body)
        demand(text, "no body")
        return Shown(sent.body["To"], text, buttons)

    def content(self, body: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
        demand(len(body["Body"].encode("utf-16-le")) // 2 <= 1600, "21617: body is too long")
        return body["Body"], ()

    def taken(self) -> tuple[int, Mapping[str, str], Any]:
        return 201, {}, {"sid": "SM" + "0" * 32, "status": "queued"}


class WhatsApp(Twilio):
    name = "whatsapp"
    people = ("whatsapp:+15550100", "whatsapp:+15550111")
    number = "whatsapp:+15550199"

    def environment(self) -> dict[str, str]:
        shared = {name: value for name, value in super().environment().items() if name != "MARROW_TWILIO_SMS_FROM"}
        return {
            **shared,
            "MARROW_TWILIO_WHATSAPP_FROM": self.number,
            "MARROW_TWILIO_WHATSAPP_BUTTONS": TEMPLATE,
        }

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        for what, webhook, word in super().odd():
            if what != "other channel":
                yield what, webhook, word
        more = {"NumMedia": "1", "MediaContentType0": "image/webp"}
        yield "sticker", self.form({**self.fields(self.people[0], ""), **more}), "text"
        yield "an SMS", self.form(self.fields("+15550100", "hello")), None

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        title, payload = shown.buttons[number]
        return self.form(self.fields(person, title, ButtonText=title, ButtonPayload=payload))

    def content(self, body: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
        if "ContentSid" not in body:
            return super().content(body)
        demand(body["ContentSid"] == TEMPLATE and "Body" not in body, "content not found")
        values = json.loads(body["ContentVariables"])
        demand(set(values) == set("1234567"), "the template has seven variables")
        demand(len(values["1"].encode("utf-16-le")) // 2 <= 1024, "body is too long for buttons")
        buttons = tuple((values[str(n)], values[str(n + 1)]) for n in (2, 4, 6))
        for title, payload in buttons:
            demand(0 < len(title) <= 20 and 0 < len(payload.encode()) <= 128, "button is too long")
        return values["1"], buttons
