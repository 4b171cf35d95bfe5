"""What can be said of the built files and the strings without a browser."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from marrow.content.readability import grade, sentences, words

from .fake_bot import DISCLAIMER, WIDGET

BUNDLE = (WIDGET / "dist" / "marrow-widget.js").read_bytes()
TARGET_BYTES, LIMIT_BYTES = 12_000, 20_000

STRINGS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((WIDGET / "strings").glob("*.json"))}
EN = STRINGS["en"]
OTHERS = sorted(set(STRINGS) - {"en"})


def test_bundle_size_is_within_its_target() -> None:
    assert len(gzip.compress(BUNDLE, 9)) <= TARGET_BYTES


@pytest.mark.parametrize("language", OTHERS)
def test_bundle_and_another_language_are_within_the_limit(language: str) -> None:
    file = (WIDGET / "dist" / f"{language}.json").read_bytes()
    assert len(gzip.compress(BUNDLE, 9)) + len(gzip.compress(file, 9)) <= LIMIT_BYTES


def test_bundle_has_no_way_in_for_html_or_code() -> None:
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert sink.encode() not in BUNDLE, sink


def test_bundle_names_no_address() -> None:
    assert set(re.findall(rb"https?://[\w.-]+", BUNDLE)) <= {b"http://www.w3.org"}  # the name of SVG


@pytest.mark.parametrize("folder", [".", "tools"])
def test_lock_file_holds_no_address(folder: str) -> None:
    lock = json.loads((WIDGET / folder / "package-lock.json").read_text("utf-8"))
    assert len(lock["packages"]) > 1
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def test_disclaimer_is_that_of_the_contract_word_for_word() -> None:
    assert EN["disclaimer"] == DISCLAIMER


def test_every_string_is_used() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((WIDGET / "src").glob("*.ts")))
    problems = {"offline", "unreachable", "timeout", "broken", "eraseFailed"}  # looked up by the kind of problem
    for key in EN:
        taken_apart = rf"\{{[ \w,]*\b{key}\b[ \w,]*\}}( = |: Strings)"
        assert key in problems or re.search(rf"(\b(s|strings|words)|#(strings|seed))\.{key}\b|{taken_apart}", source), (
            key
        )


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_string(language: str) -> None:
    strings = STRINGS[language]
    assert list(strings) == list(EN), "the same keys in the same order"
    assert strings["lang"] == language and strings["dir"] in {"ltr", "rtl"}
    for key, text in strings.items():
        assert text.strip(), key
        assert re.findall(r"\{\w*\}", text) == re.findall(r"\{\w*\}", EN[key]), key
        # What stands before a list of numbers or a name must go on as the English does.
        assert text.endswith(":") == EN[key].endswith(":") and text.endswith("…") == EN[key].endswith("…"), key
        assert key in {"title", "dir"} or text != EN[key], f"{key} is not translated"


def test_one_language_runs_from_right_to_left() -> None:
    assert [language for language in STRINGS if STRINGS[language]["dir"] == "rtl"] == ["ar"]
    for key, text in STRINGS["ar"].items():
        assert key in {"lang", "dir", "title"} or re.search("[\u0600-\u06ff]", text), key


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_served_is_what_the_strings_say(language: str) -> None:
    """The rest of dist/ is checked by `npm run check`; the languages need no Node for it."""
    file = (WIDGET / "dist" / f"{language}.json").read_text("utf-8")
    assert json.loads(file) == STRINGS[language]


def test_the_interface_is_easy_to_read() -> None:
    texts = {key: text for key, text in EN.items() if key not in {"lang", "dir", "disclaimer"}}
    for key, text in texts.items():
        for sentence in sentences(text):
            assert len(words(sentence)) <= 20, key
        if len(words(text)) > 3:  # the grade of a label says nothing
            assert grade(text) <= 8, (key, grade(text))
