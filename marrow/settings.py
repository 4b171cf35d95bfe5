"""Every setting of Marrow, read from the environment in one place; docs/configuration.md has a row for each."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marrow.errors import SettingError

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


@dataclass(frozen=True)
class Limit:
    """A token bucket: `burst` messages at once, then `per_second`; a burst of 0 means no limit."""

    burst: int
    per_second: float


@dataclass(frozen=True)
class Settings:
    """What can be set from outside. Times are seconds, sizes bytes unless the name says otherwise."""

    region: str | None
    care_team: str | None
    secret: str | None
    state_dir: Path
    deadline: float
    rest_key: str | None
    rest_limit: Limit
    web_limit: Limit
    channel_limit: Limit
    session_limit: Limit
    session_lifetime: int
    allowed_origins: tuple[str, ...]
    retention_hours: float
    actions: str
    database_url: str | None
    embed_ancestors: str


def _number(env: Mapping[str, str], name: str, default: float) -> float:
    raw = env.get(name, "").strip()
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        raise SettingError(name, f"{raw!r} is not a number", f"set it to a number such as {default:g}") from None
    if not 0 <= value < float("inf"):
        raise SettingError(name, f"{raw!r} is out of range", "set it to 0 or more")
    return value


def _limit(env: Mapping[str, str], name: str, burst: int, per_second: float) -> Limit:
    return Limit(
        int(_number(env, f"{name}_BURST", burst)),
        _number(env, f"{name}_PER_SECOND", per_second),
    )


#: An origin as frame-ancestors takes it, or "*." for any subdomain; nothing that could end the header's value.
_ANCESTOR = re.compile(r"https?://(?:\*\.)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d{1,5})?", re.ASCII)


def _ancestors(raw: str) -> str:
    """The value of frame-ancestors: the bot's own pages, and these origins."""
    origins = [origin.strip().rstrip("/") for origin in raw.split(",") if origin.strip()]
    for origin in origins:
        if not _ANCESTOR.fullmatch(origin):
            raise SettingError(
                "MARROW_EMBED_ANCESTORS",
                f"{origin!r} is not the address of a website",
                "list them as https://www.hospital.example, separated by commas",
            )
    return " ".join(["'self'", *origins])


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `env` (the process environment by default).

    Raises:
        SettingError: a value is not of its kind; the message names the variable and the remedy.
    """
    env = os.environ if env is None else env

    def text(name: str) -> str | None:
        return env.get(name, "").strip() or None

    actions = text("MARROW_ACTIONS") or "in-process"
    if actions not in {"in-process", "remote"}:
        raise SettingError("MARROW_ACTIONS", f"{actions!r} is not known", "use 'in-process' or 'remote'")
    return Settings(
        region=text("MARROW_REGION"),
        care_team=text("MARROW_CARE_TEAM"),
        secret=text("MARROW_SECRET"),
        state_dir=Path(text("MARROW_STATE_DIR") or ROOT / ".marrow"),
        deadline=_number(env, "MARROW_DEADLINE", 7.0),
        rest_key=text("MARROW_REST_KEY"),
        rest_limit=_limit(env, "MARROW_REST", 60, 1.0),
        web_limit=_limit(env, "MARROW_WEB", 20, 0.5),
        channel_limit=_limit(env, "MARROW_CHANNEL", 20, 0.5),
        session_limit=_limit(env, "MARROW_SESSION", 30, 0.5),
        session_lifetime=int(_number(env, "MARROW_SESSION_LIFETIME", 24 * 3600)),
        allowed_origins=tuple(o.strip().rstrip("/") for o in (text("MARROW_ORIGINS") or "").split(",") if o.strip()),
        retention_hours=_number(env, "MARROW_RETENTION_HOURS", 24.0),
        actions=actions,
        database_url=text("MARROW_DATABASE_URL"),
        embed_ancestors=_ancestors(text("MARROW_EMBED_ANCESTORS") or ""),
    )
