"""Reading a saved page, and cutting it into passages."""

from __future__ import annotations

from pathlib import Path

import pytest

from marrow.content.page import Block, PageSection, chrome_in, read_page, section_kind
from marrow.content.split import Draft, split_section
from marrow.errors import DataError

from .conftest import ARTICLES, FIXTURES

TEXT = FIXTURES / "sources" / "glimmer-elbow.txt"
HTML = FIXTURES.parent / "glimmer-elbow-page.html"
BONE = ARTICLES / "sources" / "bone-metastasis.txt"

# what the pages hold besides their articles
FURNITURE = [
    "edit source", "Ozempic", "Wegovy", "W8MD", "Advertise", "Recipes", "BrassoGlow", "3D rendered", "ScleroticMets",
    "#Summary", "stub", "Keto", "Gray's Anatomy", "Wikimedia", "at dusk", "Sign in", "Buy now", "color:red", "[1]",
    "shines", "Knees", "A. On elbows", "Navigation", "Encyclopedia",
]  # fmt: skip


@pytest.mark.parametrize("path", [TEXT, HTML, BONE], ids=["text", "html", "bone"])
def test_page_furniture_never_leaks(path: Path) -> None:
    page = read_page(path)
    texts = [part for section in page.sections for part in (section.heading, *(block.text for block in section.blocks))]
    for text in texts:
        assert not chrome_in(text)
        assert not [word for word in FURNITURE if word in text]


def test_html_and_text_give_the_same_article() -> None:
    html, text = read_page(HTML), read_page(TEXT)
    assert (html.title, html.site, html.disclaimer) == (text.title, text.site, text.disclaimer)
    assert html.contributors == text.contributors
    assert [section.heading for section in html.sections] == [section.heading for section in text.sections]
    assert [split_section(s) for s in html.sections] == [split_section(s) for s in text.sections]


def test_what_the_page_says_about_itself() -> None:
    page = read_page(BONE)
    assert page.title == "Bone metastasis"
    assert page.site == "WikiMD"
    assert page.contributors == ("Prab R. Tumpati, MD",)
    assert page.credits.endswith("licensed under CC BY SA or similar.")
    assert [block.line for block in page.left_out] == [5, 6, 7, 9]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Causes and Pathophysiology", "causes"),
        ("Signs and symptoms", "symptoms"),
        ("How is it treated?", "treatment"),
        ("Diagnosis and treatment", "diagnosis"),
        ("Management", "treatment"),
        ("Outlook", "prognosis"),
        ("History", ""),
    ],
)
def test_section_kind_is_the_first_word_that_tells(heading: str, kind: str) -> None:
    assert section_kind(heading) == kind


def test_text_without_edit_links_and_with_wrapped_lines(tmp_path: Path) -> None:
    path = tmp_path / "leaflet.txt"
    path.write_text(
        "Glimmer elbow\n\n"
        "Glimmer elbow is a made-up condition in which\nthe skin of the elbow gives off a faint light.\n\n"
        "What causes it?\n\nIt comes from dust.\n\n"
        "Symptoms\n\n- a pale green glow, strongest in the hour after the sun\n  has set\n- itching\n\n"
        "Treatment\n\n1. Velvet sleeves\n2. Brass rest\n",
        encoding="utf-8",
    )
    page = read_page(path)
    assert [(section.kind, [block.text for block in section.blocks]) for section in page.sections] == [
        ("overview", ["Glimmer elbow is a made-up condition in which the skin of the elbow gives off a faint light."]),
        ("causes", ["It comes from dust."]),
        ("symptoms", ["a pale green glow, strongest in the hour after the sun has set", "itching"]),
        ("treatment", ["Velvet sleeves", "Brass rest"]),
    ]  # fmt: skip


