"""Mattermost: an outgoing webhook or slash command brings messages, a bot account sends the answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marrow.rasa.channels.delivery import Outgoing
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, same
from marrow.rendering import Part


class MattermostChannel(MessengerChannel):
    """POST /webhooks/mattermost/webhook, for outgoing webhooks, slash commands and pressed buttons."""

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "mattermost"

    async def verify(self, call: Call) -> None:
        """The token of a webhook or command; for a button, which Mattermost does not sign, the seal we gave it."""
        if call.method != "POST":
            raise RefusedError(401)
        try:
            body = self._body(call)
        except (ValueError, TypeError):
            raise RefusedError(401) from None
        if "context" in body:
            context = body["context"]
            if not same(str(context["seal"]), self._seal(str(context["choice"]), str(body["channel_id"]))):
                raise RefusedError
            return
        token = body.get("token") or call.headers.get("authorization", "").removeprefix("Token ")
        if not isinstance(token, str) or not token:
            raise RefusedError(401)
        if not [known for known in self.settings["tokens"].split(",") if same(token, known)]:
            raise RefusedError

    @staticmethod
    def _body(call: Call) -> dict[str, Any]:
        body = call.json() if call.body.lstrip().startswith(b"{") else dict(call.form())
        if not isinstance(body, dict):
            raise ValueError("no fields")
        return body

    def _seal(self, choice: str, channel: str) -> str:
        return self.guard.identity.seal("mattermost", choice, channel)

    def items(self, call: Call) -> Iterable[Any]:
        """A request is one event."""
        return [self._body(call)]

    def read(self, item: Any) -> Inbound | None:
        """A post that begins with a trigger word or names the bot, a command, or a pressed button."""
        to = {"channel": item["channel_id"]}
        sender = f"{item['channel_id']}:{item['user_id']}"
        if "context" in item:
            choice = str(item["context"]["choice"])
            event = item.get("trigger_id") or f"{item['post_id']}:{item['user_id']}:{choice}"
            return Inbound(sender, to, event, choice=choice)
        name = self.settings["username"]
        if item.get("user_name") == name:
            return None
        text, trigger = item.get("text") or "", item.get("trigger_word") or ""
        mention = re.compile(rf"@{re.escape(name)}(?![\w.-]*\w)", re.IGNORECASE)
        if not (item.get("command") or trigger or mention.search(text)):
            return None
        if trigger and text.lower().startswith(trigger.lower()):
            text = text[len(trigger) :]
        text = mention.sub(" ", text).strip()
        stamp = float(item.get("timestamp") or 0)
        return Inbound(
            sender=sender,
            to=to,
            id=item.get("post_id") or item.get("trigger_id"),
            text=text,
            kind="text" if text else "file" if item.get("file_ids") else "greet",
            at=(stamp / 1000 if stamp > 1e11 else stamp) or None,  # servers differ: seconds, or milliseconds
        )

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """A post of the bot's."""
        post: dict[str, Any] = {"channel_id": to["channel"], "message": part.text}
        if part.buttons:
            address = f"{self.settings['public_url']}/webhooks/mattermost/webhook"
            actions = [
                {
                    "id": f"choice{number}",
                    "type": "button",
                    "name": button.title,
                    "integration": {
                        "url": address,
                        "context": {"choice": button.payload, "seal": self._seal(button.payload, to["channel"])},
                    },
                }
                for number, button in enumerate(part.buttons, 1)
            ]
            post["props"] = {"attachments": [{"actions": actions}]}
        return Outgoing(f"{self.settings['api']}/api/v4/posts", json=post)

    async def authorisation(self) -> Mapping[str, str]:
        """The bot account's token."""
        return {"Authorization": f"Bearer {self.settings['token']}"}

    def probe(self) -> Outgoing:
        """The bot account."""
        return Outgoing(f"{self.settings['api']}/api/v4/users/me", method="GET")
