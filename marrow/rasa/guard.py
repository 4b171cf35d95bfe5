"""The guard: the one place every message of every channel passes, both ways.

In: normalise, look for red flags, limit, refuse commands, turn a button's key into what it stands for. Out: exactly one
reply, never silent, in time, with one disclaimer. It is the only part that must hold when all behind it is broken, so
it needs no model, no store and no action, and it keeps its clock on another thread than Rasa's.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from rasa.core.channels.channel import OutputChannel, UserMessage

from marrow import settings
from marrow.answering.alarms import after_alarm, alarm_reply, told_again
from marrow.answering.named import names_any
from marrow.answering.offers import all_targets, title_of
from marrow.answering.parts import asks_too_much, split_questions
from marrow.answering.service import Service, load_service
from marrow.answering.subject import topic_offers
from marrow.rasa.identity import Identity, load_secret
from marrow.rasa.lanes import Lanes
from marrow.rasa.limits import Buckets
from marrow.rasa.store import MarrowTrackerStore
from marrow.reply import Reply, compose, merge, with_disclaimer, with_line
from marrow.safety.hygiene import MAX_BODY_BYTES, MAX_TEXT_CHARS, normalise

logger = logging.getLogger(__name__)

T = TypeVar("T")
Handler = Callable[[UserMessage], Awaitable[Any]]

#: Seconds that the store may take to say whether something is known; what it changes may take a turn's deadline.
_STORE_MAY_TAKE = 2.0
_TIDY_EVERY = 600.0

#: Seconds for which an emergency is remembered, of so many conversations.
_ALARM_LASTS, _ALARMS_KEPT = 1800.0, 10_000
#: Replies after it that say whom to turn to: after a crisis, after another emergency.
_LINES_CRISIS, _LINES = 5, 2

# What must never reach a person: an unfilled slot, a traceback, a Python None.
_INTERNAL = re.compile(r"\{[A-Za-z_][\w.]*\}|Traceback \(most recent call last\)|^\s*None\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Answered:
    """What the guard gives a channel: the reply, what went wrong if anything (a key of `errors` in
    data/wording/replies.yml), and after how many seconds to try again when that was "too_fast"."""

    reply: Reply
    problem: str | None = None
    retry_after: float = 0.0


class Collector(OutputChannel):  # type: ignore[misc]
    """Collects a turn's messages as they leave the actions, before any channel splits or renders them."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.messages: list[dict[str, Any]] = []

    def name(self) -> str:  # type: ignore[override]
        """The name of the channel the person is on, which Rasa's response variations ask for."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the message; Rasa calls this in a single place, for every message of every kind."""
        self.messages.append(dict(message))


