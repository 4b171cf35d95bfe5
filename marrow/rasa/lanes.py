"""Threads that run Rasa's turns, so that a turn that blocks stops neither the clock nor anybody else's turn.

Each lane is a thread with an event loop of its own. A turn that outlives its deadline keeps its lane until it ends; the
others go on. When all of `most` lanes hang, turns wait for one until their deadline, and only emergencies are answered.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Lanes:
    """A pool of event loops. Not a `ThreadPoolExecutor`: Rasa's turns are coroutines and keep per-loop objects."""

    def __init__(self, most: int = 16) -> None:
        self._most = most
        self._idle: list[asyncio.AbstractEventLoop] = []
        self._started = 0
        self._mutex = threading.Lock()

    def _start(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self._started += 1
        threading.Thread(target=loop.run_forever, name=f"rasa-lane-{self._started}", daemon=True).start()
        return loop

    def _take(self) -> asyncio.AbstractEventLoop | None:
        with self._mutex:
            if self._idle:
                return self._idle.pop()
            return self._start() if self._started < self._most else None

    def _give_back(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._mutex:
            self._idle.append(loop)

    async def run(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start `work` in a free lane, waiting for one where all are busy; returns its future at once.

        Cancelling the waiting caller never cancels the work: a turn half done must still be stored.
        """
        try:
            while (loop := self._take()) is None:
                await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            work.close()
            raise
        future = asyncio.run_coroutine_threadsafe(work, loop)
        future.add_done_callback(lambda _: self._give_back(loop))
        return future

    @property
    def busy(self) -> int:
        """How many lanes run a turn at this moment."""
        with self._mutex:
            return self._started - len(self._idle)

    def stop(self) -> None:
        """Let idle lanes end; busy ones are daemons and end with the process."""
        with self._mutex:
            for loop in self._idle:
                loop.call_soon_threadsafe(loop.stop)
            self._idle.clear()
