# SPDX-License-Identifier: GPL-2.0-only
"""A made-up boot for the tests: maps, a module, and what a plugin counted there."""

import json
import random
import re
import subprocess
from pathlib import Path
from typing import Any, Sequence

from harness import counters, modulesymbols, symbols
from harness.costs import Places
from harness.symbols import Symbols

SYSTEM_MAP = """\
0000000000000000 D __per_cpu_start
ffffffff81000000 T _stext
ffffffff81000000 T _text
ffffffff81000100 t __pfx_dma_map
ffffffff81000110 T dma_map
ffffffff81000200 t xen_map.isra.0
ffffffff81000300 W memcpy
ffffffff81000300 T __memcpy
ffffffff81000300 T __pi_memcpy
ffffffff81000400 t walk
ffffffff81000500 t back
ffffffff81000600 T __lock_text_start
ffffffff81000600 T lock
ffffffff81001000 T _etext
ffffffff81001000 D data
ffffffff82000000 T _sinittext
ffffffff82000010 t setup
ffffffff82000100 T _einittext
"""

XEN_MAP = """\
0xffff82d040000000 T __image_base__
0xffff82d040200000 T _stext
0xffff82d040200000 T _start
0xffff82d040200000 T start
0xffff82d040200100 T do_iret
0xffff82d040200200 t common/timer.c#add_entry
0xffff82d040200300 t common/hypfs.c#add_entry
0xffff82d040200400 t arch/x86/traps.c#only.constprop.0
0xffff82d040201000 T _etext
0xffff82d040300000 D data
"""

MODULE = """\
__attribute__((noinline)) int map_one(int a)
{
\treturn a * 3;
}

__attribute__((aligned(64), noinline)) int probe(int a)
{
\treturn map_one(a) + 1;
}

__attribute__((section(".init.text"))) int begin(int a)
{
\treturn a + 2;
}
"""
TEXT = 0xFFFFFFFFA0000000
INIT = 0xFFFFFFFFA0010000
USER = 0x401000
STRAY = 0xFFFFC90000123456
XEN_STUB = 0xFFFF82D0BFFFF000
DMA_MAP = 0xFFFFFFFF81000110
XEN_MAP_PAGE = 0xFFFFFFFF81000200
MEMCPY = 0xFFFFFFFF81000300
WALK = 0xFFFFFFFF81000400
BACK = 0xFFFFFFFF81000500
IRET = 0xFFFF82D040200100
CACHE = {
    "line": 64,
    "l1d": {"bytes": 32768, "ways": 8},
    "llc": {"bytes": 8388608, "ways": 16},
}


class Writer:
    """Writes the lines of a counters file; the sums come by themselves."""

    def __init__(self, cache: Any = None) -> None:
        self.lines: list[dict[str, Any]] = [
            {"type": "head", "format": 1, "plugin_api": 1, "vcpus": 1, "cache": cache}
        ]
        self.steps = 0
        self.blocks: dict[tuple[int, int], int] = {}
        self.sums: dict[int, int] = {}

    def add(self, name: str, **members: Any) -> None:
        """Add a line."""
        self.lines.append({"type": name, **members})

    def step(
        self, nodes: Sequence[tuple[int, int, int]], kind: str = "windows"
    ) -> None:
        """Begin a step; nodes: number, parent, entry."""
        self.add("step", step=self.steps, kind=kind)
        self.steps += 1
        for node, parent, entry in nodes:
            where = {"step": self.steps - 1, "node": node, "parent": parent}
            self.add("node", **where, entry=f"{entry:016x}")

    def cell(
        self,
        series: int,
        node: int,
        vaddr: int,
        execs: Any,
        length: int = 2,
        **more: Any,
    ) -> None:
        """Add a cell, and before it its block: instructions of four bytes."""
        if (vaddr, length) not in self.blocks:
            number = self.blocks[vaddr, length] = len(self.blocks)
            sizes = [4] * length
            self.add("block", block=number, vaddr=f"{vaddr:016x}", sizes=sizes)
        insns = sum(execs) if isinstance(execs, list) else execs * length
        self.sums[series] = self.sums.get(series, 0) + insns
        where = {"step": self.steps - 1, "series": series, "vcpu": 0, "node": node}
        block = self.blocks[vaddr, length]
        self.add("cell", **where, block=block, execs=execs, **more)

    def calls(self, series: int, calls: dict[int, int]) -> None:
        """Say how often nodes were entered."""
        for node, count in calls.items():
            where = {"step": self.steps - 1, "series": series, "node": node}
            self.add("calls", **where, calls=count)

    def series(self, series: int, windows: int) -> None:
        """End a series of the step."""
        insns = self.sums.pop(series, 0)
        where = {"step": self.steps - 1, "series": series, "windows": windows}
        self.add("series", **where, insns=insns)

    def text(self) -> str:
        """Return the file."""
        end = {"type": "end", "steps": self.steps}
        return "".join(json.dumps(line) + "\n" for line in [*self.lines, end])


