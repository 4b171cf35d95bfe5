"""The gate: floors and ceilings by set and measure, read from tests/heldout/gates.yml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaluation.measures import SMALL_IS_GOOD, Result
from evaluation.sets import DESERVES
from marrow import settings
from marrow.errors import DataError
from marrow.yamlfile import read_mapping

GATES = settings.ROOT / "tests" / "heldout" / "gates.yml"

#: What may be gated. Times may not: they are the machine's.
MEASURES = (
    *DESERVES, "conversation_turns", "disclaimer_once", "no_foreign_figure", "says_what", *SMALL_IS_GOOD
)  # fmt: skip

#: set -> measure -> its floor, or ceiling for a measure of SMALL_IS_GOOD, in percent.
Gates = Mapping[str, Mapping[str, float]]


def load_gates(path: Path = GATES) -> Gates:
    """Read the gates. Raises DataError for a measure that is not known, or held from the wrong side."""
    gates: dict[str, dict[str, float]] = {}
    for name, sides in read_mapping(path).items():
        gates[name] = {}
        for side, limits in sides.items():
            for measure, limit in limits.items():
                good = "at_most" if measure in SMALL_IS_GOOD else "at_least"
                if measure not in MEASURES or side != good:
                    known = ", ".join(m for m in MEASURES if (m in SMALL_IS_GOOD) == (side == "at_most"))
                    raise DataError(path, None, f"{name}: {side} {measure} is no gate", f"Known with {side}: {known}")
                gates[name][measure] = float(limit)
    return gates


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
                lines.append(f"{name}: {measure} is {value:.1f} %, {side} {limit:g} %")
    return lines
