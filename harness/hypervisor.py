# SPDX-License-Identifier: GPL-2.0-only
"""Debian's hypervisor: what QEMU boots of it, and its symbols."""

import gzip
from pathlib import Path

from harness import atomic, hashing
from harness.errors import HarnessError
from harness.paths import Cache

IMAGES = Path("/boot")
DEBUG = Path("/usr/lib/debug/boot")


def image(cache: Cache, folder: Path = IMAGES) -> Path:
    """Return Debian's hypervisor, unpacked: QEMU loads no compressed one."""
    found = sorted(folder.glob("xen-*-amd64.gz"))
    if not found:
        raise HarnessError(
            f"{folder}: no xen-*-amd64.gz; install xen-hypervisor-4.17-amd64"
        )
    packed = found[-1]
    place = cache.folder("xen") / hashing.file(packed)[: hashing.DIGITS]
    if not place.exists():
        atomic.write(place, gzip.decompress(packed.read_bytes()))
    return place


def symbols(folder: Path = IMAGES, debug: Path = DEBUG) -> Path | None:
    """Return the symbol map of Debian's hypervisor; None when it is not installed."""
    found = sorted(folder.glob("xen-*-amd64.gz"))
    if not found:
        return None
    place = debug / f"{found[-1].stem.replace('xen-', 'xen-syms-', 1)}.map"
    return place if place.exists() else None
