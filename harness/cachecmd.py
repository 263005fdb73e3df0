# SPDX-License-Identifier: GPL-2.0-only
"""The command cache: what lies there, and what nobody has used for long goes.

When a thing was used last is its modification time: see Cache.used. All of it can be
made again. Nothing is ever half there under its name, also when this is killed.
"""

import argparse
import os
import shutil
import time
from itertools import chain
from pathlib import Path
from typing import Iterator

from harness import lock, paths, source
from harness.errors import HarnessError, UsageError
from harness.paths import Cache

DAYS = 30
_DAY = 86400
# Kinds whose things appear whole, under the name of what they are made of. ccache
# keeps to a size of its own.
_WHOLE = "kernels", "modules", "guest", "plugin", "initramfs", "xen", "tools", "logs"
_KINDS = "sources", "trees", *_WHOLE, "ccache"


def cache(options: argparse.Namespace) -> int:
    """Say what lies in the cache; before that, remove what was not used for long."""
    place = paths.cache()
    if options.days is not None and not options.prune:
        raise UsageError("cache: --days: says what --prune removes; add it")
    days = DAYS if options.days is None else options.days
    if days < 1:
        # What a run has begun with is its own until it ends.
        raise UsageError(f"cache: --days {days}: at least 1 is allowed")
    if options.prune:
        gone = _prune(place, time.time(), days)
        told = [f"{len(names)} {kind}" for kind, names in gone.items() if names]
        print(f"removed: {', '.join(told) or 'nothing'}")
    print(_text(place))
    return 0


def _text(place: Cache) -> str:
    """Return a line for each kind: its name, how many, and their size on the disk."""
    seen: set[tuple[int, int]] = set()
    lines, whole = [], 0
    for kind in _KINDS:
        things = list(_things(place, kind))
        if things:
            size = sum(_size(path, seen) for path in things)
            lines.append(f"{kind:10} {len(things):5} {_mib(size):>12}")
            whole += size
    total = _mib(whole) if lines else "nothing is there"
    return "\n".join([*lines, f"{place.root}: {total}"])


def _mib(size: int) -> str:
    return f"{size / 2**20:.0f} MiB"


def _things(place: Cache, kind: str) -> Iterator[Path]:
    """Give what can be removed by itself of a kind, locks and listings left out."""
    form = {"trees": "*/*", "tools": "*.cpio"}.get(kind, "*")
    for path in sorted((place.root / kind).glob(form)):
        if path.is_dir() or kind not in ("sources", "trees"):
            yield path


def _size(path: Path, seen: set[tuple[int, int]]) -> int:
    """Return the bytes of a file or folder on the disk that were not seen before."""
    inside = (os.path.join(at, n) for at, ds, ns in os.walk(path) for n in [*ds, *ns])
    found = 0
    for one in chain((str(path),), inside):
        try:
            status = os.lstat(one)
        except FileNotFoundError:
            # A build goes on meanwhile.
            continue
        if (status.st_dev, status.st_ino) not in seen:
            seen.add((status.st_dev, status.st_ino))
            found += status.st_blocks * 512
    return found


def _prune(place: Cache, now: float, days: int) -> dict[str, list[Path]]:
    """Remove what was not used for so many days; return it by kind."""
    gone: dict[str, list[Path]] = {}
    for kind in _KINDS[:-1]:
        for path in _things(place, kind):
            # Nobody takes a day to make one thing: it was killed.
            least = 1 if _making(path) else days
            if _unused(path, now, least) and _removed(path, kind):
                gone.setdefault(kind, []).append(path)
    return gone


def _unused(path: Path, now: float, days: int) -> bool:
    try:
        return now - path.lstat().st_mtime > days * _DAY
    except FileNotFoundError:
        return False


def _removed(path: Path, kind: str) -> bool:
    """Remove a thing; return False if somebody works on it just now."""
    if kind in _WHOLE or _making(path):
        _remove(path)
        return True
    try:
        with lock.owned(path.with_name(f"{path.name}.lock"), "a build"):
            # Who finds none of these takes the folder for unfinished.
            path.with_name(f"{path.name}.json").unlink(missing_ok=True)
            (path / source.STATE).unlink(missing_ok=True)
            _remove(path)
        return True
    except HarnessError:
        return False


def _remove(path: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    if not _making(path):
        # A folder that is there under its own name counts as whole.
        going = path.with_name(f".making-{path.name}")
        shutil.rmtree(going, ignore_errors=True)
        path = path.rename(going)
    shutil.rmtree(path)


def _making(path: Path) -> bool:
    return path.name.startswith((".making-", "tmp"))
