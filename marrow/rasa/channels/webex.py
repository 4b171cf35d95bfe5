"""Webex. Its webhook names a message, or a pressed button, that is fetched before it is answered."""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from marrow.rasa.channels.delivery import Outgoing
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, same, seconds_of
from marrow.rendering import Part

_MENTION: Final = re.compile(r"<spark-mention\b[^<>]*>[^<]*</spark-mention>")
_TAG: Final = re.compile(r"<[^<>]*>")


class WebexChannel(MessengerChannel):
    """POST /webhooks/webex/webhook, for the resources `messages` and `attachmentActions`."""

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "webex"

    async def verify(self, call: Call) -> None:
        """X-Spark-Signature: HMAC-SHA1 of the raw body, with the secret given when the webhook was registered."""
        given = call.headers.get("x-spark-signature", "")
        if call.method != "POST" or not given:
            raise RefusedError(401)
        if not same(given, hmac.new(self.settings["secret"].encode(), call.body, hashlib.sha1).hexdigest()):
            raise RefusedError

    def items(self, call: Call) -> Iterable[Any]:
        """A request is one event."""
        return [call.json()]

    def read(self, item: Any) -> Inbound | None:
        """New messages and pressed buttons of people. In a room of several, Webex only sends what names the bot."""
        resource, data = item["resource"], item["data"]
        if item["event"] not in {"created", "updated"} or resource not in {"messages", "attachmentActions"}:
            return None
        if str(data.get("personEmail", "")).endswith("@webex.bot"):
            return None  # another bot, or this one
        person, room = data["personId"], data["roomId"]
        group = data.get("roomType", "direct") != "direct"
        return Inbound(
            sender=f"{room}:{person}" if group else person,
            to={"room": room, "id": data["id"], "resource": resource, "group": group},
            id=f"{data['id']}:{item['event']}:{data.get('updated', '')}",
            kind="edited" if item["event"] == "updated" else "text",
            at=seconds_of(data.get("created")),
        )

    async def complete(self, event: Inbound) -> Inbound:
        """Fetch the message, or which button was pressed."""
        pressed = event.to["resource"] == "attachmentActions"
        path = "attachment/actions" if pressed else "messages"
        address = f"{self.settings['api']}/{path}/{quote(event.to['id'], safe='')}"

        async def prepare() -> Outgoing:
            return Outgoing(address, method="GET", headers=await self.authorisation())

        response = await self.delivery.send(prepare, self.wait)
        if response is None or not response.ok:
            raise ConnectionError("the message could not be fetched")
        body = response.body
        if pressed:
            return replace(event, choice=str(body["inputs"]["choice"]))
        text = body.get("text") or ""
        if event.to["group"] and body.get("html"):
            text = html.unescape(_TAG.sub(" ", _MENTION.sub(" ", body["html"])))
        kind = event.kind if text.strip() or event.kind != "text" else ("file" if body.get("files") else "other")
        return replace(event, text=text.strip(), kind=kind)

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """A message to the room, its buttons on an adaptive card."""
        message: dict[str, Any] = {"roomId": to["room"], "markdown": part.text}
        if part.buttons:
            actions = [
                {"type": "Action.Submit", "title": button.title, "data": {"choice": button.payload}}
                for button in part.buttons
            ]
            card = {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.2",
                "body": [],
                "actions": actions,
            }
            message["attachments"] = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]
        return Outgoing(f"{self.settings['api']}/messages", json=message)

    async def authorisation(self) -> Mapping[str, str]:
        """The bot's token."""
        return {"Authorization": f"Bearer {self.settings['token']}"}

    def probe(self) -> Outgoing:
        """The bot's own account."""
        return Outgoing(f"{self.settings['api']}/people/me", method="GET")
