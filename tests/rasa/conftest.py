"""A guard whose Rasa is a function of the test's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from marrow import settings
from marrow.answering.service import load_service
from marrow.rasa.guard import Answered, Guard
from marrow.rasa.identity import Identity
from marrow.rasa.lanes import Lanes

Handler = Callable[[UserMessage], Awaitable[Any]]
SAFETY = settings.DATA / "safety"
SERVICE = load_service()


@pytest.fixture
def guard(tmp_path: Path) -> Iterator[Guard]:
    """A guard with a deadline of half a second and its own state folder."""
    config = replace(settings.load({}), state_dir=tmp_path, deadline=0.5)
    made = Guard(
        config,
        Identity(b"0" * 32),
        SERVICE,
        Lanes(most=4),
    )
    yield made
    made.lanes.stop()


@pytest.fixture
def ask(guard: Guard) -> Callable[..., Answered]:
    """Ask the guard one message: ask(handler, text, **more)."""

    def ask(handler: Handler, text: object, conversation: str = "someone", **more: Any) -> Answered:
        return asyncio.run(guard.answer(handler, "test", conversation, text, **more))

    return ask


def says(*texts: str, wire: dict[str, Any] | None = None) -> Handler:
    """A Rasa that utters these texts, the first with a Reply's wire form."""

    async def handler(message: UserMessage) -> None:
        for number, text in enumerate(texts):
            custom = {"custom": {"reply": wire}} if wire and not number else {}
            await message.output_channel.send_response(message.sender_id, {"text": text, **custom})

    return handler