def test_adverts_and_menus_amid_the_article_are_skipped(tmp_path: Path) -> None:
    advert = "Semaglutide (Ozempic / Wegovy and Tirzepatide (Mounjaro / Zepbound) available.\n"
    path = tmp_path / "x.txt"
    path.write_text(
        "X\n\nNavigation: A - B\n\nSearch WikiMD\n\nIt is.\n\nAd.Tired? Try W8MD's weight loss program.\n"
        + advert
        + f"\nCauses[edit]\n\nDust.\n\nAdvertise on WikiMD\n\n{advert}"
        + "\nTreatment[edit]\n\nSleeves.\n\nAd.Buy.\n\nMore.\n",
        encoding="utf-8",
    )
    found = [(section.kind, [block.text for block in section.blocks]) for section in read_page(path).sections]
    assert found == [("overview", ["It is."]), ("causes", ["Dust."]), ("treatment", ["Sleeves."])]


def test_html_subheadings_sections_and_wrappers(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<title>Glimmer elbow | Fable</title><body class='page has-sidebar'><div class='layout-with-sidebar'>"
        "<p>It glows in the dark."
        "<h2>Clinical facts</h2><h3>Symptoms</h3><p>It itches.<h3>Treatment</h3><h4>Drugs</h4><p>Lumoxamine &amp; rest."
        "<h2>Notes</h2><p>A note."
        "<div aria-hidden=true><p>Hidden.</p></div>",
        encoding="utf-8",
    )
    page = read_page(path)
    assert page.title == "Glimmer elbow"
    assert [(section.kind, [block.text for block in section.blocks]) for section in page.sections] == [
        ("overview", ["It glows in the dark."]),
        ("symptoms", ["It itches."]),
        ("treatment", ["Lumoxamine & rest."]),
    ]


def test_sections_of_one_kind_are_joined(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("X\n\nIt is.\n\nCauses[edit]\n\nDust.\n\nMechanism[edit]\n\nLight.\n", encoding="utf-8")
    causes = read_page(path).sections[1]
    assert causes.heading == "Causes / Mechanism"
    assert [block.text for block in causes.blocks] == ["Dust.", "Light."]


@pytest.mark.parametrize("content", ["", "\n\n", "Only a title\n", "<html></html>"])
def test_a_page_without_an_article_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="holds no article text"):
        read_page(path)


LONG = "This sentence has certainly got at least ten words in it."
BULLET = Draft("causes.2", "a", bullet=True)


@pytest.mark.parametrize(
    ("blocks", "drafts"),
    [
        ([LONG + " " + LONG], [Draft("causes.1", LONG), Draft("causes.2", LONG)]),
        (["Short one. " + LONG], [Draft("causes.1", "Short one. " + LONG)]),
        ([LONG + " Short one."], [Draft("causes.1", LONG + " Short one.")]),
        (["Short one."], [Draft("causes.1", "Short one.")]),
        (
            [LONG + " Options include:", "• a"],
            [Draft("causes.1", LONG, lead_in="Options include:"), BULLET],
        ),
        (
            [LONG, "Options include:", "• a"],
            [Draft("causes.1", LONG, lead_in="Options include:"), BULLET],
        ),
        (
            ["Signs differ, and they can also include:", "• a"],
            [Draft("causes.1", "Signs differ", lead_in="and they can also include:"), BULLET],
        ),
        (
            ["The signs of it are:", "• a"],
            [Draft("causes.1", "The signs of it", lead_in="are:"), BULLET],
        ),
        (
            ["Doctors look at these:", "• a"],
            [Draft("causes.1", "Doctors look at these", lead_in=":"), BULLET],
        ),
        (
            [LONG + " Tests include:", LONG],
            [Draft("causes.1", LONG, missing='the list after "Tests include"'), Draft("causes.2", LONG)],
        ),
        (
            ["Signs differ but may include:"],
            [Draft("causes.1", "Signs differ", missing='the list after "but may include"')],
        ),
    ],
)  # fmt: skip
def test_split_section(blocks: list[str], drafts: list[Draft]) -> None:
    section = PageSection("causes", "Causes", tuple(Block(b.lstrip("• "), b.startswith("•"), 1) for b in blocks))
    assert list(split_section(section)) == drafts
