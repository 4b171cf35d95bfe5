"""Conversations in PostgreSQL: shared by two processes, and what people get while it is down or hangs."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.databases import postgres_schema
from tests.server.running import Running, serving
from tests.server.test_web import Person

pytestmark = pytest.mark.server


class Link:
    """The way to a database: `state` is "up", "down" (connections are closed) or "hanging" (nothing comes through)."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.state = "up"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._socket.accept()
                threading.Thread(target=self._join, args=(here,), daemon=True).start()

    def _join(self, here: socket.socket) -> None:
        if self._stopped():
            here.close()
            return
        there = socket.create_connection(self._there)
        back = threading.Thread(target=self._pass, args=(there, here), daemon=True)
        back.start()
        self._pass(here, there)
        back.join()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        one.settimeout(0.1)
        with contextlib.suppress(OSError):
            while not self._stopped():
                try:
                    data = one.recv(65536)
                except TimeoutError:
                    continue
                if not data or self._stopped():
                    break
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _stopped(self) -> bool:
        """Waits while nothing comes through; whether the connection is to be closed."""
        while self.state == "hanging":
            time.sleep(0.02)
        return self.state == "down"

    def close(self) -> None:
        """Close all."""
        self.state = "down"
        self._socket.close()


@pytest.fixture(scope="module")
def link() -> Iterator[tuple[Link, str]]:
    with postgres_schema() as address:
        url = sa.engine.make_url(address)
        link = Link(url.host or "127.0.0.1", url.port or 5432)
        try:
            yield link, url.set(host="127.0.0.1", port=link.port).render_as_string(hide_password=False)
        finally:
            link.close()


@pytest.fixture(scope="module")
def pair(model: Path, link: tuple[Link, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Running]]:
    """Two processes that share a database and a secret."""
    folder = tmp_path_factory.mktemp("pair")
    more = {"MARROW_DATABASE_URL": link[1], "MARROW_SECRET": "shared by both", "MARROW_DEADLINE": "3"}
    with serving(folder, wait_ready=False, **more) as one, serving(folder, **more) as other:
        one.wait_for(one.ready)
        yield [one, other]


def test_two_processes_share_a_conversation_and_its_end(pair: list[Running]) -> None:
    one, other = pair
    person = Person(one)
    assert person.send(text="What are bisphosphonates for?")[1]["reply"]["passages"] == ["treatment.3"]
    person.server = other
    assert person.send(text="say it more simply")[1]["reply"]["passages"] == ["treatment.3"]
    assert person.call("forget") == 204
    person.server = one
    assert person.send(text="say it more simply")[0] == 401


@pytest.mark.parametrize("state", ["hanging", "down"])
def test_while_the_database_is_away_people_get_a_word_and_emergencies_their_reply(
    pair: list[Running], link: tuple[Link, str], state: str
) -> None:
    server, way = pair[0], link[0]
    person, started = Person(server), time.monotonic()
    assert person.send(text="What are bisphosphonates for?")[1]["reply"]["outcome"] == "answer"

    def told(text: str) -> Any:
        return person.send(text=text)[1]["reply"]["outcome"]

    way.state = state
    try:
        started = time.monotonic()
        assert told("my legs have gone numb") == "urgent"
        assert server.say("my legs have gone numb")["outcome"] == "urgent"
        assert time.monotonic() - started < 4
        assert told("What does zanzibar surgery do?") == "error"
        assert server.call("GET", "/health")[0] == 200
        assert time.monotonic() - started < 12
    finally:
        way.state = "up"
    deadline = time.monotonic() + 20
    while told("what are bisphosphonates for?") != "answer" and time.monotonic() < deadline:
        time.sleep(0.5)
    assert person.send(text="say it more simply")[1]["reply"]["passages"] == ["treatment.3"]
    assert "zanzibar" not in server.log.read_text(encoding="utf-8")
