"""The commands Rasa people know work on this project too."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.server.running import ROOT, serving

pytestmark = pytest.mark.server


def rasa(*words: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rasa", *words], cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, **more,
    )  # type: ignore[call-overload,no-any-return]  # fmt: skip


def test_rasa_data_validate() -> None:
    done = rasa("data", "validate", "--domain", "domain.yml", "--config", "config.yml", "--data", "data")
    assert done.returncode == 0, done.stderr[-2000:]


def test_rasa_run_with_a_separate_action_server(model: Path, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    endpoints = tmp_path / "endpoints.yml"
    stock = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    endpoints.write_text(stock.replace("localhost:5055", f"127.0.0.1:{port}"), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rasa", "run", "actions", "--port", str(port)]
    actions = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    state = tmp_path / "state"
    words = ("-m", "rasa", "run", "--port", "{port}", "--model", str(model), "--endpoints", str(endpoints))
    try:
        with serving(tmp_path, *words, wait_for="/webhooks/rest/", MARROW_STATE_DIR=str(state)) as running:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                with (
                    contextlib.suppress(OSError),
                    contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection,
                ):
                    connection.request("GET", "/health")
                    with connection.getresponse() as response:
                        if response.read() and response.status == 200:
                            break
                time.sleep(0.5)
            reply = running.say("what does denosumab do?")
            assert (reply["outcome"], reply["passages"]) == ("answer", ["treatment.3"])
            database = sqlite3.connect(state / "conversations.db")
            actions.terminate()
            actions.wait(20)
            assert running.say("what does surgery do?")["outcome"] == "error"
            assert running.say("I can't feel my legs")["outcome"] == "urgent"
            database.execute("update events set timestamp = timestamp - 90000")
            database.commit()
        with serving(tmp_path, *words, wait_for="/webhooks/rest/", MARROW_STATE_DIR=str(state)) as running:
            running.wait_for(lambda: not database.execute("select count(*) from events").fetchone()[0])
        logs = "".join(log.read_text(encoding="utf-8") for log in tmp_path.glob("*.log"))
        assert "old conversations could not" not in logs and "surgery" not in logs
    finally:
        actions.kill()
