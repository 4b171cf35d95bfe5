"""SHA-256 of files: what a model, a trained component or a card was made from."""

from __future__ import annotations

import hashlib
from pathlib import Path

_CHUNK = 1 << 20


def sha256(*paths: Path) -> str:
    """Of one file what `sha256sum` prints; of a folder, or of several, one digest over the files with their names.

    Compiled Python is left out, and what is not there counts as empty. Hexadecimal, 64 digits.
    """
    if len(paths) == 1 and paths[0].is_file():
        return _of_file(paths[0])
    digest = hashlib.sha256()
    for path in paths:
        for file in _files(path):
            digest.update(f"{file.relative_to(path.parent)}\0{_of_file(file)}\0".encode())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")


def _of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
