from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from marrow.content import load_library
from marrow.content.check import Finding, check_article, check_directory, medical_terms
from marrow.content.page import read_page
from marrow.content.readability import grade, sentences, words

from .conftest import ARTICLES, FIXTURES

Edit = Callable[[str, str], int]


def errors(path: Path) -> list[Finding]:
    return [finding for finding in check_article(path) if finding.error]


@pytest.mark.parametrize("directory", [ARTICLES, FIXTURES], ids=["data", "fixtures"])
def test_committed_articles_have_no_errors(directory: Path) -> None:
    assert [str(finding) for finding in check_directory(directory) if finding.error] == []


@pytest.mark.parametrize("directory", [ARTICLES, FIXTURES], ids=["data", "fixtures"])
def test_every_passage_stands_in_the_source(directory: Path) -> None:
    for article in load_library(directory).articles:
        source = (directory / "sources" / f"{article.id}.txt").read_text(encoding="utf-8")
        for passage in article.passages():
            assert passage.text in source
            assert passage.lead_in in source
        assert " ".join(article.disclaimer.split()) in " ".join(source.split())
        page = read_page(directory / "sources" / f"{article.id}.txt")
        assert len(article.sections) == len(page.sections)


def test_plain_wordings_of_bone_metastasis_are_easy() -> None:
    article = load_library(ARTICLES).article("bone-metastasis")
    grades = [grade(passage.plain) for passage in article.passages()]
    assert max(grades) <= 8
    assert sum(grades) / len(grades) <= 6
    for passage in article.passages():
        assert 1 <= len(sentences(passage.plain)) <= 2
        assert max(len(words(sentence)) for sentence in sentences(passage.plain)) <= 20


LONG = "one two three four five six seven eight nine ten one two three four five six seven eight nine ten six"

BAD = [
    # old, new, problem, remedy, lines between the change and the line to blame
    ("sha256: 87ea", "sha256: 97ea", "is not the one this article was made from", "Import it again", 0),
    ('title: "Glimmer elbow"', 'title: "Shiny elbow"', "the source's title is 'Glimmer elbow'", "as it stands", 0),
    ("The Marrow test suite", "Somebody else", "does not name 'Somebody else'", "as given", 0),
    ("describes a condition", "tells of a condition", "the disclaimer is not the source's", "Copy the whole", None),
    ("## Outlook", "## Prognosis", "'Prognosis' is not the source's", "'## Outlook'", 0),
    ("> The dust soaks up daylight", "> The dust takes up daylight", "not word for word", "'The dust soaks up", -2),
    ("> - Velvet sleeves", "> Velvet sleeves", "treatment.2 is a bullet", "'> - '", -2),
    ("> A glow meter", "> - A glow meter", "diagnosis.2 is no bullet", "Take the '- ' away", -2),
    ("dust\n\nLead-in: but may include:", "dust but may include:", "ends in a colon", "'Lead-in:'", -2),
    ("Lead-in: Measures include:", "Lead-in: Means include:", "does not follow it in the source", "Copy it", -4),
    ('Missing: the list after "Further tests include"\n\n', "", "the source's list is lost", "'Missing:", -4),
    ('include"\n\nPlain: Most', 'include:"\n\nPlain: Most', "ends in a colon", "Take the colon away", -4),
    (
        "Plain: The light comes from lampstone dust in the outer skin of the elbow.",
        "Plain:",
        "has no plain",
        "Write one",
        -4,
    ),
    ("Plain: The light comes", "Plain: One. Two. The light comes", "has 3 sentences", "Say it in 2", -4),
    ("Plain: The light comes", f"Plain: {LONG}. The light comes", "a sentence of 21 words", "20 or fewer", -4),
    (
        "Plain: Velvet sleeves cover",
        "Plain: Velvet sleeves considerably ameliorate visibility of luminosity by covering",
        "is of reading grade",
        "shorter words",
        -4,
    ),
    ("Plain: Velvet sleeves", "Plain: For 14 days, sleeves", "has a figure", "only what the passage says", -4),
    ("Plain: Velvet sleeves", "Plain: You should know that sleeves", "says 'You should'", "Speak of the illness", -4),
    ("Plain: Velvet sleeves", "Plain: Velvet hormone sleeves", "'hormone' is not explained", "glossary", -4),
    ("Plain: Velvet sleeves", "Plain: [edit] Velvet sleeves", "'[edit' belongs to the web page", "Take it out", -4),
    ("means: Lumoxamine", "means: aspirin", "'aspirin', which is not in the article", "as it stands in a passage", 0),
    ('text: "Dimsy", means: Lumoxamine', 'text: "Lumoxamine", means: lumoxamine', "means itself", "Remove", 0),
    (
        'text: "GLE", means: Glimmer elbow',
        'text: "Glimmer elbow", means: glow meter',
        "the article's title",
        "Remove",
        0,
    ),
    ("explanation: A break", f"explanation: {LONG} break", "words", "20 or fewer", -1),
    ("explanation: A break", "explanation: You must take a break", "says 'You must'", "Speak of the illness", -1),
    ("- what is glimmer elbow", f"- {'what is it ' * 15}", "of overview.1 has 164 characters", "Cut it to 160", 0),
    ("- who gets glimmer elbow", "- What is  glimmer ELBOW?", "stands twice", "The first is on line", 0),
    ("- who gets glimmer elbow", "- is it something lamp polishers get?", "stands twice", "answers it best", 1),
    ("Reviewed by:", "Reviewed by: somebody", "the approval of glimmer-elbow/overview.1 reads", "YYYY-MM-DD", -6),
    ("Reviewed by:", "Reviewed by: NAME, 2026-01-01, text abc123", "have been changed since", "approved again", -6),
]


