#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Where the instructions go: the counters file, symbols, explanations, stacks.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a counters file loads with all it says" {
	py <<'EOF'
import os
from pathlib import Path
import explain_cases as cases
from harness.counters import Block, Cache, Level, Node

found = cases.loaded(Path(os.environ["TMP"]), cases.made(cache=cases.CACHE))
assert found.cache == Cache(64, Level(32768, 8), Level(8388608, 16))
assert (found.plugin_api, found.vcpus, len(found.steps)) == (1, 1, 2)
step = found.steps[0]
assert (step.kind, found.steps[1].kind) == ("windows", "whole")
assert step.nodes[2] == Node(1, cases.XEN_MAP_PAGE) and list(step.nodes) == list(range(1, 11))
assert [series.windows for series in step.series.values()] == [4, 3, 0]
assert step.series[1].calls == {1: 3}
assert step.series[2].insns == 0 and not step.series[2].cells
cell = step.series[0].cells[1]
assert (cell.node, cell.execs, cell.reads, cell.writes) == (1, [4, 4, 1], [4, 0, 0], None)
assert (cell.l1, cell.llc) == ([2, 1, 0], [1, 0, 0])
block = found.blocks[cell.block]
assert block == Block(cases.DMA_MAP, (4, 4, 4))
assert block.addresses() == [cases.DMA_MAP + at for at in (0, 4, 8)]
EOF
}

@test "a damaged counters file is refused in one sentence that names the line" {
	py <<'EOF'
import gc, os
from pathlib import Path
import explain_cases as cases
import trees
from harness import counters
from harness.errors import HarnessError

tmp = Path(os.environ["TMP"])
path = tmp / "counters.jsonl"
rows = cases.damaged(cases.made())
assert len(rows) > 50
for text, said in rows:
    found = trees.refusal(HarnessError, cases.loaded, tmp, text)
    assert found.startswith(f"{path}: {said}") and "\n" not in found, (said, found)
# Misses are of the first level first.
for before, after in (('"llc": [1, 0, 0]', '"llc": [0, 0, 1]'), ('"l1": [2, 1, 0], ', "")):
    text = cases.made(cache=cases.CACHE)
    assert before in text
    found = trees.refusal(HarnessError, cases.loaded, tmp, text.replace(before, after, 1))
    assert "llc has more misses than l1" in found, found
# Any line that is missing is missed, but for those that may be left out.
lines = cases.made().splitlines(keepends=True)
for number, line in enumerate(lines):
    text = "".join(lines[:number] + lines[number + 1 :])
    if '"calls"' in line or '"series": 2' in line:
        cases.loaded(tmp, text)
    else:
        trees.refusal(HarnessError, cases.loaded, tmp, text)
assert gc.isenabled()
(tmp / "none").mkdir()
found = trees.refusal(HarnessError, counters.load, tmp / "none")
assert found == f"{tmp / 'none'}: Is a directory", found
EOF
}

@test "symbols: the function of an address, in all origins, and in none" {
	py <<'EOF'
import os
from pathlib import Path
import explain_cases as cases

symbols = cases.boot(Path(os.environ["TMP"]))
for address, name, origin in (
    (cases.DMA_MAP, "dma_map", "kernel"),
    (cases.DMA_MAP - 1, "__pfx_dma_map", "kernel"),
    (cases.XEN_MAP_PAGE - 1, "dma_map", "kernel"),
    (cases.XEN_MAP_PAGE, "xen_map.isra.0", "kernel"),
    (cases.MEMCPY, "memcpy", "kernel"),
    (0xFFFFFFFF81000600, "lock", "kernel"),
    (0xFFFFFFFF81000FFF, "lock", "kernel"),
    (0xFFFFFFFF81001000, "[unknown ffffffff81001000]", "unknown"),
    (0xFFFFFFFF80FFFFFF, "[unknown ffffffff80fff000]", "unknown"),
    (0xFFFFFFFF82000010, "setup", "kernel"),
    (0xFFFFFFFF82000100, "[unknown ffffffff82000000]", "unknown"),
    (0xFFFF82D040200000, "start", "xen"),
    (cases.IRET + 5, "do_iret", "xen"),
    (0xFFFF82D040200200, "common/timer.c#add_entry", "xen"),
    (0xFFFF82D040200300, "common/hypfs.c#add_entry", "xen"),
    (0xFFFF82D040200FFF, "only.constprop.0", "xen"),
    (0xFFFF82D040201000, "[xen]", "xen"),
    (0xFFFF800000000000, "[xen]", "xen"),
    (0xFFFF87FFFFFFFFFF, "[xen]", "xen"),
    (0xFFFF880000000000, "[unknown ffff880000000000]", "unknown"),
    (cases.TEXT, "map_one", "module dmabench"),
    (cases.TEXT + 0x3F, "[module dmabench]", "module dmabench"),
    (cases.TEXT + 0x40, "probe", "module dmabench"),
    (cases.INIT, "begin", "module dmabench"),
    (cases.INIT - 1, "[unknown ffffffffa000f000]", "unknown"),
    (0, "[user]", "user"),
    (0x7FFFFFFFFFFF, "[user]", "user"),
    (0x800000000000, "[unknown 0000800000000000]", "unknown"),
    (2**64 - 1, "[unknown fffffffffffff000]", "unknown"),
):
    found = symbols.find(address)
    assert (found.name, found.origin) == (name, origin), (hex(address), found)
    assert found.start <= address < found.end, (hex(address), found)
labels = [symbols.find(at).label for at in (cases.DMA_MAP, cases.TEXT, cases.IRET, 0)]
assert labels == ["dma_map", "map_one [dmabench]", "do_iret [xen]", "[user]"], labels
EOF
}

