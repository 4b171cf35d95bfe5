"""Reads a YAML file that holds one mapping; every fault names file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from marrow.errors import DataError

Schema = Mapping[str, Any]


def read_mapping(path: Path, schema: Schema | None = None) -> dict[str, Any]:
    """The file's mapping, of the form that a JSON Schema asks for, whose `description` of a part is the remedy for it.

    Raises DataError for a file that is missing, no YAML, no mapping, or of another form, or has a name twice.
    """
    try:
        written = path.read_text(encoding="utf-8")
        data = yaml.safe_load(written)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DataError(path, mark.line + 1 if mark else None, "is not YAML", "Mend the line named") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise DataError(path, None, f"cannot be read ({reason})", "Restore the file") from None
    if not isinstance(data, dict):
        raise DataError(path, 1, "is not a mapping", "Write `name: value` lines")
    if schema is not None:
        _check(path, written, data, schema)
    return data


def a_text(*names: str) -> dict[str, Any]:
    """The schema of a text that has no braces but with these names in them; those that end in ! it must have."""
    known = [name.rstrip("!") for name in names]
    needed = "".join(rf"(?=[\s\S]*\{{{name[:-1]}\}})" for name in names if name.endswith("!"))
    braces = "|".join(map(re.escape, known)) or "(?!)"
    return {
        "type": "string",
        "pattern": rf"^{needed}(?=[\s\S]*\S)(?:[^{{}}]|\{{(?:{braces})\}})*$",
        "description": "Write a text"
        + (f"; known in braces are {', '.join(known)}" if known else " without braces")
        + (f", needed {', '.join(n[:-1] for n in names if n.endswith('!'))}" if needed else ""),
    }


def a_form() -> dict[str, Any]:
    """The schema of a regular expression over plain words (data/wording/heard.yml)."""
    return {
        "type": "string", "minLength": 1, "format": "regex",
        "description": "Write a regular expression over plain words; put no, yes, on and off in quotes",
    }  # fmt: skip


def texts(text: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a list of one text or more."""
    return {"type": "array", "items": text, "minItems": 1, "description": "Write a list of one text or more"}


def a_row(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The schema of a mapping with just these names."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
        "description": f"It needs {', '.join(required)}"
        + (f", and may have {', '.join(optional)}" if optional else ""),
    }


def rows(row: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a mapping from any names to such rows."""
    return {"type": "object", "additionalProperties": row}


def _check(path: Path, written: str, data: dict[str, Any], schema: Schema) -> None:
    root = yaml.compose(written, Loader=yaml.SafeLoader)
    for name, line in _twice(root):
        raise DataError(path, line, f"`{name}` stands here twice", "Remove one of them")
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    error = best_match(validator.iter_errors(data))
    if error is not None:
        place = [str(step) for step in error.absolute_path]
        wrong = "is no such text" if error.validator == "pattern" else error.message
        problem = f"`{'.'.join(place)}` {wrong}" if place else wrong
        remedy = error.schema.get("description", "Compare it with its neighbours")
        raise DataError(path, _line(root, place), problem, remedy)


def _twice(node: yaml.Node | None) -> Iterable[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if (key.tag, key.value) in seen:
                yield str(key.value), key.start_mark.line + 1
            seen.add((key.tag, key.value))
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


def _line(node: yaml.Node | None, place: Sequence[str]) -> int:
    """The line of what lies there; of the innermost part around it that is there, when it is not."""
    line = 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if str(pair[0].value) == step), None)
            if found is None:  # a name that YAML reads as something else ("yes")
                return line
            node, line = found[1], found[0].start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            node = node.value[int(step)]
            line = node.start_mark.line + 1
    return line
