from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from marrow.content import load_article
from marrow.content.importing import import_page, slug
from marrow.errors import DataError

from .conftest import ARTICLES, FIXTURES

Edit = Callable[[str, str], int]


@pytest.mark.parametrize(("directory", "id"), [(ARTICLES, "bone-metastasis"), (FIXTURES, "glimmer-elbow")])
def test_importing_the_source_gives_the_committed_passages(tmp_path: Path, directory: Path, id: str) -> None:
    source = directory / "sources" / f"{id}.txt"
    imported = import_page(source, "2026-11-22", tmp_path / f"{id}.md")
    imported.save()
    new, committed = load_article(tmp_path / f"{id}.md"), load_article(directory / f"{id}.md")
    assert new.passages() == tuple(replace(p, plain="", reviewed_by="", asks=()) for p in committed.passages())
    assert [section.heading for section in new.sections] == [section.heading for section in committed.sections]
    for part in ("id", "title", "source", "contributors", "disclaimer", "supplied", "sha256"):
        assert getattr(new, part) == getattr(committed, part)
    assert new.names == () and new.glossary == ()
    assert (tmp_path / "sources" / f"{id}.txt").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("id", ["bone-metastasis"])
def test_the_committed_source_is_what_the_article_says(id: str) -> None:
    data = (ARTICLES / "sources" / f"{id}.txt").read_bytes()
    assert load_article(ARTICLES / f"{id}.md").sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(("directory", "id"), [(ARTICLES, "bone-metastasis"), (FIXTURES, "glimmer-elbow")])
def test_importing_again_changes_nothing(tmp_path: Path, directory: Path, id: str) -> None:
    shutil.copytree(directory, tmp_path / "a")
    before = (tmp_path / "a" / f"{id}.md").read_bytes()
    import_page(tmp_path / "a" / "sources" / f"{id}.txt", "2030-01-01", tmp_path / "a" / f"{id}.md").save()
    assert (tmp_path / "a" / f"{id}.md").read_bytes() == before


@pytest.fixture
def newer(tmp_path: Path) -> Callable[[str, str], Path]:
    """A later version of the invented page, with one text replaced."""

    def make(old: str, new: str) -> Path:
        text = (FIXTURES / "sources" / "glimmer-elbow.txt").read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "newer.txt"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    return make


def test_a_newer_page_keeps_wording_of_unchanged_passages(
    glimmer: Path, edit: Edit, newer: Callable[[str, str], Path]
) -> None:
    edit("after sunset.\n\nPlain: By day", "after sunset.\n\nPlain: In daytime")
    edit("gives the light back.\n\nReviewed by:", "gives the light back.\n\nReviewed by: NAME, 2026-01-02")
    page = newer(
        "The light comes from lampstone dust",
        "As far as is known today, nobody needs to worry. The light comes from fine dust",
    )
    imported = import_page(page, "2027-03-04", glimmer)
    imported.save()
    article = load_article(glimmer)
    kept = next(p for p in article.passages() if p.text.startswith("The dust soaks up"))
    assert kept.plain.startswith("In daytime")
    assert kept.reviewed_by == "NAME, 2026-01-02"
    assert article.passage("causes.1").plain == ""
    assert article.supplied == "2027-03-04"
    assert article.sha256 == hashlib.sha256(page.read_bytes()).hexdigest()
    assert article.names == load_article(FIXTURES / "glimmer-elbow.md").names
    assert article.glossary == load_article(FIXTURES / "glimmer-elbow.md").glossary


def test_reviewed_wording_of_a_changed_passage_is_never_lost(
    glimmer: Path, edit: Edit, newer: Callable[[str, str], Path]
) -> None:
    wording = "Plain: The light comes from lampstone dust in the outer skin of the elbow."
    edit(f"{wording}\n\nReviewed by:", f"{wording}\n\nReviewed by: NAME, 2026-01-02")
    page = newer("lampstone dust that settles", "lampstone dust which settles")
    imported = import_page(page, "2027-03-04", glimmer)
    imported.save()
    assert "the wording of causes.1 was kept in a comment: its text has changed" in imported.notes
    assert load_article(glimmer).passage("causes.1").reviewed_by == ""
    import_page(newer("Itching", "Much itching"), "2028-03-04", glimmer).save()
    text = glimmer.read_text(encoding="utf-8")
    assert text.count(wording) == 1
    assert text.count("Reviewed by: NAME, 2026-01-02") == 1
    assert text.count("Plain: The skin may itch") == 1


