"""Sends what a channel made to its platform: never blocking, patient while it is busy or down, not for ever.

Nothing here is logged: an address may hold a token, a body holds what a patient was told.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

TRIES: Final = 5
_LONGEST_WAIT: Final = 120.0  # a platform that asks for more gets no further try
_LONGEST_ANSWER: Final = 1024 * 1024


@dataclass(frozen=True)
class Outgoing:
    """One request to a platform; `json` or `form` is its body. Headers with secrets are added when it goes."""

    url: str
    json: Any = None
    form: Mapping[str, str] | None = None
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Response:
    """What the platform said: status, headers (names in lower case), and the body if it is JSON, else None."""

    status: int
    headers: Mapping[str, str]
    body: Any = None

    @property
    def ok(self) -> bool:
        """Whether the status says that it was taken."""
        return 200 <= self.status < 300


class Delivery:
    """A channel's client. `sleep` and `chance` are arguments so that tests need neither wait nor luck."""

    def __init__(
        self,
        *,
        timeout: float = 10.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._sleep = sleep
        self._chance = chance
        self._session: aiohttp.ClientSession | None = None

    async def once(self, outgoing: Outgoing) -> Response:
        """One try. Raises aiohttp.ClientError, OSError or asyncio.TimeoutError when there is no response."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar())
        async with self._session.request(
            outgoing.method,
            outgoing.url,
            json=outgoing.json,
            data=outgoing.form,
            headers=outgoing.headers,
            allow_redirects=False,  # a redirect would take the token along
        ) as response:
            raw = bytearray()
            async for chunk in response.content.iter_any():
                raw += chunk[: _LONGEST_ANSWER - len(raw)]
                if len(raw) >= _LONGEST_ANSWER:
                    break
            try:
                body = json.loads(raw)
            except ValueError:
                body = None
            return Response(response.status, {k.lower(): v for k, v in response.headers.items()}, body)

    async def send(
        self,
        prepare: Callable[[], Awaitable[Outgoing]],
        wait: Callable[[Response], float | None],
        on_retry: Callable[[], None] = lambda: None,
    ) -> Response | None:
        """Try until it is taken, refused for good, or tried `TRIES` times; returns the last response, if there was one.

        Args:
            prepare: makes the request anew for each try, with headers that are valid then.
            wait: for a response, None when it is final, else the seconds the platform asks to wait (0: not said).
            on_retry: called before each further try.
        """
        response: Response | None = None
        for attempt in range(TRIES):
            if attempt:
                on_retry()
            told = 0.0
            try:
                response = await self.once(await prepare())
            except (aiohttp.ClientError, OSError, asyncio.TimeoutError):
                response = None
            else:
                asked = wait(response)
                if asked is None:
                    return response
                told = asked
            if told > _LONGEST_WAIT:
                return response
            if attempt < TRIES - 1:
                await self._sleep(max(told, 0.5 * 2**attempt) + 0.25 * self._chance())
        return response

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def usual_wait(response: Response) -> float | None:
    """The rule most platforms share: 429 and 5xx may succeed later, after `Retry-After` if it is there."""
    if response.status != 429 and response.status < 500:
        return None
    try:
        return max(0.0, float(response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0  # an HTTP date, which none of our platforms sends
