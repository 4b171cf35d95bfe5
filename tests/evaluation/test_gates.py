"""The gate holds, breaks, and is not fooled by what was not measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.gates import broken, load_gates
from evaluation.sets import load_sets
from marrow.errors import DataError
from tests.evaluation.made import judged, result

HALF = [judged("in_scope", "answer"), judged("in_scope", "not_covered")]
ALARMED = [judged("chitchat", "urgent"), judged("chitchat", "smalltalk")]


def test_gate_that_is_met_is_held() -> None:
    assert broken({"made": {"in_scope": 50, "false_alarms": 0}}, [result(HALF)]) == []


def test_gate_breaks_below_its_floor() -> None:
    (line,) = broken({"made": {"in_scope": 50.1}}, [result(HALF)])
    assert line == "made: in_scope is 50.0, below 50.1"


def test_gate_breaks_above_its_ceiling() -> None:
    (line,) = broken({"made": {"false_alarms": 1}}, [result(ALARMED)])
    assert line == "made: false_alarms is 50.0, above 1"


@pytest.mark.parametrize("gates", [{"absent": {"in_scope": 1}}, {"made": {"urgent": 1}}, {"made": {"noise_loss": 5}}])
def test_gate_that_cannot_be_measured_breaks(gates: dict[str, dict[str, float]]) -> None:
    (line,) = broken(gates, [result(HALF)])
    assert "was not measured" in line


@pytest.mark.parametrize(
    "text", ["a: {at_least: {p50: 1}}", "a: {at_least: {false_alarms: 1}}", "a: {at_most: {urgent: 1}}"]
)
def test_load_gates_refuses_times_and_wrong_sides(tmp_path: Path, text: str) -> None:
    file = tmp_path / "gates.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        load_gates(file)


def test_gates_of_the_project_are_of_sets_that_are_here() -> None:
    here = {s.name for s in load_sets() if s.conversations and not s.outside}
    assert load_gates().keys() <= here
