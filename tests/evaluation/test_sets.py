"""The files of questions: every row can be read, and what sets.yml names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluation.sets import DESERVES, conversation, load_sets, load_targets, read_file
from marrow.errors import DataError


def test_sets_of_the_project_are_read_and_ids_are_unique() -> None:
    sets = {s.name: s for s in load_sets()}
    assert {"tuning", "second", "noisy", "dev"} <= set(sets)
    tuning = sets["tuning"]
    ids = [q.id for c in tuning.conversations for q in c]
    assert len(ids) > 800 and len(set(ids)) == len(ids)
    assert {q.kind for c in tuning.conversations for q in c} == set(DESERVES)


def test_targets_name_every_kind() -> None:
    assert set(DESERVES) <= set(load_targets())


def test_conversation_turns_share_an_id_and_lead_in_turns_have_no_kind() -> None:
    first, second = conversation({"id": "c", "turns": [{"q": "hello"}, {"q": "and trees?", "kind": "in_scope"}]})
    assert (first.id, first.kind, second.id, second.in_talk) == ("c/1", None, "c/2", True)


def test_noise_rows_have_a_group() -> None:
    row = {"id": "h2-noise-012-two_typos", "kind": "in_scope", "q": "tere", "noise": "two_typos"}
    assert conversation(row)[0].group == "h2-noise-012"


@pytest.mark.parametrize("line", ["no json", '{"id": "a", "q": "b", "kind": "other"}', '{"kind": "urgent"}', "[1]"])
def test_bad_row_names_file_and_line(tmp_path: Path, line: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"id": "a", "q": "b"}) + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        list(read_file(file))
    assert raised.value.line == 3


def test_missing_file_is_an_empty_set(tmp_path: Path) -> None:
    assert list(read_file(tmp_path / "nothing.jsonl")) == []
