"""Every error Marrow raises on purpose.

MarrowError
 ├── DataError      a data file is wrong: names file, line, problem and remedy
 ├── SettingError   an environment variable is wrong: names it, the problem and the remedy
 └── ModelError     the encoder's or the trained model's files are missing or not the ones we know
"""

from __future__ import annotations

from pathlib import Path


class MarrowError(Exception):
    """The base of all of them."""


class DataError(MarrowError):
    """A data file that cannot be used; `str()` reads `file:line: problem. remedy`."""

    def __init__(self, file: Path | str, line: int | None, problem: str, remedy: str) -> None:
        self.file = Path(file)
        self.line = line
        self.problem = problem
        self.remedy = remedy
        where = f"{file}:{line}" if line is not None else f"{file}"
        super().__init__(f"{where}: {problem}. {remedy}")


class SettingError(MarrowError):
    """An environment variable that cannot be used."""

    def __init__(self, name: str, problem: str, remedy: str) -> None:
        self.name = name
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{name}: {problem}; {remedy}")


class ModelError(MarrowError):
    """A model file that is missing, damaged or not the one this version was made for."""
