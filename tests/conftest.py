"""What several test packages need: a skip that is a failure in CI, and a trained model."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def unavailable(why: str) -> NoReturn:
    """Skip the test with its reason; where everything is promised to be there (CI=true), fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A Chromium of Playwright's kind: what CHROMIUM names, or of the path; nothing is downloaded.

    The headless shell is the same engine without the windows' own pages, which cost more than the tests' (measured: a
    third of the processor's time).
    """
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        unavailable("playwright is not installed")
    names = ("chromium-headless-shell", "chromium", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not path:
        unavailable("no Chromium: install one, or name it in CHROMIUM")
    # As root, as in most containers, Chromium starts only without its sandbox. It visits nothing but tests' servers.
    arguments = ["--disable-background-networking"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


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
