"""SHA-256 of files and folders: the same for the same files, another for any other."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from marrow.digest import sha256


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a").write_text("1", encoding="utf-8")
    (tmp_path / "one" / "b").write_text("2", encoding="utf-8")
    return tmp_path / "one"


def test_of_one_file_it_is_what_sha256sum_prints(folder: Path) -> None:
    assert sha256(folder / "a") == hashlib.sha256(b"1").hexdigest()


def test_wherever_the_folder_lies_it_is_the_same(folder: Path) -> None:
    before = sha256(folder)
    moved = folder.parent / "elsewhere" / "one"
    moved.parent.mkdir()
    assert sha256(folder.rename(moved)) == before


def test_compiled_python_does_not_count(folder: Path) -> None:
    before = sha256(folder)
    (folder / "c.pyc").write_bytes(b"3")
    assert sha256(folder) == before


def test_a_name_counts(folder: Path) -> None:
    before = sha256(folder)
    (folder / "a").rename(folder / "c")
    assert sha256(folder) != before


@pytest.mark.parametrize(("a", "b"), [("12", ""), ("", "12"), ("2", "1"), ("1", "3")])
def test_contents_count(folder: Path, a: str, b: str) -> None:
    before = sha256(folder), sha256(folder / "a", folder / "b")
    (folder / "a").write_text(a, encoding="utf-8")
    (folder / "b").write_text(b, encoding="utf-8")
    assert sha256(folder) != before[0]
    assert sha256(folder / "a", folder / "b") != before[1]


def test_what_is_not_there_counts_as_empty(folder: Path) -> None:
    assert sha256(folder / "a", folder / "none") != sha256(folder / "a")
    assert sha256(folder / "none") == sha256(folder / "neither")
