"""One server for the tests that do not hurt it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import Running, serving


@pytest.fixture(scope="package")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Marrow's own server with its trained model, limits off: the tests are many and quick."""
    with serving(
        tmp_path_factory.mktemp("server"), MARROW_REST_BURST="0", MARROW_WEB_BURST="0", MARROW_SESSION_BURST="0"
    ) as s:
        yield s
