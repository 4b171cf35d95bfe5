"""What a set of judged replies amounts to: shares with their intervals, a confusion table, noise, waits."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evaluation.judging import Judged, disclaimer_once, foreign_figures, names_what, words
from evaluation.sets import DESERVES, QuestionSet

#: Measures of which little is good; all others are the more the better.
SMALL_IS_GOOD = ("false_alarms", "silent_turns", "noise_loss", "median_words")

#: Wrong outcomes by kind, the one that hurts most first: a missed emergency, a false alarm, an invented answer.
_WORST = {
    "in_scope": ("error", None, "urgent", "out_of_scope", "smalltalk", "answer", "not_covered"),
    "near_miss": ("error", None, "urgent", "answer", "out_of_scope", "smalltalk"),
    "out_of_scope": ("error", None, "urgent", "answer", "smalltalk"),
    "urgent": ("error", None, "smalltalk", "out_of_scope", "answer", "not_covered"),
    "chitchat": ("error", None, "urgent", "answer", "not_covered", "out_of_scope"),
}

CLEAN = "clean"


@dataclass(frozen=True)
class Share:
    """`hits` of `total`."""

    hits: int
    total: int

    @property
    def percent(self) -> float:
        """The share in percent, 0 of nothing."""
        return 100 * self.hits / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """Its 95 % Wilson interval, in percent."""
        low, high = wilson(self.hits, self.total)
        return 100 * low, 100 * high


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share, 95 % by default; of nothing, all from 0 to 1.

    Wilson, E. B. (1927): unlike the usual one it holds for small numbers and for shares near 0 and 1.
    """
    if not total:
        return 0.0, 1.0
    share, spread = hits / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def share(values: Iterable[bool]) -> Share:
    """How many of them are true."""
    listed = list(values)
    return Share(sum(listed), len(listed))


@dataclass(frozen=True)
class Noise:
    """One way of typing against the clean originals of the same questions; `loss` is in points of percent."""

    noise: str
    noisy: Share
    clean: Share
    turned_wrong: int
    turned_right: int

    @property
    def loss(self) -> float:
        """By how much the right rate falls."""
        return self.clean.percent - self.noisy.percent


@dataclass(frozen=True)
class Result:
    """What one set came to. `shares` are by measure; waits are milliseconds."""

    set: QuestionSet
    shares: Mapping[str, Share]
    confusion: Mapping[str, Mapping[str, int]]
    median_words: float | None
    p50: float
    p95: float
    noise: tuple[Noise, ...]
    wrong: tuple[Judged, ...]

    def measures(self) -> dict[str, float]:
        """Every measure that can be held to a target, in percent (`noise_loss`: the worst of them, in points;
        `median_words`: words of a right answer)."""
        found = {name: s.percent for name, s in self.shares.items()}
        found |= {} if self.median_words is None else {"median_words": float(self.median_words)}
        return found | ({"noise_loss": max(n.loss for n in self.noise)} if self.noise else {})

    def as_dict(self) -> dict[str, Any]:
        """For JSON: figures only, no question's text."""
        return {
            "about": self.set.about,
            "read_while_tuning": self.set.read,
            "questions": sum(len(c) for c in self.set.conversations),
            "shares": {name: share_dict(s) for name, s in self.shares.items()},
            "confusion": self.confusion,
            "median_words_of_right_answers": self.median_words,
            "milliseconds": {"p50": round(self.p50, 1), "p95": round(self.p95, 1)},
            "wrong": [j.question.id for j in self.wrong],
            "noise": [asdict(n) | {"loss": round(n.loss, 2)} for n in self.noise],
        }


def share_dict(s: Share) -> dict[str, float]:
    """A share for JSON, in percent with its interval."""
    low, high = s.interval()
    return {
        "hits": s.hits, "of": s.total, "percent": round(s.percent, 4), "low": round(low, 4), "high": round(high, 4)
    }  # fmt: skip


def measure(questions: QuestionSet, judged: Sequence[Judged]) -> Result:
    """All measures of a set. One without rows of its kind is left out."""
    rows = [j for j in judged if j.question.kind is not None]
    silences = [j for j in rows if j.question.kind == "near_miss" and j.reply.outcome == "not_covered"]
    shares = {kind: share(j.right for j in rows if j.question.kind == kind) for kind in DESERVES}
    shares |= {
        "conversation_turns": share(j.right for j in rows if j.question.in_talk),
        "false_alarms": share(j.reply.outcome == "urgent" for j in rows if j.question.kind != "urgent"),
        "disclaimer_once": share(disclaimer_once(j.reply.text) for j in judged),
        "silent_turns": share(not j.reply.text.strip() for j in judged),
        "no_foreign_figure": share(not foreign_figures(j.reply.text, j.said) for j in silences),
        "says_what": share(names_what(j.reply.text) for j in silences),
    }
    waits = sorted(j.reply.milliseconds for j in judged)
    lengths = [words(j.reply.text) for j in rows if j.question.kind == "in_scope" and j.right]
    return Result(
        set=questions,
        shares={name: s for name, s in shares.items() if s.total},
        confusion=confusion(rows),
        median_words=statistics.median(lengths) if lengths else None,
        p50=statistics.median(waits) if waits else 0.0,
        p95=waits[int(0.95 * (len(waits) - 1))] if waits else 0.0,
        noise=noise_losses(rows),
        wrong=worst_first(j for j in rows if not j.right),
    )


def confusion(rows: Iterable[Judged]) -> dict[str, dict[str, int]]:
    """How often each kind of question got each outcome."""
    counts = Counter((str(j.question.kind), j.reply.outcome or "none") for j in rows)
    return {
        kind: {outcome: n for (k, outcome), n in sorted(counts.items()) if k == kind}
        for kind in DESERVES
        if any(k == kind for k, _ in counts)
    }


def worst_first(wrong: Iterable[Judged]) -> tuple[Judged, ...]:
    """Wrong replies by kind, those that hurt most first."""

    def severity(j: Judged) -> tuple[int, int, str]:
        kind = str(j.question.kind)
        order = _WORST[kind]
        rank = order.index(j.reply.outcome) if j.reply.outcome in order else len(order)
        return list(DESERVES).index(kind), rank, j.question.id

    return tuple(sorted(wrong, key=severity))


def noise_losses(rows: Iterable[Judged]) -> tuple[Noise, ...]:
    """For each way of typing, its right rate beside that of the clean originals of just those questions."""
    typed = [j for j in rows if j.question.noise and j.question.group]
    clean = {j.question.group: j.right for j in typed if j.question.noise == CLEAN}
    kinds = dict.fromkeys(str(j.question.noise) for j in typed if j.question.noise != CLEAN)
    found = []
    for noise in kinds:
        pairs = [
            (clean[j.question.group], j.right) for j in typed if j.question.noise == noise and j.question.group in clean
        ]
        if pairs:
            found.append(
                Noise(
                    noise,
                    noisy=share(right for _, right in pairs),
                    clean=share(was for was, _ in pairs),
                    turned_wrong=sum(was and not right for was, right in pairs),
                    turned_right=sum(right and not was for was, right in pairs),
                )
            )
    return tuple(found)
