# SPDX-License-Identifier: GPL-2.0-only
"""The functions of a guest that was booted: its kernel's, its modules', Xen's."""

import re
from pathlib import Path
from typing import Iterator

from harness import hypervisor, modulesymbols, symbols
from harness.record import Cell

_SECTION = re.compile(r"module\.([^.]+)(\.text.*)")


def sections(made: Cell) -> Iterator[tuple[str, str, int]]:
    """Yield where the modules' code was put: module, section, address."""
    for name, value in made.facts.items():
        match = _SECTION.fullmatch(name)
        if match and isinstance(value, int):
            yield match[1], match[2], value


def of(
    made: Cell, kernel: Path, modules: Path
) -> tuple[symbols.Symbols, tuple[str, ...]]:
    """Return the functions of a cell's boot, and what of them is not known.

    kernel, modules: the folders of what it was booted with. The second is sentences.
    """
    notes = []
    regions = symbols.kernel(kernel / "System.map")
    loaded: dict[str, tuple[Path, dict[str, int]]] = {}
    for module, section, load in sections(made):
        file = modules / f"{module}.ko"
        loaded.setdefault(module, (file, {}))[1][section] = load
    regions += modulesymbols.modules(loaded)
    if made.cell.boot == "dom0":
        found = hypervisor.symbols()
        regions += symbols.xen(found) if found else []
        if not found:
            notes.append(
                "Xen's functions have no names: install "
                "xen-hypervisor-4.17-amd64-dbg of the hypervisor's version."
            )
    return symbols.Symbols(regions), tuple(notes)
