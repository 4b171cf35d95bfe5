"""The bot's own words: easy to read, kind, and in good grammar whatever is named in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from marrow import settings
from marrow.answering.answers import question
from marrow.answering.heard import heard, patterns, plain, without
from marrow.answering.service import Service
from marrow.answering.terms import load_elsewhere
from marrow.answering.turn import SECTIONS_OF, Turn
from marrow.answering.wording import load_wording
from marrow.content.readability import grade, sentences, words

WORDING = settings.DATA / "wording"
REPLIES = yaml.safe_load((WORDING / "replies.yml").read_text("utf-8"))
#: Parts of replies.yml that are words to look for, and buttons, whose few words are names of things.
_NO_SENTENCES = {"section_words", "feelings", "generic", "counted", "vague", "places", "questions", "reviewed_by"}
#: The grade of each text and of all on average, and words of a sentence.
GRADE, MEAN_GRADE, WORDS, KIND_WORDS = 8.0, 6.0, 20, 15


def texts(value: Any, name: str) -> Iterator[tuple[str, str]]:
    """Every text of a part of a data file, with its place."""
    if isinstance(value, str):
        yield name, value
    else:
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from texts(part, f"{name}.{key}")


OWN = [pair for part in REPLIES if part not in _NO_SENTENCES for pair in texts(REPLIES[part], part)]


def filled(service: Service, text: str) -> str:
    for name, value in (("what", "how long it takes"), ("plain", "It is so."), ("question", "Is it?"), ("names", "A")):
        text = text.replace(f"{{{name}}}", value)
    text = text.replace("{crisis}", service.emergency.numbers["en"]["crisis"])
    text = text.replace("{thing}", "denosumab").replace("{name}", "Xgeva").replace("{term}", "denosumab")
    return service.fill(text.replace("{missing}", "a list"), service.library.articles[0])


@pytest.mark.parametrize(("name", "text"), OWN, ids=[name for name, _ in OWN])
def test_own_words_are_easy(service: Service, name: str, text: str) -> None:
    text = filled(service, text)
    assert "{" not in text
    assert grade(text) <= GRADE
    assert max(len(words(s)) for s in sentences(text)) <= WORDS


def test_own_words_are_easy_on_average(service: Service) -> None:
    assert sum(grade(filled(service, text)) for _, text in OWN) / len(OWN) <= MEAN_GRADE


ROWS = load_wording(WORDING).silences


@pytest.mark.parametrize("row", ROWS)
def test_silences_are_easy(service: Service, row: str) -> None:
    silence, frames = ROWS[row], service.wording.frames
    said = [(silence.what, silence.question), (silence.named, silence.question)]
    for what, asks in (*said, *((also.what, also.question or silence.question) for also in silence.also)):
        if what:
            ask = frames["ask_team"].replace("{question}", asks)
            lines = [filled(service, line) for line in (frames["says_not"].replace("{what}", what), ask)]
            assert grade(" ".join([*lines, silence.kind])) <= GRADE, what
            assert max(len(words(line)) for line in lines) <= WORDS, what


def test_kind_words_are_short_easy_without_a_figure_and_each_of_its_own() -> None:
    kinds = [silence.kind for silence in ROWS.values() if silence.kind]
    assert len(set(kinds)) == len(kinds)
    for kind in kinds:
        assert len(words(kind)) <= KIND_WORDS and len(sentences(kind)) == 1 and grade(kind) <= GRADE, kind
        assert not re.search(r"\d|\b(?:will|promise|always|never)\b", kind), kind
    for row in ("ask_survival_time", "ask_cure", "ask_end_of_life", "ask_stage", "ask_cost", "ask_alternative",
                "ask_dose", "ask_self_diagnosis", "ask_choice", "ask_second_opinion", "ask_support", "ask_heredity",
                "ask_prevention", "ask_pain_self_care", "ask_comparison"):  # fmt: skip
        assert ROWS[row].kind, row


#: Singular nouns that never stand without "a" or "an", as last words of names.
_COUNTED = r"(?:scan|test|exam|examination|biopsy|sample|study|survey|x-?ray|marker|puncture|transplant|pill|operation)"


def names(service: Service) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every drug, test and remedy that can be named, as typed, and the evidence of a turn that names it."""
    for name, group in load_elsewhere(WORDING / "elsewhere.yml").items():
        if group in {"drug", "test", "remedy"}:
            yield name, {"others": ((name, group),), "names": {name: name}}
    article = service.library.articles[0]
    for term in service.terms[article.id].values():
        spellings = [n.text for n in article.names if n.means.casefold() == term.value.casefold()]
        for typed in (term.value, *spellings):
            yield typed, {"terms": (term.value,), "names": {term.value: typed}}


@pytest.mark.parametrize("row", [row for row in ROWS if ROWS[row].named and row.startswith("ask_")])
def test_names_stand_in_good_grammar(service: Service, turn: Callable[..., Turn], row: str) -> None:
    # A verb right after the name would have to agree with it, but for one that belongs to a word before it.
    alone = re.sub(r"(?:tests such as|treatment with|\b(?:cost|result|risks) of) \{thing\}", "", ROWS[row].named)
    assert not re.search(r"\{thing\} (?:is|are|has|have|works?|helps?|does|do|means?)\b", alone)
    frame = re.escape(ROWS[row].named).replace(r"\{thing\}", "(?P<thing>.+?)").replace(r"\{team\}", "your care team")
    count = 0
    for typed, evidence in names(service):
        reply, _ = question(service, turn(row, **evidence))
        said = re.search(rf"does not say {frame}\.", reply.text)
        if not said:
            continue
        count += 1
        thing = said["thing"]
        assert typed.casefold() not in {*service.wording.generic, "scan", "scans", "tumour"}
        if re.search(rf"\b{_COUNTED}$", thing, re.IGNORECASE):
            assert re.match(r"an? ", thing), thing
        assert not re.match(r"a (?:[aeio]|ultrasound|x-?ray|mri)|an (?:[bcdfgjklpqrstvwyz]|urine)", thing, re.I), thing
    assert count > 50


@pytest.mark.parametrize(
    ("name", "said"),
    [("bone scan", "a bone scan"), ("x-ray", "an x-ray"), ("urine test", "a urine test"), ("eye test", "an eye test")],
)
def test_a_countable_name_has_its_article(service: Service, turn: Callable[..., Turn], name: str, said: str) -> None:
    reply, _ = question(service, turn("ask_which_test", others=((name, "test"),)))
    assert f"whether tests such as {said} are used" in reply.text


def test_a_name_of_no_fitting_group_is_left_out(service: Service, turn: Callable[..., Turn]) -> None:
    reply, _ = question(service, turn("ask_which_test", others=(("morphine", "drug"),)))
    assert "morphine" not in reply.text and ROWS["ask_which_test"].what in reply.text


def test_every_pattern_that_is_heard_is_listened_for_and_every_row_stands_in_for_known_ones(service: Service) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (settings.ROOT / "marrow").rglob("*.py"))
    assert [name for name in patterns() if f'"{name}"' not in code] == []
    known = {*SECTIONS_OF, *ROWS}
    for name, silence in ROWS.items():
        stands_in = () if isinstance(silence.instead_of, str) else silence.instead_of
        assert bool(silence.words) == bool(silence.instead_of) and set(stands_in) <= known, name


def test_plain_words_and_what_is_left_of_them() -> None:
    assert plain("It's NOT me!") == "it s not me"
    assert heard("refuses", "No. She won't go!") and not heard("refuses", "she goes")
    assert not heard("good_news", "all clear? no, it is back")
    assert without("of_whom", "my mum is 82") == ""
