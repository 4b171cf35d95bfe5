"""What a person sees when something behind the guard breaks, in a real process over HTTP."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import Running, serving

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def faulty(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("faulty")
    with serving(folder, "-m", "tests.server.faulty", "{port}", MARROW_DEADLINE="2", MARROW_REST_BURST="0") as running:
        yield running


@pytest.mark.parametrize("text", ["please raise: what is bone metastasis?", "please break the encoder"])
def test_fault_is_answered_and_logged_without_what_was_written(faulty: Running, text: str) -> None:
    reply = faulty.say(f"{text} zanzibar")
    assert reply["outcome"] == "error"
    assert "zanzibar" not in reply["text"]
    assert faulty.say("What is bone metastasis?", "someone else")["outcome"] == "answer"
    log = faulty.log.read_text()
    assert "zanzibar" not in log
    assert "RuntimeError" in log


def test_blocked_turn_is_answered_in_time_and_stops_nobody(faulty: Running) -> None:
    replies: list[dict[str, object]] = []
    started = time.monotonic()
    blocked = threading.Thread(
        target=lambda: replies.append(faulty.say("please block: what is bone metastasis?", "slow"))
    )
    blocked.start()
    time.sleep(0.3)
    quick = time.monotonic()
    assert faulty.say("What is bone metastasis?", "quick")["outcome"] == "answer"
    assert faulty.call("GET", "/health")[0] == 200
    assert time.monotonic() - quick < 1.5
    blocked.join()
    assert time.monotonic() - started < 4
    assert replies[0]["outcome"] == "error"


def test_without_a_model_people_get_a_word_and_emergencies_their_reply(model: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    shutil.copy(model, broken)
    with broken.open("r+b") as file:
        file.truncate(broken.stat().st_size // 2)
    command = ("-m", "marrow", "serve", "--port", "{port}", "--model", str(broken))
    with serving(tmp_path, *command, wait_ready=False) as running:
        for _ in range(2):
            assert running.say("What is bone metastasis?")["outcome"] == "error"
            assert running.say("my legs have gone numb and I can't walk")["outcome"] == "urgent"
            assert running.call("GET", "/ready")[0] == 503
            status, session = running.post("/webhooks/web/session", {})
            assert status == 200
            headers = {"Authorization": f"Bearer {session['token']}"}
            status, message = running.post("/webhooks/web/message", {"text": "What is it?"}, headers)
            assert (status, message["reply"]["outcome"]) == (503, "error")
            status, message = running.post("/webhooks/web/message", {"text": "i cant feel my legs"}, headers)
            assert (status, message["reply"]["outcome"]) == (200, "urgent")
            time.sleep(6)  # now surely past the attempt to load
