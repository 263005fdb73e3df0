#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Verdicts on boots that came to their end: was it the variant, was it right?

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a guest of each variant that does its job passes, with its numbers on record" {
	py <<'EOF'
import os
from pathlib import Path
import boots
from harness import collect, plan, record

tmp = Path(os.environ["TMP"])
for variant in plan.variants():
    cell = boots.cell(variant.name)
    done = collect.record(
        cell, boots.ended(boots.channel(boots.talk(cell))), boots.INPUTS
    )
    assert (done.verdict, done.reason) == (record.Verdict.PASS, ""), done.reason
    assert len(done.engagement) == 9 + (variant.boot == "dom0")
    assert all(proof.ok for proof in done.engagement)
    found = [
        (item.step, item.series, item.p50, item.probe) for item in done.measurements
    ]
    assert found == [
        ("map-64", "map", 40, 40),
        ("map-64", "unmap", 40, 40),
        ("sync-64", "sync_for_cpu", 40, None),
    ], found
    assert done.measurements[0].parameters == {"op": "map_single", "size": 64}
    assert done.measurements[0].bounce == record.Bounce(2, 0, 0, 0, 0, 0)
    assert done.console_tail == () and done.facts[
        "dma.xen_pv"
    ] == cell.variant.name.startswith("dom0")
    path = record.save_cell(done, tmp)
    assert record.load_cell(path) == done
EOF
}

@test "what contradicts the variant, or does not prove it, is ERROR: it did not engage" {
	py <<'EOF'
import boots
from harness import collect

def reason(variant, guest, **changes):
    cell = boots.cell(variant)
    told = {**boots.facts(boots.cell(guest)), **changes}
    done = collect.record(
        cell, boots.ended(boots.channel(boots.talk(cell, changes=told))), boots.INPUTS
    )
    assert not done.measurements
    good = done.verdict.value == "ERROR" and done.reason.startswith(
        f"{variant} did not engage: "
    )
    assert good, (done.verdict, done.reason)
    return done.reason.removeprefix(f"{variant} did not engage: ")

for variant, guest, said in (
    # A dom0 kernel booted natively by mistake, and the other way round.
    ("dom0-iommu", "native-iommu", "Xen PV domain: expected True, found False"),
    ("dom0-hook", "native-hook", "Xen PV domain: expected True, found False"),
    ("native-hook", "dom0-hook", "Xen PV domain: expected False, found True"),
    # A hook kernel without the series is the iommu kernel.
    (
        "dom0-hook",
        "dom0-iommu",
        "kernel has xen_swiotlb_map_page: expected False, found True",
    ),
    (
        "dom0-iommu",
        "dom0-hook",
        "kernel has xen_swiotlb_map_page: expected True, found False",
    ),
    (
        "native-hook",
        "native-iommu",
        "kernel has xen_swiotlb_map_page: expected False, found True",
    ),
    (
        "native-plain",
        "native-iommu",
        "kernel has xen_start_kernel: expected False, found True",
    ),
    (
        "native-iommu",
        "native-plain",
        "kernel has xen_start_kernel: expected True, found False",
    ),
    (
        "native-plain",
        "native-plain+force",
        "everything is made to bounce: expected False, found True",
    ),
    (
        "native-plain+force",
        "native-plain",
        "everything is made to bounce: expected True, found False",
    ),
):
    assert reason(variant, guest) == said, reason(variant, guest)
for variant, changes, said in (
    (
        "dom0-hook",
        {"symbol.arch_dma_range_ready": False},
        "kernel has arch_dma_range_ready",
    ),
    (
        "dom0-iommu",
        {"dma.ops": ""},
        "map_page of the dma_map_ops: expected xen_swiotlb_map_page, found none",
    ),
    (
        "dom0-hook",
        {"dma.ops": "xen_swiotlb_map_page"},
        "map_page of the dma_map_ops: expected none",
    ),
    (
        "native-plain",
        {"dma.ops": "intel_map_page"},
        "map_page of the dma_map_ops: expected none",
    ),
    ("dom0-iommu", {"dma.initial_domain": False}, "initial domain: expected True"),
    (
        "dom0-hook",
        {"dma.pages_moved": 0},
        "p2m: expected machine frames are not page frames",
    ),
    (
        "dom0-hook",
        {"dma.probe_machine": 0x1000000, "dma.probe_dma": 0x1000000},
        "p2m: ",
    ),
    (
        "dom0-iommu",
        {"dma.pool_slots": 0},
        "pool: expected there, found dma.pool_slots 0x0",
    ),
    (
        "dom0-hook",
        {"dma.probe_dma": 0x1000000},
        "mapped page: expected at its machine address",
    ),
    (
        "native-hook",
        {"dma.probe_dma": 0x2000000},
        "mapped page: expected at its machine address",
    ),
    ("native-hook", {"dma.pages_moved": 1}, "p2m: expected none"),
    (
        "native-plain+force",
        {"dma.probe_dma": 0x1000000},
        "mapped page: expected bounced",
    ),
    ("native-plain+force", {"dma.pool_slots": 0}, "mapped page: expected bounced"),
    (
        "dom0-iommu+force",
        {"dma.probe_dma": 0x7F000000},
        "mapped page: expected bounced",
    ),
):
    assert reason(variant, variant, **changes).startswith(said), (
        said,
        reason(variant, variant, **changes),
    )
# What the guest does not tell is not taken for good: each fact is needed.
for variant in ("dom0-iommu", "dom0-hook+force", "native-plain"):
    for name in boots.facts(boots.cell(variant)):
        unused = name.startswith("swiotlb.") or (
            name in ("dma.probe_phys", "dma.pool_slots") and variant == "native-plain"
        )
        if not unused:
            said = reason(variant, variant, **{name: None})
            assert said.endswith("found unknown"), (variant, name, said)
EOF
}

