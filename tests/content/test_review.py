from __future__ import annotations

import difflib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from marrow import settings
from marrow.content import load_article
from marrow.content.check import check_article
from marrow.content.review import approve, as_text, review_items, unreviewed_count
from marrow.errors import DataError

Edit = Callable[[str, str], int]

SAFETY = """\
# What to do; every wording is reviewed.
spine:
  id: spine
  say: "Lie flat."   # short
  steps: [Call for help, Do not move]
  reviewed_by: ""
regions:
  - region: moon
    call: "Call 12."
    reviewed_by:
  - region: mars
    call: Call 34.
    reviewed_by: ~
limits: {seconds: 5}
"""


@pytest.fixture
def data(tmp_path: Path, glimmer: Path) -> Path:
    """A data directory with one article and one safety file."""
    (tmp_path / "safety").mkdir()
    (tmp_path / "safety" / "made-up.yml").write_text(SAFETY, encoding="utf-8")
    return tmp_path


def changed(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[:2] in {"- ", "+ "}]


def test_everything_with_wording_is_listed(data: Path) -> None:
    ids = [item.id for item in review_items(data)]
    assert len(ids) == len(set(ids)) == 18 + 9 + 12 + 3
    assert {"glimmer-elbow/treatment.3", "glimmer-elbow/names/Dimsy", "glimmer-elbow/glossary/dimmerin"} <= set(ids)
    assert {"safety/made-up/spine", "safety/made-up/regions/moon", "safety/made-up/regions/mars"} <= set(ids)
    assert unreviewed_count(data) == (len(ids), len(ids))
    assert unreviewed_count(data / "articles") == (len(ids) - 3, len(ids) - 3)


def test_the_text_to_read_shows_source_and_wording(data: Path) -> None:
    text = as_text(review_items(data))
    assert "[glimmer-elbow/treatment.3]" in text
    assert "source: Lumoxamine, to restore dimmerin" in text
    assert "plain: Lumoxamine brings dimmerin back." in text
    assert "steps: Call for help; Do not move" in text
    assert "reviewed: not reviewed" in text


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("glimmer-elbow/treatment.3", "+ Reviewed by: A. B, 2026-01-02, text "),
        ("glimmer-elbow/names/Dimsy", 'source: made up for testing, reviewed_by: "A. B, 2026-01-02, text '),
        ("glimmer-elbow/glossary/dimmerin", '+     reviewed_by: "A. B, 2026-01-02, text '),
        ("safety/made-up/spine", '+   reviewed_by: "A. B, 2026-01-02, text '),
        ("safety/made-up/regions/moon", '+     reviewed_by: "A. B, 2026-01-02, text '),
        ("safety/made-up/regions/mars", '+     reviewed_by: "A. B, 2026-01-02, text '),
    ],
)
def test_an_approval_changes_one_line_and_nothing_else(data: Path, what: str, line: str) -> None:
    paths = [data / "articles" / "glimmer-elbow.md", data / "safety" / "made-up.yml"]
    before = "".join(path.read_text(encoding="utf-8") for path in paths)
    count, _ = unreviewed_count(data)
    approved = approve(data, what, "A. B", "2026-01-02")
    after = "".join(path.read_text(encoding="utf-8") for path in paths)
    diff = changed(before, after)
    assert [item.id for item in approved] == [what]
    assert len(diff) == 2 and line in diff[1]
    assert unreviewed_count(data) == (count - 1, count)
    assert not [f for f in check_article(paths[0]) if f.error]


def test_a_group_leaves_earlier_approvals_alone(data: Path) -> None:
    approve(data, "glimmer-elbow/treatment.2", "First", "2026-01-01")
    assert len(approve(data, "glimmer-elbow/treatment", "Second", "2026-01-02")) == 3
    article = load_article(data / "articles" / "glimmer-elbow.md")
    assert [p.reviewed_by.split(",")[0] for p in article.passages() if p.section == "treatment"] == [
        "Second", "First", "Second", "Second",
    ]  # fmt: skip
    approve(data, "glimmer-elbow/treatment.2", "Second", "2026-01-02")
    assert load_article(data / "articles" / "glimmer-elbow.md").passage("treatment.2").reviewed_by.startswith("Second")
    approve(data, "glimmer-elbow", "Third", "2026-01-03")
    approve(data, "safety", "Third", "2026-01-03")
    assert unreviewed_count(data)[0] == 0


