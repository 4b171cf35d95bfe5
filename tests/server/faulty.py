"""Marrow's server with faults that a message can ask for: run by test_faults.py, never by users."""

from __future__ import annotations

import sys
import time
from typing import Any

from actions.base import EngineAction
from marrow.answering.encoder import Encoder
from marrow.rasa.server import run

respond = EngineAction.run
encode = Encoder.encode


def faulty_run(self: EngineAction, dispatcher: Any, tracker: Any, domain: Any) -> Any:
    text = tracker.latest_message.get("text") or ""
    if "please raise" in text:
        raise RuntimeError(f"the action failed at: {text}")
    if "please block" in text:
        time.sleep(4)
    return respond(self, dispatcher, tracker, domain)


def faulty_encode(self: Encoder, texts: Any) -> Any:
    if any("please break the encoder" in text for text in texts):
        raise RuntimeError(f"the encoder failed at: {texts}")
    return encode(self, texts)


EngineAction.run = faulty_run  # type: ignore[method-assign]
Encoder.encode = faulty_encode  # type: ignore[method-assign]
run("127.0.0.1", int(sys.argv[1]))