@test "symbols: init text gives way; other overlaps, and files without symbols, do not pass" {
	py <<'EOF'
import os
from pathlib import Path
import explain_cases as cases
import trees
from harness import modulesymbols, symbols
from harness.errors import HarnessError
from harness.symbols import Candidate, Symbols

tmp = Path(os.environ["TMP"])
ko = cases.module(tmp)
one = modulesymbols.modules({"a": (ko, {".init.text": 0x1000, ".text": 0x3000})})
two = modulesymbols.modules({"b": (ko, {".text": 0x1000})})
for regions in (one + two, two + one):
    assert Symbols(regions).find(0x1000).label == "map_one [b]"
    assert Symbols(regions).find(0x3000).label == "map_one [a]"
three = modulesymbols.modules({"c": (ko, {".text": 0x3010})})
found = trees.refusal(HarnessError, Symbols, one + three)
assert found == "module a and module c both have text at 0000000000003010", found
found = trees.refusal(HarnessError, modulesymbols.modules, {"a": (ko, {".none": 1})})
assert found == f"{ko}: has no section .none", found
source = tmp / "dmabench.c"
found = trees.refusal(HarnessError, modulesymbols.modules, {"a": (source, {})})
assert found.startswith(f"{source}: not an ELF file: "), found
found = trees.refusal(HarnessError, modulesymbols.modules, {"a": (tmp / "no", {})})
assert found == f"{tmp / 'no'}: No such file or directory", found
for text, said in (
    ("", "not a symbol map: no text from _stext to _etext"),
    ("0000000000001000 T _stext\n", "not a symbol map: no text from _stext to _etext"),
    (cases.SYSTEM_MAP + "hello\n", "line 19: not an address, type and name"),
):
    (tmp / "map").write_text(text)
    found = trees.refusal(HarnessError, symbols.kernel, tmp / "map")
    assert found == f"{tmp / 'map'}: {said}", found
# Which of several symbols of one address names it does not depend on their order.
names = ("__SCT__f", "__pi_f", "__f", "f", "_f", ".Lf", "__f_text_start", "__pfx_f")
for turn in range(len(names)):
    for is_weak in (False, True):
        some = [Candidate(n, 8, 0, True, is_weak and n == "f") for n in names]
        region = symbols.region(0, 64, "kernel", some[turn:] + some[:turn])
        assert region.names == ("f",), region
local = [Candidate("a", 8, 0, False, False), Candidate("__b", 8, 0, True, True)]
assert symbols.region(0, 64, "kernel", local).names == ("__b",)
EOF
}

