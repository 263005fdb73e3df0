# SPDX-License-Identifier: GPL-2.0-only
"""Addresses to functions: the kernel's, Xen's, a module's, or user space.

Symbols come from text maps (System.map, and Xen's, which Debian's debug package has)
and from the symbol tables of modules (harness.modulesymbols). A map has no sizes: a
function reaches to the next symbol of its region.
"""

import bisect
import collections
import dataclasses
import re
from pathlib import Path
from typing import Iterable, Mapping, Sequence

from harness.errors import HarnessError

KERNEL, XEN, USER, UNKNOWN = "kernel", "xen", "user", "unknown"
USER_END = 0x0000_8000_0000_0000
XEN_BEGIN, XEN_END = 0xFFFF_8000_0000_0000, 0xFFFF_8800_0000_0000
PAGE = 0x1000
# Where text begins and ends in a map: the first of the names that is there.
TEXT = ((("_stext", "_text"), "_etext"), (("_sinittext",), "_einittext"))
LINE = re.compile(r"(?:0x)?([0-9a-f]+) ([A-Za-z?]) (\S+)(?:\t\[\S+\])?")
CODE = frozenset("tTwW")
# Names that say how a symbol was made, and names of places in the text.
ALIAS = re.compile(r"__(?:pfx|cfi|SCT_|SCK_|pi)_")
PLACE = re.compile(
    r"_s?text|_[es]inittext|_etext|_stextentry|__init_begin|"
    r"\w*_text_(?:start|end)|__indirect_thunk_(?:start|end)|_*start"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Symbol:
    """A function: its name, whose it is, its first address and the one behind it.

    origin: 'kernel', 'module NAME', 'xen', 'user' or 'unknown'. Where no function is
    known the name stands in brackets, and an unknown one is that of a page.
    """

    name: str
    origin: str
    start: int
    end: int

    @property
    def label(self) -> str:
        """Return the name, and whose it is where that is not the kernel."""
        return label(self.name, self.origin)


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A symbol of an object; size: in bytes, 0 when it is not known."""

    name: str
    start: int
    size: int
    is_global: bool
    is_weak: bool


@dataclasses.dataclass(frozen=True)
class Region:
    """Text of one origin from start to end, its symbols in order, one an address.

    sizes: of each symbol in bytes, 0: up to the next one. initial: it is freed after
    it has run, and its addresses may be another's by now.
    """

    start: int
    end: int
    origin: str
    starts: Sequence[int]
    names: Sequence[str]
    sizes: Sequence[int]
    initial: bool = False


class Symbols:
    """All regions of a boot, to be asked for addresses."""

    def __init__(self, regions: Iterable[Region]) -> None:
        """Take the regions; HarnessError when two of them overlap.

        What is freed after it has run gives way to what came later.
        """
        self._regions: list[Region] = []
        for region in sorted(regions, key=lambda item: (item.start, item.initial)):
            last = self._regions[-1] if self._regions else None
            if last is None or last.end <= region.start:
                self._regions.append(region)
            elif last.initial:
                self._regions[-1] = region
            elif not region.initial:
                raise HarnessError(
                    f"{last.origin} and {region.origin} both have text at "
                    f"{region.start:016x}"
                )
        self._starts = [region.start for region in self._regions]

    def find(self, address: int) -> Symbol:
        """Return the function of an address; there is always an answer."""
        place = bisect.bisect_right(self._starts, address) - 1
        if place >= 0 and address < self._regions[place].end:
            return _within(self._regions[place], address)
        if address < USER_END:
            return Symbol("[user]", USER, 0, USER_END)
        if XEN_BEGIN <= address < XEN_END:
            return Symbol("[xen]", XEN, XEN_BEGIN, XEN_END)
        page = address & -PAGE
        return Symbol(f"[unknown {page:016x}]", UNKNOWN, page, page + PAGE)


def label(name: str, origin: str) -> str:
    """Return a function's name, and whose it is where that is not the kernel.

    As the kernel's own traces have it: map_single [dmabench].
    """
    if origin == KERNEL or name.startswith("["):
        return name
    return f"{name} [{origin.removeprefix('module ')}]"


def kernel(system_map: Path) -> list[Region]:
    """Return the text of a kernel: its System.map; HarnessError when it is none."""
    return _regions(system_map, KERNEL)


def xen(symbol_map: Path) -> list[Region]:
    """Return the text of Xen: the .map beside xen-syms; HarnessError when it is none.

    A static function is FILE#NAME there. The file is left out where the name alone
    tells which it is.
    """
    return _regions(symbol_map, XEN)


def region(
    start: int,
    end: int,
    origin: str,
    candidates: Iterable[Candidate],
    initial: bool = False,
) -> Region:
    """Return the region of the symbols that lie in it: the best at each address."""
    best: dict[int, Candidate] = {}
    for item in candidates:
        if start <= item.start < end and not item.name.startswith(".L"):
            other = best.get(item.start)
            if other is None or _rank(item) < _rank(other):
                best[item.start] = item
    found = [best[place] for place in sorted(best)]
    starts, names, sizes = (
        tuple(getattr(item, key) for item in found) for key in ("start", "name", "size")
    )
    return Region(start, end, origin, starts, names, sizes, initial)


def _rank(item: Candidate) -> tuple[bool, bool, bool, int, bool, int, str]:
    """Return what is least for the symbol that says most of its address."""
    name = item.name.rpartition("#")[2]
    return (
        ALIAS.match(name) is not None,
        PLACE.fullmatch(name) is not None,
        not item.is_global,
        len(name) - len(name.lstrip("_")),
        item.is_weak,
        len(name),
        item.name,
    )


def _within(area: Region, address: int) -> Symbol:
    """Return the function of an address of a region; in a gap, the region's own."""
    place = bisect.bisect_right(area.starts, address) - 1
    behind = place + 1 < len(area.starts)
    end = area.starts[place + 1] if behind else area.end
    if place < 0:
        return _gap(area, area.start, end)
    start, size = area.starts[place], area.sizes[place]
    last = min(end, start + size) if size else end
    if address >= last:
        return _gap(area, last, end)
    return Symbol(area.names[place], area.origin, start, last)


def _gap(area: Region, start: int, end: int) -> Symbol:
    return Symbol(f"[{area.origin}]", area.origin, start, end)


def _regions(path: Path, origin: str) -> list[Region]:
    places, candidates = _read(path)
    candidates = _short(candidates)
    found = []
    for begins, end in TEXT:
        begin = next((name for name in begins if name in places), None)
        if begin and end in places and places[begin] < places[end]:
            bounds = places[begin], places[end]
            found.append(region(*bounds, origin, candidates, begin == "_sinittext"))
    if not found or found[0].initial:
        raise HarnessError(f"{path}: not a symbol map: no text from _stext to _etext")
    return found


def _read(path: Path) -> tuple[Mapping[str, int], list[Candidate]]:
    """Return every symbol's address, and the symbols that are code."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as problem:
        raise HarnessError(f"{path}: {problem.strerror}")
    places: dict[str, int] = {}
    found = []
    for number, line in enumerate(lines, 1):
        match = LINE.fullmatch(line)
        if match is None:
            raise HarnessError(f"{path}: line {number}: not an address, type and name")
        place, kind, name = int(match[1], 16), match[2], match[3]
        places.setdefault(name, place)
        if kind in CODE:
            found.append(Candidate(name, place, 0, kind != "t", kind in "wW"))
    return places, found


def _short(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return symbols without their files, but for names that several have."""
    items = list(candidates)
    names = {item: item.name.rpartition("#")[2] for item in items}
    often = collections.Counter(names.values())
    return [
        dataclasses.replace(item, name=names[item]) if often[names[item]] == 1 else item
        for item in items
    ]
