"""Microsoft Teams by the Bot Framework. Tokens are checked with PyJWT, by all the rules; Rasa's connector skips two."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import jwt

from marrow.rasa.channels.delivery import Outgoing, Response, usual_wait
from marrow.rasa.channels.messenger import Call, Inbound, MessengerChannel, RefusedError, kind_of_media, seconds_of
from marrow.rendering import Part

ISSUER: Final = "https://api.botframework.com"
_LEEWAY: Final = 300  # seconds by which clocks may differ
_KEYS_LAST: Final = 24 * 3600.0
_KEYS_REST: Final = 60.0  # least time between two fetches, whatever key ids are claimed
_AT: Final = re.compile(r"<at\b[^<>]*>[^<]*</at>")


class BotFrameworkChannel(MessengerChannel):
    """POST /webhooks/botframework/webhook. Keys and tokens are fetched when they are first needed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys: dict[str, tuple[jwt.PyJWK, frozenset[str]]] = {}
        self._keys_at = float("-inf")
        self._keys_lock = asyncio.Lock()
        self._token = ""
        self._token_ends = 0.0
        self._token_at = float("-inf")

    @classmethod
    def name(cls) -> str:
        """Its part of the address."""
        return "botframework"

    # -- who is calling ------------------------------------------------------------------------------------------------

    async def verify(self, call: Call) -> None:
        """The bearer token: RS256 by a key of Microsoft's, its issuer, our id, its time, the activity's service."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if call.method != "POST" or scheme.lower() != "bearer" or not token:
            raise RefusedError(401)
        try:
            header = jwt.get_unverified_header(token)
            key, channels = await self._key(header.get("kid"), header.get("alg"))
            claims = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self.settings["app"],
                issuer=ISSUER,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.InvalidTokenError:
            raise RefusedError from None
        try:
            activity = call.json()
            service, channel = activity["serviceUrl"], activity["channelId"]
        except (ValueError, TypeError, KeyError):
            raise RefusedError from None
        claimed = claims.get("serviceurl") or claims.get("serviceUrl")
        if not isinstance(claimed, str) or claimed.rstrip("/") != str(service).rstrip("/") or not _is_safe(claimed):
            raise RefusedError
        if channels and channel not in channels:
            raise RefusedError

    async def _key(self, kid: object, algorithm: object) -> tuple[jwt.PyJWK, frozenset[str]]:
        """The key of that id, and the channels it may speak for (none named: all)."""
        if not isinstance(kid, str) or algorithm != "RS256":
            raise RefusedError
        age = self.now() - self._keys_at
        if age > _KEYS_LAST or (kid not in self._keys and age > _KEYS_REST):
            before = self._keys_at
            async with self._keys_lock:
                if self._keys_at == before:  # else another request has just fetched them
                    await self._fetch_keys()
        if not self._keys:
            raise RefusedError(503)
        if kid not in self._keys:
            raise RefusedError
        return self._keys[kid]

    async def _fetch_keys(self) -> None:
        try:
            response = await self.delivery.once(Outgoing(self.settings["keys"], method="GET"))
            found = response.body["keys"] if response.ok else []
        except Exception:
            found = []  # the keys there are stay good until others can be fetched
        self._keys_at = self.now()
        keys = {}
        for row in found:
            try:
                keys[str(row["kid"])] = (jwt.PyJWK(row, algorithm="RS256"), frozenset(row.get("endorsements") or ()))
            except (jwt.PyJWTError, KeyError, TypeError, ValueError):
                continue
        self._keys = keys or self._keys

    # -- what was said -------------------------------------------------------------------------------------------------

    def items(self, call: Call) -> Iterable[Any]:
        """A request is one activity."""
        return [call.json()]

    def read(self, item: Any) -> Inbound | None:
        """Messages, edits and the opening of a chat; joins of others, reactions and typing get no answer."""
        kind = item["type"]
        if kind not in {"message", "messageUpdate", "conversationUpdate"}:
            return None
        conversation, person, bot = item["conversation"], item["from"]["id"], item["recipient"]
        group = bool(conversation.get("isGroup")) or conversation.get("conversationType") in {"groupChat", "channel"}
        to = {
            "service": item["serviceUrl"].rstrip("/"),
            "conversation": conversation["id"],
            "reply": item.get("id"),
            "bot": bot,
            "person": {"id": person},
        }
        # A channel's id goes on with the thread's; the person is the same in all threads.
        sender = f"{conversation['id'].split(';')[0]}:{person}" if group else person
        event = f"{conversation['id']}:{item.get('id')}" if item.get("id") else None
        at = seconds_of(item.get("timestamp"))
        if kind == "conversationUpdate":
            added = [member["id"] for member in item.get("membersAdded") or []]
            # Teams reports that the bot was added to a chat of two; other channels, that the person was.
            opened = bot["id"] in added if item["channelId"] == "msteams" else person in added
            return Inbound(sender, to, event, kind="greet", at=at) if opened and not group else None
        value = item.get("value")
        if isinstance(value, dict) and isinstance(value.get("choice"), str):
            return Inbound(sender, to, event, choice=value["choice"], at=at)
        text = item.get("text") or ""
        if group and not any(
            entity.get("type") == "mention" and entity["mentioned"]["id"] == bot["id"]
            for entity in item.get("entities") or []
        ):
            return None
        text = html.unescape(_AT.sub(" ", text)).replace("\xa0", " ").strip()
        if kind == "messageUpdate":
            return Inbound(sender, to, f"{event}:{item.get('timestamp')}", text, kind="edited", at=at)
        # Teams repeats a formatted text as an attachment of its own.
        files = [a.get("contentType", "") for a in item.get("attachments") or [] if a.get("contentType") != "text/html"]
        kind = "text" if text else (kind_of_media(files[0]) if files else ("greet" if group else "other"))
        return Inbound(sender, to, event, text, kind=kind, at=at)

    # -- what is said --------------------------------------------------------------------------------------------------

    def outgoing(self, to: Mapping[str, Any], part: Part) -> Outgoing:
        """A reply to the activity, its buttons on a card. A pressed button shows its title and sends its key."""
        activity: dict[str, Any] = {
            "type": "message",
            "from": to["bot"],
            "recipient": to["person"],
            "conversation": {"id": to["conversation"]},
            "text": part.text,
            "textFormat": "markdown",
        }
        if part.buttons:
            buttons = [
                {
                    "type": "messageBack",
                    "title": button.title,
                    "displayText": button.title,
                    "text": button.title,
                    "value": {"choice": button.payload},
                }
                for button in part.buttons
            ]
            card = {"contentType": "application/vnd.microsoft.card.hero", "content": {"buttons": buttons}}
            activity["attachments"] = [card]
        address = f"{to['service']}/v3/conversations/{quote(to['conversation'], safe='')}/activities"
        if to["reply"]:
            activity["replyToId"] = to["reply"]
            address += f"/{quote(to['reply'], safe='')}"
        return Outgoing(address, json=activity)

    async def authorisation(self) -> Mapping[str, str]:
        """A token of Microsoft's login for our application, kept until shortly before it ends."""
        if self.now() > self._token_ends - 300:
            response = await self.delivery.once(self.probe())
            if not response.ok:
                kind = ConnectionError if response.status == 429 or response.status >= 500 else RuntimeError
                raise kind(f"no token: status {response.status}")
            self._token, self._token_at = str(response.body["access_token"]), self.now()
            self._token_ends = self._token_at + float(response.body["expires_in"])
        return {"Authorization": f"Bearer {self._token}"}

    async def reach(self) -> Response:
        """The login; there is nothing to read at the service without a conversation."""
        return await self.delivery.once(self.probe())

    def probe(self) -> Outgoing:
        """Ask for a token."""
        return Outgoing(
            f"{self.settings['login']}/{self.settings['tenant']}/oauth2/v2.0/token",
            form={
                "grant_type": "client_credentials",
                "client_id": self.settings["app"],
                "client_secret": self.settings["password"],
                "scope": f"{ISSUER}/.default",
            },
        )

    def wait(self, response: Response) -> float | None:
        """Teams also says 412 for "later"; a token that is refused is fetched anew, once a minute."""
        if response.status == 401 and self.now() - self._token_at > 60:
            self._token_ends = 0.0
            return 0.0
        return 0.0 if response.status == 412 else usual_wait(response)


def _is_safe(address: str) -> bool:
    """Whether our token may go there: encrypted, or to this machine (the emulator)."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"})