@test "source lines: from addr2line where there is debug information, else it is said" {
	py <<'EOF'
import os, subprocess
from pathlib import Path
import explain_cases as cases
import trees
from harness import lines
from harness.errors import HarnessError

tmp = Path(os.environ["TMP"])
ko = cases.module(tmp)
places = [cases.TEXT, cases.TEXT + 0x40, cases.TEXT + 0x100000]
found = lines.lines(ko, places, ".text", cases.TEXT)
source = tmp / "dmabench.c"
# The compiler puts the first instruction on the line of the brace, or behind it.
assert found.found[cases.TEXT] in [f"{source}:{n}" for n in (1, 2, 3)], found
assert found.found[cases.TEXT + 0x40] in [f"{source}:{n}" for n in (6, 7, 8)], found
assert (len(found.found), found.note) == (2, ""), found
found = lines.lines(ko, [cases.INIT], ".init.text", cases.INIT)
assert found.found[cases.INIT] in [f"{source}:{n}" for n in (11, 12, 13)], found
assert lines.lines(ko, []) == lines.Lines({})
subprocess.run(["strip", "-g", ko], check=True)
found = lines.lines(ko, places, ".text", cases.TEXT)
assert found == lines.Lines({}, "dmabench.ko has no debug information: no lines")
found = trees.refusal(HarnessError, lines.lines, source, places)
assert found.startswith(f"{source}: not an ELF file"), found
EOF
}

@test "an explanation: a row per function, which add up to what the guest measured" {
	py <<'EOF'
import os
from pathlib import Path
import explain_cases as cases
import trees
from harness import explain
from harness.costs import Cost
from harness.errors import HarnessError
from harness.explain import Measured, Name

name = Name("dom0-iommu", "map_single-4096", "map")
places = cases.places(Path(os.environ["TMP"]), bounce=10, cache=cases.CACHE)
total = places.counters.steps[0].series[0].insns
found = explain.explain(places, 0, 0, name, Measured(4, total))
assert (found.operations, found.total.insns, found.whole) == (4, total, False)
assert sum(row.cost.insns for row in found.rows) == total
rows = {row.label: row for row in found.rows}
insns = {name: row.cost.insns for name, row in rows.items()}
assert insns == {
    "map_one [dmabench]": 4,
    "dma_map": 9,
    "xen_map.isra.0": 12,
    "memcpy": 44,
    "walk": 7 * 2 + 9 * 2 + 10 * 2 + 3,
    "back": 8 * 2 + 3,
    "do_iret [xen]": 20,
    "[user]": 2,
    "[unknown ffffc90000123000]": 2,
    "[xen]": 2,
}, insns
assert [row.cost.insns for row in found.rows] == sorted(insns.values(), reverse=True)
assert rows["dma_map"].cost == Cost(9, 4, 0, 3, 1)
assert rows["dma_map"].cycles == 9 + 10 * 3 + 100 * 1
assert rows["xen_map.isra.0"].cost == Cost(12, 0, 3, 0, 0)
assert found.cycles == sum(row.cycles for row in found.rows)
assert rows["memcpy"].share == 100 * 44 / total
assert explain.per_operation(44, 4) == 11
what = "dom0-iommu map_single-4096 map"
for step, series, measured, said in (
    (0, 0, Measured(4, total + 1), f"{total} instructions were counted, the guest says {total + 1}"),
    (0, 0, Measured(5, total), "4 operations were counted, the guest says 5"),
    (0, 2, None, "no operation was counted"),
):
    text = trees.refusal(HarnessError, explain.explain, places, step, series, name, measured)
    assert text == f"{what}: {said}", text
for step, series in ((0, 3), (2, 0), (-1, 0)):
    text = trees.refusal(HarnessError, explain.explain, places, step, series, name, None)
    assert text == f"step {step}, series {series}: was not counted", text
whole = explain.explain(places, 1, 0, name, None)
assert whole.whole and [row.label for row in whole.rows] == ["dma_map"]
assert whole.total.insns == 14
EOF
}

