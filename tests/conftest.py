"""What several test packages need: a skip that is a failure in CI, and a trained model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def unavailable(why: str) -> NoReturn:
    """Skip the test with its reason; where everything is promised to be there (CI=true), fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@pytest.fixture(scope="session")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder of the tests' own: their conversations and secret never mix with the user's."""
    folder = tmp_path_factory.mktemp("state")
    os.environ["MARROW_STATE_DIR"] = str(folder)
    return folder


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model, trained now if the files have changed since."""
    from marrow.rasa.training import newest_model

    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(
        [sys.executable, "-m", "marrow", "train", "--if-needed"],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    path = newest_model()
    assert path is not None
    return path
