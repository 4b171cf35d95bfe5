"""Who speaks: the secret, pseudonymous conversation ids, session tokens, and the opaque keys behind buttons."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path

import jwt

from marrow.settings import Settings

_KEY_PREFIX = "mk-"
_ALGORITHM = "HS256"


def load_secret(settings: Settings) -> bytes:
    """MARROW_SECRET, or one made at the first start and kept in the state folder, readable by its owner only."""
    if settings.secret:
        return hashlib.sha256(settings.secret.encode()).digest()
    path = settings.state_dir / "secret"
    settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    """Create the file whole or not at all: two processes may start at the same time."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first; its secret holds
    finally:
        draft.unlink()


class Identity:
    """Everything that is signed with the secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def _mac(self, purpose: str, *parts: str) -> bytes:
        message = "\x1f".join([purpose, *parts]).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, message, hashlib.sha256).digest()

    def conversation(self, channel: str, sender: str) -> str:
        """The id under which a sender's conversation is kept: neither a name nor a number can be read from it."""
        return f"{channel}-{self._mac('conversation', channel, sender).hex()[:32]}"

    def key(self, conversation: str, target: str) -> str:
        """The opaque key that stands for `target` in this conversation, and means nothing in any other."""
        mac = base64.urlsafe_b64encode(self._mac("offer", conversation, target)[:18]).decode()
        return f"{_KEY_PREFIX}{mac}"

    def seal(self, purpose: str, *parts: str) -> str:
        """A proof that these parts came from here: 32 hexadecimal digits."""
        return self._mac(f"seal {purpose}", *parts).hex()[:32]

    @staticmethod
    def looks_like_key(text: str) -> bool:
        """Whether a text has the form of a key; whether it is one, only `target_of` can tell."""
        return len(text) == len(_KEY_PREFIX) + 24 and text.startswith(_KEY_PREFIX) and text.isascii()

    def target_of(self, conversation: str, key: str, targets: tuple[str, ...]) -> str | None:
        """The one of `targets` that `key` stands for in this conversation, else None."""
        for target in targets:
            if hmac.compare_digest(self.key(conversation, target).encode(), key.encode()):
                return target
        return None

    def new_session(self, lifetime: int) -> tuple[str, str]:
        """A fresh conversation for a widget: (token, conversation id)."""
        conversation = f"web-{secrets.token_hex(16)}"
        now = int(time.time())
        claims = {"sub": conversation, "iat": now, "exp": now + lifetime}
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM), conversation

    def conversation_of(self, token: str) -> str | None:
        """The conversation a session token was made for, or None when it is forged, damaged or expired."""
        try:
            claims = jwt.decode(token, self._secret, algorithms=[_ALGORITHM], options={"require": ["exp", "sub"]})
        except jwt.InvalidTokenError:
            return None
        return str(claims["sub"])

    def new_reply_id(self, conversation: str) -> str:
        """An id for a reply that only this conversation can give feedback on."""
        nonce = secrets.token_hex(8)
        return f"{nonce}{self._mac('reply', conversation, nonce).hex()[:16]}"

    def is_reply_id(self, conversation: str, reply_id: str) -> bool:
        """Whether this server gave `reply_id` to this conversation."""
        expected = self._mac("reply", conversation, reply_id[:16]).hex()[:16]
        return hmac.compare_digest(expected.encode(), reply_id[16:].encode("utf-8", "replace"))
