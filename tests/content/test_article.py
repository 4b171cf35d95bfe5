from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import marrow.content
from marrow.content import Article, load_article, load_library
from marrow.content.article import SECTION_KINDS
from marrow.errors import DataError

from .conftest import ARTICLES, FIXTURES

Edit = Callable[[str, str], int]


def test_public_names_are_complete_and_sorted() -> None:
    assert marrow.content.__all__ == sorted(marrow.content.__all__)
    assert all(hasattr(marrow.content, name) for name in marrow.content.__all__)


@pytest.fixture(scope="module")
def bone() -> Article:
    return load_library(ARTICLES).article("bone-metastasis")


def test_bone_metastasis_has_the_passages_of_the_design(bone: Article) -> None:
    counts = {section.kind: len(section.passages) for section in bone.sections}
    assert counts == {"overview": 3, "causes": 3, "symptoms": 5, "diagnosis": 2, "treatment": 6, "prognosis": 2}
    assert tuple(counts) == SECTION_KINDS
    assert [section.heading for section in bone.sections][:2] == ["Overview", "Causes and Pathophysiology"]
    assert bone.passage("treatment.3").text.startswith("Bisphosphonates or denosumab")
    assert bone.passage("treatment.3").bullet
    assert bone.passage("treatment.1").lead_in == "Options include:"
    assert bone.passage("causes.1").text.startswith("The process of bone metastasis involves several steps. Cancer")
    assert "Common imaging tests include" in bone.passage("diagnosis.1").missing
    assert "include" not in bone.passage("diagnosis.1").text


def test_no_passage_ends_in_a_dangling_colon(bone: Article) -> None:
    for passage in bone.passages():
        assert not passage.text.endswith(":")
        assert not passage.missing.endswith(":")


def test_symptoms_read_as_in_the_source_with_the_lead_in(bone: Article) -> None:
    first = bone.passage("symptoms.1")
    assert f"{first.text} {first.lead_in}" == (
        "Symptoms of bone metastasis vary depending on the location and size of the metastases but may include:"
    )


def test_disclaimer_is_the_whole_of_the_source_s(bone: Article) -> None:
    assert bone.disclaimer.startswith("Medical Disclaimer: WikiMD is not a substitute for professional medical advice.")
    assert "you should not enter or use this site." in bone.disclaimer


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("bone mets", "Bone metastasis"),
        ("mets in the spine", "Bone metastasis"),
        ("Xgeva", "denosumab"),
        ("Prolia", "denosumab"),
        ("Zometa", "Bisphosphonates"),
        ("RT", "Radiation therapy"),
        ("chemo", "chemotherapy"),
        ("high calcium", "hypercalcemia"),
        ("hypercalcaemia", "hypercalcemia"),
        ("biphosphonates", "Bisphosphonates"),
        ("denosamab", "denosumab"),
        ("metastisis", "metastasis"),
    ],
)
def test_names_people_use_are_there(bone: Article, name: str, means: str) -> None:
    assert {n.text: n.means for n in bone.names}[name] == means


def test_nothing_is_marked_as_reviewed_that_no_one_has_reviewed(bone: Article) -> None:
    assert not any(name.reviewed_by for name in bone.names)
    assert not any(entry.reviewed_by for entry in bone.glossary)
    assert not any(passage.reviewed_by for passage in bone.passages())


def test_terms_are_the_title_names_and_glossary_each_once(bone: Article) -> None:
    terms = bone.terms()
    assert terms[0] == "Bone metastasis"
    assert {"bone mets", "biopsy"} <= set(terms)
    assert len({term.casefold() for term in terms}) == len(terms)


def test_looking_up_what_is_not_there(bone: Article) -> None:
    with pytest.raises(KeyError):
        bone.passage("treatment.99")
    with pytest.raises(KeyError):
        load_library(FIXTURES).article("bone-metastasis")
    assert bone.section("recipes") is None


def test_an_article_may_have_fewer_sections(glimmer: Path) -> None:
    text = glimmer.read_text(encoding="utf-8")
    glimmer.write_text(text[: text.index("## Outlook")], encoding="utf-8")
    article = load_article(glimmer)
    assert article.section("prognosis") is None
    assert len(article.sections) == 5


def test_line_ends_and_byte_order_mark_of_other_editors_are_read(glimmer: Path) -> None:
    before = load_article(glimmer)
    glimmer.write_bytes(b"\xef\xbb\xbf" + glimmer.read_bytes().replace(b"\n", b"\r\n"))
    assert load_article(glimmer) == before


def test_wrapped_quotations_and_wordings_are_joined(edit: Edit, glimmer: Path) -> None:
    before = load_article(glimmer)
    edit("> Glimmer elbow is a made-up condition in which", "> Glimmer elbow is a made-up condition\n> in which")
    edit("Plain: In glimmer elbow, the skin", "Plain: In glimmer elbow,\nthe skin")
    assert load_article(glimmer) == before


def test_questions_are_read_in_the_order_of_the_file(glimmer: Path) -> None:
    asks = load_article(glimmer).passage("treatment.3").asks
    assert len(asks) == 5
    assert asks[:2] == ("what does lumoxamine do", "Dimsy what is it for")


