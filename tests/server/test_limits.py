"""A server with a key, limits and a hospital's origin: who may call it, and how fast."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.running import Running, read, serving

pytestmark = pytest.mark.server
REST = "/webhooks/rest/webhook"
HOSPITAL = "https://hospital.example"


@pytest.fixture(scope="module")
def strict(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"MARROW_REST_BURST": "2", "MARROW_REST_PER_SECOND": "0.01",
              "MARROW_WEB_BURST": "3", "MARROW_WEB_PER_SECOND": "0.01"}  # fmt: skip
    folder = tmp_path_factory.mktemp("strict")
    with serving(folder, MARROW_REST_KEY="sesame", MARROW_ORIGINS=HOSPITAL, **limits) as running:
        yield running


def test_rest_wants_its_key_and_limits_each_sender(strict: Running) -> None:
    body = {"sender": "a", "message": "hello"}
    assert strict.post(REST, body)[0] == 401
    assert strict.post(REST, body, {"Authorization": "Bearer wrong"})[0] == 403
    good = {"Authorization": "Bearer sesame", "X-Forwarded-For": "203.0.113.7"}
    outcomes = [read(strict.post(REST, body, good)[1])["outcome"] for _ in range(3)]
    assert outcomes == ["smalltalk", "smalltalk", "error"]
    assert read(strict.post(REST, {**body, "sender": "b"}, good)[1])["outcome"] == "smalltalk"
    status, messages = strict.post(REST, {**body, "message": "he took all his pills and won't wake up"}, good)
    assert (status, read(messages)["outcome"]) == (200, "urgent")


def test_web_answers_the_origin_that_is_allowed(strict: Running) -> None:
    path = "/webhooks/web/session"
    status, headers, _ = strict.call("OPTIONS", path, None, {"Origin": HOSPITAL})
    assert status == 204
    assert headers["access-control-allow-origin"] == HOSPITAL
    assert "access-control-allow-credentials" not in headers
    assert strict.post(path, {}, {"Origin": HOSPITAL})[0] == 200


def test_web_says_when_it_is_too_fast(strict: Running) -> None:
    _, session = strict.post("/webhooks/web/session", {})
    own = {"Authorization": f"Bearer {session['token']}"}
    statuses = []
    for _ in range(6):
        status, headers, raw = strict.call("POST", "/webhooks/web/message", {"text": "hello"}, own)
        statuses.append(status)
        if status == 429:
            assert int(headers["retry-after"]) >= 1
            assert json.loads(raw)["reply"]["outcome"] == "error"
    assert statuses == [200] * 3 + [429] * 3
    status, message = strict.post("/webhooks/web/message", {"text": "i am coughing up blood"}, own)
    assert (status, message["reply"]["outcome"]) == (200, "urgent")
