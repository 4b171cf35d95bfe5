"""Results as Markdown tables, for people and for the terminal alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from evaluation.judging import Judged
from evaluation.measures import SMALL_IS_GOOD, Result, Share
from evaluation.sets import DESERVES

_OUTCOMES = ("answer", "not_covered", "out_of_scope", "urgent", "smalltalk", "error", "none")

_NAMES = {
    "in_scope": "in scope, the right passage",
    "near_miss": "near miss, said honestly",
    "out_of_scope": "another subject, refused",
    "urgent": "emergencies found",
    "chitchat": "small talk",
    "conversation_turns": "turns of conversations",
    "false_alarms": "false alarms",
    "disclaimer_once": "disclaimer exactly once",
    "silent_turns": "silent turns",
    "no_foreign_figure": "near miss: no figure the asker did not write",
    "says_what": "near miss: says what is not said",
}


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table whose columns line up: text to the left, figures to the right."""
    cells = [[str(h) for h in heads], *([str(c) for c in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        padded = (c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        return f"| {' | '.join(padded)} |"

    rule = [("-" * widths[0])] + ["-" * (w - 1) + ":" for w in widths[1:]]
    return [line(cells[0]), f"| {' | '.join(rule)} |", *(line(row) for row in cells[1:])]


def interval(share: Share) -> str:
    """A share's 95 % interval, in percent."""
    low, high = share.interval()
    return f"{low:.1f}–{high:.1f}"


def shares_table(result: Result, targets: Mapping[str, float]) -> list[str]:
    """Each measure against its target."""
    rows = []
    for name, share in result.shares.items():
        few = name in SMALL_IS_GOOD
        target = targets.get(f"{name}_at_most" if few else name)
        held = "" if target is None else _verdict(share.percent, target, few)
        wanted = "" if target is None else f"{'≤' if few else '≥'} {target:g}"
        rows.append(
            (_NAMES[name], f"{share.hits}/{share.total}", f"{share.percent:.1f}", interval(share), wanted, held)
        )
    return table(("", "count", "%", "95 % interval", "target", ""), rows)


def _verdict(value: float, target: float, few: bool) -> str:
    return "reached" if (value <= target if few else value >= target) else "missed"


def confusion_table(result: Result) -> list[str]:
    """Kind of question by outcome."""
    used = [o for o in _OUTCOMES if any(o in row for row in result.confusion.values())]
    rows = [(kind, *(row.get(o, "") for o in used)) for kind, row in result.confusion.items()]
    return table(("asked \\ got", *used), rows)


def noise_table(result: Result, targets: Mapping[str, float]) -> list[str]:
    """Each way of typing beside the clean originals."""
    most = targets.get("noise_loss_at_most", 0.0)
    rows = [
        (
            n.noise, f"{n.noisy.hits}/{n.noisy.total}", f"{n.noisy.percent:.1f}", interval(n.noisy),
            f"{n.clean.percent:.1f}", f"{n.loss:+.1f}", n.turned_wrong, n.turned_right,
            _verdict(n.loss, most, few=True),
        )
        for n in result.noise
    ]  # fmt: skip
    heads = ("typed", "right", "%", "95 % interval", "clean %", "loss", "turned wrong", "turned right", f"≤ {most:g}")
    return table(heads, rows)


def errors(wrong: Iterable[Judged], most: int, *, texts: bool) -> list[str]:
    """Up to `most` wrong replies of each kind; with `texts` what was asked, else the row's id alone."""
    left = dict.fromkeys(DESERVES, most)
    lines = []
    for j in wrong:
        kind = str(j.question.kind)
        if left[kind] <= 0:
            continue
        left[kind] -= 1
        got = f"{j.reply.outcome}, {j.reply.section}" if j.reply.section else str(j.reply.outcome)
        lines.append(f"- {kind} {j.question.id}: {j.why} ({got})" + (f": {j.question.q!r}" if texts else ""))
    return lines


def render(result: Result, targets: Mapping[str, float], *, failures: int, texts: bool) -> str:
    """One set's part of the report."""
    questions = sum(len(c) for c in result.set.conversations)
    lines = [f"## {result.set.name}: {result.set.about}", "", f"{questions} questions.", ""]
    lines += [*shares_table(result, targets), ""]
    lines += [*confusion_table(result), ""]
    if result.noise:
        lines += [*noise_table(result, targets), ""]
    if result.median_words is not None:
        target = targets.get("median_words_at_most")
        held = "" if target is None else f" (≤ {target:g}: {_verdict(result.median_words, target, few=True)})"
        lines += [f"Median right answer: {result.median_words:g} words without the disclaimer{held}.", ""]
    lines += [f"A turn: p50 {result.p50:.1f} ms, p95 {result.p95:.1f} ms.", ""]
    if wrong := errors(result.wrong, failures, texts=texts):
        lines += [f"Worst errors, up to {failures} of a kind:", "", *wrong, ""]
    return "\n".join(lines)
