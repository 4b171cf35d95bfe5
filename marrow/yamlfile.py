"""Reads a YAML file that holds one mapping; every fault names file, line and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from marrow.errors import DataError


def read_mapping(path: Path) -> dict[str, Any]:
    """The file's mapping. Raises DataError for a file that is missing, no YAML, or no mapping."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DataError(path, mark.line + 1 if mark else None, "is not YAML", "Mend the line named") from None
    except OSError as error:
        raise DataError(path, None, f"cannot be read ({error.strerror})", "Restore the file") from None
    if not isinstance(data, dict):
        raise DataError(path, 1, "is not a mapping", "Write `name: value` lines")
    return data
