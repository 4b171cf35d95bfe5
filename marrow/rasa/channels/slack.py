"""Slack. Signatures are checked by Slack's own SDK; the rest is ours."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sanic.response import HTTPResponse
from slack_sdk.signature import Clock, SignatureVerifier

from marrow.rasa.channels.base import parse, respond
from marrow.rasa.channels.delivery import Outgoing, Response, usual_wait
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, kind_of_media
from marrow.rendering import Part

_LATER: Final = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
_MENTION: Final = re.compile(r"<@[A-Z0-9]+(?:\|[^>]*)?>")
_LINK: Final = re.compile(r"<(?:[^<>|]+\|)?([^<>]*)>")


class _Now(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now  # type: ignore[method-assign]


class SlackChannel(MessengerChannel):
    """POST /webhooks/slack/webhook, for events and for interactivity."""

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "slack"

    async def verify(self, call: Call) -> None:
        """X-Slack-Signature: v0 HMAC-SHA256 of time stamp and raw body, at most five minutes old."""
        stamp, given = call.headers.get("x-slack-request-timestamp", ""), call.headers.get("x-slack-signature", "")
        if call.method != "POST" or not stamp or not given:
            raise RefusedError(401)
        verifier = SignatureVerifier(self.settings["secret"], _Now(self.now))
        try:
            good = verifier.is_valid(call.body, stamp, given)
        except (ValueError, TypeError):  # a time stamp that is no number, a signature or body that is no text
            good = False
        if not good:
            raise RefusedError

    def handshake(self, call: Call) -> HTTPResponse | None:
        """The challenge back, when the webhook is registered."""
        if not call.body.lstrip().startswith(b"{"):
            return None
        body = call.json()
        return respond({"challenge": body["challenge"]}) if body.get("type") == "url_verification" else None

    def items(self, call: Call) -> Iterable[Any]:
        """An event, or the buttons pressed."""
        if call.body.lstrip().startswith(b"{"):
            body = call.json()
            return [body] if body["type"] == "event_callback" else []
        payload = parse(dict(call.form())["payload"].encode())
        if payload["type"] != "block_actions":
            return []
        return [{**payload, "action": action} for action in payload["actions"]]

    def read(self, item: Any) -> Inbound | None:
        """Direct messages, mentions elsewhere, and buttons; joins, bots and other people's talk get no answer."""
        if item["type"] == "block_actions":
            return self._pressed(item)
        event = item["event"]
        if event["type"] == "message" and event.get("channel_type") == "im":
            return self._direct(item, event)
        if event["type"] != "app_mention" or event.get("bot_id") or event["channel"].startswith("D"):
            return None
        sender = _sender(event["channel"], event["user"])
        to = {"channel": event["channel"], "thread": event.get("thread_ts") or event["ts"]}
        text = _plain(event.get("text", ""))
        kind = "text" if text else _kind(event) or "greet"
        return Inbound(sender, to, item["event_id"], text, kind=kind, at=float(event["ts"]))

    @staticmethod
    def _direct(item: Any, event: Any) -> Inbound | None:
        subtype, kind, at = event.get("subtype"), None, event["ts"]
        message = event
        if subtype == "message_changed":
            message, before = event["message"], event.get("previous_message", {})
            if message.get("text") == before.get("text"):
                return None  # Slack itself changed it: a preview, a thread's count
            kind = "edited"
        elif subtype not in {None, "file_share", "me_message"}:
            return None
        if message.get("bot_id") or message.get("subtype") == "bot_message" or "user" not in message:
            return None
        text = _plain(message.get("text", ""))
        to = {"channel": event["channel"], **({"thread": event["thread_ts"]} if event.get("thread_ts") else {})}
        kind = kind or ("text" if text else _kind(message) or "other")
        sender = _sender(event["channel"], message["user"])
        return Inbound(sender, to, item["event_id"], text, kind=kind, at=float(at))

    @staticmethod
    def _pressed(item: Any) -> Inbound:
        channel, user, action = item["channel"]["id"], item["user"]["id"], item["action"]
        to = {"channel": channel}
        message = item.get("message") or {}
        thread = message.get("thread_ts") or (None if channel.startswith("D") else message.get("ts"))
        if thread:
            to["thread"] = thread
        event = f"{user}:{action['action_ts']}:{action['action_id']}"
        return Inbound(_sender(channel, user), to, event, choice=str(action.get("value") or "-"))

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """chat.postMessage."""
        blocks: list[dict[str, Any]] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": part.text, "verbatim": True}}
        ]
        if part.buttons:
            buttons = [
                {
                    "type": "button",
                    "action_id": f"choice_{number}",
                    "text": {"type": "plain_text", "text": button.title},
                    "value": button.payload,
                }
                for number, button in enumerate(part.buttons, 1)
            ]
            blocks.append({"type": "actions", "elements": buttons})
        message: dict[str, Any] = {
            "channel": to["channel"],
            "text": part.text,  # for notifications and screen readers
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        if "thread" in to:
            message["thread_ts"] = to["thread"]
        return Outgoing(f"{self.settings['api']}/chat.postMessage", json=message)

    async def authorisation(self) -> Mapping[str, str]:
        """The bot's token."""
        return {"Authorization": f"Bearer {self.settings['token']}"}

    def wait(self, response: Response) -> float | None:
        """Slack says most of what went wrong with status 200."""
        if response.ok and _error(response) in _LATER:
            return 0.0
        return usual_wait(response)

    def taken(self, response: Response) -> bool:
        """Only `"ok": true` is."""
        return response.ok and _error(response) is None

    def probe(self) -> Outgoing:
        """auth.test."""
        return Outgoing(f"{self.settings['api']}/auth.test", json={})


def _sender(channel: str, user: str) -> str:
    """A person where they are; a direct chat is a channel of its own."""
    return f"{channel}:{user}"


def _plain(text: str) -> str:
    """What the person typed, without mentions, addresses' marks and entities."""
    return html.unescape(_LINK.sub(r"\1", _MENTION.sub(" ", text))).strip()


def _kind(message: Any) -> str | None:
    files = message.get("files") or []
    return kind_of_media(files[0].get("mimetype") or "") if files else None


def _error(response: Response) -> str | None:
    if isinstance(response.body, dict) and response.body.get("ok") is True:
        return None
    return str(response.body.get("error")) if isinstance(response.body, dict) else "no JSON"