def made(windows: int = 4, bounce: int = 0, cache: Any = None) -> str:
    """Return a counters file: two steps, the first with two series and a probe.

    The map calls nested functions of all origins, one jumps to memcpy, two recur.
    bounce: how often memcpy's loop ran in each map.
    """
    out = Writer(cache)
    nodes = [
        (1, 0, DMA_MAP),
        (2, 1, XEN_MAP_PAGE),
        (3, 2, WALK),
        (4, 3, BACK),
        (5, 4, WALK),
        (6, 5, WALK),
        (7, 2, IRET),
        (8, 0, USER),
        (9, 8, STRAY),
        (10, 7, XEN_STUB),
    ]
    out.step(nodes)
    many = windows
    misses = {"l1": [2, 1, 0], "llc": [1, 0, 0]} if cache else {}
    out.cell(0, 0, TEXT, many, 1)
    out.cell(0, 1, DMA_MAP, [many, many, 1], 3, reads=[many, 0, 0], **misses)
    out.cell(0, 2, XEN_MAP_PAGE, many, 3, writes=[0, 1, 2])
    if bounce:
        out.cell(0, 2, MEMCPY, [many, bounce * many], 2)
    for node, entry in ((3, WALK), (4, BACK), (5, WALK), (6, WALK)):
        out.cell(0, node, entry, many + node)
    # A block that goes on into the next function.
    out.cell(0, 5, WALK + 0xFC, 3, 2)
    out.cell(0, 7, IRET, many, 5)
    out.cell(0, 8, USER, 1)
    out.cell(0, 9, STRAY, 1)
    out.cell(0, 10, XEN_STUB, 1)
    out.calls(0, {node: many for node in range(1, 8)} | {8: 1, 9: 1})
    out.series(0, windows)
    out.cell(1, 0, TEXT + 0x40, 3, 2)
    out.cell(1, 1, DMA_MAP, [3, 3, 1], 3)
    out.calls(1, {1: 3})
    out.series(1, 3)
    out.series(2, 0)
    out.step([(1, 0, DMA_MAP)], "whole")
    out.cell(0, 1, DMA_MAP, 7)
    out.series(0, 1)
    return out.text()


def random_made(seed: int) -> str:
    """Return a counters file with a random call tree of few functions."""
    choose = random.Random(seed)
    out = Writer()
    entries = (DMA_MAP, XEN_MAP_PAGE, MEMCPY, WALK, BACK, IRET, USER, TEXT)
    out.step([(n, choose.randrange(n), choose.choice(entries)) for n in range(1, 50)])
    for _ in range(200):
        place = choose.choice(entries) + 4 * choose.randrange(40)
        execs: Any = choose.randrange(9)
        if choose.random() < 0.5:
            execs = [choose.randrange(9) for _ in range(3)]
        out.cell(0, choose.randrange(50), place, execs, 3)
    out.calls(0, {n: choose.randrange(5) for n in choose.sample(range(1, 50), 25)})
    out.series(0, 5)
    return out.text()


