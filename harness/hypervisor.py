# SPDX-License-Identifier: GPL-2.0-only
"""Debian's hypervisor: what QEMU boots of it, and its symbols."""

import gzip
import re
from pathlib import Path

from harness import atomic, hashing, packages
from harness.errors import HarnessError
from harness.paths import Cache

IMAGES = Path("/boot")
DEBUG = Path("/usr/lib/debug/boot")


def image(cache: Cache, folder: Path = IMAGES) -> Path:
    """Return Debian's hypervisor, unpacked: QEMU loads no compressed one."""
    packed = _packed(folder)
    if packed is None:
        raise HarnessError(
            f"{folder}: no xen-*-amd64.gz; install xen-hypervisor-4.17-amd64"
        )
    place = cache.folder("xen") / hashing.file(packed)[: hashing.DIGITS]
    if not place.exists():
        atomic.write(place, gzip.decompress(packed.read_bytes()))
    return cache.used(place)


def symbols(folder: Path = IMAGES, debug: Path = DEBUG) -> Path | None:
    """Return the symbol map of Debian's hypervisor; None when it is not installed."""
    packed = _packed(folder)
    if packed is None:
        return None
    place = debug / f"{packed.stem.replace('xen-', 'xen-syms-', 1)}.map"
    return place if place.exists() else None


def version(folder: Path = IMAGES) -> str | None:
    """Return the version of what image() returns; None when there is none.

    Its package's; of an image that is of no package, its hash.
    """
    packed = _packed(folder)
    if packed is None:
        return None
    found = packages.version_of(packed)
    return found or f"image {hashing.file(packed)[: hashing.DIGITS]}"


def _packed(folder: Path) -> Path | None:
    """Return the newest of the hypervisors that are installed; None without one."""
    found = sorted(folder.glob("xen-*-amd64.gz"), key=_by_number)
    return found[-1] if found else None


def _by_number(path: Path) -> tuple[list[int], str]:
    return [int(digits) for digits in re.findall(r"\d+", path.name)], path.name
