"""What the urgent reply says, from `data/safety/emergency.yml` and `regions.yml`: no model, no store."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from marrow.content.placed import PlacedYaml, read_text
from marrow.errors import DataError
from marrow.safety.red_flags import KINDS, Alarm

_ELSEWHERE: Final = "elsewhere"
_ANY: Final = "any"
_WHO: Final = ("self", "carer")
_ONLY: Final = "only_english"
_REVIEW: Final = ("source", "reviewed_by")
_PLACEHOLDER: Final = re.compile(r"\{(\w*)\}")
_NUMBER: Final = re.compile(r"\d[\d ]*\d")


@dataclass(frozen=True)
class EmergencyWording:
    """The urgent replies of one region. Immutable, shared by all turns.

    `texts` has the texts by language, kind (or "any") and who it happens to ("self", "carer"); `numbers` what stands
    for {emergency} and {crisis} by language; `teams` what stands for {team} when no care team is configured; `refusals`
    what is said, by language, to someone who writes in it.
    """

    texts: Mapping[tuple[str, str, str], str]
    numbers: Mapping[str, Mapping[str, str]]
    teams: Mapping[str, str]
    urgent: str
    refusals: Mapping[str, str]

    @classmethod
    def load(cls, directory: Path, region: str | None) -> EmergencyWording:
        """Read the wording of a directory for a region ("us", "uk", "eu"; None or empty: of all of them).

        Raises DataError when a file cannot be used or has no such region.
        """
        numbers, urgent = _read_region(directory / "regions.yml", (region or "").strip().lower() or _ELSEWHERE)
        teams, texts, refusals = _read_wording(directory / "emergency.yml", languages=numbers)
        return cls(texts, numbers, teams, urgent, refusals)

    def text(self, alarm: Alarm, care_team: str | None = None) -> str:
        """The urgent reply to an alarm: paragraphs joined by single newlines, without the disclaimer.

        `care_team` is who the care team is, in words that fit after "call"; None: it is called by its function.
        """
        language = alarm.language if alarm.language in self.numbers else "en"
        who = "carer" if alarm.carer else "self"
        ways = ((language, alarm.kind, who), (language, _ANY, who), ("en", "general", who))
        text = next(self.texts[way] for way in ways if way in self.texts)
        return _fill(text, {**self.numbers[language], "team": care_team or self.teams[who]})

    def only_english(self, language: str) -> str | None:
        """What is said in a language that Marrow does not answer in: paragraphs, as `text`; None: nothing is."""
        text = self.refusals.get(language)
        return text and _fill(text, self.numbers[language])

    def help_line(self) -> str:
        """One sentence that says where to get help when it is urgent, for errors and other replies."""
        return self.urgent


def _fill(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def _read_region(path: Path, region: str) -> tuple[dict[str, dict[str, str]], str]:
    document, regions = _open(path, (_ELSEWHERE,))
    if region not in regions:
        known = ", ".join(name for name in regions if name != _ELSEWHERE)
        raise DataError(
            path, None, f"there is no region '{region}'", f"Set MARROW_REGION to one of: {known}; or leave it out"
        )
    found: dict[str, dict[str, str]] = {}
    fields = document.mapping(regions[region], region, (*_REVIEW, "emergency", "crisis", "urgent"), ("es",))
    for language, node in (("en", fields), ("es", fields.get("es"))):
        if isinstance(node, yaml.Node):
            node = document.mapping(node, language, ("emergency", "crisis"))
        if node:
            found[language] = {name: _filled(document, node[name], name) for name in ("emergency", "crisis")}
    _check_numbers(document, regions)
    return found, _filled(document, fields["urgent"], "urgent")


def _check_numbers(document: PlacedYaml, regions: Mapping[str, yaml.Node]) -> None:
    """A number that has been changed in one place must not stay in the other."""
    numbers = {
        name: {
            number
            for key, child in document.mapping(node, name, optional=None).items()
            if key not in _REVIEW
            for number in _NUMBER.findall(yaml.serialize(child))
        }
        for name, node in regions.items()
    }
    everywhere = numbers.pop(_ELSEWHERE)
    missing = everywhere - set().union(*numbers.values())
    if missing:
        problem = f"no region has the number {', '.join(sorted(missing))}"
        raise document.error(regions[_ELSEWHERE], problem, f"Correct it under '{_ELSEWHERE}' or in its region")


def _read_wording(
    path: Path, languages: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, str], dict[tuple[str, str, str], str], dict[str, str]]:
    document, parts = _open(path, ("team", "en"))
    teams = document.mapping(parts.pop("team"), "team", (*_REVIEW, *_WHO))
    texts: dict[tuple[str, str, str], str] = {}
    refusals: dict[str, str] = {}
    for language, part in parts.items():
        if language not in languages:
            raise document.error(
                part, f"regions.yml has no numbers in '{language}'", "Add them there, or remove this part"
            )
        kinds = document.mapping(part, language, KINDS if language == "en" else (), (*KINDS, _ANY, _ONLY))
        if refusal := kinds.pop(_ONLY, None):
            fields = document.mapping(refusal, f"{language}.{_ONLY}", (*_REVIEW, "text"))
            refusals[language] = _text(document, fields["text"], f"{language}.{_ONLY}", ("emergency", "crisis"))
        for kind, node in kinds.items():
            fields = document.mapping(node, f"{language}.{kind}", (*_REVIEW, *_WHO))
            for who in _WHO:
                text = _text(document, fields[who], f"{language}.{kind}.{who}", ("emergency", "crisis", "team"))
                if not re.match(r"[^.!?]*\{(?:emergency|crisis)\}", text):
                    raise document.error(
                        fields[who],
                        f"the first sentence of {language}.{kind}.{who} names no number",
                        "Put {emergency} or {crisis} into it",
                    )
                texts[language, kind, who] = text
    return {who: _filled(document, teams[who], who) for who in _WHO}, texts, refusals


def _text(document: PlacedYaml, node: yaml.Node, what: str, names: tuple[str, ...]) -> str:
    lines = [line.strip() for line in _filled(document, node, what).splitlines()]
    text = "\n".join(filter(None, lines))
    for name in _PLACEHOLDER.findall(text):
        if name not in names:
            known = ", ".join(f"{{{other}}}" for other in names)
            raise document.error(node, f"{what} has the unknown {{{name}}}", f"Use one of: {known}")
    return text


def _filled(document: PlacedYaml, node: yaml.Node, what: str) -> str:
    text = document.scalar(node, what)
    if not text:
        raise document.error(node, f"{what} is empty", "Write its text after the colon")
    return text


def _open(path: Path, required: tuple[str, ...]) -> tuple[PlacedYaml, dict[str, yaml.Node]]:
    document = PlacedYaml(read_text(path))
    if document.root is None:
        raise DataError(path, None, "the file is empty", "Restore it from the repository")
    return document, document.mapping(document.root, "the file", required, None)
