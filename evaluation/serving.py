"""An assistant of one's own for the time of a measurement."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from marrow.errors import ModelError
from marrow.rasa.training import newest_model
from tests.server.running import Running, serving


@contextlib.contextmanager
def own_assistants(count: int = 1) -> Iterator[list[Running]]:
    """Serve the newest model on `count` free ports, ready and without limits, until the block ends.

    Raises:
        ModelError: there is no model, or a server does not become ready with it.
    """
    if newest_model() is None:
        raise ModelError("there is no model in models/; run `make train`")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        try:  # each loads its model while the next one starts
            servers = [stack.enter_context(_without_limits(folder)) for _ in range(count)]
            for server in servers:
                server.wait_for(server.ready)
        except RuntimeError as error:
            raise ModelError(str(error)) from error
        yield servers


def _without_limits(folder: Path) -> contextlib.AbstractContextManager[Running]:
    return serving(folder, wait_ready=False, MARROW_REST_BURST="0", MARROW_WEB_BURST="0", MARROW_SESSION_BURST="0")
