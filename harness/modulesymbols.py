# SPDX-License-Identifier: GPL-2.0-only
"""The functions of loaded modules, from the symbol tables of their .ko files."""

from pathlib import Path
from typing import Iterator, Mapping

from elftools.common.exceptions import ELFError  # type: ignore[import]
from elftools.elf.constants import SH_FLAGS  # type: ignore[import]
from elftools.elf.elffile import ELFFile  # type: ignore[import]
from elftools.elf.sections import SymbolTableSection  # type: ignore[import]

from harness.errors import HarnessError
from harness.symbols import Candidate, Region, region

# A label of assembly code has no type.
CODE = frozenset(("STT_FUNC", "STT_NOTYPE"))
INITIAL = ".init"


def modules(
    loaded: Mapping[str, tuple[Path, Mapping[str, int]]],
) -> list[Region]:
    """Return the text of modules: by name, the .ko and where its sections were put.

    Sections without code are passed over. HarnessError when a file cannot be read,
    is no module, or has not a section that was loaded.
    """
    found: list[Region] = []
    for name, (path, sections) in loaded.items():
        try:
            with path.open("rb") as stream:
                found += _regions(name, path, ELFFile(stream), sections)
        except OSError as problem:
            raise HarnessError(f"{path}: {problem.strerror}")
        except (ELFError, UnicodeDecodeError) as problem:
            raise HarnessError(f"{path}: not an ELF file: {problem}")
    return found


def _regions(
    name: str, path: Path, elf: ELFFile, sections: Mapping[str, int]
) -> Iterator[Region]:
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        raise HarnessError(f"{path}: has no symbol table")
    for section, load in sections.items():
        index = elf.get_section_index(section)
        if index is None:
            raise HarnessError(f"{path}: has no section {section}")
        header = elf.get_section(index)
        size = header["sh_size"]
        if not header["sh_flags"] & SH_FLAGS.SHF_EXECINSTR or not size:
            continue
        symbols = _symbols(table, index, load)
        initial = section.startswith(INITIAL)
        yield region(load, load + size, f"module {name}", symbols, initial)


def _symbols(table: SymbolTableSection, index: int, load: int) -> Iterator[Candidate]:
    """Yield the symbols of a section that can be functions, where they were put."""
    for symbol in table.iter_symbols():
        info = symbol["st_info"]
        if symbol["st_shndx"] == index and info["type"] in CODE and symbol.name:
            yield Candidate(
                name=symbol.name,
                start=load + symbol["st_value"],
                size=symbol["st_size"],
                is_global=info["bind"] != "STB_LOCAL",
                is_weak=info["bind"] == "STB_WEAK",
            )
