# SPDX-License-Identifier: GPL-2.0-only
"""The host's tools that run in the guest: an initramfs of a tool and its libraries.

Each is put where the guest looks for it. A tool that is not installed, or too old,
is Missing: the cells that need it are SKIP.
"""

import dataclasses
import os
import re
import shutil
from pathlib import Path
from typing import Collection, Mapping

from harness import archive as cpio
from harness import atomic, command, hashing, loader, standins
from harness.errors import HarnessError, Missing
from harness.paths import Cache

SECONDS = 30
# Where Debian has what is for root only; a user's PATH may lack it.
_FURTHER = ("/usr/sbin", "/sbin")


@dataclasses.dataclass(frozen=True)
class Tool:
    """A program. guest: its path there; version: what it prints, with its numbers.

    option: what makes it print the version. left_out: libraries that no workload
    calls, see harness.standins.
    """

    package: str
    guest: str
    option: str
    version: str
    least: tuple[int, int]
    left_out: frozenset[str] = frozenset()


TOOLS: Mapping[str, Tool] = {
    "fio": Tool(
        package="fio",
        guest="usr/bin/fio",
        option="--version",
        version=r"fio-(\d+)\.(\d+)",
        least=(3, 30),
        left_out=frozenset(
            (
                "libgfapi.so.0",
                "libibverbs.so.1",
                "libnbd.so.0",
                "libpmem.so.1",
                "libpmemblk.so.1",
                "librados.so.2",
                "librbd.so.1",
                "librdmacm.so.1",
            )
        ),
    ),
    "iperf3": Tool(
        package="iperf3",
        guest="usr/bin/iperf3",
        option="--version",
        version=r"iperf (\d+)\.(\d+)",
        least=(3, 9),
    ),
    "perf": Tool(
        package="linux-perf",
        guest="usr/bin/perf",
        option="--version",
        version=r"perf version (\d+)\.(\d+)",
        least=(6, 1),
    ),
    "mkfs.xfs": Tool(
        package="xfsprogs",
        guest="usr/sbin/mkfs.xfs",
        option="-V",
        version=r"mkfs\.xfs version (\d+)\.(\d+)",
        least=(5, 0),
    ),
}


def find(name: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Return a tool's program; Missing if it is not installed."""
    path = os.pathsep.join((environment.get("PATH", os.defpath), *_FURTHER))
    found = shutil.which(name, path=path)
    if found is None:
        raise Missing(f"{name} is not installed; install {TOOLS[name].package}")
    return Path(found).resolve()


def version(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return what a tool prints as its version.

    Missing if it is not installed or too old; HarnessError if it cannot be told.
    """
    tool = TOOLS[name]
    program = str(find(name, environment))
    said = command.output([program, tool.option], seconds=SECONDS).strip()
    line = said.splitlines()[0] if said else ""
    numbers = re.match(tool.version, line)
    if not numbers:
        raise HarnessError(f"{name}: is no version: {line[:80]!r}")
    if (int(numbers[1]), int(numbers[2])) < tool.least:
        wanted = ".".join(map(str, tool.least))
        raise Missing(f"{name} is too old: {line}; {wanted} or later is needed")
    return line


def versions(environment: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """Return the versions of all tools; None for what cannot be used here."""
    found: dict[str, str | None] = {}
    for name in TOOLS:
        try:
            found[name] = version(name, environment)
        except HarnessError:
            found[name] = None
    return found


def contents(
    name: str, cache: Cache, environment: Mapping[str, str] = os.environ
) -> dict[str, Path]:
    """Return the files of a tool: path in the guest, without leading / -> on the host.

    Missing when the tool, or a library of it, is not installed.
    """
    tool, program = TOOLS[name], find(name, environment)
    files = {tool.guest: program}
    real = loader.libraries(program)
    places = {library.name: library.path for library in real}
    left_out = [library for library in real if library.name in tool.left_out]
    used = real
    if left_out:
        used = loader.libraries(program, standins.make(program, left_out, cache))
    for library in used:
        files[str(places[library.name]).lstrip("/")] = library.path
    return files


def archive(
    names: Collection[str],
    cache: Cache,
    environment: Mapping[str, str] = os.environ,
) -> Path:
    """Return a cpio archive of tools and their libraries, made once.

    Its name is the hash of what is in it. Missing as contents() and version().
    """
    files: dict[str, Path] = {}
    for name in sorted(names):
        version(name, environment)
        files |= contents(name, cache, environment)
    key = hashing.of([(path, hashing.file(files[path])) for path in sorted(files)])
    place = cache.folder("tools") / f"{key}.cpio"
    if not place.exists():
        data = {path: source.read_bytes() for path, source in files.items()}
        atomic.write(place, cpio.newc(data, frozenset(data)))
    return cache.used(place)
