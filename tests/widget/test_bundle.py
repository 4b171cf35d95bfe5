"""What can be said of the built file and the strings without a browser."""

from __future__ import annotations

import gzip
import json
import re

from .fake_bot import DISCLAIMER, WIDGET

BUNDLE = (WIDGET / "dist" / "marrow-widget.js").read_bytes()
TARGET_BYTES = 12_000


def test_bundle_size_is_within_its_target() -> None:
    assert len(gzip.compress(BUNDLE, 9)) <= TARGET_BYTES


def test_bundle_has_no_way_in_for_html_or_code() -> None:
    for sink in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc"):
        assert sink.encode() not in BUNDLE, sink


def test_bundle_names_no_address() -> None:
    assert set(re.findall(rb"https?://[\w.-]+", BUNDLE)) <= {b"http://www.w3.org"}  # the name of SVG


def test_lock_file_holds_no_address() -> None:
    assert "http" not in (WIDGET / "package-lock.json").read_text("utf-8")


def test_disclaimer_is_that_of_the_contract_word_for_word() -> None:
    assert json.loads((WIDGET / "strings" / "en.json").read_text("utf-8"))["disclaimer"] == DISCLAIMER


def test_every_string_is_used_and_filled() -> None:
    source = "".join(path.read_text("utf-8") for path in sorted((WIDGET / "src").glob("*.ts")))
    problems = {"offline", "unreachable", "timeout", "broken", "eraseFailed"}  # looked up by the kind of problem
    for key, text in json.loads((WIDGET / "strings" / "en.json").read_text("utf-8")).items():
        assert text.strip(), key
        assert key in problems or re.search(rf"\b(s|strings)\.{key}\b|\{{[ \w,]*\b{key}\b[ \w,]*\}} = ", source), key


def test_languages_hold_the_same_strings() -> None:
    keys = {path.name: list(json.loads(path.read_text("utf-8"))) for path in (WIDGET / "strings").glob("*.json")}
    for name, found in keys.items():
        assert found == keys["en.json"], f"{name} and en.json differ"