@test "a difference is the sum of its rows exactly, however many windows each had" {
	py <<'EOF'
import dataclasses, os
from fractions import Fraction
from pathlib import Path
import explain_cases as cases
import trees
from harness import explain
from harness.costs import Cost
from harness.errors import HarnessError
from harness.explain import Name

one, two = Name("dom0-hook", "s", "map"), Name("dom0-iommu", "s", "map")
tmp = Path(os.environ["TMP"])
for windows in ((4, 4), (4, 7), (6, 4), (1, 1000)):
    a, b = (
        explain.explain(cases.places(tmp, windows=w, bounce=n), 0, 0, which, None)
        for w, n, which in zip(windows, (10, 0), (one, two))
    )
    found = explain.subtract(a, b)
    measured = Fraction(a.total.insns, windows[0]) - Fraction(b.total.insns, windows[1])
    rows = sum((row.difference for row in found.rows), Cost())
    assert rows == found.difference == found.a - found.b
    assert explain.per_operation(rows.insns, found.operations) == measured, windows
    memcpy = next(row for row in found.rows if row.name == "memcpy")
    assert memcpy.b is None and memcpy.difference == memcpy.a
    assert memcpy.difference.insns == 11 * found.operations
    size = [abs(row.difference.insns) for row in found.rows]
    assert size == sorted(size, reverse=True)
    back = explain.subtract(b, a)
    assert back.difference.insns == -found.difference.insns
same = explain.subtract(a, a)
assert all(row.difference == Cost() for row in same.rows)
cached = explain.explain(cases.places(tmp, cache=cases.CACHE), 0, 0, one, None)
text = trees.refusal(HarnessError, explain.subtract, cached, b)
assert text == "dom0-hook s map and dom0-iommu s map: different caches were modelled", text
text = trees.refusal(HarnessError, explain.subtract, b, dataclasses.replace(b, whole=True))
assert text.endswith("only one of them is a step as a whole"), text
EOF
}

@test "folded stacks: nested calls, tail calls, recursion; they add up exactly" {
	py <<'EOF'
import os
from pathlib import Path
import explain_cases as cases
from harness import stacks

tmp = Path(os.environ["TMP"])
places = cases.places(tmp, bounce=10)
found = stacks.fold(places, 0, 0)
assert sum(found.counts.values()) == places.counters.steps[0].series[0].insns
assert found.operations == 4
top = "dma_map;xen_map.isra.0"
counts = {";".join(stack): count for stack, count in found.counts.items()}
assert counts == {
    "map_one [dmabench]": 4,
    "dma_map": 9,
    top: 12,
    f"{top};memcpy": 44,
    f"{top};walk": 14,
    f"{top};walk;back": 16,
    f"{top};walk;back;walk": 18 + 3,
    f"{top};walk;back;walk;back": 3,
    f"{top};walk;back;walk;walk": 20,
    f"{top};do_iret [xen]": 20,
    f"{top};do_iret [xen];[xen]": 2,
    "[user]": 2,
    "[user];[unknown ffffc90000123000]": 2,
}, counts
assert list(found.counts) == sorted(found.counts)
assert f"{top};memcpy 44\n" in stacks.text(found)
other = stacks.fold(cases.places(tmp, windows=6), 0, 0)
both = stacks.pair(found, other)
assert both.operations == 12
assert sum(a for a, _ in both.counts.values()) == 3 * sum(found.counts.values())
assert sum(b for _, b in both.counts.values()) == 2 * sum(other.counts.values())
assert f"{top};memcpy 0 132\n" in stacks.pair_text(both)
EOF
}

@test "flame graphs parse, show every function, and escape what a name holds" {
	py <<'EOF'
import os
import xml.etree.ElementTree as tree
from pathlib import Path
import explain_cases as cases
import trees
from harness import flame, stacks
from harness.errors import Missing
from harness.symbols import Symbol

SVG = "{http://www.w3.org/2000/svg}"

def titles(text):
    return [item.text or "" for item in tree.fromstring(text).iter(f"{SVG}title")]

def colours(text):
    """Return by function whether it is red, blue or white: what the rectangles say."""
    found = {}
    for group in tree.fromstring(text).iter(f"{SVG}g"):
        fill = group.find(f"{SVG}rect").get("fill")
        red, _, blue = map(int, fill.removeprefix("rgb(").removesuffix(")").split(","))
        name = group.find(f"{SVG}title").text.partition(" (")[0]
        found[name] = "red" if red > blue else "blue" if blue > red else "white"
    return found

tmp = Path(os.environ["TMP"])
a = stacks.fold(cases.places(tmp, windows=4, bounce=10), 0, 0)
text = flame.draw(a, 'map <"&> & unmap')
assert text == flame.draw(a, 'map <"&> & unmap')
shown = [item.text for item in tree.fromstring(text).iter(f"{SVG}text")]
assert 'map <"&> & unmap' in shown, shown
found = titles(text)
total = sum(a.counts.values())
part = f"memcpy (44 instructions in 4 operations, {4400 / total:.2f}%)"
assert part in found, found
for name in ("dma_map", "do_iret [xen]", "[user]", "map_one [dmabench]", "back"):
    assert any(t.startswith(f"{name} (") for t in found), (name, found)
whole = stacks.Folded(4, {("f",): 8, ("f", "g"): 400})
assert "g (100 instructions, 98.04%)" in titles(flame.draw(whole, "t"))
both = stacks.FoldedPair(2, {("more",): (90, 30), ("less",): (10, 40), ("same",): (20, 20),
                             ("only a",): (8, 0), ("only b",): (0, 8)})
for of_b, missing in ((False, "only b"), (True, "only a")):
    found = colours(flame.draw_pair(both, "t", of_b))
    seen = found["more"], found["less"], found["same"]
    assert seen == ("red", "blue", "white"), (of_b, found)
    assert missing not in found and len(found) == 5, found
assert "nothing" in flame.draw(stacks.Folded(1, {}), "empty")
hostile = Symbol("a;b<c>&\"'\\`\x1b\n\u00e9 7", "kernel", 0, 1)
name = stacks.frame(hostile)
assert name == 'a?b<c>&"?????? 7', name
text = flame.draw(stacks.Folded(1, {(name, "g"): 5}), "t")
assert any(t.startswith('a?b(c)&"?????? 7 (5 ') for t in titles(text)), titles(text)
flame.SCRIPT = tmp / "flamegraph.pl"
said = trees.refusal(Missing, flame.draw, whole, "t")
assert said.endswith("not there; the package libdevel-nytprof-perl has it"), said
EOF
}

