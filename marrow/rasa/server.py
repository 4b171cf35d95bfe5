"""The launcher: one server with the guarded channels, the actions in process, the page with the widget, and its health.

It listens at once and loads the model beside, so that an emergency is answered before, and without, the model.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# A question's matrices are small: threads would only wait for each other, and for the other turns.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Rasa imports TensorFlow, which imports JAX if it is there, for a converter nobody here uses: seconds of every start.
sys.modules.setdefault("jax", None)  # type: ignore[arg-type]

from rasa.core.agent import load_agent  # noqa: E402
from rasa.core.channels.channel import UserMessage, register  # noqa: E402
from rasa.core.run import create_http_input_channels  # noqa: E402
from rasa.core.utils import AvailableEndpoints  # noqa: E402
from sanic import Sanic  # noqa: E402
from sanic.request import Request  # noqa: E402
from sanic.response import HTTPResponse  # noqa: E402

from marrow import settings  # noqa: E402
from marrow.digest import sha256  # noqa: E402
from marrow.rasa import logs  # noqa: E402
from marrow.rasa.channels.base import respond  # noqa: E402
from marrow.rasa.guard import Guard, shared_guard  # noqa: E402
from marrow.rasa.in_process import InProcessActions, validate_actions_once  # noqa: E402
from marrow.rasa.nlu.evidence import library_digest  # noqa: E402
from marrow.rasa.pages import add_pages  # noqa: E402
from marrow.rasa.training import newest_model  # noqa: E402

logger = logging.getLogger("marrow")

_READ = ("GET", "HEAD")  # what monitors ask with

_CANARY_LASTS = 10.0  # seconds for which /ready believes the last canary
_CANARY_WAITS = 3.0


def build_app(model: Path | None = None) -> Sanic:
    """The server's application; `model` is a model file, by default the newest in models/."""
    app = Sanic("marrow", configure_logging=False)
    app.config.KEEP_ALIVE_TIMEOUT = 30
    app.config.REQUEST_MAX_SIZE = 64 * 1024 * 1024  # the channels read 16 KB of it at most
    app.ctx.agent = None
    app.ctx.model = {}
    app.ctx.canary = (0.0, False, "not asked yet")
    guard = shared_guard()
    guard.store.engine  # noqa: B018  # a wrong address of the database stops the start here, with a word
    register(create_http_input_channels(None, str(settings.ROOT / "credentials.yml")), app, route="/webhooks/")
    validate_actions_once()
    add_pages(app, guard.service, guard.config.embed_ancestors)
    _add_health(app, guard)

    @app.listener("after_server_start")
    async def load(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        app.add_task(_load_or_say_why(app, guard, model))

    @app.listener("after_server_stop")
    async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        guard.lanes.stop()

    return app


async def _load_or_say_why(app: Sanic, guard: Guard, model: Path | None) -> None:
    try:
        await _load(app, guard, model)
    except Exception:
        logger.exception("the assistant cannot be loaded; people get the error reply, and emergencies theirs")


async def _load(app: Sanic, guard: Guard, model: Path | None) -> None:
    path = model or newest_model()
    if path is None:
        logger.error("there is no model in models/; run `make train`")
        return
    endpoints = AvailableEndpoints.read_endpoints(str(settings.ROOT / "endpoints.yml"))
    if guard.config.actions == "in-process":
        endpoints.action = InProcessActions()
    started = time.monotonic()
    work = await guard.lanes.run(load_agent(model_path=str(path), endpoints=endpoints))
    agent = await asyncio.wrap_future(work)
    app.ctx.model = {"name": path.name, "sha256": sha256(path)}
    app.ctx.agent = agent
    if agent.is_ready():
        good, why = await _ask_canary(app, guard)
        logger.info("model %s loaded in %.1f s; %s", path.name, time.monotonic() - started, why)
        if good:
            logger.info("Marrow is ready")
    else:
        logger.error("model %s cannot be loaded; run `make train`", path.name)


# -- health ------------------------------------------------------------------------------------------------------------


def _add_health(app: Sanic, guard: Guard) -> None:
    @app.route("/health", methods=_READ)
    async def health(request: Request) -> HTTPResponse:
        return respond({"status": "alive"})

    @app.route("/ready", methods=_READ)
    async def ready(request: Request) -> HTTPResponse:
        agent = app.ctx.agent
        if agent is None or not agent.is_ready():
            return respond({"status": "not ready", "reason": "no model is loaded"}, 503)
        good, why = await _ask_canary(app, guard)
        if not good:
            return respond({"status": "not ready", "reason": why}, 503)
        return respond({"status": "ready", "model": app.ctx.model})


async def _ask_canary(app: Sanic, guard: Guard) -> tuple[bool, str]:
    """Parse a question whose answer is known: what it is, from the first article. Asked again every ten seconds."""
    at, good, why = app.ctx.canary
    if time.monotonic() - at < _CANARY_LASTS:
        return good, why
    article = guard.service.library.articles[0]
    question = f"What is {article.title}?"
    try:
        work = await asyncio.wait_for(
            guard.lanes.run(app.ctx.agent.processor.parse_message(UserMessage(question))), _CANARY_WAITS
        )
        parsed = await asyncio.wait_for(asyncio.wrap_future(work), _CANARY_WAITS)
        good, why = _judge_canary(guard, parsed)
    except asyncio.TimeoutError:
        good, why = False, "the assistant is too slow"
    except Exception as error:
        good, why = False, f"the canary question failed: {type(error).__name__}"
    app.ctx.canary = (time.monotonic(), good, why)
    return good, why


def _judge_canary(guard: Guard, parsed: dict[str, Any]) -> tuple[bool, str]:
    evidence = parsed.get("evidence") or {}
    if evidence.get("library") != library_digest(guard.service.library):
        return False, "the model was trained on other articles; run `make train`"
    first = guard.service.library.articles[0].id
    if parsed["intent"]["name"] != "ask_definition" or evidence["scope"].get(first, 0.0) < 0.5:
        return False, "the canary question was not understood; run `make train`"
    return True, "the canary question was understood"


def run(host: str, port: int, model: Path | None = None) -> None:
    """Serve until stopped."""
    logs.configure()
    build_app(model).run(host=host, port=port, workers=1, access_log=False, motd=False, debug=False)
