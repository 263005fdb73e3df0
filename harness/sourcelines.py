# SPDX-License-Identifier: GPL-2.0-only
"""What each line of source cost, where there is debug information."""

import os.path
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping, Sequence

from harness import costs, lines
from harness.costs import Cost, Places
from harness.symbols import Symbol

# Where kernels are built (build.py), what modules are built against, and where.
_KERNEL = re.compile(r".*/(?:trees/[^/]+/[^/]+|devel)/(.+)")
_MODULE = re.compile(r".*/modules/(\w+/[^/]+)")


@dataclass(frozen=True)
class Elf:
    """A file that may have debug information, and the origin whose code it is.

    section, load: for a module, where which of its sections was put.
    """

    origin: str
    path: Path
    section: str = ""
    load: int = 0


@dataclass(frozen=True)
class Line:
    """A line of source in a function, and what it cost in all operations together."""

    function: str
    place: str
    cost: Cost


@dataclass(frozen=True)
class Listing:
    """The lines of a series, dearest first; notes: which parts have none, and why."""

    operations: int
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def listing(places: Places, step: int, series: int, elves: Sequence[Elf]) -> Listing:
    """Return what the lines of a series cost. HarnessError when a file cannot be read.

    What has no line is left out: the lines may add up to less than the series.
    """
    spent = costs.by_address(places, step, series)
    found: dict[tuple[Symbol, str], Cost] = {}
    notes = []
    for elf in elves:
        own = {symbol: c for symbol, c in spent.items() if symbol.origin == elf.origin}
        addresses = [address for where in own.values() for address in where]
        known = lines.lines(elf.path, addresses, elf.section, elf.load)
        if known.note:
            notes.append(f"{elf.origin}: {known.note}")
        short = _short(known.found.values())
        for symbol, where in own.items():
            for address, here in where.items():
                if address in known.found:
                    key = symbol, short[known.found[address]]
                    found[key] = found.get(key, Cost()) + here
    rows = [Line(symbol.label, place, here) for (symbol, place), here in found.items()]
    rows.sort(key=lambda row: (-row.cost.insns, row.place, row.function))
    _, counted = costs.series_of(places.counters, step, series)
    return Listing(counted.windows, tuple(rows), tuple(notes))


def text(made: Listing, title: str, top: int) -> str:
    """Return the dearest lines, at most top, each with its part of an operation."""
    rows = [f"{title}: lines of source, instructions an operation"]
    for row in made.lines[:top]:
        each = row.cost.insns / made.operations
        rows.append(f"{each:10.2f}  {row.place:40}  {row.function}")
    return "\n".join([*rows, *made.notes])


def _short(places: Iterable[str]) -> Mapping[str, str]:
    """Return places as the sources have them: without where they were built.

    What was built elsewhere loses the folder that is common to all such.
    """
    short = {place: _built(place) for place in places}
    other = [place for place in short.values() if os.path.isabs(place)]
    if not other:
        return short
    top = os.path.commonpath([os.path.dirname(place) for place in other])
    return {
        place: os.path.relpath(name, top) if os.path.isabs(name) else name
        for place, name in short.items()
    }


def _built(place: str) -> str:
    """Return a place in a kernel's tree, or in a module's folder, as in the sources."""
    kernel = _KERNEL.fullmatch(place)
    module = _MODULE.fullmatch(place)
    if kernel:
        return kernel[1]
    return f"bench/modules/{module[1]}" if module else place
