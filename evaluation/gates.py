"""The gate: floors and ceilings by set and measure, read from tests/heldout/gates.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.measures import SMALL_IS_GOOD, Result
from evaluation.sets import DESERVES
from marrow import settings
from marrow.yamlfile import a_row, read_mapping, rows

GATES = settings.ROOT / "tests" / "heldout" / "gates.yml"

#: What may be gated. Times may not: they are the machine's.
MEASURES = (
    *DESERVES, "conversation_turns", "disclaimer_once", "no_foreign_figure", "says_what", *SMALL_IS_GOOD
)  # fmt: skip

_PERCENT = {"type": "number", "minimum": 0, "maximum": 100, "description": "Write a number of percent"}
_SCHEMA = rows(
    a_row(
        {},
        {
            "at_least": a_row({}, {name: _PERCENT for name in MEASURES if name not in SMALL_IS_GOOD}),
            "at_most": a_row({}, {name: _PERCENT for name in MEASURES if name in SMALL_IS_GOOD}),
        },
    )
)

#: set -> measure -> its floor, or ceiling for a measure of SMALL_IS_GOOD, in percent.
Gates = Mapping[str, Mapping[str, float]]


def load_gates(path: Path = GATES) -> Gates:
    """Read the gates. Raises DataError for a measure that is not known, or held from the wrong side."""
    return {
        name: {measure: float(limit) for limits in sides.values() for measure, limit in limits.items()}
        for name, sides in read_mapping(path, _SCHEMA).items()
    }


def broken(gates: Gates, results: Sequence[Result]) -> list[str]:
    """A line for each gate that is not held; none when all are. What cannot be measured is not held."""
    lines = []
    by_name = {r.set.name: r.measures() for r in results}
    for name, limits in gates.items():
        for measure, limit in limits.items():
            value = by_name.get(name, {}).get(measure)
            if value is None:
                lines.append(f"{name}: {measure} was not measured; is the set there?")
            elif value > limit if measure in SMALL_IS_GOOD else value < limit:
                side = "above" if measure in SMALL_IS_GOOD else "below"
                lines.append(f"{name}: {measure} is {value:.1f}, {side} {limit:g}")
    return lines