@pytest.mark.parametrize(("old", "new", "problem", "remedy", "offset"), BAD, ids=[case[2] for case in BAD])
def test_a_bad_file_fails_with_file_line_and_remedy(
    edit: Edit, glimmer: Path, old: str, new: str, problem: str, remedy: str, offset: int | None
) -> None:
    line = edit(old, new)
    found = [finding for finding in errors(glimmer) if problem in finding.problem]
    assert found, [str(finding) for finding in errors(glimmer)]
    assert found[0].file == glimmer
    assert remedy in found[0].remedy
    assert found[0].line is not None
    if offset is not None:
        assert found[0].line == line + offset
    assert str(found[0]).startswith(f"{glimmer}:{found[0].line}: ")


def test_passages_out_of_the_source_s_order(edit: Edit, glimmer: Path) -> None:
    edit("> - Itching, often worse in warm rooms", "> - X")
    edit("> - A pale green glow, strongest in the hour after sunset", "> - Itching, often worse in warm rooms")
    edit("> - X", "> - A pale green glow, strongest in the hour after sunset")
    found = [finding for finding in errors(glimmer) if "stands earlier" in finding.problem]
    assert found and "symptoms.3" in found[0].problem and "order" in found[0].remedy


def test_a_lead_in_needs_its_bullets(edit: Edit, glimmer: Path) -> None:
    text = glimmer.read_text(encoding="utf-8")
    glimmer.write_text(text[: text.index("### treatment.2")] + text[text.index("## Outlook") :], encoding="utf-8")
    assert any("a lead-in and no bullet" in finding.problem for finding in errors(glimmer))


def test_a_source_that_is_gone(glimmer: Path) -> None:
    (glimmer.parent / "sources" / "glimmer-elbow.txt").unlink()
    found = errors(glimmer)
    assert len(found) == 1
    assert "its source is not in" in found[0].problem and "glimmer-elbow.txt" in found[0].remedy


def test_a_section_the_source_does_not_have(edit: Edit, glimmer: Path) -> None:
    source = glimmer.parent / "sources" / "glimmer-elbow.txt"
    source.write_text(source.read_text(encoding="utf-8").replace("Outlook[", "Later["), encoding="utf-8")
    problems = [finding.problem for finding in check_article(glimmer)]
    assert "the source has no section of the kind prognosis" in problems
    assert "the source's section 'Later' is not used" in problems


