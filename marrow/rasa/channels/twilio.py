"""Twilio SMS and WhatsApp. Signatures are checked by Twilio's own SDK; its client is not used, since it blocks."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from sanic.response import HTTPResponse
from twilio.request_validator import RequestValidator

from marrow.rasa.channels.delivery import Outgoing
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, dumps, kind_of_media
from marrow.rendering import Part


class _Fields(dict[str, list[str]]):
    """The form as the SDK's validator wants it: a field may stand several times."""

    def getall(self, name: str) -> list[str]:
        return self[name]


class TwilioChannel(MessengerChannel):
    """POST /webhooks/twilio/webhook: SMS."""

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "twilio"

    async def verify(self, call: Call) -> None:
        """X-Twilio-Signature: HMAC-SHA1, with the auth token, of the public address and the sorted fields."""
        signature = call.headers.get("x-twilio-signature", "")
        if call.method != "POST" or not signature:
            raise RefusedError(401)
        fields = _Fields()
        for name, value in call.form():
            fields.setdefault(name, []).append(value)
        address = self.settings["public_url"] + call.path + (f"?{call.query}" if call.query else "")
        if not RequestValidator(self.settings["token"]).validate(address, fields, signature):
            raise RefusedError
        if fields.get("AccountSid") != [self.settings["account"]]:
            raise RefusedError

    def items(self, call: Call) -> Iterable[Any]:
        """A request is one message."""
        return [dict(call.form())]

    def read(self, item: Any) -> Inbound | None:
        """A message. Reports of delivery, and what Twilio has answered itself (STOP, HELP), get no answer."""
        status = item.get("MessageStatus") or item.get("SmsStatus") or "received"
        if status != "received" or item.get("OptOutType") or not self._is_ours(item["From"]):
            return None
        text = item.get("Body", "").strip()
        media = item.get("MediaContentType0", "image") if int(item.get("NumMedia") or 0) else None
        place = item.get("Latitude") and "place"
        return Inbound(
            sender=item["From"],
            to={"to": item["From"]},
            id=item["MessageSid"],
            text=text,
            choice=item.get("ButtonPayload") or None,
            kind="text" if text or not (media or place) else place or kind_of_media(media or ""),
        )

    def _is_ours(self, sender: str) -> bool:
        return not sender.startswith("whatsapp:")

    def accepted(self) -> HTTPResponse:
        """TwiML that says nothing: the answer is sent over the API, as it may take longer than Twilio waits."""
        return HTTPResponse("<Response/>", content_type="text/xml")

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """Messages.json of Twilio's REST API."""
        sender = self.settings["sender"]
        return Outgoing(
            f"{self.settings['api']}/2010-04-01/Accounts/{self.settings['account']}/Messages.json",
            form={
                "To": to["to"],
                "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
                **self._content(part),
            },
        )

    def _content(self, part: Part) -> dict[str, str]:
        return {"Body": part.text}

    async def authorisation(self) -> Mapping[str, str]:
        """HTTP Basic: account and auth token."""
        both = f"{self.settings['account']}:{self.settings['token']}".encode()
        return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}

    def probe(self) -> Outgoing:
        """The account itself."""
        return Outgoing(f"{self.settings['api']}/2010-04-01/Accounts/{self.settings['account']}.json", method="GET")


class WhatsAppChannel(TwilioChannel):
    """POST /webhooks/whatsapp/webhook: WhatsApp by Twilio.

    Twilio has buttons only in templates: one with three quick replies, all its texts variables, is named by
    MARROW_TWILIO_WHATSAPP_BUTTONS. Without it, or with fewer than three choices, there is a numbered list.
    """

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "whatsapp"

    def _is_ours(self, sender: str) -> bool:
        return sender.startswith("whatsapp:")

    def buttons_usable(self, count: int) -> bool:
        """With a template, for three choices or more."""
        return bool(self.settings["buttons"]) and count >= 3

    def _content(self, part: Part) -> dict[str, str]:
        if not part.buttons:
            return super()._content(part)
        values = [part.text, *(value for button in part.buttons for value in (button.title, button.payload))]
        variables = {str(number): value for number, value in enumerate(values, 1)}
        return {"ContentSid": self.settings["buttons"], "ContentVariables": dumps(variables)}