class Guard:
    """Answers messages. One a process, shared by all channels (`shared_guard`)."""

    def __init__(
        self,
        config: settings.Settings,
        identity: Identity,
        service: Service,
        lanes: Lanes,
    ) -> None:
        self.config = config
        self.identity = identity
        self.service = service
        self._red_flags = service.red_flags
        self.lanes = lanes
        self._targets = all_targets(service.library)
        self._parts = {word: kind for kind, words in service.wording.section_words.items() for word in words}
        self._alarms: dict[str, _Remembered] = {}
        self._speaking: dict[str, _Queue] = {}
        self._tasks: set[asyncio.Future[None]] = set()

    # -- in ------------------------------------------------------------------------------------------------------

    def alarm(self, text: str) -> Reply | None:
        """The urgent reply if `text` describes an emergency; looks at its first 16 KB. Never raises."""
        try:
            alarm = self._red_flags.find(normalise(text[:MAX_BODY_BYTES]))
            return alarm_reply(self.service, alarm) if alarm else None
        except Exception as error:  # a fault here must not silence what comes after
            logger.error("red flags could not be read: %s", type(error).__name__)
            return None

    def remember(self, conversation: str, told: str | None, since: int = 0) -> None:
        """Keep what emergency a reply answers (`Reply.alarm`) for the conversation's next messages; `since` messages
        were answered otherwise after it."""
        if told is None or since >= (_LINES_CRISIS if told.startswith("crisis") else _LINES):
            return
        now = time.monotonic()
        self._alarms.pop(conversation, None)
        while self._alarms and (len(self._alarms) >= _ALARMS_KEPT or next(iter(self._alarms.values())).ends < now):
            del self._alarms[next(iter(self._alarms))]
        self._alarms[conversation] = _Remembered(now + _ALARM_LASTS, told, since)

    def _alarm_before(self, conversation: str) -> _Remembered | None:
        """The emergency told of before, forgotten now; None where it was too long ago."""
        found = self._alarms.pop(conversation, None)
        return found if found and time.monotonic() < found.ends else None

    def only_english(self, text: str, before: str | None = None) -> Reply | None:
        """What a person is told who plainly writes in another language whose red flags are known; of an emergency
        (`before`, as `Alarm.told`) that was told in it, the same again, as what is said there is not understood. Never
        raises."""
        try:
            language = self._red_flags.language(text)
            if language and (again := told_again(self.service, before, language)):
                return again
            told = self.service.emergency.only_english(language) if language else None
        except Exception as error:  # as above
            logger.error("the language could not be told: %s", type(error).__name__)
            return None
        return compose("smalltalk", told.splitlines(), offers=topic_offers(self.service)) if told else None

    def error(self, problem: str) -> Answered:
        """The fixed, friendly text for a problem, with where to get help if it is urgent."""
        lines = [*self.service.wording.error(problem), self.service.emergency.help_line()]
        return Answered(compose("error", lines), problem)

    async def answer(
        self,
        handler: Handler,
        channel: str,
        conversation: str,
        text: object,
        *,
        buckets: Buckets | None = None,
        choice: object = None,
        ready: bool = True,
    ) -> Answered:
        """Answer one message of one person, whatever it is and whatever happens. Never raises, never silent.

        Args:
            handler: hands a message to Rasa; may raise, hang or do nothing.
            channel: the channel's own name, not what a client claims.
            conversation: the pseudonymous id of the person's conversation.
            text: what was typed, of any type.
            buckets: the person's rate limit, if the channel has one.
            choice: the key of a button, where the channel tells buttons from text.
            ready: whether there is a model to ask.
        """
        ends = time.monotonic() + self.config.deadline
        typed = text if isinstance(text, str) else ""
        if reply := self.alarm(typed):
            self.remember(conversation, reply.alarm)
            return Answered(reply)
        if buckets is not None and (wait := buckets.take(conversation, time.monotonic())):
            return replace(self.error("too_fast"), retry_after=wait)
        if not ready:
            return self.error("not_ready")
        if choice is None and not isinstance(text, str):
            return self.error("not_text")
        picked = choice if choice is not None else (typed.strip() if Identity.looks_like_key(typed.strip()) else None)
        if picked is not None:
            target = None
            if isinstance(picked, str) and Identity.looks_like_key(picked):
                target = self.identity.target_of(conversation, picked, self._targets)
            if target is None:
                return self.error("unknown_choice")
            before = self._alarm_before(conversation)
            title = title_of(self.service.library, self.service.wording, target)
            answered = await self._turn(handler, channel, conversation, title, target, ends)
            return replace(answered, reply=self._after(conversation, before, answered.reply))
        clean = normalise(typed)
        # A leading slash would make Rasa take the text for a command.
        clean = clean.lstrip("/ ").strip()
        if not clean:
            return self.error("empty")
        if max(len(typed.strip()), len(clean)) > MAX_TEXT_CHARS:
            return self.error("too_long")
        before = self._alarm_before(conversation)
        told = before.told if before and not before.since else None
        if reply := self.only_english(clean, told):
            return Answered(self._after(conversation, before, reply))
        replies: list[Reply] = []
        for part in split_questions(clean, self._parts):
            # "What is asthma and how is it treated?": what names nothing of an article is about the other subject too.
            if replies and replies[-1].outcome == "out_of_scope" and not names_any(self.service, part):
                continue
            answered = await self._turn(handler, channel, conversation, part, None, ends, told)
            if answered.problem and not replies:
                if before and conversation not in self._alarms:  # whoever tries again goes on about it
                    self.remember(conversation, before.told, before.since)
                return answered
            if answered.problem:  # what was found of the message is not lost with the rest
                failed = " ".join(self.service.wording.error(answered.problem))
                replies[-1] = with_line(replies[-1], failed)
                break
            if answered.reply.outcome != "urgent":  # what follows is no more about the emergency than this
                told = None
            replies.append(answered.reply)
        return Answered(self._after(conversation, before, self._as_one(replies, asks_too_much(clean, self._parts))))

    def _after(self, conversation: str, before: _Remembered | None, reply: Reply) -> Reply:
        """The reply with whom to call where an emergency was told of before; what is to be known next is remembered."""
        if reply.alarm:
            self.remember(conversation, reply.alarm)
        elif before and not reply.erase and conversation not in self._alarms:  # a turn beside this one may have alarmed
            self.remember(conversation, before.told, before.since + 1)
        return after_alarm(self.service, before.told if before else None, reply)

    def _as_one(self, replies: list[Reply], too_much: bool) -> Reply:
        """One reply to a message of several questions, which says what of it was not answered."""
        reply = merge(replies)
        frames = self.service.wording.frames
        if reply.outcome in {"answer", "not_covered"} and any(r.outcome == "out_of_scope" for r in replies):
            reply = with_line(reply, frames["elsewhere"])
        if too_much and reply.outcome != "urgent":
            reply = with_line(reply, frames["too_much"])
        return reply

    # -- through ---------------------------------------------------------------------------------------------------

    async def _turn(
        self, handler: Handler, channel: str, conversation: str, text: str, target: str | None, ends: float,
        before: str | None = None,
    ) -> Answered:  # fmt: skip
        collector = Collector(channel)
        message = UserMessage(
            text, collector, conversation, input_channel=channel, parse_data=_chosen(text, target) if target else None,
            metadata={"alarm": before} if before else None,
        )  # fmt: skip
        try:
            async with self._one_at_a_time(conversation, ends) as turn:
                work = await asyncio.wait_for(self.lanes.run(_run(handler, message)), _left(ends))
                turn.work = work
                work.add_done_callback(_seen)
                await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(work)), _left(ends))
        except asyncio.TimeoutError:
            logger.error("a turn missed its deadline of %.1f s", self.config.deadline)
            return self.error("too_slow")
        except Exception as error:
            logger.error("a turn failed: %s", type(error).__name__)
            return self.error("broken")
        answered = self._out(collector.messages)
        if answered.reply.erase:
            try:
                await self.forget(conversation, close=False)
            except Exception as error:
                logger.error("a conversation could not be erased: %s", type(error).__name__)
                return self.error("broken")
        return answered

    @asynccontextmanager
    async def _one_at_a_time(self, conversation: str, ends: float) -> AsyncIterator[_Queue]:
        """Serialise one person's turns. A turn given up keeps its place until it ends, so that no two run at once."""
        turn = self._speaking.setdefault(conversation, _Queue())
        turn.waiting += 1
        try:
            await asyncio.wait_for(turn.lock.acquire(), _left(ends))
        except BaseException:
            self._leave(conversation, turn)
            raise
        turn.work = None
        try:
            yield turn
        finally:
            if turn.work is not None and not turn.work.done():
                loop = asyncio.get_running_loop()
                turn.work.add_done_callback(
                    lambda _: loop.call_soon_threadsafe(self._release, conversation, turn)  # type: ignore[union-attr]
                )
            else:
                self._release(conversation, turn)

    def _release(self, conversation: str, turn: _Queue) -> None:
        turn.lock.release()
        self._leave(conversation, turn)

    def _leave(self, conversation: str, turn: _Queue) -> None:
        turn.waiting -= 1
        if not turn.waiting:
            self._speaking.pop(conversation, None)

    # -- the conversation as a whole -------------------------------------------------------------------------------

    @functools.cached_property
    def store(self) -> MarrowTrackerStore:
        """The conversations, as endpoints.yml has them; opened when it is first needed."""
        return MarrowTrackerStore()

    async def forget(self, conversation: str, *, close: bool) -> None:
        """Erase a conversation everywhere; with `close`, its session token is dead from now on.

        A turn of it that still runs would write its events back when it ends (measured), so what it leaves is erased
        again under the person's lock, without making the person wait for it.
        """
        self._alarms.pop(conversation, None)
        await self._in_thread(lambda: self.store.erase(conversation, close=close))
        if conversation in self._speaking:
            task = asyncio.ensure_future(self._erase_after_turns(conversation))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _erase_after_turns(self, conversation: str) -> None:
        async with self._one_at_a_time(conversation, time.monotonic() + 3600.0):
            self._alarms.pop(conversation, None)
            await self._in_thread(lambda: self.store.erase(conversation, close=False))

    async def is_closed(self, conversation: str) -> bool:
        """Whether the person asked to be forgotten. A store that is down cannot tell; the turn will fail then."""
        try:
            return await self._in_thread(lambda: self.store.is_closed(conversation), _STORE_MAY_TAKE)
        except Exception as error:
            logger.error("the store could not say whether a session is closed: %s", type(error).__name__)
            return False

    async def feedback(self, reply_id: str, helpful: bool) -> None:
        """Store whether a reply helped, without its text."""
        await self._in_thread(lambda: self.store.add_feedback(reply_id, helpful))

    async def first_time(self, seal: str) -> bool:
        """Whether no process has had this event of a platform. A store that cannot tell must not cost a reply."""
        try:
            return await self._in_thread(lambda: self.store.first_time(seal), _STORE_MAY_TAKE)
        except Exception as error:
            logger.error("the store could not say whether an event was had before: %s", type(error).__name__)
            return True

    async def tidy(self) -> None:
        """Delete what is old, now and every ten minutes, for ever."""
        while True:
            try:
                await self._in_thread(lambda: self.store.expire(self.config.session_lifetime), _TIDY_EVERY)
            except Exception as error:
                logger.error("old conversations could not be deleted: %s", type(error).__name__)
            await asyncio.sleep(_TIDY_EVERY)

    async def _in_thread(self, do: Callable[[], T], within: float | None = None) -> T:
        """What `do` returns. Raises asyncio.TimeoutError after `within` seconds, a turn's deadline by default."""
        running = asyncio.get_running_loop().run_in_executor(None, do)
        return await asyncio.wait_for(running, self.config.deadline if within is None else within)

    # -- out -------------------------------------------------------------------------------------------------------

    def _out(self, messages: list[dict[str, Any]]) -> Answered:
        text = "\n".join(str(m["text"]) for m in messages if m.get("text"))
        if not text.strip():
            return self.error("broken")
        wire = next((found for found in map(_wire, messages) if found is not None), None)
        try:
            reply = Reply("smalltalk", text) if wire is None else Reply.from_wire(text, wire)
        except (KeyError, TypeError, ValueError):
            logger.error("an action uttered a reply that is not one")
            return self.error("broken")
        if _INTERNAL.search(text):
            logger.error("a reply with internals was held back")
            return self.error("broken")
        return Answered(with_disclaimer(reply))

    def keyed(self, reply: Reply, conversation: str) -> dict[str, Any]:
        """The reply as the contract's `reply` object, each suggestion's payload a key of this conversation."""
        return reply.as_dict(lambda offer: self.identity.key(conversation, offer.target))


