from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from marrow.content.cli import main

from .conftest import ARTICLES, FIXTURES

Edit = Callable[[str, str], int]


def today() -> datetime.date:
    return datetime.date(2031, 5, 6)


def test_check_of_the_committed_articles_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ARTICLES)]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "Warnings:"
    assert "Common imaging tests include" in out
    assert out.splitlines()[-1].startswith("0 errors, ")


def test_check_takes_the_data_directory_too(glimmer: Path) -> None:
    assert main(["check", str(glimmer.parent.parent)]) == 0


def test_check_prints_errors_and_fails(glimmer: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    line = edit("means: Lumoxamine", "means: aspirin")
    assert main(["check", str(glimmer.parent)]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"{glimmer}:{line}: 'Dimsy' means 'aspirin', which is not in the article. Write ")
    assert out[-1].startswith("1 errors")


def test_check_of_an_empty_directory_fails(tmp_path: Path) -> None:
    assert main(["check", str(tmp_path)]) == 1


def test_import_writes_article_and_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = FIXTURES / "sources" / "glimmer-elbow.txt"
    assert main(["import", str(page), "-o", str(tmp_path / "a" / "sleeve.md")], today=today) == 0
    assert "note: diagnosis.1 lacks" in capsys.readouterr().out
    assert "supplied: 2031-05-06\n" in (tmp_path / "a" / "sleeve.md").read_text(encoding="utf-8")
    assert (tmp_path / "a" / "sources" / "sleeve.txt").exists()


def test_import_defaults_to_the_articles_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data" / "articles").mkdir(parents=True)
    assert main(["import", str(FIXTURES / "sources" / "glimmer-elbow.txt"), "--supplied", "2026-11-22"]) == 0
    assert (tmp_path / "data" / "articles" / "glimmer-elbow.md").exists()


def test_import_of_a_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "none.txt"), "-o", str(tmp_path / "x.md")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_review_and_approve(glimmer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    directory = str(glimmer.parent.parent)
    assert main(["review", directory]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "39 of 39 wordings are not reviewed"
    assert main(["review", directory, "--approve", "glimmer-elbow/overview", "--by", "A"], today=today) == 0
    assert "approved glimmer-elbow/overview.1 (" in capsys.readouterr().out
    assert "Reviewed by: A, 2031-05-06, text " in glimmer.read_text(encoding="utf-8")
    assert main(["review", directory, "--open"]) == 0
    out = capsys.readouterr().out
    assert "[glimmer-elbow/overview.1]" not in out and "[glimmer-elbow/causes.1]" in out
    assert out.splitlines()[-1] == "36 of 39 wordings are not reviewed"


def test_approve_needs_a_name_and_a_date(glimmer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", str(glimmer.parent), "--approve", "glimmer-elbow"]) == 1
    assert "--by NAME" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["review", str(glimmer.parent), "--approve", "glimmer-elbow", "--by", "A", "--on", "soon"])
