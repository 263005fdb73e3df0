# SPDX-License-Identifier: GPL-2.0-only
"""Which shared libraries a program needs, and where the guest's loader finds them.

The program's own loader is asked, as ldd does it: with all symbols bound, so that
nothing is missing later, and without the host's cache, which the guest has not got.
"""

import dataclasses
import re
from pathlib import Path

from elftools.common.exceptions import ELFError  # type: ignore[import]
from elftools.elf.elffile import ELFFile  # type: ignore[import]

from harness import command
from harness.errors import HarnessError, Missing

SECONDS = 60
# Bind everything and say what cannot be: ldd -r.
_ENVIRONMENT = ("LD_TRACE_LOADED_OBJECTS=1", "LD_WARN=1", "LD_BIND_NOW=1")
_ADDRESS = r" \(0x[0-9a-f]+\)"
_KERNEL = re.compile(r"linux-vdso\.so\.1" + _ADDRESS)
_FOUND = re.compile(r"(?:(\S+) => )?(/\S+)" + _ADDRESS)
_LOST = re.compile(r"(\S+) => not found")
_UNBOUND = re.compile(r"undefined symbol: ([^\s,]+).*")


@dataclasses.dataclass(frozen=True)
class Library:
    """A library by the name it is asked for; path: where the loader found it."""

    name: str
    path: Path


def parse(text: str, program: str) -> tuple[Library, ...]:
    """Return the libraries that a loader's trace lists, itself among them.

    Missing when one is not installed; HarnessError when a symbol is in none of them,
    or a line is not understood.
    """
    found = []
    for line in text.splitlines():
        words = line.strip()
        if not words or _KERNEL.fullmatch(words):
            continue
        lost, unbound = _LOST.fullmatch(words), _UNBOUND.fullmatch(words)
        if lost:
            raise Missing(f"{program} needs {lost[1]}, which is not installed")
        if unbound:
            raise HarnessError(f"{program}: no library of it has {unbound[1]}")
        library = _FOUND.fullmatch(words)
        if not library:
            raise HarnessError(f"{program}: what the loader says is unknown: {words}")
        found.append(Library(library[1] or library[2], Path(library[2])))
    return tuple(found)


def interpreter(program: Path) -> str | None:
    """Return the loader that a program asks for; None if it is linked statically."""
    try:
        with program.open("rb") as stream:
            for segment in ELFFile(stream).iter_segments():
                if segment["p_type"] == "PT_INTERP":
                    return str(segment.get_interp_name())
    except OSError as problem:
        raise HarnessError(f"{program}: {problem.strerror}")
    except ELFError as problem:
        raise HarnessError(f"{program}: not an ELF program: {problem}")
    return None


def libraries(program: Path, first: Path | None = None) -> tuple[Library, ...]:
    """Return all libraries of a program; first: a folder to look in before all else.

    Missing and HarnessError as parse().
    """
    loader = interpreter(program)
    if loader is None:
        return ()
    words = ["env", "-i", *_ENVIRONMENT, loader, "--inhibit-cache"]
    if first:
        words += ["--library-path", str(first)]
    said = command.output([*words, str(program)], seconds=SECONDS, errors=True)
    return parse(said, program.name)
