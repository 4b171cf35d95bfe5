"""A model that cannot be loaded stops no server: it starts, says why in its log, and is not ready."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from marrow.rasa.guard import Guard
from marrow.rasa.server import _load_or_say_why


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_model_that_cannot_be_loaded_is_told_in_the_log(
    guard: Guard, state_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    broken = tmp_path / "broken.tar.gz"
    if damage == "damaged":
        broken.write_bytes(b"this is no model")
    guard.config = replace(guard.config, actions="in-process")
    app = SimpleNamespace(ctx=SimpleNamespace(agent=None, model={}, canary=(0.0, False, "")))
    asyncio.run(_load_or_say_why(app, guard, broken))
    assert app.ctx.agent is None or not app.ctx.agent.is_ready()
    assert any(record.levelname == "ERROR" and "cannot be loaded" in record.getMessage() for record in caplog.records)
