"""The tracker store: bounded, erasable, and never the end of the process."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from marrow.rasa.store import EVENTS_LOADED, MarrowTrackerStore


@pytest.fixture
def store(tmp_path: Path) -> MarrowTrackerStore:
    domain = Domain.from_yaml(
        "version: '3.1'\nintents: [greet]\nslots: {talk: {type: any, influence_conversation: false, "
        "mappings: [{type: custom}]}}"
    )
    return MarrowTrackerStore(domain, url=f"sqlite:///{tmp_path / 'talks.db'}")


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
        assert connection.exec_driver_sql("select reply_id, helpful from feedback").fetchall() == [("a" * 32, 0)]


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
