"""The web channel over HTTP: sessions, messages, choices, forgetting, feedback, and who may call."""

from __future__ import annotations

import json
import sqlite3
import threading
from typing import Any

import pytest

from marrow import settings
from marrow.content.cli import unreviewed_count
from tests.server.running import Running

pytestmark = pytest.mark.server


class Person:
    """Someone with a widget."""

    def __init__(self, server: Running) -> None:
        self.server = server
        status, self.session = server.post("/webhooks/web/session", {})
        assert status == 200
        self.headers = {"Authorization": f"Bearer {self.session['token']}"}

    def send(self, **body: Any) -> tuple[int, Any]:
        return self.server.post("/webhooks/web/message", body, self.headers)

    def call(self, name: str, body: Any = None) -> int:
        return self.server.post(f"/webhooks/web/{name}", body or {}, self.headers)[0]


@pytest.fixture
def person(server: Running) -> Person:
    return Person(server)


def test_session_greets_with_starters(person: Person) -> None:
    greeting = person.session["greeting"]
    assert greeting["reply"]["outcome"] == "smalltalk"
    assert greeting["text"].endswith(greeting["reply"]["disclaimer"])
    assert person.session["expires_in"] > 0
    for starter in greeting["reply"]["suggestions"]:
        status, message = person.send(choice=starter["payload"])
        assert (status, message["reply"]["outcome"]) == (200, "answer")


def test_message_is_answered_in_its_own_conversation(person: Person, server: Running) -> None:
    assert person.send(text="What are bisphosphonates for?")[1]["reply"]["passages"] == ["treatment.3"]
    assert person.send(text="say it more simply")[1]["reply"]["passages"] == ["treatment.3"]
    assert Person(server).send(text="say it more simply")[1]["reply"]["outcome"] == "smalltalk"


def test_choice_of_another_conversation_is_refused(person: Person, server: Running) -> None:
    stolen = Person(server).session["greeting"]["reply"]["suggestions"][0]["payload"]
    status, message = person.send(choice=stolen)
    assert (status, message["reply"]["outcome"]) == (400, "error")


def test_same_id_is_one_turn(person: Person) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(person.send(text="hello", id="one"))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({answer[1]["reply_id"] for answer in answers}) == 1
    assert person.send(text="hello", id="two")[1]["reply_id"] != answers[0][1]["reply_id"]
    assert person.send(text="something else", id="one")[0] == 400


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ3ZWItMSJ9."])
def test_bad_token(server: Running, token: str) -> None:
    status, headers, raw = server.call(
        "POST", "/webhooks/web/message", {"text": "hello"}, {"Authorization": f"Bearer {token}"}
    )
    message = json.loads(raw)
    assert status == 401
    assert headers["cache-control"] == "no-store"
    assert message["text"].endswith(message["reply"]["disclaimer"])
    urgent = {"text": "i want to end my life"}
    status, message = server.post("/webhooks/web/message", urgent, {"Authorization": f"Bearer {token}"})
    assert (status, message["reply"]["outcome"]) == (200, "urgent")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"nonsense", 400), (b"[]", 400), (b"{}", 400), (b'{"text": 5}', 400), (b'{"text": ""}', 400),
        (b'{"choice": "mk-nonsense"}', 400), (b'{"text": "' + b"x" * 1001 + b'"}', 413),
        (b'{"text": "' + b"x" * 17_000 + b'"}', 413),
    ],
)  # fmt: skip
def test_bad_bodies(person: Person, body: bytes, status: int) -> None:
    got, headers, raw = person.server.call("POST", "/webhooks/web/message", body, person.headers)
    message = json.loads(raw)
    assert got == status
    assert message["text"].count("not a substitute for professional medical advice") == 1
    assert headers["cache-control"] == "no-store"


def test_forget_erases_everywhere_and_kills_the_token(person: Person) -> None:
    person.send(text="What is bone metastasis? crocodile")
    database = next(person.server.log.parent.glob(f"state-{person.server.port}/conversations.db"))

    def stored() -> int:
        with sqlite3.connect(database) as connection:
            return int(connection.execute("select count(*) from events where data like '%crocodile%'").fetchone()[0])

    assert stored() > 0
    assert person.call("forget") == 204
    assert stored() == 0
    assert person.send(text="hello")[0] == 401
    assert person.call("forget") == 401


def test_typed_forget_me_erases_and_goes_on(person: Person) -> None:
    person.send(text="What does denosumab do?")
    assert person.send(text="please forget me and delete this chat")[1]["reply"]["outcome"] == "smalltalk"
    assert person.send(text="say it more simply")[1]["reply"]["outcome"] == "smalltalk"


def test_feedback_is_for_replies_of_this_conversation(person: Person, server: Running) -> None:
    reply_id = person.send(text="What is bone metastasis?")[1]["reply_id"]
    assert person.call("feedback", {"reply_id": reply_id, "helpful": True}) == 204
    assert person.call("feedback", {"reply_id": reply_id, "helpful": False}) == 204
    assert Person(server).call("feedback", {"reply_id": reply_id, "helpful": True}) == 400
    for body in ({"reply_id": "x", "helpful": True}, {"reply_id": reply_id, "helpful": 1}, {"helpful": True}, {}):
        assert person.call("feedback", body) == 400


def test_strange_origins_are_refused(server: Running) -> None:
    path = "/webhooks/web/session"
    assert server.post(path, {}, {"Origin": f"http://127.0.0.1:{server.port}"})[0] == 200
    assert server.post(path, {}, {"Origin": "https://evil.example"})[0] == 403
    assert server.call("OPTIONS", path, None, {"Origin": "https://evil.example"})[0] == 403


def test_page_and_widget_are_served_with_a_strict_policy(server: Running) -> None:
    for path, kind in (
        ("/", "text/html"),
        ("/widget/marrow-widget.js", "text/javascript"),
        ("/widget/page.css", "text/css"),
    ):
        status, headers, _ = server.call("GET", path)
        assert status == 200
        assert headers["content-type"].startswith(kind)
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
    for path in ("/widget/..%2fpackage.json", "/widget/package.json", "/widget/%2e%2e/src", "/widget/nothing.js"):
        assert server.call("GET", path)[0] == 404
    review = json.loads(server.call("GET", "/review")[2])
    assert (review["unreviewed"], review["total"]) == unreviewed_count(settings.DATA)
