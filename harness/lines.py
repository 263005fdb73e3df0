# SPDX-License-Identifier: GPL-2.0-only
"""Addresses to lines of source code, by binutils' addr2line."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Iterable, Mapping

from elftools.common.exceptions import ELFError  # type: ignore[import]
from elftools.elf.elffile import ELFFile  # type: ignore[import]

from harness import command
from harness.errors import HarnessError

SECONDS = 120
DEBUG = (".debug_info", ".zdebug_info")
NOWHERE = ("??", "?")


@dataclasses.dataclass(frozen=True)
class Lines:
    """By address 'file:line'; note: why there are none at all, else empty."""

    found: Mapping[int, str]
    note: str = ""


def lines(
    elf: Path, addresses: Iterable[int], section: str = "", load: int = 0
) -> Lines:
    """Return the lines of addresses of an ELF file, of those that have one.

    section, load: for a module, where which of its sections was put; the addresses
    are those it had there. HarnessError when the file or addr2line fails.
    """
    wanted = sorted(set(addresses))
    if not wanted:
        return Lines({})
    if not _debug(elf):
        return Lines({}, f"{elf.name} has no debug information: no lines")
    with tempfile.NamedTemporaryFile("w", suffix=".arguments") as arguments:
        # A file of arguments: there may be more of them than a command line takes.
        arguments.write("".join(f"{address - load:#x}\n" for address in wanted))
        arguments.flush()
        argv = ["addr2line", "-e", str(elf)]
        argv += ["-j", section] if section else []
        said = command.output([*argv, f"@{arguments.name}"], seconds=SECONDS)
    texts = [_line(text) for text in said.splitlines()]
    if len(texts) != len(wanted):
        what = f"addr2line: {len(texts)} answers to {len(wanted)} addresses"
        raise HarnessError(f"{elf}: {what}")
    return Lines({place: text for place, text in zip(wanted, texts) if text})


def _line(text: str) -> str:
    """Return a line of addr2line without its remarks; empty when it knows nothing."""
    place = text.partition(" (discriminator")[0]
    file, _, line = place.rpartition(":")
    return "" if file in NOWHERE or line in (*NOWHERE, "0") else place


def _debug(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            return any(elf.get_section_by_name(name) for name in DEBUG)
    except OSError as problem:
        raise HarnessError(f"{path}: {problem.strerror}")
    except ELFError as problem:
        raise HarnessError(f"{path}: not an ELF file: {problem}")
