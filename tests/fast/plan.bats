#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Plans: from a profile to cells, each with an id and a job of its own.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "every design boots everywhere, forced and not, but plain as dom0" {
	py <<'EOF'
import trees
from harness import plan
from harness.errors import UsageError

names = [variant.name for variant in plan.variants()]
assert names == [
    "native-plain",
    "native-iommu",
    "native-hook",
    "native-plain+force",
    "native-iommu+force",
    "native-hook+force",
    "dom0-iommu",
    "dom0-hook",
    "dom0-iommu+force",
    "dom0-hook+force",
]
assert plan.variant("dom0-hook+force") == plan.Variant("dom0", "hook", True)
for name in ("dom0-plain", "dom0", "hook", "", "dom0-hook+force+force"):
    said = trees.refusal(UsageError, plan.variant, name)
    assert said == f"variant {name}: allowed are {', '.join(names)}", said
assert plan.designs(["dom0-hook", "native-hook", "native-plain+force"]) == [
    "plain",
    "hook",
]
EOF
}

@test "a cell's id changes with all that makes it, and with nothing else" {
	py <<'EOF'
import dataclasses, re
import boots
from harness import plan

def ids(profile=boots.profile("dom0-iommu"), kernels=boots.KERNELS, **changes):
    work = dataclasses.replace(boots.WORK, **changes)
    planned = plan.cells(profile, {name: work for name in profile.workloads}, kernels)
    return [cell.id for cell in planned]

first = ids()
assert re.fullmatch("[0-9a-f]{16}", first[0]) and ids() == first
assert ids(description="other words") == first
assert ids(kernels={**boots.KERNELS, "hook": "other"}) == first
wall = boots.profile("dom0-iommu", clock="wall")
scattered = boots.profile("dom0-iommu", p2m="scattered")
others = [
    ids(sha="0" * 16),
    ids(kernels={**boots.KERNELS, "iommu": "other"}),
    ids(wall),
    ids(scattered),
    ids(boots.profile("dom0-hook")),
    ids(boots.profile("dom0-iommu+force")),
    ids(boots.profile("native-iommu")),
    ids(boots.profile("dom0-iommu", workloads=("copy",)), name="copy"),
]
assert len({tuple(found) for found in [first, *others]}) == 9, others
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

@test "a job has the guest's form: protocol, cell, device, modules, symbols, steps in order" {
	py <<'EOF'
import dataclasses
import boots
from harness import plan

work = dataclasses.replace(boots.WORK, modules=("dmabench", "trial"))
cell = boots.cell("dom0-hook", work)
assert (
    plan.job(cell)
    == f"""\
protocol 1
cell {cell.id}
device 1234:11e8
module /lib/bouncemark/dmabench.ko
module /lib/bouncemark/trial.ko
symbol xen_start_kernel
symbol xen_swiotlb_map_page
symbol arch_dma_range_ready
step dmabench map-64 op=map_single size=64
step dmabench sync-64 op=sync size=64
"""
), plan.job(cell)
bare = dataclasses.replace(boots.WORK, pci=None, modules=())
lines = plan.job(boots.cell("native-plain", bare)).splitlines()
assert [line.split()[0] for line in lines] == ["protocol", "cell"] + ["symbol"] * 3 + [
    "step"
] * 2
EOF
}

@test "the guest's own parser takes the job of every workload, and knows the same members" {
	gcc -o "$TMP/test_job" -std=gnu11 -D_GNU_SOURCE -Ibench/guest \
		-Ibench/modules/include/uapi bench/guest/tests/test_job.c \
		bench/guest/{job,step,map_trace,device,facts,channel,emit,frame,json,sys,words}.c
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
    boot = work.boots[0]
    cell = boots.cell(f"{boot}-iommu", work)
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
    allowed = (done.stdout + done.stderr).strip().rpartition("allowed: ")[2].split()
    assert members == ["kind", "name", *allowed], (kind, members, allowed)
EOF
}
