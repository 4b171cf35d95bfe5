"""The urgent reply: what it says first, how hard it is to read, whom it names."""

import re
import shutil
from pathlib import Path

import pytest

from marrow.content.readability import grade, sentences, words
from marrow.errors import DataError
from marrow.safety.emergency import EmergencyWording
from marrow.safety.red_flags import KINDS, Alarm

DATA = Path(__file__).parents[2] / "data" / "safety"
REGIONS = (None, "us", "uk", "eu")
NUMBERS = {
    "us": {"911", "988"},
    "uk": {"999", "116 123"},
    "eu": {"112"},
    None: {"911", "988", "999", "116 123", "112"},
}


def _alarms() -> list[Alarm]:
    return [Alarm(kind, "any", carer, "en") for kind in KINDS for carer in (False, True)]


def _first_sentence(text: str) -> str:
    return sentences(text.splitlines()[0])[0]


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("alarm", _alarms(), ids=str)
def test_text_names_a_number_first_and_is_easy_to_read(alarm: Alarm, region: str | None) -> None:
    text = EmergencyWording.load(DATA, region).text(alarm)
    first = _first_sentence(text)
    assert re.search(r"\b(call|text)\b", first, re.IGNORECASE)
    assert any(number in first for number in NUMBERS[region])
    assert "\n\n" not in text
    assert not re.search(r"[{}]|None", text)
    flat = text.replace("\n", " ")
    assert grade(flat) <= 6
    for sentence in sentences(flat):
        assert len(words(sentence)) <= 20, sentence


@pytest.mark.parametrize("region", REGIONS)
def test_text_names_only_the_numbers_of_the_region(region: str | None) -> None:
    wording = EmergencyWording.load(DATA, region)
    said = " ".join([*(wording.text(alarm) for alarm in _alarms()), wording.help_line()])
    numbers = set(re.findall(r"\d[\d ]*\d", said)) - {"24"}
    assert numbers == NUMBERS[region] | ({"111"} if region == "uk" else set())


def test_text_speaks_to_carers_of_someone_else() -> None:
    wording = EmergencyWording.load(DATA, None)
    for kind in KINDS:
        own, carer = (wording.text(Alarm(kind, "any", who, "en")) for who in (False, True))
        assert own != carer
        assert re.search(r"\b(they|them|their)\b", carer, re.IGNORECASE)


def test_text_of_spine_says_what_to_say_and_how_to_lie() -> None:
    text = EmergencyWording.load(DATA, None).text(Alarm("spine", "any", False, "en"))
    for part in ("you have cancer", "worried about your spine", "Lie flat", "move as little as possible"):
        assert part in text


def test_text_of_fracture_says_no_weight() -> None:
    assert "not put weight on it" in EmergencyWording.load(DATA, None).text(Alarm("fracture", "any", False, "en"))


def test_text_of_crisis_is_no_dead_stop() -> None:
    text = EmergencyWording.load(DATA, "us").text(Alarm("crisis", "any", False, "en"))
    assert "call or text 988" in _first_sentence(text)
    assert "911" in text
    assert "go on writing to me" in text


