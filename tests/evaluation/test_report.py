"""Tables for people, and what a report may not repeat."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from evaluation import __main__ as command
from evaluation.measures import Result
from evaluation.report import errors, render, table
from tests.evaluation.made import judged, result
from tests.evaluation.test_measures import typed

TARGETS = {"in_scope": 92.0, "false_alarms_at_most": 1.0, "noise_loss_at_most": 5.0}
ROWS = [judged("in_scope", "answer"), judged("in_scope", "urgent", "t-2", q="what are rings")]


def test_table_lines_up() -> None:
    lines = table(("a", "b"), [("long name", 1), ("x", 100)])
    assert len({len(line) for line in lines}) == 1 and lines[1].endswith("-: |")


def test_render_shows_counts_intervals_targets_and_confusion() -> None:
    text = render(result(ROWS), TARGETS, failures=3, texts=True)
    assert "1/2" in text and "9.5–90.5" in text and "≥ 92" in text and "≤ 1" in text and "missed" in text
    assert "asked \\ got" in text and "- in_scope t-2: outcome urgent (urgent): 'what are rings'" in text
    assert "p50 1.0 ms, p95 1.0 ms" in text


def test_render_noise() -> None:
    rows = [typed(1, "clean", True), typed(1, "capitals", False)]
    text = render(result(rows), TARGETS, failures=0, texts=False)
    assert "capitals" in text and "+100.0" in text and "Worst errors" not in text


def test_errors_are_so_many_of_each_kind() -> None:
    wrong = [judged("in_scope", "urgent", f"t-{n}") for n in range(5)] + [judged("urgent", "answer", "u")]
    assert [line.split()[2] for line in errors(wrong, 2, texts=False)] == ["t-0:", "t-1:", "u:"]


@pytest.mark.parametrize(
    ("made", "shown"),
    [
        (result(ROWS, read=True), True),
        (result(ROWS, read=False), False),  # a set nobody has read stays unread
        (result(ROWS, read=True, outside=True), False),  # other people's words stay outside
    ],
)
def test_report_repeats_only_what_it_may(tmp_path: Path, made: Result, shown: bool) -> None:
    args = argparse.Namespace(report=tmp_path / "new" / "eval", failures=3, questions=False)
    command._write(args, {"name": "m.tar.gz"}, [made], TARGETS)
    text = (tmp_path / "new" / "eval.md").read_text(encoding="utf-8")
    stored = json.loads((tmp_path / "new" / "eval.json").read_text(encoding="utf-8"))
    assert ("what are rings" in text) is shown and "m.tar.gz" in text
    assert stored["sets"]["made"]["shares"]["in_scope"]["hits"] == 1 and "rings" not in json.dumps(stored)