def damaged(text: str) -> list[tuple[str, str]]:
    """Return damaged copies of a file, each with what must be said of it."""
    lines = text.splitlines(keepends=True)

    def edit(kind: str, nth: int = 0, /, **members: Any) -> tuple[str, int]:
        """Return the file with members of a line changed, and the line's number."""
        place = [n for n, line in enumerate(lines) if f'"type": "{kind}"' in line][nth]
        data = {**json.loads(lines[place]), **members}
        data = {key: value for key, value in data.items() if value != "gone"}
        new = [*lines[:place], json.dumps(data) + "\n", *lines[place + 1 :]]
        return "".join(new), place + 1

    def row(said: str, kind: str, nth: int = 0, /, **members: Any) -> tuple[str, str]:
        changed, line = edit(kind, nth, **members)
        return changed, f"line {line}: {said}"

    def twice(kind: str) -> tuple[str, int]:
        place = next(n for n, line in enumerate(lines) if f'"type": "{kind}"' in line)
        return "".join([*lines[: place + 1], *lines[place:]]), place + 2

    repeated = []
    for kind, said in (
        ("head", "head is not the first line, and the first only"),
        ("block", "block 0 for the second time"),
        ("node", "node 1 of the step for the second time"),
        ("series", "series 0 of the step for the second time"),
        ("calls", "calls of node 1 for the second time"),
        ("step", "step 0 follows 1 steps"),
        ("end", "something follows the line of type end"),
    ):
        copy, line = twice(kind)
        repeated.append((copy, f"line {line}: {said}"))
    last = len(lines)
    cut = "the file was cut off"
    no_cache = "l1 is given, but no cache was modelled"
    return repeated + [
        ("", "the file is empty"),
        ("".join(lines[:-1]), f"line {last - 1}: {cut}: its last line is not of"),
        (text[:-20], f"line {last}: {cut} here"),
        (text[:-1], f"line {last}: {cut}"),
        ("".join(lines[1:]), "line 1: head is not the first line"),
        ("".join([lines[0], "{\n", *lines[1:]]), "line 2: not JSON"),
        ("".join([lines[0], "[" * 100000 + "\n"]), "line 2: not JSON"),
        ("".join([lines[0], "[]\n"]), "line 2: its type is none of head, step, "),
        ("".join([lines[0], '{"type": []}\n']), "line 2: its type is none of "),
        (lines[0] + '{"type": "\u00e9"}\n', "behind line "),
        row("format 2 is unknown here, 1 is known", "head", format=2),
        row("vcpus is not an integer from 1", "head", vcpus=0),
        row("cache has not line, l1d and llc", "head", cache={"line": 64}),
        row("cache has not line, l1d and llc", "head", cache=[]),
        row("bytes is not an integer", "head", cache={**CACHE, "l1d": {"bytes": "1"}}),
        row("head lacks vcpus", "head", vcpus="gone"),
        row("head has a member too many: more", "head", more=1),
        row("kind half: allowed are windows, whole", "step", kind="half"),
        row("step 2 follows 1 steps", "step", 1, step=2),
        row("series 3: a step of kind windows has 0 to 2", "series", 0, series=3),
        row("series 1: a step of kind whole has 0 to 0", "series", -1, series=1),
        row("a step of kind whole has 2 windows", "series", -1, windows=2),
        row("insns is not an integer from 0", "series", insns=-1),
        row("the series has 7 instructions, its cells ", "series", insns=7),
        row("step 2 is not known", "series", step=2),
        row("vaddr is not an address of 16 hex digits", "block", vaddr="0xff"),
        row("vaddr is not an address of 16 hex digits", "block", vaddr="F" * 16),
        row("vaddr is not an address of 16 hex digits", "block", vaddr=12),
        row("sizes is not a list with an instruction", "block", sizes=[]),
        row("sizes: an instruction has 1 to 15 bytes", "block", sizes=[16]),
        row("sizes holds what is not an integer", "block", sizes=["4"]),
        row("the block goes beyond the last", "block", vaddr="f" * 16, sizes=[2]),
        row("parent 77 is not known in the step", "node", parent=77),
        row("node 0 of the step for the second time", "node", node=0),
        row("entry is not an address", "node", entry=""),
        row("node 77 is not known in the step", "calls", node=77),
        row("calls is not an integer from 0", "calls", calls=True),
        row("node 77 is not known in the step", "cell", node=77),
        row("block 99 is not known", "cell", block=99),
        row("vcpu 1 is not there", "cell", vcpu=1),
        row("execs is not an integer from 0", "cell", execs=1.0),
        row("execs is not an integer from 0", "cell", execs=None),
        row("execs is not a list of 3: a number per instruction", "cell", 1, execs=[1]),
        row("execs holds what is not an integer", "cell", 1, execs=[1, 2, -3]),
        row("reads is not a list of 3", "cell", 1, reads=[1, 2, 3, 4]),
        row("reads is not a list of 3", "cell", 1, reads=4),
        row("writes holds what is not an integer", "cell", 1, writes=[1, 2, True]),
        row(no_cache, "cell", 1, l1=[1, 2, 3]),
        row("cell has a member too many: llcs", "cell", llcs=[1]),
        row("cell lacks execs", "cell", execs="gone"),
        row("end counts 5 steps, there are 2", "end", steps=5),
    ]


