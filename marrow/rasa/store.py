"""The tracker store: Rasa's SQL store without what makes it dangerous to a patient-facing bot.

The differences, each from facts measured on Rasa 3.6.21: an error never ends the process (`session_scope` of the parent
turns every ValueError into an exit) and never quotes what was to be stored (SQLAlchemy's do, and Rasa logs them); a
turn loads a bounded number of events (the parent's turn grows with the conversation); a conversation can be erased and
expires (no store of Rasa has a delete); a database that is down costs seconds (the parent waits for it), and the first
turn after it is back is answered.
"""

from __future__ import annotations

import contextlib
import json
import logging
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.orm import Session

from marrow import settings
from marrow.errors import SettingError

logger = logging.getLogger(__name__)

#: Events a turn loads. A turn makes about 6; the context is one slot set in every turn, so older ones add nothing.
EVENTS_LOADED = 60

_SEEN_LASTS = 2 * 24 * 3600.0

#: Seconds that a connection to PostgreSQL may take, and milliseconds that sent bytes may stay unanswered; an address
#: that names its own keeps them (libpq's parameters).
_POSTGRES = {"connect_timeout": "3", "tcp_user_timeout": "5000", "keepalives_idle": "30"}


class ErasedConversation(SQLTrackerStore.Base):  # type: ignore[name-defined,misc]
    """A conversation whose person asked to be forgotten: its session token is dead until it would have expired."""

    __tablename__ = "erased_conversations"
    sender_id = sa.Column(sa.String(255), primary_key=True)
    erased_at = sa.Column(sa.Float, nullable=False)


class Feedback(SQLTrackerStore.Base):  # type: ignore[name-defined,misc]
    """Whether a reply helped. No text, no conversation: the reply's id cannot be traced back to either."""

    __tablename__ = "feedback"
    reply_id = sa.Column(sa.String(64), primary_key=True)
    helpful = sa.Column(sa.Boolean, nullable=False)
    given_at = sa.Column(sa.Float, nullable=False)


class SeenEvent(SQLTrackerStore.Base):  # type: ignore[name-defined,misc]
    """An event of a messaging platform that was taken, by its seal, which cannot be traced back to the event."""

    __tablename__ = "seen_events"
    seal = sa.Column(sa.String(64), primary_key=True)
    seen_at = sa.Column(sa.Float, nullable=False)


