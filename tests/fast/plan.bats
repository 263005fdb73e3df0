#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Plans: from a profile to cells, each with an id and a job of its own.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every design boots where it is one, forced and not, and nowhere else" {
	py <<'EOF'
import trees
from harness import designs
from harness.errors import UsageError

names = [variant.name for variant in designs.variants()]
assert names == [
    "native-plain",
    "native-iommu",
    "native-hook",
    "native-plain+force",
    "native-iommu+force",
    "native-hook+force",
    "dom0-iommu",
    "dom0-hook",
    "dom0-pool",
    "dom0-exchange",
    "dom0-iommu+force",
    "dom0-hook+force",
    "dom0-exchange+force",
]
assert designs.variant("dom0-hook+force") == designs.Variant("dom0", "hook", True)
for name in ("dom0-plain", "native-pool", "dom0-pool+force", "hook", "", "dom0-hook++"):
    said = trees.refusal(UsageError, designs.variant, name)
    assert said == f"variant {name}: allowed are {', '.join(names)}", said
needed = designs.needed(["dom0-pool", "native-hook", "native-plain+force"])
assert needed == ["plain", "hook", "pool"]
EOF
}

@test "a cell's id changes with all that makes it, and with nothing else" {
	py <<'EOF'
import dataclasses, re
import boots
from harness import plan
from harness.qemu import Machine

def ids(profile=boots.profile("dom0-iommu"), kernels=boots.KERNELS, **changes):
    work = dataclasses.replace(boots.WORK, **changes)
    planned = plan.cells(profile, {name: work for name in profile.workloads}, kernels)
    return [cell.id for cell in planned]

first = ids()
assert re.fullmatch("[0-9a-f]{16}", first[0]) and ids() == first
assert ids(description="other words") == first
assert ids(kernels={**boots.KERNELS, "hook": "other"}) == first
wall = boots.profile("dom0-iommu", clock="wall")
scattered = boots.profile("dom0-iommu", p2m=("scattered",))
others = [
    ids(sha="0" * 16),
    ids(kernels={**boots.KERNELS, "iommu": "other"}),
    ids(wall),
    ids(scattered),
    ids(boots.profile("dom0-iommu", p2m=("scattered",), scatter_seed=2)),
    ids(boots.profile("dom0-iommu", p2m=("scattered",), scatter_share=51)),
    ids(machines=(Machine(4096, 1024, ("edu",)),)),
    ids(machines=(Machine(2048, 512, ("edu",)),)),
    ids(boots.profile("dom0-hook")),
    ids(boots.profile("dom0-iommu+force")),
    ids(boots.profile("native-iommu")),
    ids(boots.profile("dom0-iommu", workloads=("copy",)), name="copy"),
]
assert len({tuple(found) for found in [first, *others]}) == 13, others
# How p2m is scattered is nothing to a cell in which it is not.
assert ids(boots.profile("dom0-iommu", scatter_seed=2, scatter_share=51)) == first
EOF
}

@test "a plan is workloads times variants, each cell once, without boots that make no sense" {
	py <<'EOF'
import dataclasses
import boots, trees
from harness import plan
from harness.errors import UsageError

native = dataclasses.replace(boots.WORK, name="native", boots=("native",))
works = {"work": boots.WORK, "native": native}
three = ("native-plain", "dom0-hook", "dom0-iommu+force")
profile = boots.profile(*three, workloads=("native", "work"))
planned = plan.cells(profile, works, boots.KERNELS)
assert [(cell.workload.name, cell.variant.name) for cell in planned] == [
    ("native", "native-plain"),
    ("work", "native-plain"),
    ("work", "dom0-hook"),
    ("work", "dom0-iommu+force"),
]
spec = planned[3].spec
assert (spec.variant, spec.design, spec.boot, spec.force) == (
    "dom0-iommu+force",
    "iommu",
    "dom0",
    True,
)
assert dict(spec.parameters) == {"memory_mib": 2048, "low_mib": 1024}
assert (spec.workload, spec.clock, spec.p2m) == ("work", "insn", "linear")
twice = boots.profile("dom0-hook", "dom0-hook", workloads=("work", "work"))
assert len(plan.cells(twice, works, boots.KERNELS)) == 1
for changes, said in (
    ({"workloads": ("fio",)}, "workload fio: allowed are work, native"),
    ({"variants": ("dom0-plain",)}, "variant dom0-plain: allowed are native-plain"),
    (
        {"workloads": ("native",), "variants": ("dom0-hook",)},
        "profile p: no workload runs on its variants",
    ),
):
    bad = dataclasses.replace(profile, **changes)
    found = trees.refusal(UsageError, plan.cells, bad, works, boots.KERNELS)
    assert found.startswith(said), found
EOF
}