def test_a_passage_without_a_line_for_the_approval_gets_one(data: Path, edit: Edit) -> None:
    asks = load_article(data / "articles" / "glimmer-elbow.md").passage("treatment.2").asks
    edit("cover the light at night.\n\nReviewed by:\n\nAsks:", "cover the light at night.\n\nAsks:")
    approve(data, "glimmer-elbow/treatment.2", "A", "2026-01-02")
    article = load_article(data / "articles" / "glimmer-elbow.md")
    assert article.passage("treatment.2").reviewed_by.startswith("A, 2026-01-02")
    assert article.passage("treatment.2").plain == "Velvet sleeves cover the light at night."
    assert article.passage("treatment.2").asks == asks


def test_a_name_with_quotes_is_written_so_that_yaml_reads_it(data: Path) -> None:
    approve(data, "glimmer-elbow/names/Dimsy", 'A "B" \\ C: #1', "2026-01-02")
    name = next(n for n in load_article(data / "articles" / "glimmer-elbow.md").names if n.text == "Dimsy")
    assert name.reviewed_by.startswith('A "B" \\ C: #1, 2026-01-02')


def test_line_ends_of_the_file_are_kept(data: Path) -> None:
    path = data / "articles" / "glimmer-elbow.md"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    approve(data, "glimmer-elbow/names/Dimsy", "A", "2026-01-02")
    approve(data, "glimmer-elbow/overview.1", "A", "2026-01-02")
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    assert b"Reviewed by: A, 2026-01-02" in path.read_bytes()


def test_wording_changed_after_its_approval_is_unreviewed_again(data: Path, edit: Edit) -> None:
    count, _ = unreviewed_count(data)
    approve(data, "glimmer-elbow/treatment.2", "A", "2026-01-02")
    edit("Plain: Velvet sleeves cover the light", "Plain: Velvet sleeves cover all light")
    assert unreviewed_count(data) == (count, count)
    assert "no longer counts" in as_text(review_items(data))


def test_an_approval_by_hand_counts(data: Path, edit: Edit) -> None:
    count, _ = unreviewed_count(data)
    edit("Reviewed by:", "Reviewed by: NAME, 2026-01-02")
    assert unreviewed_count(data) == (count - 1, count)


@pytest.mark.parametrize(
    ("what", "by", "on", "problem"),
    [
        ("glimmer-elbow/treatment.9", "A", "2026-01-02", "nothing called 'glimmer-elbow/treatment.9'"),
        ("glimmer", "A", "2026-01-02", "nothing called 'glimmer'"),
        ("glimmer-elbow", " ", "2026-01-02", "is no approval"),
        ("glimmer-elbow", "A", "today", "is no approval"),
    ],
)
def test_what_cannot_be_approved(data: Path, what: str, by: str, on: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        approve(data, what, by, on)


def test_an_empty_wording_cannot_be_approved(data: Path, edit: Edit) -> None:
    edit("Plain: Velvet sleeves cover the light at night.", "Plain:")
    with pytest.raises(DataError, match=r"treatment\.2 has no wording yet"):
        approve(data, "glimmer-elbow/treatment", "A", "2026-01-02")


def test_two_safety_wordings_of_one_name_are_refused(data: Path) -> None:
    path = data / "safety" / "made-up.yml"
    path.write_text(SAFETY.replace("region: mars", "region: moon"), encoding="utf-8")
    with pytest.raises(DataError, match="two wordings are called safety/made-up/regions/moon"):
        review_items(data)


def test_a_data_directory_without_safety_files_is_fine(data: Path) -> None:
    shutil.rmtree(data / "safety")
    assert unreviewed_count(data) == (39, 39)


def test_what_the_bot_says_itself_is_reviewed_too() -> None:
    items = {item.id: item for item in review_items(settings.DATA)}
    for file, words in (
        ("replies", "If it is still this hard, please"),
        ("not_covered", "how long someone lives with"),
    ):
        assert words in items[f"wording/{file}"].wording
