"""Every platform that has a side; one module each."""

from __future__ import annotations

import importlib
import pkgutil

from tests.channels.side import Side

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def _all(kind: type[Side]) -> list[type[Side]]:
    found = [kind] if "name" in vars(kind) else []
    return found + [s for sub in kind.__subclasses__() for s in _all(sub)]


SIDES: dict[str, type[Side]] = {side.name: side for side in _all(Side)}
