"""The tracker store: bounded, erasable, and never the end of the process."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from marrow.errors import SettingError
from marrow.rasa.store import EVENTS_LOADED, MarrowTrackerStore
from tests.databases import postgres_schema

DOMAIN = Domain.from_yaml(
    "version: '3.1'\nintents: [greet]\nslots: {talk: {type: any, influence_conversation: false, "
    "mappings: [{type: custom}]}}"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MarrowTrackerStore]:
    if request.param == "sqlite":
        yield MarrowTrackerStore(DOMAIN, url=f"sqlite:///{tmp_path / 'talks.db'}")
        return
    with postgres_schema() as address:
        made = MarrowTrackerStore(DOMAIN, url=address)
        yield made
        made.engine.dispose()


def turn(store: MarrowTrackerStore, sender: str, number: int) -> DialogueStateTracker:
    async def one() -> DialogueStateTracker:
        tracker = await store.get_or_create_tracker(sender)
        for event in (
            UserUttered(f"message {number}", {"name": "greet"}),
            ActionExecuted("action_x"),
            SlotSet("talk", {"number": number}),
            ActionExecuted("action_listen"),
        ):
            tracker.update(event, store.domain)
        await store.save(tracker)
        return tracker

    return asyncio.run(one())


def rows(store: MarrowTrackerStore, sender: str) -> int:
    with store.session_scope() as session:
        return int(session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender).count())


def test_every_event_is_stored_once_and_the_slot_survives(store: MarrowTrackerStore) -> None:
    for number in range(50):
        turn(store, "long", number)
    assert rows(store, "long") == 1 + 4 * 50
    tracker = asyncio.run(store.retrieve("long"))
    assert tracker is not None
    assert len(tracker.events) <= EVENTS_LOADED
    assert tracker.get_slot("talk") == {"number": 49}
    assert isinstance(tracker.events[0], ActionExecuted)


@pytest.mark.parametrize("data", ["not json", "[]", "null", '{"no": "event"}'])
def test_damaged_row_costs_a_line_of_history_and_not_the_process(store: MarrowTrackerStore, data: str) -> None:
    turn(store, "hurt", 1)
    with store.session_scope() as session:
        session.add(store.SQLEvent(sender_id="hurt", type_name="user", timestamp=time.time(), data=data))
        session.commit()
    tracker = turn(store, "hurt", 2)
    assert tracker.get_slot("talk") == {"number": 2}


def test_value_error_is_raised_and_no_exit(store: MarrowTrackerStore) -> None:
    with pytest.raises(ValueError, match="boom"), store.session_scope():
        raise ValueError("boom")


def test_erased_is_gone_and_closed_stays_closed(store: MarrowTrackerStore) -> None:
    turn(store, "mine", 1)
    turn(store, "theirs", 1)
    store.erase("mine", close=False)
    assert not store.is_closed("mine")
    store.erase("mine", close=True)
    assert rows(store, "mine") == 0 and rows(store, "theirs") > 0
    assert store.is_closed("mine") and not store.is_closed("theirs")


def test_what_is_old_goes_while_its_writer_goes_on(store: MarrowTrackerStore) -> None:
    for number in range(3):
        turn(store, "faithful", number)
    with store.session_scope() as session:
        events = session.query(store.SQLEvent).order_by(store.SQLEvent.id).all()
        for event in events[:7]:  # into the middle of the second turn
            event.timestamp = time.time() - 25 * 3600
        session.commit()
    assert store.expire(token_lifetime=60) == 7
    tracker = asyncio.run(store.retrieve("faithful"))
    assert tracker is not None and tracker.get_slot("talk") == {"number": 2}
    assert isinstance(tracker.events[0], ActionExecuted) and tracker.events[0].action_name == "action_listen"


def test_idle_conversations_expire(store: MarrowTrackerStore) -> None:
    turn(store, "old", 1)
    turn(store, "new", 1)
    long_ago = time.time() - 100 * 3600
    with store.session_scope() as session:
        session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == "old").update({"timestamp": long_ago})
        session.commit()
    assert store.expire(token_lifetime=60) == 5
    assert rows(store, "old") == 0 and rows(store, "new") == 5


def test_feedback_keeps_the_last_word_and_no_text(store: MarrowTrackerStore) -> None:
    store.add_feedback("a" * 32, True)
    store.add_feedback("a" * 32, False)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("select reply_id, helpful from feedback").fetchall() == [("a" * 32, False)]


def test_platforms_event_is_new_once_and_forgotten_after_two_days(
    store: MarrowTrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [store.first_time("seal"), store.first_time("seal"), store.first_time("other")] == [True, False, True]
    store.expire(3600)
    assert not store.first_time("seal")
    later = time.time() + 3 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    store.expire(3600)
    assert store.first_time("seal")


def test_database_that_is_down_at_first_is_used_when_it_comes_up(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    store = MarrowTrackerStore(DOMAIN, url=f"sqlite:///{folder / 'talks.db'}")
    with pytest.raises(sa.exc.OperationalError):
        store.is_closed("someone")
    folder.mkdir()
    turn(store, "someone", 1)
    assert rows(store, "someone") == 5


def test_what_could_not_be_stored_stands_in_no_error_and_no_log(
    store: MarrowTrackerStore, caplog: pytest.LogCaptureFixture
) -> None:
    turn(store, "someone", 1)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("drop table events")
    tracker = DialogueStateTracker.from_events("someone", [UserUttered("zanzibar", {"name": "greet"})])
    with caplog.at_level(logging.DEBUG), pytest.raises(sa.exc.DBAPIError) as raised:
        asyncio.run(store.save(tracker))
    assert "zanzibar" not in f"{raised.value} {raised.value.orig} {caplog.text}"


def test_connection_that_the_database_closed_costs_no_turn() -> None:
    with postgres_schema() as address:
        store = MarrowTrackerStore(DOMAIN, url=address)
        turn(store, "someone", 1)
        with store.engine.connect() as connection:
            connection.exec_driver_sql(
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where pid <> pg_backend_pid() and application_name = current_setting('application_name')"
            )
        turn(store, "someone", 2)
        assert rows(store, "someone") == 9
        store.engine.dispose()


def test_agent_uses_the_store_as_it_is(store: MarrowTrackerStore) -> None:
    """Rasa's FailSafeTrackerStore keeps what could not be stored in memory, where nobody erases it."""
    assert Agent._create_tracker_store(store, DOMAIN) is store
    assert isinstance(Agent._create_tracker_store(InMemoryTrackerStore(DOMAIN), DOMAIN), FailSafeTrackerStore)


@pytest.mark.parametrize("address", ["my database", "postgres://u:secret@h/d", "mysql+nodriver://u:secret@h/d"])
def test_wrong_address_is_named_without_its_secret(address: str) -> None:
    with pytest.raises(SettingError, match="MARROW_DATABASE_URL") as raised:
        MarrowTrackerStore(DOMAIN, url=address)
    assert "secret" not in str(raised.value)