def test_an_empty_disclaimer(glimmer: Path) -> None:
    text = glimmer.read_text(encoding="utf-8")
    start, end = text.index("disclaimer:"), text.index("\n# Other names")
    glimmer.write_text(text[:start] + 'disclaimer: ""\n' + text[end:], encoding="utf-8")
    assert [finding.problem for finding in errors(glimmer)] == ["the disclaimer is empty"]


def test_a_file_that_cannot_be_read_is_one_finding(edit: Edit, glimmer: Path) -> None:
    line = edit("> A glow meter", "A glow meter")
    assert [(finding.line, finding.error) for finding in check_article(glimmer)] == [(line, True)]


def test_what_is_no_error_is_a_warning(edit: Edit, glimmer: Path) -> None:
    edit("> The dust soaks up daylight and lets it out", "> lets it out")
    edit("term: brass rest", "term: copper rest")
    warnings = [finding.problem for finding in check_article(glimmer) if not finding.error]
    assert 'diagnosis.1 lacks the list after "Further tests include"' in warnings
    assert "no passage holds the source's words 'The dust soaks up daylight and'" in warnings
    assert "'copper rest' is explained but not used in the article" in warnings
    assert "18 plain wordings not reviewed" in warnings
    assert errors(glimmer) == []


def test_few_questions_are_a_warning_on_the_passage_line(edit: Edit, glimmer: Path) -> None:
    edit("- what is glimmer elbow\n", "")
    few = [finding for finding in check_article(glimmer) if "questions" in finding.problem]
    assert [(finding.problem, finding.error) for finding in few] == [("overview.1 has 4 questions", False)]
    assert "at least 5" in few[0].remedy
    assert few[0].line is not None
    assert glimmer.read_text(encoding="utf-8").splitlines()[few[0].line - 1] == "### overview.1"


def test_a_question_of_the_greatest_length_is_no_error(edit: Edit, glimmer: Path) -> None:
    edit("- what is glimmer elbow\n", f"- {'x' * 160}\n")
    assert errors(glimmer) == []


def test_a_colon_within_a_paragraph_is_no_lost_list(edit: Edit, glimmer: Path) -> None:
    source = glimmer.parent / "sources" / "glimmer-elbow.txt"
    old = "The dust soaks up daylight and lets it out again slowly after sunset."
    new = "The dust does two things with care: it soaks up daylight and lets it out again."
    source.write_text(source.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    edit(old, new)
    assert not [finding for finding in check_article(glimmer) if "list is lost" in finding.problem]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Hypercalcemia, causing nausea", ["Hypercalcemia", "nausea"]),
        ("The RANK/RANKL/OPG pathway in the UK", ["RANK", "RANKL", "OPG", "pathway"]),
        ("Bisphosphonates or denosumab", ["Bisphosphonates", "denosumab"]),
        ("The cat sat on the mat in the morning", []),
    ],
)
def test_medical_terms(text: str, terms: list[str]) -> None:
    assert medical_terms(text) == terms


@pytest.mark.parametrize("term", ["biopsy", "denosumab", "hypercalcemia", "lethargy", "morbidity", "tumor"])
def test_a_term_taken_from_the_glossary_is_missed(tmp_path: Path, term: str) -> None:
    shutil.copytree(ARTICLES, tmp_path / "a")
    path = tmp_path / "a" / "bone-metastasis.md"
    article = path.read_text(encoding="utf-8")
    # every entry and name that has the word
    lines = article.splitlines(keepends=True)
    kept = []
    skip = 0
    for line in lines:
        if line.startswith("  - term:") and term in line:
            skip = 4
        if skip:
            skip -= 1
        elif not (line.startswith("  - {text:") and term in line):
            kept.append(line)
    path.write_text("".join(kept), encoding="utf-8")
    assert any(f"term '{term}'" in f.problem.lower() for f in check_article(path) if f.error)
