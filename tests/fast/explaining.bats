#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The command explain, up to where a guest would be booted: which cells and steps it
# is asked for, and what it says where nothing can be counted.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
	mkdir "$TMP/bin"
	PATH=$TMP/bin:$PATH
}

# A QEMU that has these options, and does nothing else than say so.
qemu() {
	cat >"$TMP/bin/qemu-system-x86_64" <<-END
		#!/bin/sh
		case \$1 in
		--version) echo 'QEMU emulator version 0.0' ;;
		-help) echo '$1' ;;
		esac
	END
	chmod +x "$TMP/bin/qemu-system-x86_64"
}

@test "a QEMU without plugins: explain is skipped and says so, and doctor knows" {
	qemu '-drive [file=file]'
	run ./bouncemark explain native-plain map_single --results "$TMP/runs"
	echo "$output"
	[ "$status" -eq 6 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ "$output" == *"built without TCG plugins; explain needs them, all else works without" ]]
	[ ! -e "$TMP/runs" ]
	py <<'EOF'
from harness import doctor
found = doctor._plugins()
assert not found.good and not found.needed, found
assert "without TCG plugins" in found.found, found
EOF
}

@test "a QEMU with plugins is taken" {
	qemu '-plugin [file=]<file>[,<argname>=<argvalue>]'
	py <<'EOF'
from harness import counting, doctor
counting.require_plugins("qemu-system-x86_64")
assert doctor._plugins().good
EOF
}

@test "wrong words end with status 2 and one line that names what is allowed" {
	qemu '-plugin [file=]<file>'
	py <<'EOF'
from commands import refused

def no(text, *words):
    refused(2, text, "explain", *words)

no("the following arguments are required: WORD")
no("explain fish: no cell; allowed are the id of one that was run, its folder, or a "
   "variant: native-plain,", "fish")
no("workload fish: allowed are ", "native-plain", "--workload", "fish")
no("step fish: workload micro has map_single-64, ", "native-plain", "fish")
no("or all of an op: map_single, map_page, map_sg, sync, coherent", "native-plain",
   "sync", "fish")
no("--memory 77: workload micro has 2048", "native-plain", "--memory", "77")
no("native-plain: workload scatter_balloon does not run native", "native-plain",
   "--workload", "scatter_balloon")
no("cache 32K: allowed is SIZE:WAYS:LINE, like 32K:8:64", "native-plain", "--cache",
   "--l1d", "32K")
no("cache 32X:8:64: '32X' is no number", "native-plain", "--cache", "--llc", "32X:8:64")
no("unrecognized arguments: --clock wall", "native-plain", "--clock", "wall")
EOF
}

@test "a cell that was not run in the insn clock cannot be counted, and says so" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures
from commands import refused

runs = Path(os.environ["TMP"]) / "runs"
made = fixtures.saved(runs, clock="wall")
one = made.cells[0]
said = (
    f"cell {one.id}: was run in the wall clock; instructions are counted in the insn "
    "clock only (neither KVM nor real time can be)"
)
refused(2, said, "explain", one.id, "--results", runs)
folder = made.path / "cells" / one.id
refused(2, "was run in the wall clock", "explain", folder, "--results", runs)
EOF
}

@test "what the user calls a cell is what is counted" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures
from harness import cli, explaining, running
from harness.counted import Wanted

runs = Path(os.environ["TMP"]) / "runs"
made = fixtures.saved(runs, more=[("dom0-hook", "scattered", 2048)])
one = made.cells[-1]
assert one.cell.p2m == "scattered"
known = running.workloads(None)

def wanted(*words):
    return explaining._wanted(cli._options(["explain", *words]), known, runs)

assert wanted("native-plain", "--p2m", "scattered", "sync") == (
    [Wanted("native-plain", "micro", "linear", 2048)], ["sync"]
)
assert wanted("dom0-hook", "--p2m", "scattered", "dom0-iommu", "map_sg") == (
    [
        Wanted("dom0-hook", "micro", "scattered", 2048),
        Wanted("dom0-iommu", "micro", "scattered", 2048),
    ],
    ["map_sg"],
)
assert wanted(one.id, "dom0-iommu")[0] == [
    Wanted("dom0-hook", "micro", "scattered", 2048, one.id, "kernel-hook"),
    Wanted("dom0-iommu", "micro", "linear", 2048),
]
steps = explaining._steps(known["micro"], ["sync", "map_single-64", "sync-4096"])
names = [step.name for step in steps]
assert names == ["sync-4096", "sync-4096-mask32", "map_single-64"], names
EOF
}

@test "two cells must do the same work" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures
from harness import record
from commands import refused

runs = Path(os.environ["TMP"]) / "runs"
other = fixtures.cell("dom0-hook", fixtures.measured("dom0-hook"), workload="dma32")
record.save_cell(other, runs / "one")
said = "explain: micro and dma32 do different work"
refused(2, said, "explain", "dom0-hook", other.id, "--results", runs)
EOF
}