@test "a layout and a size of memory each make a cell; natively there is one layout" {
	py <<'EOF'
import dataclasses
import boots, trees
from harness import plan, workload
from harness.qemu import Machine
from harness.errors import UsageError

both = workload.LAYOUTS
sizes = (Machine(1024, 512, ()), Machine(4096, 512, ()))
large = dataclasses.replace(boots.WORK, name="large", machines=sizes)
mixed = dataclasses.replace(boots.WORK, name="mixed", p2m=("scattered",))
works = {"work": boots.WORK, "large": large, "mixed": mixed}

def found(*variants, **changes):
    cells = plan.cells(boots.profile(*variants, **changes), works, boots.KERNELS)
    assert len({cell.id for cell in cells}) == len(cells)
    for cell in cells:
        scatter = {"scatter_seed", "scatter_share"} & set(cell.spec.parameters)
        assert bool(scatter) == (cell.spec.p2m == "scattered"), cell.spec
        assert cell.planned.kind == cell.spec.kind
    return [
        (cell.variant.name, cell.spec.p2m, cell.spec.parameters["memory_mib"])
        for cell in cells
    ]

names = ("native-plain", "dom0-hook")
linear, scattered = ("dom0-hook", "linear", 2048), ("dom0-hook", "scattered", 2048)
native = ("native-plain", "linear", 2048)
assert found(*names, p2m=both) == [native, linear, scattered]
assert found(*names, p2m=("scattered", "scattered")) == [native, scattered]
assert found(*names, workloads=("mixed",), p2m=both) == [native, scattered]
assert found(*names, workloads=("large",), p2m=both) == [
    ("native-plain", "linear", 1024),
    ("native-plain", "linear", 4096),
    ("dom0-hook", "linear", 1024),
    ("dom0-hook", "linear", 4096),
    ("dom0-hook", "scattered", 1024),
    ("dom0-hook", "scattered", 4096),
]
said = trees.refusal(UsageError, lambda: found("dom0-hook", workloads=("mixed",)))
assert said == "profile p: no workload runs on its variants", said
EOF
}

@test "a profile may ask for all workloads of a purpose" {
	py <<'EOF'
import dataclasses
import boots, trees
from harness import plan
from harness.errors import UsageError

case = dataclasses.replace(boots.WORK, name="case", purpose="validation")
works = {"work": boots.WORK, "case": case, "b": dataclasses.replace(case, name="b")}

def names(**changes):
    profile = boots.profile("dom0-hook", **changes)
    cells = plan.cells(profile, works, boots.KERNELS)
    return [cell.workload.name for cell in cells]

assert names(workloads=(), purpose="validation") == ["case", "b"]
assert names(workloads=(), purpose="benchmark") == ["work"]
# What is named goes before what is meant.
assert names(workloads=("work",), purpose="validation") == ["work"]
works = {"work": boots.WORK}
said = trees.refusal(UsageError, lambda: names(workloads=(), purpose="validation"))
assert said == "profile p: no workload has the purpose validation", said
EOF
}

