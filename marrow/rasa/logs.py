"""Logging without health text: never below INFO, and an exception's type and place without its message."""

from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

_TEXT_KEYS = {"text", "parse_data_text", "parse_data_entities", "rasa_events", "message", "user_message", "slots"}


class NoHealthText(logging.Filter):
    """Takes the message out of logged exceptions: Rasa's and rasa-sdk's quote the whole request in theirs."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass, less what could be text of a patient."""
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            places = " < ".join(f"{f.filename.rsplit('/', 1)[-1]}:{f.lineno}" for f in reversed(frames))
            record.msg = f"{str(record.msg).split(chr(10), 1)[0][:200]} [{type(error).__name__} at {places}]"
            record.exc_info = None
            record.exc_text = None
        if record.name.startswith("rasa") and record.levelno >= logging.ERROR:
            # Rasa puts the exception's own words into these messages.
            record.args = tuple(type(a).__name__ if isinstance(a, BaseException) else a for a in record.args or ())
        return True


def _without_text(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key not in _TEXT_KEYS and key != "exc_info"}


def configure(level: int = logging.INFO) -> None:
    """Set up logging for the server; levels below INFO are not offered, since Rasa logs what people write there."""
    level = max(level, logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(NoHealthText())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("rasa", "sanic.access", "apscheduler", "tensorflow", "matplotlib", "urllib3"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[_without_text, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(max(level, logging.WARNING)),
        cache_logger_on_first_use=False,
    )