@test "--lines counts on kernels with debug information, and tells where in the sources" {
	qemu '-plugin [file=]<file>'
	py <<'EOF'
import dataclasses, json, os, re, subprocess
from pathlib import Path
import explain_cases as cases
import fixtures, trees
from commands import said
from harness import build, counted, run
from harness.counted import Counted
from harness.sourcelines import Elf

tmp = Path(os.environ["TMP"])
# A kernel's file, at its place in a tree of the cache; a function is all on one line.
file = tmp / "trees/585a-1/xen-lines/drivers/xen/swiotlb-xen.c"
file.parent.mkdir(parents=True)
names = {"dma_map": cases.DMA_MAP, "xen_map": cases.XEN_MAP_PAGE}
nops = '(void) { asm(".skip 12, 0x90"); }'
body = "".join(
    f'__attribute__((naked, section(".{name}"))) void {name}{nops}\n' for name in names
)
file.write_text("/* two functions */\n" + body)
vmlinux = tmp / "vmlinux"
words = ["gcc", "-g", "-O1", "-mcmodel=kernel", "-fno-pie", "-no-pie"]
words += ["-static", "-nostdlib", "-Wl,-e,dma_map", "-Wl,--build-id=none"]
words += [f"-Wl,--section-start=.{name}={place:#x}" for name, place in names.items()]
subprocess.run([*words, "-o", vmlinux, file], check=True)

places = cases.places(tmp)
total = places.counters.steps[0].series[0].insns
(one,) = [m for m in fixtures.measured("dom0-iommu") if (m.step, m.series) == ("map_single-64", "map")]
cell = fixtures.cell("dom0-iommu", [dataclasses.replace(one, count=4, sum=total)])
elves = (
    Elf("kernel", vmlinux),
    Elf("module dmabench", cases.module(tmp), ".text", cases.TEXT),
)
asked = []

def count(bench, wanted, progress):
    asked.append(bench)
    known = elves if bench.lines else elves[1:]
    return [Counted(cell, tmp / "runs/one/cells/c", places, known, ())]

counted.count = count
build.plugin = lambda repo, cache: tmp / "plugin.so"
(tmp / "plugin.so").write_text("")
words = ("explain", "dom0-iommu", "map_single-64", "--output", str(tmp / "out"))
status, bare, _ = said(*words)
assert status == 0 and "swiotlb-xen.c" not in bare, bare
status, text, _ = said(*words, "--lines")
assert status == 0 and text.startswith(bare.rstrip("\n")), (bare, text)
title, *rows = text[len(bare.rstrip("\n")) :].strip().splitlines()
assert title == "dom0-iommu dom0-iommu.map_single-64.map: lines of source, instructions an operation", title
found = [re.split(" {2,}", row.strip()) for row in rows]
assert found == [
    ["3.00", "drivers/xen/swiotlb-xen.c:3", "xen_map.isra.0"],
    ["2.25", "drivers/xen/swiotlb-xen.c:2", "dma_map"],
    ["1.00", "dmabench.c:3", "map_one [dmabench]"],
], rows
# The tables are the same, and so are all figures.
status, figures, _ = said(*words, "--json", "--lines")
assert (0, json.loads(figures)) == (status, json.loads(said(*words, "--json")[1]))
status, text, _ = said(*words, "--lines", "--top", "1")
assert "swiotlb-xen.c:3" in text and "swiotlb-xen.c:2" not in text, text

# What was asked for is a kernel of its own, in a tree of its own.
repo = trees.checkout(tmp / "repo")
trees.write(repo.kconfigs, {"lines.config": "CONFIG_DEBUG_INFO=y\n"})
kernel = str(trees.kernel(tmp / "linux"))
plain, lined = (dataclasses.replace(b, repo=repo, kernel=kernel) for b in asked[:2])
plans = [run.kernel_plans(bench, ["iommu", "hook"])[0] for bench in (plain, lined)]
for name in ("iommu", "hook"):
    one, other = (made[name] for made in plans)
    assert (one.design.family, other.design.family) == ("xen", "xen-lines")
    assert other.fragments == (*one.fragments, repo.kconfigs / "lines.config")
    assert one.series == other.series and one.key != other.key
both = dataclasses.replace(lined, debug=True)
assert run.kernel_plans(both, ["iommu"])[0]["iommu"].design.family == "xen-debug-lines"
EOF
}

@test "a cell that was run is explained as it was, or not at all" {
	py <<'EOF'
import dataclasses
from pathlib import Path
from harness import counted, plan, profile, run, running
from harness.counted import Wanted
from harness.errors import UsageError

known = running.workloads(None)
bench = run.Bench(None, None, None, known, None, "tcg", Path("."))

def cell(key, work="micro"):
    made = counted._bench(bench, [Wanted("dom0-hook", work, "scattered", 2048)])
    return plan.cells(made.profile, made.workloads, {"hook": key})[0].id

class Plan:
    def __init__(self, key):
        self.key = key

def said(wanted, **changes):
    """Return what is said of a cell where kernels have the keys now, and lined."""
    one = dataclasses.replace(bench, **changes)
    run.kernel_plans = lambda bench, designs: ({"hook": Plan("lined" if bench.lines else "now")}, {})
    def build_all(*words):
        raise AssertionError("was built")
    run.build_all = build_all
    try:
        counted.count(one, [wanted], None)
    except (AssertionError, UsageError) as problem:
        return str(problem)

def wanted(key, **changes):
    return Wanted("dom0-hook", "micro", "scattered", 2048, **{"id": cell(key), "kernel": key, **changes})

assert said(wanted("now")) == "was built"
assert said(wanted("now", id="")) == "was built"
assert said(wanted("now"), lines=True) == "was built" == said(wanted("lined"), lines=True)
assert said(wanted("old")) == (
    f"cell {cell('old')}: was of kernel old, here is now; give its --kernel, or the variant dom0-hook"
), said(wanted("old"))
assert said(wanted("now", id="0" * 16)) == (
    f"cell {'0' * 16}: micro or its p2m was another one; give a new cell, or the variant dom0-hook"
)
EOF
}