@test "the design's module is loaded first, then what scatters p2m, then the workload's" {
	py <<'EOF'
import boots
from harness import plan

def modules(variant, **changes):
    lines = plan.job(boots.cell(variant, **changes)).splitlines()
    return [line for line in lines if line.startswith("module ")]

pool = "module /lib/bouncemark/xen_dma_pool.ko"
scatter = "module /lib/bouncemark/p2mscatter.ko seed=7 share=30"
bench = "module /lib/bouncemark/dmabench.ko"
mixed = {"p2m": ("scattered",), "scatter_seed": 7, "scatter_share": 30}
assert modules("dom0-pool") == [pool, bench]
assert modules("dom0-pool", **mixed) == [pool, scatter, bench]
assert modules("dom0-exchange", **mixed) == [scatter, bench]
assert modules("native-plain", **mixed) == [bench]
EOF
}

@test "a job has the guest's form: protocol, cell, device, modules, symbols, steps in order" {
	py <<'EOF'
import dataclasses
import boots
from harness import plan

work = dataclasses.replace(boots.WORK, modules=("dmabench", "trial a=1 b=x"))
cell = boots.cell("dom0-hook", work)
assert (
    plan.job(cell)
    == f"""\
protocol 1
cell {cell.id}
device 1234:11e8
module /lib/bouncemark/dmabench.ko
module /lib/bouncemark/trial.ko a=1 b=x
symbol xen_start_kernel
symbol xen_swiotlb_map_page
symbol arch_dma_range_ready
symbol xen_alloc_exchange
step dmabench map-64 op=map_single size=64
step dmabench sync-64 op=sync size=64
"""
), plan.job(cell)
bare = dataclasses.replace(boots.WORK, pci=None, modules=())
lines = plan.job(boots.cell("native-plain", bare)).splitlines()
assert [line.split()[0] for line in lines] == ["protocol", "cell"] + ["symbol"] * 4 + [
    "step"
] * 2
EOF
}

@test "the guest's own parser takes the job of every workload, and knows the same members" {
	gcc -o "$TMP/test_job" -std=gnu11 -D_GNU_SOURCE -Ibench/guest \
		-Ibench/modules/include/uapi bench/guest/tests/test_job.c \
		bench/guest/{job,step,keys,map_trace,device,setup,facts,channel,emit,frame,json,sys,words}.c
	py <<'EOF'
import json, os, subprocess
from pathlib import Path
import boots
from harness import paths, plan, workload

tmp = Path(os.environ["TMP"])
root = paths.repo().root

def parsed(text):
    (tmp / "job").write_text(text)
    words = [tmp / "test_job", tmp / "job"]
    return subprocess.run(words, capture_output=True, text=True)

works = workload.load_all(paths.repo().workloads)
works |= workload.load_all(root / "tests/vm/workloads")
assert len(works) > 10
for work in works.values():
    names = [f"{boot}-iommu" for boot in work.boots]
    profile = boots.profile(*names, workloads=(work.name,), p2m=workload.LAYOUTS)
    for cell in plan.cells(profile, works, boots.KERNELS):
        done = parsed(plan.job(cell))
        assert done.returncode == 0, (work.name, done.stdout)
schema = json.loads(workload.SCHEMA_FILE.read_text())
rules = schema["properties"]["step"]["items"]["allOf"]
kinds = {
    rule["if"]["properties"]["kind"]["const"]: rule["then"]["propertyNames"]["enum"]
    for rule in rules
}
assert set(kinds) == set(
    schema["properties"]["step"]["items"]["properties"]["kind"]["enum"]
)
for kind, members in kinds.items():
    done = parsed(f"protocol 1\ncell 00ff\nstep {kind} a nothing=1\n")
    allowed = (done.stdout + done.stderr).strip().rpartition("allowed:")[2].split()
    assert sorted(members) == sorted(["kind", "name", *allowed]), (kind, allowed)
EOF
}