def loaded(folder: Path, text: str) -> counters.Counters:
    """Return the counters of a file's text."""
    path = folder / "counters.jsonl"
    path.write_text(text, encoding="utf-8")
    return counters.load(path)


def module(folder: Path) -> Path:
    """Return an object with symbols and lines, as a module is one."""
    source, made_of = folder / "dmabench.c", folder / "dmabench.ko"
    if made_of.exists():
        return made_of
    source.write_text(MODULE)
    argv = [
        "gcc",
        "-g",
        "-O1",
        "-fno-asynchronous-unwind-tables",
        "-fcf-protection=none",
    ]
    subprocess.run([*argv, "-c", "-o", made_of, source], check=True, cwd=folder)
    return made_of


def boot(folder: Path) -> Symbols:
    """Return the symbols of the made-up boot."""
    (folder / "System.map").write_text(SYSTEM_MAP)
    (folder / "xen.map").write_text(XEN_MAP)
    sections = {".text": TEXT, ".init.text": INIT, ".data": 0}
    return Symbols(
        symbols.kernel(folder / "System.map")
        + symbols.xen(folder / "xen.map")
        + modulesymbols.modules({"dmabench": (module(folder), sections)})
    )


def places(folder: Path, **options: Any) -> Places:
    """Return the made-up boot, ready to be explained."""
    return Places(loaded(folder, made(**options)), boot(folder))


def annotated(folder: Path, text: str, *options: str) -> dict[str, int]:
    """Return what callgrind_annotate reads: instructions by 'name [object]'.

    The program's total has the name ''.
    """
    path = folder / "callgrind.out.1"
    path.write_text(text)
    argv = ["callgrind_annotate", "--threshold=100", "--auto=no", *options, str(path)]
    said = subprocess.run(argv, check=True, capture_output=True, text=True)
    assert not said.stderr, said.stderr
    found = {}
    for line in said.stdout.splitlines():
        match = re.match(r" *([\d,]+) \([ \d.]+%\)(.*?)  (?:\?\?\?:)?(.*)$", line)
        if match:
            name = match[3].strip().replace("PROGRAM TOTALS", "")
            found[name] = int(match[1].replace(",", ""))
    return found