@test "another cell's job, an error fact, and steps nobody planned are ERROR" {
	py <<'EOF'
import re
import boots
from harness import collect

cell = boots.cell()
other = boots.cell("dom0-hook")
one, two = boots.step("map-64"), boots.step("sync-64")
stray = [{**payload, "step": "stray"} for payload in two]
bare = [payload for payload in one if payload["type"] in ("begin", "end")]
unended = [payload for payload in one if payload["type"] != "end"]
for talk, words in (
    (boots.talk(cell, cell=other.id), "the guest ran another cell's job"),
    (boots.talk(cell, cell=""), "the guest ran another cell's job"),
    (boots.talk(cell, cell="", changes={"job.error": "line 3: no"}), "job: line 3: no"),
    (boots.talk(cell, changes={"dma.error": "insmod: EINVAL"}), "dma: insmod: EINVAL"),
    (
        boots.talk(cell, changes={"module.error": "dmabench.ko: ENOENT"}),
        "module: dmabench.ko: ENOENT",
    ),
    (boots.talk(cell, [one]), "step sync-64: nothing was reported"),
    (boots.talk(cell, []), "step map-64: nothing was reported"),
    (boots.talk(cell, [bare, two]), "step map-64: ended well without a number"),
    (boots.talk(cell, [one, two, stray]), "step stray: nobody planned it"),
    (boots.talk(cell, [unended, two]), "channel damaged: .*a step has not ended"),
    (
        boots.talk(cell, [one, boots.step("sync-64", "error", "EIO")]),
        "step sync-64: EIO",
    ),
    (
        boots.talk(
            cell, [boots.step("map-64", "fail", "no"), boots.step("sync-64", "error")]
        ),
        "step sync-64: error",
    ),
):
    done = collect.record(cell, boots.ended(boots.channel(talk)), boots.INPUTS)
    assert done.verdict.value == "ERROR" and re.match(words, done.reason), (
        done.verdict,
        done.reason,
        words,
    )
    assert not done.measurements
EOF
}

@test "a subject that is wrong is FAIL, and a job of skipped steps is SKIP" {
	py <<'EOF'
import boots
from harness import collect

cell = boots.cell()
one, two = boots.step("map-64"), boots.step("sync-64")
skips = [boots.step(name, "skip", f"no {name}") for name in ("map-64", "sync-64")]
leak, lost = {"swiotlb.used_after": 13}, {"swiotlb.used_after": None}
for steps, changes, verdict, reason in (
    (
        [boots.step("map-64", "fail", "wrong data"), two],
        {},
        "FAIL",
        "step map-64: wrong data",
    ),
    ([one, boots.step("sync-64", "fail")], {}, "FAIL", "step sync-64: fail"),
    ([skips[0], boots.step("sync-64", "fail", "no")], {}, "FAIL", "step sync-64: no"),
    (
        [boots.step("map-64", unexplained=1), two],
        {},
        "FAIL",
        "step map-64: 1 of 2 mappings bounced and nothing demanded it",
    ),
    (
        [one, boots.step("sync-64", missed=2)],
        {},
        "FAIL",
        "step sync-64: 2 of 2 mappings had to bounce and did not",
    ),
    ([boots.step("map-64", mask=2), two], {}, "PASS", ""),
    ([boots.step("map-64", forced=1, contiguity=1), two], {}, "PASS", ""),
    (None, leak, "FAIL", "slots in use went from 12 to 13"),
    (None, lost, "FAIL", "slots in use went from 12 to None"),
    ([boots.step("map-64", "fail", "first"), two], leak, "FAIL", "step map-64: first"),
    (skips, {}, "SKIP", "step map-64: no map-64"),
    ([one, skips[1]], {}, "PASS", ""),
):
    talk = boots.talk(cell, steps, changes)
    done = collect.record(cell, boots.ended(boots.channel(talk)), boots.INPUTS)
    assert (done.verdict.value, done.reason) == (verdict, reason), (
        done.verdict,
        done.reason,
        reason,
    )
    assert bool(done.measurements) == (verdict == "PASS")
EOF
}