def test_questions_may_be_left_out(edit: Edit, glimmer: Path) -> None:
    asks = load_article(glimmer).passage("treatment.3").asks
    edit("\n\nAsks:\n" + "\n".join(f"- {ask}" for ask in asks), "")
    assert load_article(glimmer).passage("treatment.3").asks == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Asks:\n- what is glimmer elbow\n", "Asks:\n\n- what is glimmer elbow\n\n"),
        ("- what is glimmer elbow\n", "*   what is\tglimmer   elbow \n"),
        ("- what is glimmer elbow\n", "<!-- a student's -->\n- what is glimmer elbow\n"),
    ],
    ids=["blank lines", "other bullet and spaces", "comment"],
)
def test_questions_are_read_as_editors_leave_them(edit: Edit, glimmer: Path, old: str, new: str) -> None:
    before = load_article(glimmer)
    edit(old, new)
    assert load_article(glimmer) == before


def test_questions_may_stand_before_other_parts(edit: Edit, glimmer: Path) -> None:
    before = load_article(glimmer)
    asks = "Asks:\n" + "\n".join(f"- {ask}" for ask in before.passage("overview.1").asks)
    edit(f"Reviewed by:\n\n{asks}\n", f"{asks}\nReviewed by:\n")
    assert load_article(glimmer) == before


def test_every_passage_of_bone_metastasis_has_questions(bone: Article) -> None:
    for passage in bone.passages():
        assert len(passage.asks) >= 40, passage.id


@pytest.mark.parametrize(
    ("old", "new", "problem", "remedy"),
    [
        ("---\nid: ", "id: ", "no front matter", "'---'"),
        ("id: glimmer-elbow", "id: other", "not the file's name", "id: glimmer-elbow"),
        ('title: "Glimmer elbow"', 'title: ""', "'title' is empty", "after 'title:'"),
        ('title: "Glimmer elbow"', 'title: "Glimmer elbow', "YAML error", "quotes"),
        ('source: "Fable"', "sauce: Fable", "unknown key 'sauce'", "source"),
        ('url: ""', 'url: ""\nurl: ""', "'url' twice", "Remove"),
        ("supplied: 2026-11-22", "supplied: yesterday", "'yesterday'", "YYYY-MM-DD"),
        ("sha256: ", "sha256: xx", "'sha256'", "sha256sum"),
        ("kind: brand", "kind: slogan", "unknown kind 'slogan'", "brand"),
        ("means: Lumoxamine", 'means: ""', "empty 'means'", "Fill it in"),
        ('text: "GLE", means', "txt: GLE, means", "unknown key 'txt'", "text"),
        ("- term: dimmerin", "- term: lampstone dust", "stands twice", "Remove"),
        ("glossary:\n", "glossary: none\nx:\n", "", ""),
        ("### overview.2", "### overview.3", "out of order", "overview.2"),
        ("### overview.2", "### overview.1", "used twice", "renumber"),
        ("### overview.2", "### summary.2", "not a passage id", "overview"),
        ("### causes.2", "### symptoms.1", "in the section of causes.1", "heading of its own"),
        ("## Outlook", "## Outlook\n\n## Outlook", "has no passage", "remove the heading"),
        ("### prognosis.1", "### causes.1", "used twice", "renumber"),
        ("> A glow meter", "A glow meter", "belongs to nothing", "'Plain:'"),
        ("> The light comes", ">\n\nPlain: x\n\n> The light comes", "second quotation", "join them"),
        ("Plain: The light comes", "Plain: x\n\nPlain: The light comes", "'Plain:' twice", "Remove"),
        ("- what is glimmer elbow", "-", "overview.1 has an empty question", "remove the line"),
        ("- what is glimmer elbow", "what is glimmer elbow", "is no question of overview.1", "'- '"),
        ("- what is glimmer elbow", "-what is glimmer elbow", "is no question of overview.1", "'- '"),
        ("Asks:\n", "Asks: what is it\n", "words after 'Asks:'", "a line of its own"),
        ("Asks:\n", "Asks:\n- one\n\nAsks:\n", "'Asks:' twice", "Remove"),
        ("## Overview", "Some words.\n\n## Overview", "outside a passage", "### overview.1"),
        ("## Overview", "<!-- a comment\n\n## Overview", "never closed", "'-->'"),
    ],
)
def test_a_bad_file_is_refused_with_file_line_and_remedy(
    edit: Edit, glimmer: Path, old: str, new: str, problem: str, remedy: str
) -> None:
    line = edit(old, new)
    with pytest.raises(DataError) as caught:
        load_article(glimmer)
    assert caught.value.file == glimmer
    assert caught.value.line is not None
    assert line - 2 <= caught.value.line <= line + 4
    assert problem in caught.value.problem
    assert remedy in caught.value.remedy
    assert f"{glimmer}:{caught.value.line}: " in str(caught.value)


def test_a_file_that_is_not_utf8_is_refused_with_the_line(glimmer: Path) -> None:
    glimmer.write_bytes(glimmer.read_bytes().replace(b"## Outlook", b"## Outl\xffok"))
    with pytest.raises(DataError, match="UTF-8"):
        load_article(glimmer)


def test_a_quotation_that_is_missing_is_named_on_its_passage_line(edit: Edit, glimmer: Path) -> None:
    line = edit(
        "### overview.2\n\n> It is seen mainly in people who polish brass lamps for many hours a day.", "### overview.2"
    )
    with pytest.raises(DataError, match=r"overview\.2 quotes nothing") as caught:
        load_article(glimmer)
    assert caught.value.line == line


def test_an_empty_directory_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Not an article")
    with pytest.raises(DataError, match="holds no article"):
        load_library(tmp_path)
