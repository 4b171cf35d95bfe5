"""Token buckets: how many messages a person may send, remembered for a bounded number of people."""

from __future__ import annotations

from collections import OrderedDict

from marrow.settings import Limit

_REMEMBERED = 50_000


class Buckets:
    """One bucket a key, the least recently used forgotten first. Times are seconds of a monotonic clock."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Take one token for `key`; returns 0.0, or the seconds to wait when there is none."""
        limit = self._limit
        if limit.burst <= 0:
            return 0.0
        tokens, then = self._buckets.get(key, (float(limit.burst), now))
        tokens = min(float(limit.burst), tokens + (now - then) * limit.per_second)
        allowed = tokens >= 1.0
        self._buckets[key] = (tokens - 1.0 if allowed else tokens, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        if allowed:
            return 0.0
        return (1.0 - tokens) / limit.per_second if limit.per_second > 0 else 3600.0
