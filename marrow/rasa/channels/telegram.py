"""Telegram. Ours from end to end: Rasa's connector calls Telegram at the start, and fails at the first message."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from marrow.rasa.channels.delivery import Outgoing, Response, usual_wait
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, same
from marrow.rendering import Part

# What a message may hold instead of text, the first that is there counts.
_KINDS: Final = {
    "sticker": "sticker", "animation": "sticker", "photo": "picture", "video": "picture", "video_note": "picture",
    "voice": "voice", "audio": "voice", "document": "file", "location": "place", "venue": "place", "contact": "place",
}  # fmt: skip
_GROUPS: Final = {"group", "supergroup"}


class TelegramChannel(MessengerChannel):
    """POST /webhooks/telegram/webhook."""

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "telegram"

    async def verify(self, call: Call) -> None:
        """The secret that was given to setWebhook, in a header; the body is not signed."""
        given = call.headers.get("x-telegram-bot-api-secret-token", "")
        if call.method != "POST" or not given:
            raise RefusedError(401)
        if not same(given, self.settings["secret"]):
            raise RefusedError

    def items(self, call: Call) -> Iterable[Any]:
        """A request is one update."""
        update = call.json()
        if not isinstance(update["update_id"], int):
            raise ValueError("no update")
        return [update]

    def read(self, item: Any) -> Inbound | None:
        """Messages, edited messages and pressed buttons; joins, reactions, polls and channels' posts get no answer."""
        event = str(item["update_id"])
        if query := item.get("callback_query"):
            message = query["message"]
            to = {**self._to(message), "query": query["id"]}
            return Inbound(self._sender(message, query["from"]), to, event, choice=str(query.get("data") or "-"))
        message = item.get("message") or item.get("edited_message")
        if not message or message.get("from", {}).get("is_bot", True):
            return None
        group = message["chat"]["type"] in _GROUPS
        if message["chat"]["type"] != "private" and not group:
            return None
        text = message.get("text") or message.get("caption") or ""
        if group:
            addressed, text = self._addressed(message, text)
            if not addressed:
                return None
        kind = "text" if text else next((_KINDS[key] for key in _KINDS if key in message), "other")
        if "edited_message" in item:
            kind = "edited"
        elif text.split()[:1] == ["/start"] or (group and not text and kind == "other"):
            kind, text = "greet", ""
        at = message.get("edit_date") or message.get("date")
        return Inbound(self._sender(message, message["from"]), self._to(message), event, text, kind=kind, at=at)

    @staticmethod
    def _sender(message: Any, person: Any) -> str:
        chat = message["chat"]
        return f"{chat['id']}:{person['id']}" if chat["type"] in _GROUPS else str(person["id"])

    @staticmethod
    def _to(message: Any) -> dict[str, Any]:
        to = {"chat": message["chat"]["id"]}
        if message["chat"]["type"] in _GROUPS:
            to["reply"] = message["message_id"]
            if message.get("is_topic_message"):
                to["topic"] = message["message_thread_id"]
        return to

    def _addressed(self, message: Any, text: str) -> tuple[bool, str]:
        """Whether a group's message is for the bot: an answer to it, a mention, a command; its text without that."""
        bot = int(self.settings["token"].split(":")[0])
        name = "@" + self.settings["username"].lower()
        addressed = message.get("reply_to_message", {}).get("from", {}).get("id") == bot
        units = text.encode("utf-16-le", "surrogatepass")  # offsets count UTF-16 units
        entities = message.get("entities") or message.get("caption_entities") or []
        for entity in sorted(entities, key=lambda e: -e["offset"]):
            start, end = 2 * entity["offset"], 2 * (entity["offset"] + entity["length"])
            words = units[start:end].decode("utf-16-le", "surrogatepass").lower()
            mention = entity["type"] == "mention" and words == name
            command = entity["type"] == "bot_command" and len(name) > 1 and words.endswith(name)
            if mention or command or (entity["type"] == "text_mention" and entity["user"]["id"] == bot):
                addressed = True
                units = units[:start] + units[end:]
        return addressed, units.decode("utf-16-le", "surrogatepass").strip()

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """sendMessage."""
        message: dict[str, Any] = {
            "chat_id": to["chat"],
            "text": part.text,
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if "topic" in to:
            message["message_thread_id"] = to["topic"]
        if "reply" in to:
            message["reply_parameters"] = {"message_id": to["reply"], "allow_sending_without_reply": True}
        if part.buttons:
            keyboard = [[{"text": button.title, "callback_data": button.payload}] for button in part.buttons]
            message["reply_markup"] = {"inline_keyboard": keyboard}
        return Outgoing(self._method("sendMessage"), json=message)

    def _method(self, name: str) -> str:
        return f"{self.settings['api']}/bot{self.settings['token']}/{name}"

    async def acknowledge(self, event: Inbound) -> None:
        """The button shows that it waits until it is told that its press arrived."""
        await self.delivery.once(
            Outgoing(self._method("answerCallbackQuery"), json={"callback_query_id": event.to["query"]})
        )

    def wait(self, response: Response) -> float | None:
        """Telegram says in the body how long to wait."""
        asked = usual_wait(response)
        if asked is not None:
            with contextlib.suppress(TypeError, KeyError, ValueError):
                return max(asked, float(response.body["parameters"]["retry_after"]))
        return asked

    def probe(self) -> Outgoing:
        """getMe."""
        return Outgoing(self._method("getMe"), method="GET")
