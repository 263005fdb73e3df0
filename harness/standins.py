# SPDX-License-Identifier: GPL-2.0-only
"""Stand-ins for libraries of a tool that no workload ever calls.

Debian's fio is linked with the clients of Ceph, GlusterFS, NBD, RDMA and persistent
memory: 80 of 85 MB, and 50 of 53 million instructions of every start. A stand-in has
the name of such a library and the functions that the program wants of it. Each says
that it was left out and ends the program. Of what is called nothing is changed.
"""

import dataclasses
import os
import re
import tempfile
from pathlib import Path
from typing import Sequence

from elftools.elf.elffile import ELFFile  # type: ignore[import]

from harness import command, hashing, lock
from harness.errors import HarnessError
from harness.loader import Library
from harness.paths import Cache

SECONDS = 60
RECIPE = 1
_FUNCTIONS = ("STT_FUNC", "STT_GNU_IFUNC")
_HEAD = (
    "#include <unistd.h>\n\n"
    "static void left_out(const char *text, int length)\n{\n"
    "\t(void)!write(2, text, length);\n\t_exit(1);\n}\n"
)


@dataclasses.dataclass(frozen=True)
class Symbol:
    """A function that a program wants; version: "" when it has none."""

    name: str
    version: str


def wanted(program: Path, library: Library) -> tuple[Symbol, ...]:
    """Return the functions that a program takes from one of its libraries.

    HarnessError when it takes anything else from it: that cannot be stood in for. Of
    data that a program has a copy of its own the loader tells: nobody has it then.
    """
    kinds = _exported(library.path)
    found = []
    for name, version, origin in _undefined(program):
        if name not in kinds or origin not in ("", library.name):
            continue
        if kinds[name] not in _FUNCTIONS or not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise HarnessError(f"{library.name}: {name} is no function to stand in for")
        found.append(Symbol(name, version))
    return tuple(found)


def _exported(library: Path) -> dict[str, str]:
    """Return the kind of every symbol that a library defines."""
    with library.open("rb") as stream:
        symbols = ELFFile(stream).get_section_by_name(".dynsym").iter_symbols()
        return {
            symbol.name: symbol["st_info"]["type"]
            for symbol in symbols
            if symbol["st_shndx"] != "SHN_UNDEF"
        }


def _undefined(program: Path) -> list[tuple[str, str, str]]:
    """Return name, version and library of what a program takes from elsewhere."""
    with program.open("rb") as stream:
        elf = ELFFile(stream)
        versions, needs = (
            elf.get_section_by_name(f".gnu.version{end}") for end in ("", "_r")
        )
        known = {
            entry["vna_other"]: (entry.name, need.name)
            for need, entries in needs.iter_versions()
            for entry in entries
        }
        found = []
        symbols = elf.get_section_by_name(".dynsym").iter_symbols()
        for number, symbol in enumerate(symbols):
            if symbol["st_shndx"] == "SHN_UNDEF" and symbol.name:
                index = versions.get_symbol(number)["ndx"]
                found.append((symbol.name, *known.get(index, ("", ""))))
        return found


def source(library: str, symbols: Sequence[Symbol]) -> tuple[str, str]:
    """Return the C source of a stand-in, and its linker's version script."""
    lines = [_HEAD]
    groups: dict[str, list[str]] = {}
    for symbol in symbols:
        text = f"{symbol.name}: {library} was left out of the guest\\n"
        lines.append(
            f"void {symbol.name}(void)\n{{\n"
            f'\tstatic const char text[] = "{text}";\n\n'
            "\tleft_out(text, sizeof(text) - 1);\n}\n"
        )
        groups.setdefault(symbol.version, []).append(symbol.name)
    script = "".join(
        f"{version} {{ {' '.join(f'{name};' for name in names)} }};\n"
        for version, names in groups.items()
        if version
    )
    return "\n".join(lines), script


def make(program: Path, libraries: Sequence[Library], cache: Cache) -> Path:
    """Return the folder with the stand-ins of a program's libraries, made once.

    HarnessError when the compiler fails, or one cannot be stood in for.
    """
    sources = {
        item.name: source(item.name, wanted(program, item)) for item in libraries
    }
    key = hashing.of([RECIPE, sources])
    root = cache.folder("tools", "standins")
    with lock.locked(root / ".lock"):
        if not (root / key).exists():
            with tempfile.TemporaryDirectory(dir=root) as place:
                folder = Path(place) / "made"
                folder.mkdir()
                for item in libraries:
                    text, script = source(item.name, wanted(program, item))
                    _compile(item.name, text, script, Path(place), folder / item.name)
                os.rename(folder, root / key)
    return root / key


def _compile(name: str, text: str, script: str, place: Path, made: Path) -> None:
    (place / "standin.c").write_text(text, encoding="utf-8")
    (place / "standin.map").write_text(script, encoding="utf-8")
    words = ["gcc", "-shared", "-fPIC", "-fno-builtin", "-O2", f"-Wl,-soname={name}"]
    if script:
        words.append("-Wl,--version-script=standin.map")
    command.output([*words, "-o", str(made), "standin.c"], seconds=SECONDS, cwd=place)
