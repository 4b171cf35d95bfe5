"""Names in questions: lay, brand, misspelled, of other things."""

from __future__ import annotations

import pytest

from marrow import settings
from marrow.answering.encoder import vocabulary
from marrow.answering.service import Service
from marrow.answering.terms import TermFinder, load_elsewhere


@pytest.fixture(scope="module")
def finder() -> TermFinder:
    from marrow.answering.service import load_service

    elsewhere = load_elsewhere(settings.DATA / "wording" / "elsewhere.yml")
    return TermFinder(load_service().library, elsewhere, vocabulary())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("what does Xgeva do", "denosumab"),
        ("is denosamab good", "denosumab"),
        ("DENOSUMABB", "denosumab"),
        ("biphosphonates what for", "bisphosphonates"),
        ("bisphosphonate", "bisphosphonates"),
        ("hypercalcaemia", "hypercalcemia"),
        ("what is high calcium", "hypercalcemia"),
        ("will RT help", "radiation therapy"),
        ("radiotherapy", "radiation therapy"),
        ("the tests?what about chemo", "chemotherapy"),
    ],
)
def test_term_is_found_by_any_of_its_names(finder: TermFinder, text: str, value: str) -> None:
    assert value in {f.value.casefold() for f in finder.find(text) if f.kind == "term"}


@pytest.mark.parametrize(
    "text", ["bone mets", "BONE METASTASES", "secondary bone cancer", "bone metastisis", "bone-metastasis"]
)
def test_article_is_found_by_any_of_its_names(finder: TermFinder, text: str) -> None:
    assert "bone-metastasis" in {f.value for f in finder.find(f"what about {text} then") if f.kind == "article"}


@pytest.mark.parametrize(
    ("text", "group"), [("do I need an MRI", "test"), ("is ibuprofen ok", "drug"), ("cbd oil", "remedy")]
)
def test_other_things_are_known_by_group(finder: TermFinder, text: str, group: str) -> None:
    assert group in {f.group for f in finder.find(text)}


@pytest.mark.parametrize("text", ["modalities", "the Mets won", "hello there", "", " ", "?" * 500, "é" * 300])
def test_nothing_is_found_where_nothing_is_named(finder: TermFinder, text: str) -> None:
    assert not finder.find(text)


def test_places_are_those_of_the_text(finder: TermFinder) -> None:
    text = "So, biphosphonates and DENOSAMAB?"
    assert [text[f.start : f.end] for f in finder.find(text)] == ["biphosphonates", "DENOSAMAB"]


def test_terms_with_names_of_their_own_are_specific(service: Service) -> None:
    terms = service.terms["bone-metastasis"]
    assert terms["denosumab"].specific and terms["hypercalcemia"].specific
    assert not terms["tissue"].specific and not terms["metastasis"].specific and not terms["prognosis"].specific
