"""`python -m marrow channels`: is each messaging app configured, are its settings of the right form, is it there?"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rasa.shared.utils.common import class_from_module_path

from marrow import settings
from marrow.rasa.channels.delivery import Delivery, Outgoing
from marrow.rasa.channels.messenger import MessengerChannel
from marrow.rasa.guard import Guard, shared_guard
from marrow.yamlfile import read_mapping

_PATIENCE = 3.0  # seconds for each platform


@dataclass(frozen=True)
class Row:
    """One channel, in words for the person who sets it up; `note` is what is to be done, if anything."""

    name: str
    configured: str
    verified: str = "-"
    reachable: str = "-"
    delivered: str = "-"
    note: str = ""


def messenger_classes(credentials: Path = settings.ROOT / "credentials.yml") -> list[type[MessengerChannel]]:
    """The messaging channels of credentials.yml, in its order."""
    classes = [class_from_module_path(name) for name in read_mapping(credentials)]
    return [found for found in classes if issubclass(found, MessengerChannel)]


async def rows(
    classes: Sequence[type[MessengerChannel]],
    server: str,
    guard: Guard | None = None,
    env: Mapping[str, str] | None = None,
    patience: float = _PATIENCE,
) -> list[Row]:
    """A row for each channel. Only platforms that are on are called, and `server`, which may not run."""
    guard = guard or shared_guard()
    channels = [made(guard, env, Delivery(timeout=patience)) for made in classes]
    try:
        return list(await asyncio.gather(*(_row(channel, server) for channel in channels)))
    finally:
        for channel in channels:
            await channel.delivery.close()


async def _row(channel: MessengerChannel, server: str) -> Row:
    name = channel.platform.name
    if channel.missing:
        begun = len(channel.missing) < sum(not f.optional and not f.default for f in channel.platform.settings.values())
        return Row(name, "no", note=f"also set {', '.join(channel.missing)}" if begun else "")
    if channel.wrong:
        return Row(name, "yes", "no", note=f"{', '.join(channel.wrong)} is not of the form it should have")
    reachable, note = await _reachable(channel)
    return Row(name, "yes", "yes", reachable, await _delivered(channel, server), note)


async def _reachable(channel: MessengerChannel) -> tuple[str, str]:
    try:
        response = await channel.reach()
    except Exception:  # no network, no such address, too slow
        return "no answer", "the platform could not be reached; are you offline?"
    if channel.taken(response):
        return "yes", ""
    if response.status >= 500 or response.status == 429:
        return "busy", f"the platform is there but cannot answer now (status {response.status})"
    return "refused", f"the platform does not take our secrets (status {response.status})"


async def _delivered(channel: MessengerChannel, server: str) -> str:
    asked = Outgoing(f"{server}/webhooks/{channel.name()}/", method="GET")
    try:
        counts = (await channel.delivery.once(asked)).body["counts"]
    except Exception:  # it is not running, or not here
        return "?"
    return f"{counts.get('delivered', 0)}, {counts.get('failed', 0)} failed"


def show(server: str) -> int:
    """Print the table; returns the exit code, which is 1 when a channel that was set up cannot work."""
    found = asyncio.run(rows(messenger_classes(), server))
    head = Row("platform", "configured", "verified", "reachable", "delivered")
    table = [[row.name, row.configured, row.verified, row.reachable, row.delivered] for row in [head, *found]]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    notes = [f"{row.name}: {row.note}." for row in found if row.note]
    if not any(row.configured == "yes" for row in found) and not notes:
        notes = ["No messaging app is set up; docs/channels.md says how."]
    print("".join(f"\n{note}" for note in notes), end="\n" if notes else "")
    return int(any(row.configured == "yes" and (row.verified, row.reachable) != ("yes", "yes") for row in found))
