"""What is sent is what the golden files say, and they hold what the issue asks of every reply."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from marrow.reply import OUTCOMES, SHORT_DISCLAIMER
from tests.channels.golden import FOLDER, REPLIES, URL, text_of
from tests.channels.side import Sent
from tests.channels.sides import SIDES
from tests.channels.world import make_channel


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
@pytest.mark.parametrize("name", sorted(SIDES))
def test_sent_is_as_in_the_golden_file(name: str, outcome: str, tmp_path: Path) -> None:
    path = FOLDER / name / f"{outcome}.json"
    assert path.exists(), "write it with: python -m tests.channels.golden"
    assert text_of(name, outcome, tmp_path) == path.read_text(encoding="utf-8"), (
        "if the change is meant: python -m tests.channels.golden"
    )


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
@pytest.mark.parametrize("name", sorted(SIDES))
def test_golden_file_is_taken_by_the_platform_and_complete(name: str, outcome: str, tmp_path: Path) -> None:
    import asyncio

    side = SIDES[name](URL)
    messages = json.loads((FOLDER / name / f"{outcome}.json").read_text(encoding="utf-8"))
    headers = asyncio.run(_headers(name, tmp_path))
    shown = [
        side.shown(Sent(m["method"], m["url"].removeprefix(URL), headers, m.get("json") or m.get("form")))
        for m in messages
    ]
    texts = [message.text for message in shown if message]
    assert len(texts) == len(messages) and (outcome != "urgent" or len(texts) == 1)
    assert re.sub(r"\s+", " ", " ".join(texts)).count(SHORT_DISCLAIMER) == 1
    assert re.sub(r"\s+", " ", texts[-1]).endswith(SHORT_DISCLAIMER)
    offers = [offer.title for offer in REPLIES[outcome].offers]
    buttons = shown[-1].buttons if shown[-1] else ()
    listed = re.findall(r"^\d+\. (.*)$", texts[-1], re.MULTILINE)
    assert listed == offers or [title for title, _ in buttons] == offers


async def _headers(name: str, folder: Path) -> dict[str, str]:
    if name == "botframework":  # its token is asked for at the platform
        return {"authorization": "Bearer connector-token"}
    found = await make_channel(SIDES[name](URL), folder).authorisation()
    return {key.lower(): value for key, value in found.items()}


def test_no_golden_file_without_a_platform_and_an_outcome() -> None:
    found = {(path.parent.name, path.stem) for path in FOLDER.rglob("*.json")}
    assert found == {(name, outcome) for name in SIDES for outcome in OUTCOMES}