def test_questions_stay_with_an_unchanged_passage(glimmer: Path, newer: Callable[[str, str], Path]) -> None:
    before = load_article(glimmer)
    import_page(newer("Itching, often worse", "Itching, mostly worse"), "2027-03-04", glimmer).save()
    article = load_article(glimmer)
    assert article.passage("symptoms.3").asks == ()
    for passage in article.passages():
        if passage.id != "symptoms.3":
            assert passage.asks == before.passage(passage.id).asks != ()
    comment = glimmer.read_text(encoding="utf-8").partition("<!-- Kept")[2]
    assert all(f"\n- {ask}\n" in comment for ask in before.passage("symptoms.3").asks)


def test_questions_of_a_changed_passage_are_kept_without_a_plain_wording(
    glimmer: Path, edit: Edit, newer: Callable[[str, str], Path]
) -> None:
    edit("Plain: The skin may itch, often more so in a warm room.", "Plain:")
    imported = import_page(newer("Itching, often worse", "Itching, mostly worse"), "2027-03-04", glimmer)
    assert "- what makes the itch worse" in imported.article.text.partition("<!-- Kept")[2]


def test_comments_in_the_front_matter_survive(glimmer: Path, edit: Edit, newer: Callable[[str, str], Path]) -> None:
    edit("names:\n", "names:\n  # asked for by the ward\n")
    import_page(newer("Itching", "Much itching"), "2027-03-04", glimmer).save()
    assert "# asked for by the ward" in glimmer.read_text(encoding="utf-8")


def test_a_changed_disclaimer_and_contributors_are_taken_over(glimmer: Path, newer: Callable[[str, str], Path]) -> None:
    page = newer("that nobody has.", 'that "nobody" has: ever.')
    page.write_text(page.read_text().replace("The Marrow test suite", "The second test suite"))
    import_page(page, "2027-03-04", glimmer).save()
    article = load_article(glimmer)
    assert 'that "nobody" has: ever. Please' in article.disclaimer
    assert article.contributors == ("The second test suite",)


def test_an_unreadable_article_is_not_overwritten(glimmer: Path, edit: Edit) -> None:
    edit("> A glow meter", "A glow meter")
    before = glimmer.read_bytes()
    with pytest.raises(DataError, match="belongs to nothing"):
        import_page(FIXTURES / "sources" / "glimmer-elbow.txt", "2026-11-22", glimmer).save()
    assert glimmer.read_bytes() == before


def test_notes_say_what_was_left_out(tmp_path: Path) -> None:
    page = tmp_path / "x.txt"
    page.write_text("X\n\nIt is so.\nA picture of it\n\nHistory[edit]\n\nIt was so.\n", encoding="utf-8")
    notes = import_page(page, "2026-11-22", tmp_path / "x.md").notes
    assert any("section 'History'" in note for note in notes)
    assert any("line 4" in note and "A picture of it" in note for note in notes)
    assert any("no disclaimer" in note for note in notes)


def test_html_source_is_kept_beside_the_article(tmp_path: Path) -> None:
    imported = import_page(FIXTURES.parent / "glimmer-elbow-page.html", "2026-11-22", tmp_path / "glimmer-elbow.md")
    imported.save()
    assert (tmp_path / "sources" / "glimmer-elbow.html").exists()
    texts = [p.text for p in load_article(tmp_path / "glimmer-elbow.md").passages()]
    assert texts == [p.text for p in load_article(FIXTURES / "glimmer-elbow.md").passages()]


def test_id_must_fit_the_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be the id"):
        import_page(FIXTURES / "sources" / "glimmer-elbow.txt", "2026-11-22", tmp_path / "Glimmer Elbow.md")


def test_slug() -> None:
    assert slug("Bone metastasis (adult)") == "bone-metastasis-adult"