class MarrowTrackerStore(SQLTrackerStore):
    """Conversations in SQLite by default, or in the database that MARROW_DATABASE_URL names."""

    def __init__(self, domain: Domain | None = None, event_broker: Any = None, **kwargs: Any) -> None:
        configured = settings.load()
        url = kwargs.pop("url", None) or configured.database_url
        if not url:
            configured.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            url = f"sqlite:///{Path(configured.state_dir) / 'conversations.db'}"
        kwargs.pop("host", None)
        # The parent's constructor would connect, and wait for a database that is down.
        super(SQLTrackerStore, self).__init__(domain, event_broker, **kwargs)
        self.engine = _engine(url)
        self.sessionmaker = sa.orm.session.sessionmaker(bind=self.engine)
        self._has_tables = False
        self._retention = configured.retention_hours * 3600

    @contextlib.contextmanager
    def session_scope(self) -> Generator[Session, None, None]:
        """A transaction that is committed by its user, else rolled back; errors are raised, never an exit.

        The tables are made by the first, so that a database may come up later than Marrow.
        """
        if not self._has_tables:
            try:
                self.Base.metadata.create_all(self.engine)
            except (sa.exc.ProgrammingError, sa.exc.OperationalError, sa.exc.IntegrityError):
                # Another process may have made them meanwhile; a missing right or a database that is down is an error.
                if not {*self.Base.metadata.tables} <= {*sa.inspect(self.engine).get_table_names()}:
                    raise
            self._has_tables = True
        session = self.sessionmaker()
        try:
            yield session
        finally:
            session.close()

    async def _retrieve(self, sender_id: str, fetch_events_from_all_sessions: bool) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = (
                session.query(self.SQLEvent.data)
                .filter(self.SQLEvent.sender_id == sender_id)
                .order_by(self.SQLEvent.id.desc())
                .limit(EVENTS_LOADED)
                .all()
            )
        events = _whole_turns([event for event in (_parsed(row.data) for row in reversed(rows)) if event])
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.events_stored = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events that this turn added."""
        await self.stream_events(tracker)
        events = list(tracker.events)[getattr(tracker, "events_stored", 0) :]
        with self.session_scope() as session:
            for event in events:
                data = event.as_dict()
                session.add(
                    self.SQLEvent(
                        sender_id=tracker.sender_id,
                        type_name=event.type_name,
                        timestamp=data.get("timestamp"),
                        intent_name=data.get("parse_data", {}).get("intent", {}).get("name"),
                        action_name=data.get("name"),
                        data=json.dumps(data),
                    )
                )
            session.commit()
        tracker.events_stored = len(tracker.events)

    def erase(self, sender_id: str, *, close: bool) -> None:
        """Delete all of a conversation; with `close`, refuse its session token from now on."""
        with self.session_scope() as session:
            session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id).delete()
            if close:
                session.merge(ErasedConversation(sender_id=sender_id, erased_at=time.time()))
            session.commit()

    def is_closed(self, sender_id: str) -> bool:
        """Whether the person of this conversation asked to be forgotten."""
        with self.session_scope() as session:
            return session.get(ErasedConversation, sender_id) is not None

    def add_feedback(self, reply_id: str, helpful: bool) -> None:
        """Store whether a reply helped; a second vote on the same reply replaces the first."""
        with self.session_scope() as session:
            session.merge(Feedback(reply_id=reply_id, helpful=helpful, given_at=time.time()))
            session.commit()

    def first_time(self, seal: str) -> bool:
        """Remember an event of a messaging platform; False if any process has had it before."""
        with self.session_scope() as session:
            session.add(SeenEvent(seal=seal, seen_at=time.time()))
            try:
                session.commit()
            except sa.exc.IntegrityError:
                return False
        return True

    def expire(self, token_lifetime: float) -> int:
        """Delete events older than the retention, whoever still writes; returns how many went.

        Erased conversations are remembered for `token_lifetime` seconds, as long as a token of theirs could live;
        platforms' events for two days, a day longer than any is answered.
        """
        now = time.time()
        with self.session_scope() as session:
            session.query(SeenEvent).filter(SeenEvent.seen_at < now - _SEEN_LASTS).delete()
            session.query(ErasedConversation).filter(ErasedConversation.erased_at < now - token_lifetime).delete()
            session.commit()
        if self._retention <= 0:
            return 0
        with self.session_scope() as session:
            old = session.query(self.SQLEvent).filter(self.SQLEvent.timestamp < now - self._retention)
            gone = old.delete(synchronize_session=False)
            session.commit()
        return int(gone)


def _engine(address: str) -> sa.engine.Engine:
    """The database at an SQLAlchemy address. Nothing is asked of it yet. Raises SettingError, without the address."""
    try:
        url = sa.engine.make_url(address)
        more: dict[str, Any] = {}
        if url.get_backend_name() == "postgresql":
            url = url.update_query_dict({key: value for key, value in _POSTGRES.items() if key not in url.query})
            # A connection that the database has closed meanwhile is found before it is used.
            more = {"pool_size": 20, "max_overflow": 20, "pool_timeout": 3, "pool_pre_ping": True}
        engine = sa.create_engine(url, hide_parameters=True, **more)
    except (sa.exc.ArgumentError, ImportError) as error:
        problem = "its driver is not installed" if isinstance(error, ImportError) else "it is no address"
        raise SettingError("MARROW_DATABASE_URL", problem, "write it as postgresql://user:password@host/name") from None
    if url.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _tune_sqlite)
    return engine


def _tune_sqlite(connection: Any, record: Any) -> None:
    # A reader must not wait for a writer; a write survives a killed process, if not a power cut, without a sync each.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    # What is erased is written over, where SQLite was not built to do so.
    connection.execute("PRAGMA secure_delete=ON")


def _parsed(data: str) -> dict[str, Any] | None:
    """One stored event, or None for a damaged row: it must cost a line of history, not the conversation."""
    try:
        event = json.loads(data)
    except ValueError:
        logger.warning("skipped a stored event that is not JSON")
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _whole_turns(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop what precedes the latest session's start, or the first whole turn of what was loaded."""
    starts = [i for i, event in enumerate(events) if event["event"] == "session_started"]
    if starts:
        # Rasa opens a session with the action of that name, logged just before the event.
        return events[max(starts[-1] - 1, 0) :]
    listens = (i for i, e in enumerate(events) if e["event"] == "action" and e.get("name") == "action_listen")
    return events[next(listens, 0) :]


_wrapped = Agent._create_tracker_store


def _not_wrapped(store: TrackerStore | None, domain: Domain) -> TrackerStore:
    """Marrow's store as it is, others as Rasa has them. Rasa's wrapper answers as if a person were new when reading
    fails, and keeps what could not be stored in memory, where nothing erases it."""
    if not isinstance(store, MarrowTrackerStore):
        return _wrapped(store, domain)
    store.domain = domain
    return store


Agent._create_tracker_store = staticmethod(_not_wrapped)