@test "callgrind_annotate reads the same totals, and inclusive costs that are right" {
	py <<'EOF'
import os
from pathlib import Path
import explain_cases as cases
from harness import callgrind, explain, stacks
from harness.costs import Places
from harness.explain import Name

tmp = Path(os.environ["TMP"])
for cache in (None, cases.CACHE):
    places = cases.places(tmp, bounce=10, cache=cache)
    for step, series in ((0, 0), (0, 1), (1, 0)):
        text = callgrind.text(places, step, series, "what\nit is")
        events = "Ir Dr Dw" if (step, series) == (0, 0) else "Ir"
        assert f"events: {events}{' D1m LLm' if cache else ''}\n" in text
        assert "desc: what it is\n" in text
        whole = explain.explain(places, step, series, Name("v", "s", "m"), None)
        own = cases.annotated(tmp, text, "--show=Ir")
        total = own.pop("")
        assert total == whole.total.insns
        wanted = {f"{row.label} [{row.origin}]": row.cost.insns for row in whole.rows}
        assert own == wanted, (own, wanted)
        inclusive = cases.annotated(tmp, text, "--show=Ir", "--inclusive=yes")
        assert inclusive.pop("") == total == inclusive.pop("[window] [window]")
        found = {name.rpartition(" [")[0]: count for name, count in inclusive.items()}
        folded = stacks.fold(places, step, series).counts
        names = {name for stack in folded for name in stack}
        assert found == {
            name: sum(count for stack, count in folded.items() if name in stack)
            for name in names
        }, found
text = callgrind.text(cases.places(tmp, bounce=10), 0, 0, "")
assert "calls=4 0xffffffff81000300\n" in text
# Random trees, in which everything recurs and jumps.
symbols = places.symbols
for seed in range(20):
    places = Places(cases.loaded(tmp, cases.random_made(seed)), symbols)
    folded = stacks.fold(places, 0, 0).counts
    text = callgrind.text(places, 0, 0, "")
    inclusive = cases.annotated(tmp, text, "--inclusive=yes")
    names = {name for stack in folded for name in stack}
    wanted = {
        name: sum(count for stack, count in folded.items() if name in stack)
        for name in names
    }
    found = {name.rpartition(" [")[0]: count for name, count in inclusive.items()}
    assert {name: found[name] for name in names} == wanted, (seed, found, wanted)
    own = cases.annotated(tmp, text)
    whole = explain.explain(places, 0, 0, Name("v", "s", "m"), None)
    for row in whole.rows:
        assert own[f"{row.label} [{row.origin}]"] == row.cost.insns, (seed, row)
EOF
}

