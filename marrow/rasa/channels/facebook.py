"""Facebook Messenger. Ours: Rasa's connector checks the wrong signature and drops all but one event of a batch."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from sanic.response import HTTPResponse
from sanic.response import text as plain

from marrow.rasa.channels.delivery import Outgoing, Response, usual_wait
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, same
from marrow.rasa.identity import Identity
from marrow.rendering import Part

_KINDS: Final = {"image": "picture", "video": "picture", "audio": "voice", "file": "file", "location": "place"}
# Codes of the Graph API for "later": a limit was reached, or a fault of theirs. They come with status 400 or 403.
_LATER: Final = {1, 2, 4, 17, 32, 341, 613, 1200}


class FacebookChannel(MessengerChannel):
    """GET and POST /webhooks/facebook/webhook."""

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "facebook"

    async def verify(self, call: Call) -> None:
        """X-Hub-Signature-256: HMAC-SHA256 of the raw body. The old SHA-1 header is not looked at."""
        if call.method == "GET":
            asked = parse_qs(call.query)
            token = asked.get("hub.verify_token", [""])[0]
            if asked.get("hub.mode") != ["subscribe"] or not same(token, self.settings["verify"]):
                raise RefusedError
            return
        given = call.headers.get("x-hub-signature-256", "")
        if not given:
            raise RefusedError(401)
        expected = hmac.new(self.settings["secret"].encode(), call.body, hashlib.sha256).hexdigest()
        if not same(given, f"sha256={expected}"):
            raise RefusedError

    def handshake(self, call: Call) -> HTTPResponse | None:
        """The challenge back, when the webhook is registered."""
        return plain(parse_qs(call.query).get("hub.challenge", [""])[0]) if call.method == "GET" else None

    def items(self, call: Call) -> Iterable[Any]:
        """All events of all entries."""
        body = call.json()
        if body["object"] != "page":
            raise ValueError("not of a page")
        return [event for entry in body["entry"] for event in entry.get("messaging", [])]

    def read(self, item: Any) -> Inbound | None:
        """Messages, edits and postbacks; echoes, receipts and reactions get no answer."""
        sender = item["sender"]["id"]
        to, at = {"id": sender}, item["timestamp"] / 1000
        if postback := item.get("postback"):
            payload = str(postback.get("payload", ""))
            event = postback.get("mid") or f"{sender}:{item['timestamp']}"
            if Identity.looks_like_key(payload):
                return Inbound(sender, to, event, choice=payload, at=at)
            return Inbound(sender, to, event, kind="greet", at=at)  # "Get started", or a link into the chat
        if edit := item.get("message_edit"):
            event = f"{edit['mid']}:{edit.get('num_edit', 0)}"
            return Inbound(sender, to, event, edit.get("text", ""), kind="edited", at=at)
        message = item.get("message")
        if not message or message.get("is_echo") or message.get("is_deleted"):
            return None
        if reply := message.get("quick_reply"):
            return Inbound(sender, to, message["mid"], message.get("text"), choice=str(reply["payload"]), at=at)
        text, attachments = message.get("text", ""), message.get("attachments") or []
        kind = "text" if text else "other"
        if not text and attachments:
            sticker = "sticker_id" in (attachments[0].get("payload") or {})
            kind = "sticker" if sticker else _KINDS.get(attachments[0]["type"], "other")
        return Inbound(sender, to, message["mid"], text, kind=kind, at=at)

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """The Send API, within the window that a person's message opens."""
        message: dict[str, Any] = {"text": part.text}
        if part.buttons:
            message["quick_replies"] = [
                {"content_type": "text", "title": button.title, "payload": button.payload} for button in part.buttons
            ]
        body = {"recipient": {"id": to["id"]}, "messaging_type": "RESPONSE", "message": message}
        return Outgoing(f"{self.settings['api']}/me/messages", json=body)

    async def authorisation(self) -> Mapping[str, str]:
        """The page's token in a header, not in the address, which proxies log."""
        return {"Authorization": f"Bearer {self.settings['token']}"}

    def wait(self, response: Response) -> float | None:
        """Some 400s mean "later"."""
        error = response.body.get("error") if isinstance(response.body, dict) else None
        if not response.ok and isinstance(error, dict) and (error.get("is_transient") or error.get("code") in _LATER):
            return 0.0
        return usual_wait(response)

    def probe(self) -> Outgoing:
        """The page itself."""
        return Outgoing(f"{self.settings['api']}/me?fields=id", method="GET")
