# SPDX-License-Identifier: GPL-2.0-only
"""Names by content: the keys of the cache, the ids of cells."""

import hashlib
import json
from pathlib import Path
from typing import Any, Iterable

DIGITS = 16


def of(value: Any) -> str:
    """Return the key of plain data: 16 hex digits of its SHA-256."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def file(path: Path) -> str:
    """Return the SHA-256 of a file's content, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files(paths: Iterable[Path], root: Path) -> list[tuple[str, str]]:
    """Return (name below root, SHA-256) of each file, sorted."""
    return sorted((str(path.relative_to(root)), file(path)) for path in paths)


def folder(root: Path, suffixes: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return files() of a folder's files, all or those with one of the suffixes."""
    found = (path for path in root.rglob("*") if path.is_file())
    return files((p for p in found if not suffixes or p.suffix in suffixes), root)
