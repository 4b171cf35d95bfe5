"""Data files: whatever is wrong in one is told with file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaluation.gates import load_gates
from evaluation.sets import load_sets
from marrow import settings
from marrow.answering.heard import patterns
from marrow.answering.spelling import load_abbreviations
from marrow.answering.terms import load_elsewhere
from marrow.answering.wording import load_wording
from marrow.errors import DataError
from marrow.rendering.platforms import load_words
from marrow.site.questions import load_page_wording
from marrow.yamlfile import a_row, a_text, read_mapping

WORDING = settings.DATA / "wording"
HELDOUT = settings.ROOT / "tests" / "heldout"

Load = Callable[[Path], object]


def of_folder(load: Load) -> Load:
    return lambda path: load(path.parent)


#: A file, what of it is spoilt and how, what the error says, and how the file is loaded.
SPOILT: list[tuple[Path, str, str, str, Load]] = [
    (WORDING / "replies.yml", "frames:", "frame:", "'frames' is a required", of_folder(load_wording)),
    (WORDING / "replies.yml", "  says_not: ", "  say_not: ", "frames", of_folder(load_wording)),
    (WORDING / "replies.yml", "does not say {what}", "does not say it", "needed what", of_folder(load_wording)),
    (WORDING / "replies.yml", "about {topics}? You", "about {topic}? You", "known in braces", of_folder(load_wording)),
    (WORDING / "replies.yml", '  - "I am sorry. This is hard."', "  - 7", "comfort.0", of_folder(load_wording)),
    (WORDING / "replies.yml", "  malformed:", "  malforme:", "errors", of_folder(load_wording)),
    (WORDING / "not_covered.yml", "nearest: [prognosis]", "nearest: prognosis", "list", of_folder(load_wording)),
    (WORDING / "not_covered.yml", "nearest: [prognosis]", "nearest: [outlook]", "prognosis", of_folder(load_wording)),
    (WORDING / "not_covered.yml", "  named:", "  name:", "'name' was unexpected", of_folder(load_wording)),
    (WORDING / "not_covered.yml", "ask_cost:", "ask_cure:", "`ask_cure` stands here twice", of_folder(load_wording)),
    (WORDING / "not_covered.yml", "of: [drug, remedy]", "of: [drugs]", "'drugs'", of_folder(load_wording)),
    (WORDING / "not_covered.yml", "    - words: [alcohol", "    - word: [alcohol", "also.0", of_folder(load_wording)),
    (WORDING / "page.yml", "also:", "als:", "'also' is a required", of_folder(load_page_wording)),
    (WORDING / "channels.yml", "  other:", "  others:", "'other' is a required", load_words),
    (WORDING / "elsewhere.yml", "test: [MRI,", "tests: mri\ntest: [MRI,", "Write `group:", load_elsewhere),
    (WORDING / "heard.yml", "- not going", "- not going (at", "is not a 'regex'", patterns),
    (WORDING / "heard.yml", "{KIN}'", "{KIM}'", "{KIM} stands for nothing", patterns),
    (WORDING / "heard.yml", "    whole: true", "    whole: all", "'all' is not of type", patterns),
    (WORDING / "not_covered.yml", "'palliat", "'(palliat", "is not a 'regex'", of_folder(load_wording)),
    (WORDING / "abbreviations.yml", "clinical: {", "clinicals: [tx]\nclinical: {", "Write `group:", load_abbreviations),
    (HELDOUT / "gates.yml", "urgent: 98,", "urgent: most,", "number of percent", load_gates),
    (HELDOUT / "gates.yml", "urgent: 98,", "p50: 98,", "urgent", load_gates),
    (HELDOUT / "gates.yml", "at_most: {false_alarms: 0.8", "at_least: {false_alarms: 0.8", "twice", load_gates),
    (HELDOUT / "sets.yml", "    read: true", "    read: somewhat", "sets.tuning.read", load_sets),
    (HELDOUT / "sets.yml", "  urgent: 100", "  urgent: all", "number of percent", load_sets),
]


@pytest.mark.parametrize(("file", "old", "new", "said", "load"), SPOILT, ids=[f"{r[0].name} {r[2]}" for r in SPOILT])
def test_fault_is_told_with_file_line_and_remedy(
    tmp_path: Path, file: Path, old: str, new: str, said: str, load: Load
) -> None:
    for other in file.parent.glob("*.yml"):
        (tmp_path / other.name).write_bytes(other.read_bytes())
    text = file.read_text("utf-8")
    assert old in text
    copy = tmp_path / file.name
    copy.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DataError) as raised:
        load(copy)
    error = raised.value
    assert error.file == copy and said in str(error) and error.remedy
    assert error.line is not None


def test_line_is_that_of_the_fault(tmp_path: Path) -> None:
    file = tmp_path / "made.yml"
    file.write_text("a:\n  b: one\n  c:\n    - {d: 2}\n", "utf-8")
    schema = {"properties": {"a": {"properties": {"c": {"items": a_row({"d": a_text()})}}}}}
    with pytest.raises(DataError, match=r"made.yml:4: `a.c.0.d` 2 is not of type 'string'. Write a text"):
        read_mapping(file, schema)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("a: [", "is not YAML"),
        ("- a", "is not a mapping"),
        ("", "is not a mapping"),
        (b"\xe9", "UTF-8"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, written: str | bytes, said: str) -> None:
    file = tmp_path / "made.yml"
    file.write_bytes(written if isinstance(written, bytes) else written.encode())
    with pytest.raises(DataError, match=said):
        read_mapping(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_mapping(tmp_path / "none.yml")


def test_name_that_yaml_reads_as_something_else_is_told_all_the_same(tmp_path: Path) -> None:
    file = tmp_path / "made.yml"
    file.write_text("a: [x]\nyes: 3\n", "utf-8")
    with pytest.raises(DataError, match=r"made.yml:1: `True`"):
        read_mapping(file, {"additionalProperties": {"type": "array"}})


def test_text_knows_its_braces() -> None:
    import re

    pattern = a_text("what!", "team")["pattern"]
    assert re.search(pattern, "{team} says {what}\nindeed")
    assert not any(re.search(pattern, text) for text in ("{team}", "{what} {other}", "{what", "what}", "", " \n"))
    assert re.search(a_text()["pattern"], "plain") and not re.search(a_text()["pattern"], "{what}")
