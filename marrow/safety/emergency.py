"""The wording of the urgent reply, and whom to call, from data/safety; see the comments in those files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from marrow.errors import DataError, SettingError
from marrow.safety.red_flags import KINDS, Alarm


@dataclass(frozen=True)
class EmergencyWording:
    """What is said in an emergency, with the numbers of one region or, where none is set, of all."""

    replies: Mapping[str, Mapping[str, tuple[str, ...]]]
    lines: Mapping[str, str]
    emergency: str
    crisis: str

    @classmethod
    def load(cls, directory: Path, region: str | None) -> EmergencyWording:
        """Read emergency.yml and regions.yml.

        Raises:
            DataError: a file cannot be used; names file, line and remedy.
            SettingError: there is no such region.
        """
        regions = _read(directory / "regions.yml", "regions")["regions"]
        wanted = [r for r in regions if region is None or str(r["region"]).casefold() == region.casefold()]
        if not wanted:
            known = ", ".join(str(r["region"]) for r in regions)
            raise SettingError("MARROW_REGION", f"{region!r} is not known", f"use one of {known}, or none for all")
        path = directory / "emergency.yml"
        data = _read(path, "replies", "lines")
        replies = {}
        for kind in (*KINDS, "spanish"):
            entry = data["replies"].get(kind)
            if not isinstance(entry, dict) or not (entry.get("self") and entry.get("carer")):
                raise DataError(path, None, f"has no complete entry `{kind}`", "Give it `self` and `carer` lines")
            replies[kind] = {who: tuple(entry[who]) for who in ("self", "carer")}
        return cls(replies, data["lines"], _numbers(wanted, "emergency"), _numbers(wanted, "crisis"))

    def text(self, alarm: Alarm, care_team: str | None = None) -> str:
        """The reply to an alarm: a line for each sentence or two, the first one what to do."""
        kind = "spanish" if alarm.language == "es" else alarm.kind
        lines = self.replies[kind]["carer" if alarm.carer else "self"]
        team = care_team or self.lines["team"]
        return "\n".join(line.format(emergency=self.emergency, crisis=self.crisis, team=team) for line in lines)

    def help_line(self) -> str:
        """Where to get help if it is urgent, for replies that could not answer."""
        return self.lines["help"].format(emergency=self.emergency)


def _numbers(regions: list[dict[str, Any]], key: str) -> str:
    if len(regions) == 1:
        return str(regions[0][key])
    named = [f"{r[key]} ({r['region']})" for r in regions]
    return f"{', '.join(named[:-1])} or {named[-1]}"


def _read(path: Path, *keys: str) -> dict[str, Any]:
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DataError(path, mark.line + 1 if mark else None, "is not YAML", "Mend the line named") from None
    except OSError as error:
        raise DataError(path, None, f"cannot be read ({error.strerror})", "Restore the file") from None
    for key in keys:
        if not isinstance(data, dict) or key not in data:
            raise DataError(path, 1, f"has no `{key}`", "Add it; the comments in the file say what it holds")
    return dict(data)
