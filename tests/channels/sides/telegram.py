"""Telegram."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.channels.side import NOW, Sent, Shown, Side, Webhook, as_json, bent, demand

TOKEN = "777000:AAtesttesttesttesttesttesttesttest0"
SECRET = "telegram-secret-Of_41-characters-in-all-00"


class Telegram(Side):
    name = "telegram"
    limit, unit = 4096, "utf16"

    def environment(self) -> dict[str, str]:
        return {
            "MARROW_TELEGRAM_TOKEN": TOKEN,
            "MARROW_TELEGRAM_SECRET": SECRET,
            "MARROW_TELEGRAM_USERNAME": "MarrowBot",
            "MARROW_TELEGRAM_API": self.url,
        }

    def update(self, id: int | None = None, secret: str = SECRET, **content: Any) -> Webhook:
        body = {"update_id": 10_000 + (id or self.next()), **content}
        return Webhook(
            self.path, {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}, as_json(body)
        )

    def message(self, person: str, at: float = NOW, **content: Any) -> dict[str, Any]:
        return {
            "message_id": self.next(),
            "from": {"id": int(person), "is_bot": False, "first_name": "Pat", "username": "pat_example"},
            "chat": {"id": int(person), "type": "private", "first_name": "Pat"},
            "date": int(at),
            **content,
        }

    def text(self, person: str, text: str, *, at: float = NOW, id: int | None = None) -> Webhook:
        return self.update(id, message=self.message(person, at, text=text))

    def press(self, person: str, shown: Shown, number: int) -> Webhook | None:
        message = self.message("777000", text="...", chat={"id": int(shown.where), "type": "private"})
        query = {"id": "4", "from": {"id": int(person)}, "message": message, "data": shown.buttons[number][1]}
        return self.update(callback_query=query)

    def edit(self, person: str, text: str) -> Webhook | None:
        return self.update(edited_message=self.message(person, text=text, edit_date=int(NOW)))

    def group(self, person: str, text: str, *, addressed: bool) -> Webhook | None:
        chat = {"id": -500, "type": "supergroup", "title": "Carers"}
        if not addressed:
            return self.update(message=self.message(person, text=text, chat=chat))
        text = f"😀 @marrowbot {text}"
        entities = [{"type": "mention", "offset": 3, "length": 10}]
        return self.update(message=self.message(person, text=text, chat=chat, entities=entities))

    def odd(self) -> Iterator[tuple[str, Webhook, str | None]]:
        person = self.people[0]
        group = {"id": -500, "type": "group"}
        for key, word in (
            ("sticker", "text"), ("photo", "pictures"), ("voice", "voice"), ("video_note", "pictures"),
            ("document", "files"), ("location", "places"), ("contact", "places"), ("poll", "text"),
        ):  # fmt: skip
            yield key, self.update(message=self.message(person, **{key: {"file_id": "1"}})), word
        yield "caption", self.update(message=self.message(person, photo=[{}], caption="hello")), "hello"
        yield "start", self.text(person, "/start"), "Hello"
        joined = {"new_chat_members": [{"id": 5, "is_bot": False}], "chat": group}
        yield "joined", self.update(message=self.message(person, **joined)), None
        yield "left", self.update(message=self.message(person, left_chat_member={"id": 5}, chat=group)), None
        yield "made a member", self.update(my_chat_member={"chat": group, "new_chat_member": {}}), None
        yield "sticker in a group", self.update(message=self.message(person, sticker={}, chat=group)), None
        reply = {"reply_to_message": {"message_id": 1, "from": {"id": 777000, "is_bot": True}}}
        yield "reply in a group", self.update(message=self.message(person, text="hello", chat=group, **reply)), "hello"
        command = {"text": "/ask@MarrowBot hello", "entities": [{"type": "bot_command", "offset": 0, "length": 14}]}
        yield "command in a group", self.update(message=self.message(person, chat=group, **command)), "hello"
        bot = {"from": {"id": 6, "is_bot": True}}
        yield "another bot", self.update(message=self.message(person, text="hello", **bot)), None
        yield "channel post", self.update(channel_post=self.message(person, text="hello")), None
        yield "reaction", self.update(message_reaction={"chat": group}), None
        yield "odd shape", self.update(message={"chat": 5, "from": {"is_bot": False}}), None

    def forgeries(self) -> Iterator[tuple[str, Webhook]]:
        good = self.text(self.people[0], "what is it?")
        yield from bent(good, "X-Telegram-Bot-Api-Secret-Token")
        for secret in (
            TOKEN,
            TOKEN.split(":")[1],
            "secret",
            SECRET.upper(),
            SECRET[1:],
            f"Bearer {SECRET}",
            '"' + SECRET,
        ):
            yield f"secret {secret[:8]}", self.update(secret=secret, message=self.message("1001", text="hi"))
        for name in ("X-Telegram-Secret", "X-Telegram-Bot-Api-Token", "Cookie"):
            yield name, good.having(X_Telegram_Bot_Api_Secret_Token=None, **{name.replace("-", "_"): SECRET})
        yield "in the address", Webhook(f"{good.path}?secret={SECRET}", {}, good.body)
        yield "in the body", Webhook(good.path, {}, good.body[:-1] + f', "secret_token": "{SECRET}"}}'.encode())
        for body in (b"", b"null", b"{", b"\xff", good.body * 2):
            yield "no secret, odd body", Webhook(good.path, {}, body)

    def shown(self, sent: Sent) -> Shown | None:
        demand(sent.path.startswith(f"/bot{TOKEN}/"), "401: unauthorized")
        if sent.path.endswith("/answerCallbackQuery"):
            demand(sent.body["callback_query_id"], "400: no query")
            return None
        demand(sent.path.endswith("/sendMessage") and sent.body["parse_mode"] == "HTML", "404")
        text = sent.body["text"]
        demand(not re.search(r"<|>|&(?!amp;|lt;|gt;)", text), "400: can't parse entities")
        text = html.unescape(text)
        demand(0 < len(text.encode("utf-16-le")) // 2 <= 4096, "400: message is too long")
        rows = sent.body.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = tuple((button["text"], button["callback_data"]) for row in rows for button in row)
        for title, data in buttons:
            demand(title and 1 <= len(data.encode()) <= 64, "400: BUTTON_DATA_INVALID")
        return Shown(str(sent.body["chat_id"]), text, buttons)

    def taken(self) -> tuple[int, Mapping[str, str], Any]:
        return 200, {}, {"ok": True, "result": {"message_id": 1}}

    def busy(self, seconds: int) -> tuple[int, Mapping[str, str], Any]:
        return 429, {}, {"ok": False, "error_code": 429, "parameters": {"retry_after": seconds}}