@dataclass(frozen=True)
class _Remembered:
    """An emergency (`Alarm.told`), until when it is remembered, and how many messages since were answered otherwise."""

    ends: float
    told: str
    since: int


class _Queue:
    """One person's place: the lock their turns take in turn, and the turn at work."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0
        self.work: concurrent.futures.Future[Any] | None = None


def _left(ends: float) -> float:
    return max(0.001, ends - time.monotonic())


def _seen(work: concurrent.futures.Future[Any]) -> None:
    """Look at a late turn's exception, so that nothing logs it with what the person wrote."""
    if not work.cancelled():
        work.exception()


async def _run(handler: Handler, message: UserMessage) -> None:
    await handler(message)


def _chosen(text: str, target: str) -> dict[str, Any]:
    """What NLU would have said of a button: certain, and naming the target. No text a person types can make this."""
    return {
        "text": text,
        "intent": {"name": "choice", "confidence": 1.0},
        "entities": [{"entity": "target", "value": target, "start": 0, "end": len(text)}],
    }


def _wire(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    custom = message.get("custom")
    reply = custom.get("reply") if isinstance(custom, dict) else None
    return reply if isinstance(reply, dict) else None


@functools.lru_cache(maxsize=1)
def shared_guard() -> Guard:
    """The process's guard. Raises MarrowError when a data file or a setting is wrong: the start then fails clearly."""
    config = settings.load()
    return Guard(config, Identity(load_secret(config)), load_service(), Lanes())
