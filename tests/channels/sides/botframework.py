"""Microsoft Teams by the Bot Framework."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tests.channels.side import NOW, Sent, Shown, Side, Webhook, as_json, bent, demand, unescaped

APP = "01234567-89ab-cdef-0123-456789abcdef"
TENANT = "11111111-2222-3333-4444-555555555555"
PASSWORD = "app-password-0123456789"
ISSUER = "https://api.botframework.com"
BOT = {"id": f"28:{APP}", "name": "Marrow"}


@lru_cache
def key(number: int) -> rsa.RSAPrivateKey:
    """Key 0 is Microsoft's, key 1 a forger's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache
def pem(number: int) -> bytes:
    return (
        key(number)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def published() -> dict[str, Any]:
    teams = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key(0).public_key()))
    other = dict(teams)
    elliptic = {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "odd"}
    return {
        "keys": [
            {**teams, "kid": "k0", "use": "sig", "endorsements": ["msteams", "webchat"]},
            {**other, "kid": "k-other", "endorsements": ["skype"]},
            elliptic,
        ]
    }


class BotFramework(Side):
    name = "botframework"
    people = ("29:1001-test", "29:2002-test")
    limit, unit = 40_000, "utf16"

    def environment(self) -> dict[str, str]:
        return {
            "MARROW_TEAMS_APP_ID": APP,
            "MARROW_TEAMS_APP_PASSWORD": PASSWORD,
            "MARROW_TEAMS_TENANT": TENANT,
            "MARROW_TEAMS_KEYS": self.url + "/v1/.well-known/keys",
            "MARROW_TEAMS_LOGIN": self.url,
        }

    def token(
        self, number: int = 0, algorithm: str = "RS256", kid: str | None = "k0", secret: Any = None, **claims: Any
    ) -> str:
        now = time.time()  # PyJWT reads the real clock
        whole = {
            "iss": ISSUER,
            "aud": APP,
            "nbf": now - 60,
            "exp": now + 3600,
            "serviceurl": self.url + "/teams/",
            **claims,
        }
        whole = {name: value for name, value in whole.items() if value is not None}
        headers = {"kid": kid} if kid else {}
        return jwt.encode(whole, secret if secret is not None else key(number), algorithm=algorithm, headers=headers)

    def signed(self, activity: dict[str, Any], token: str | None = None) -> Webhook:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or self.token()}"}
        return Webhook(self.path, headers, as_json(activity))

    def activity(self, person: str, *, at: float = NOW, id: int | None = None, **more: Any) -> dict[str, Any]:
        return {
            "type": "message",
            "id": f"f:{id or self.next()}",
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.1234567Z", time.gmtime(at)),
            "serviceUrl": self.url + "/teams/",
            "channelId": "msteams",
            "from": {"id": person, "name": "Pat Example", "aadObjectId": "9"},
            "conversation": {"conversationType": "personal", "id": f"a:{person}", "tenantId": TENANT},
            "recipient": BOT,
            "textFormat": "plain",
            **more,
        }

    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        return self.signed(self.activity(person, at=at, id=id, text=text))

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        title, payload = shown.buttons[number]
        return self.signed(self.activity(person, text=title, value={"choice": payload}))

    def group(self, person: str, text: str, *, addressed: bool) -> Webhook | None:
        where = {"isGroup": True, "conversationType": "channel", "id": "19:abc@thread.tacv2;messageid=1"}
        if not addressed:
            return self.signed(self.activity(person, text=text, conversation=where))
        entities = [{"type": "clientInfo"}, {"type": "mention", "mentioned": BOT, "text": "<at>Marrow</at>"}]
        return self.signed(
            self.activity(person, text=f"<at>Marrow</at>&nbsp;{text}", conversation=where, entities=entities)
        )

    def edit(self, person: str, text: str) -> Webhook | None:
        return self.signed(self.activity(person, type="messageUpdate", text=text))

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        file = "application/vnd.microsoft.teams.file.download.info"
        for kind, word in (("image/png", "pictures"), ("audio/mp4", "voice"), (file, "files")):
            yield kind, self.signed(self.activity(person, text="", attachments=[{"contentType": kind}])), word
        formatted = [{"contentType": "text/html", "content": "<b>hello</b>"}]
        yield "formatted", self.signed(self.activity(person, text="hello", attachments=formatted)), "hello"
        opened = {"type": "conversationUpdate", "membersAdded": [BOT]}
        yield "opened", self.signed(self.activity(person, **opened)), "Hello"
        joined = {"type": "conversationUpdate", "membersAdded": [{"id": "29:9"}]}
        where = {"isGroup": True, "conversationType": "groupChat", "id": "19:x"}
        yield "joined", self.signed(self.activity(person, **joined, conversation=where)), None
        for kind in ("typing", "messageReaction", "messageDelete", "installationUpdate", "event", "invoke"):
            yield kind, self.signed(self.activity(person, type=kind)), None
        yield (
            "odd shape",
            self.signed({"type": "message", "serviceUrl": self.url + "/teams", "channelId": "msteams"}),
            None,
        )

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        activity = self.activity(self.people[0], text="what is it?")
        good = self.signed(activity)
        yield from bent(good, "Authorization", keep=7)
        for what, token in self.tokens():
            yield what, self.signed(activity, token)
        token = good.headers["Authorization"].removeprefix("Bearer ")
        head, body, signature = token.split(".")
        for what, wrong in (
            ("two parts", f"{head}.{body}"), ("no signature", f"{head}.{body}."),
            ("signature first", f"{signature}.{body}.{head}"), ("empty claims", f"{head}.e30.{signature}"),
            ("a blank", f"{head}. {body}.{signature}"),
        ):  # fmt: skip
            yield what, self.signed(activity, wrong)
        for scheme in ("Basic", "Token", ""):
            yield f"scheme {scheme}", good.having(Authorization=f"{scheme} {token}")
        for service in ("https://evil.example/", self.url, self.url + "/other/", ""):
            yield f"service {service}", self.signed({**activity, "serviceUrl": service}, token)
        yield "no service", self.signed({k: v for k, v in activity.items() if k != "serviceUrl"}, token)
        yield "other channel", self.signed({**activity, "channelId": "sms"}, token)
        yield "not JSON", Webhook(good.path, good.headers, b"{")
        yield "a list", Webhook(good.path, good.headers, b"[]")

    def tokens(self) -> Iterator[tuple[str, str]]:
        now = time.time()
        yield "other key", self.token(1)
        yield "unknown key id", self.token(1, kid="k9")
        yield "no key id", self.token(kid=None)
        yield "key of another channel", self.token(kid="k-other")
        yield "key that is none", self.token(kid="odd")
        for algorithm in ("RS384", "RS512", "PS256"):
            yield algorithm, self.token(algorithm=algorithm)
        yield "ES256", self.token(algorithm="ES256", secret=ec.generate_private_key(ec.SECP256R1()))
        yield "none", self.token(algorithm="none", secret="")
        for secret in (APP, PASSWORD, "k0"):
            yield f"HS256 of {secret}", self.token(algorithm="HS256", secret=secret.ljust(32, "."))
        for issuer in ("https://sts.windows.net/x/", "https://api.botframework.com/", "https://evil.example", "", None):
            yield f"issuer {issuer}", self.token(iss=issuer)
        for audience in (APP.upper(), TENANT, "", None, [TENANT]):
            yield f"audience {audience}", self.token(aud=audience)
        for ends in (now - 301, now - 86400, 0, None):
            yield f"ends {ends}", self.token(exp=ends)
        yield "not yet", self.token(nbf=now + 400)
        for service in (None, "https://evil.example", "", 5):
            yield f"service claim {service}", self.token(serviceurl=service)

    def other(self, sent: Sent) -> tuple[int, Mapping[str, str], Any] | None:
        if sent.path == "/v1/.well-known/keys":
            return 200, {}, published()
        if sent.path == f"/{TENANT}/oauth2/v2.0/token":
            good = sent.body.get("client_secret") == PASSWORD and sent.body.get("scope") == f"{ISSUER}/.default"
            return (200, {}, {"access_token": "connector-token", "expires_in": 3600}) if good else (401, {}, {})
        return None

    def shown(self, sent: Sent) -> Shown | None:
        demand(sent.headers.get("authorization") == "Bearer connector-token", "401")
        _, service, _, _, conversation, activities, reply = sent.path.split("/")
        demand((service, activities) == ("teams", "activities") and unquote(reply) == sent.body["replyToId"], "404")
        demand(unquote(conversation) == sent.body["conversation"]["id"], "400: other conversation")
        demand(sent.body["from"] == BOT and sent.body["textFormat"] == "markdown", "400")
        demand(len(json.dumps(sent.body, ensure_ascii=False).encode("utf-16-le")) <= 80_000, "413: message too large")
        buttons = []
        for attachment in sent.body.get("attachments", []):
            demand(attachment["contentType"] == "application/vnd.microsoft.card.hero", "400: card")
            for button in attachment["content"]["buttons"]:
                demand(button["type"] == "messageBack" and button["displayText"] and button["title"], "400: button")
                buttons.append((button["title"], button["value"]["choice"]))
        demand(len(buttons) <= 6, "400: too many buttons")
        return Shown(sent.body["conversation"]["id"], html.unescape(unescaped(sent.body["text"])), tuple(buttons))

    def taken(self) -> tuple[int, Mapping[str, str], Any]:
        return 201, {}, {"id": "1"}