@test "the text: columns add up, at 80 and 200 columns, whole figures without decimals" {
	py <<'EOF'
import os, re
from pathlib import Path
import explain_cases as cases
from harness import explain, explained
from harness.explain import Name
from harness.tables import Style

tmp = Path(os.environ["TMP"])
one = Name("dom0-hook", "map_single-4096", "map")
two = Name("dom0-iommu", "map_single-4096", "map")
a = explain.explain(cases.places(tmp, bounce=10, cache=cases.CACHE), 0, 0, one, None)
b = explain.explain(
    cases.places(tmp, windows=7, cache=cases.CACHE), 0, 0, two, None
)
d = explain.subtract(a, b)

def column(text, place):
    """Return the figures of a column counted from the right, and the total's."""
    body = text.split("\n\n")[1].splitlines()
    rules = [n for n, line in enumerate(body) if line.startswith("--")]
    body = [line.split() for line in body[rules[0] + 1 :]]
    words = [line[place].rstrip("%") for line in body if len(line) > 4]
    assert body[-1][0] == "total"
    figures = [0 if word == "-" else round(100 * float(word)) for word in words]
    return figures[:-1], figures[-1]

for width in (80, 200):
    for top in (1, 3, 9, 12):
        for text, count in (
            (explained.explanation_text(a, width, top=top), 7),
            (explained.difference_text(d, width, top=top), 8),
        ):
            assert all(len(line) <= width for line in text.splitlines()), text
            assert text.isascii() and not text.endswith("\n")
            # Reads and writes give way where the table were too wide with them.
            assert width == 80 or "reads" in text
            for place in range(-count + 2 * ("reads" not in text), 0):
                rows, total = column(text, place)
                assert sum(rows) == total, (place, text)
                assert len(rows) == (10 if top > 8 else top + 1), text
text = explained.explanation_text(a, 120, top=3)
insns = explained.explanation_text(a, 120).split()[4]
assert float(insns) == a.total.insns / 4 and "." in insns
assert text.startswith(f"dom0-hook map_single 4096 map: {insns} instructions an operation\n")
assert "others (7 functions)" in text
assert "Estimated cycles = instructions + 10 x L1 + 100 x LLC." in " ".join(text.split())
assert "Figures of one operation, from 4." in text
assert [line.split()[1] for line in text.splitlines() if line.startswith("memcpy")] == ["11"]
text = explained.difference_text(d, 120)
title = r"dom0-hook map_single 4096 map - dom0-iommu map_single 4096 map: [\d.]+ - [\d.]+ = \+[\d.]+ "
assert re.match(title, text), text
assert re.search(r"^memcpy +11 +- +\+11 ", text, re.M), text
# Without a cache there is no column of it, and no estimate.
few = explain.explain(cases.places(tmp), 0, 1, one, None)
text = explained.explanation_text(few, 80)
assert "cycles" not in text and "reads" not in text
whole = explain.explain(cases.places(tmp), 1, 0, one, None)
text = explained.explanation_text(whole, 80)
assert text.startswith("dom0-hook map_single 4096 map: 14 instructions in the whole step")
assert "operation" not in text
same = explained.difference_text(explain.subtract(a, a), 80)
assert " = 0 instructions" in " ".join(same.split())
for difference, how in ((d, "\x1b[31m"), (explain.subtract(b, a), "\x1b[32m")):
    colour = explained.difference_text(difference, 80, Style(color=True))
    assert how in colour, colour
    bare = re.sub(r"\x1b\[[0-9;]*m", "", colour).splitlines()
    plain = explained.difference_text(difference, 80).splitlines()
    assert [line.rstrip() for line in bare] == plain
EOF
}

@test "JSON: explanations and differences, in whole numbers" {
	py <<'EOF'
import json, os
from pathlib import Path
import explain_cases as cases
from harness import explain, explained
from harness.explain import Name

tmp = Path(os.environ["TMP"])
a = explain.explain(cases.places(tmp, bounce=10), 0, 0, Name("v", "s", "m"), None)
b = explain.explain(cases.places(tmp, windows=3), 0, 0, Name("w", "s", "m"), None)
d = explain.subtract(a, b)
for result, kind in ((a, "explanation"), (d, "difference")):
    plain = explained.to_json(result)
    plain = json.loads(json.dumps(plain, allow_nan=False))
    assert (plain["schema"], plain["kind"]) == (1, kind)
plain = explained.to_json(d)
assert plain["operations"] == 12 and plain["difference"]["insns"] == d.difference.insns
assert sum(row["difference"]["insns"] for row in plain["rows"]) == d.difference.insns
row = next(row for row in plain["rows"] if row["name"] == "memcpy")
assert row["b"] is None and row["a"]["insns"] == 132 and row["origin"] == "kernel"
EOF
}