def test_text_names_the_care_team_as_it_is_configured() -> None:
    wording = EmergencyWording.load(DATA, "uk")
    for kind in ("spine", "calcium", "infection"):
        for carer in (False, True):
            text = wording.text(Alarm(kind, "any", carer, "en"), care_team="Ward 5 {emergency} %s, 020 7946 0000")
            assert "Ward 5 {emergency} %s, 020 7946 0000" in text
            assert "24-hour line" not in text


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_text_in_spanish_says_the_numbers_and_that_it_answers_in_english(kind: str, region: str | None) -> None:
    text = EmergencyWording.load(DATA, region).text(Alarm(kind, "any", False, "es"))
    assert "solo puedo responder en inglés" in text
    assert all(number in text for number in NUMBERS[region])
    assert any(number in _first_sentence(text) for number in NUMBERS[region])


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("carer", [False, True])
def test_text_of_crisis_in_spanish_acknowledges_first_and_names_the_crisis_line_before_all_else(
    carer: bool, region: str | None
) -> None:
    wording = EmergencyWording.load(DATA, region)
    text = wording.text(Alarm("crisis", "any", carer, "es"))
    first, second = text.splitlines()[:2]
    crisis, emergency = (wording.numbers["es"][name] for name in ("crisis", "emergency"))
    assert first.startswith("Lo que me cuenta suena muy duro") and crisis in first
    assert emergency in second
    assert "seguir escribiéndome" in text
    assert ("esa persona" in text) is carer
    if region in (None, "us"):
        assert "llame o mande un mensaje al 988" in first


@pytest.mark.parametrize("region", REGIONS)
def test_only_english_says_so_in_spanish_with_the_numbers_of_the_region(region: str | None) -> None:
    text = EmergencyWording.load(DATA, region).only_english("es")
    assert text is not None
    assert text.startswith("Lo siento: solo puedo responder en inglés.")
    assert "Soy Marrow, un programa" in text
    assert set(re.findall(r"\d[\d ]*\d", text)) == NUMBERS[region]
    assert not re.search(r"[{}]|\n\n", text)


def test_only_english_is_not_said_in_other_languages() -> None:
    wording = EmergencyWording.load(DATA, None)
    assert wording.only_english("en") is None
    assert wording.only_english("fr") is None


def test_text_of_an_unknown_language_or_kind_is_not_silent() -> None:
    wording = EmergencyWording.load(DATA, None)
    assert wording.text(Alarm("spine", "any", False, "fr")) == wording.text(Alarm("spine", "any", False, "en"))
    assert "911" in wording.text(Alarm("unheard of", "any", True, "en"))


@pytest.mark.parametrize("region", REGIONS)
def test_help_line_is_one_short_sentence_with_a_number(region: str | None) -> None:
    line = EmergencyWording.load(DATA, region).help_line()
    assert len(sentences(line)) == 1
    assert len(words(line)) <= 20
    assert re.search(r"\b(911|111|112)\b", line)


def test_load_takes_a_region_in_any_case_and_an_empty_one_as_none() -> None:
    assert EmergencyWording.load(DATA, " UK ") == EmergencyWording.load(DATA, "uk")
    assert EmergencyWording.load(DATA, "") == EmergencyWording.load(DATA, None)


def test_load_refuses_an_unknown_region() -> None:
    with pytest.raises(DataError, match=r"regions\.yml.*atlantis.*MARROW_REGION.*us, uk, eu"):
        EmergencyWording.load(DATA, "atlantis")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (
            "emergency.yml",
            "Call {emergency} now, or {team}.",
            "Call {doctor} now, {emergency}.",
            r"yml:\d+: .*\{doctor\}",
        ),
        (
            "emergency.yml",
            "Call {emergency} now, or {team}.",
            "Lie down. Call {emergency}.",
            r"yml:\d+: .*names no number",
        ),
        ("emergency.yml", "  fracture:", "  broken-bone:", r"yml:\d+: .*broken-bone"),
        (
            "emergency.yml",
            "    carer: |\n      Call {emergency} now: this",
            "    carers: |\n      Call {emergency} now: this",
            "carer",
        ),
        (
            "emergency.yml",
            "urgente, llame al {emergency}",
            "urgente, llame a {team}",
            r"yml:\d+: .*only_english.*\{team\}",
        ),
        ("regions.yml", "112 (EU)", "113 (EU)", r"yml:\d+: no region has the number 113"),
        ("regions.yml", '  crisis: "call 112"', "  crisis:", r"yml:\d+: crisis is empty"),
    ],
)
def test_load_names_file_and_line_of_an_error(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        EmergencyWording.load(tmp_path, "eu")
