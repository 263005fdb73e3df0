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
from harness import collect, designs, record

tmp = Path(os.environ["TMP"])
for variant in designs.variants():
    cell = boots.cell(variant.name)
    done = collect.record(
        cell, boots.ended(boots.channel(boots.talk(cell))), boots.INPUTS
    )
    assert (done.verdict, done.reason) == (record.Verdict.PASS, ""), done.reason
    more = (variant.boot == "dom0") + (variant.design == "exchange")
    assert len(done.engagement) == 10 + more
    if variant.boot == "dom0":
        mixed = boots.cell(variant.name, p2m=("scattered",))
        talk = boots.channel(boots.talk(mixed))
        both = collect.record(mixed, boots.ended(talk), boots.INPUTS)
        assert both.verdict is record.Verdict.PASS, both.reason
        assert len(both.engagement) == 11 + more and both.cell.p2m == "scattered"
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
    # The kernel of pool is that of iommu: the module tells them apart.
    (
        "dom0-pool",
        "dom0-iommu",
        "map_page of the dma_map_ops: expected xen_pool_map_page, "
        "found xen_swiotlb_map_page",
    ),
    (
        "dom0-iommu",
        "dom0-pool",
        "map_page of the dma_map_ops: expected xen_swiotlb_map_page, "
        "found xen_pool_map_page",
    ),
    (
        "dom0-iommu",
        "dom0-exchange",
        "kernel has xen_alloc_exchange: expected False, found True",
    ),
    (
        "dom0-exchange",
        "dom0-iommu",
        "kernel has xen_alloc_exchange: expected True, found False",
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
    ("dom0-pool", {"dma.ops": "my_map_page [xen_pool_map_page]"}, "map_page of the"),
    ("dom0-pool", {"pool.slots": 0}, "pool: expected there, found pool.slots 0x0"),
    (
        "dom0-exchange",
        {"dma.dma32_beyond": 1},
        "GFP_DMA32 pages: expected there, and none of them at or above 4 GiB, found "
        "dma.dma32_pages 100, dma.dma32_beyond 1",
    ),
    ("dom0-exchange", {"dma.dma32_pages": 0}, "GFP_DMA32 pages: expected there"),
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
for variant in (
    "dom0-iommu",
    "dom0-hook+force",
    "native-plain",
    "dom0-pool",
    "dom0-exchange",
):
    for name in boots.facts(boots.cell(variant)):
        unused = name.startswith(("swiotlb.", "p2m.", "pool.used")) or (
            name in ("dma.probe_phys", "dma.pool_slots") and variant == "native-plain"
        )
        unused = unused or (name, variant) == ("dma.pool_slots", "dom0-pool")
        if not unused:
            said = reason(variant, variant, **{name: None})
            assert said.endswith("found unknown"), (variant, name, said)
EOF
}

@test "scattered memory is proved by how many neighbours are left" {
	py <<'EOF'
import boots
from harness import collect

def ended(left, **changes):
    cell = boots.cell("dom0-hook", p2m=("scattered",), **changes)
    facts = {"p2m.contiguous_permille": left}
    talk = boots.channel(boots.talk(cell, changes=facts))
    done = collect.record(cell, boots.ended(talk), boots.INPUTS)
    return done.verdict.value, done.reason

# Four fifths of the share that was asked for: of half the memory, 400 of 1000.
assert ended(600) == ("PASS", "")
assert ended(601) == (
    "ERROR",
    "dom0-hook did not engage: p2m is scattered: expected at most 600 of 1000 "
    "neighbours contiguous, found p2m.contiguous_permille 601",
)
assert ended(200, scatter_share=100)[0] == "PASS"
assert ended(201, scatter_share=100)[0] == "ERROR"
assert ended(None)[1].endswith("found unknown")
# In a linear cell the fact is on record and proves nothing.
cell = boots.cell("dom0-hook")
for left in (0, 1000, None):
    talk = boots.talk(cell, changes={"p2m.contiguous_permille": left})
    done = collect.record(cell, boots.ended(boots.channel(talk)), boots.INPUTS)
    assert done.verdict.value == "PASS", done.reason
    assert done.facts.get("p2m.contiguous_permille") == left
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
    (None, leak, "FAIL", "slots in use went from 12 to 13 (swiotlb.used)"),
    (
        None,
        {"pool.used": 3, "pool.used_after": 4},
        "FAIL",
        "slots in use went from 3 to 4 (pool.used)",
    ),
    (None, lost, "FAIL", "slots in use went from 12 to None (swiotlb.used)"),
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

@test "slots that a driven device had from the start may be given back, and no others" {
	py <<'EOF'
import dataclasses
import boots
from harness import collect, driven, paths

device = driven.load(paths.repo().devices / "nvme.toml")
cell = boots.cell()
drives = dataclasses.replace(boots.WORK, driven=device)
for work, used, after, verdict in (
    (boots.WORK, 19, 0, "FAIL"),
    (drives, 19, 0, "PASS"),
    (drives, 19, 19, "FAIL"),
    (drives, 19, 18, "FAIL"),
    (drives, 0, 1, "FAIL"),
):
    here = dataclasses.replace(cell, workload=work)
    facts = {"swiotlb.used": used, "swiotlb.used_after": after}
    data = boots.channel(boots.talk(here, None, facts))
    done = collect.record(here, boots.ended(data), boots.INPUTS)
    assert done.verdict.value == verdict, (used, after, done.reason)
EOF
}

@test "what the console complains of is FAIL, unless the workload expects it" {
	py <<'EOF'
import dataclasses, re
import boots
from harness import collect

cell = boots.cell()
data = boots.channel(boots.talk(cell))

def ended(console, *shown, boot={}):
    work = dataclasses.replace(boots.WORK, console=shown)
    here = dataclasses.replace(cell, workload=work)
    boot = boots.ended(data, console=b"[ 0.1] Linux\r\n" + console + b"\r\n", **boot)
    done = collect.record(here, boot, boots.INPUTS)
    assert bool(done.measurements) == (done.verdict.value == "PASS")
    return done.verdict.value, done.reason

splats = (
    b"[ 1.5] WARNING: CPU: 0 PID: 1 at kernel/dma/swiotlb.c:7 f+0x1/0x2",
    b"[ 1.5] BUG: sleeping function called from invalid context at mm/slab.h:9",
    b"[ 1.5] BUG: KASAN: slab-out-of-bounds in f+0x1/0x2",
    b"[ 1.5] BUG: KFENCE: use-after-free read in f+0x1/0x2",
    b"[ 1.5] DMA-API: edu 0000:00:02.0: device driver frees DMA memory",
    b"[ 1.5] INFO: possible recursive locking detected",
    b"[ 1.5] INFO: task init:1 blocked for more than 120 seconds.",
    b"[ 1.5] rcu: INFO: rcu_sched self-detected stall on CPU",
    b"[ 1.5] UBSAN: shift-out-of-bounds in a.c:1:2",
    b"[ 1.5] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    b"[ 1.5] edu 0000:00:02.0: swiotlb buffer is full (sz: 4096 bytes)",
    b"[ 1.5] edu 0000:00:02.0: 4096 bytes not mapped: the pool is full (8 slots)",
    b"[ 1.5] BUG kmalloc-64 (Not tainted): Right Redzone overwritten",
    b"[ 1.5] pagealloc: memory corruption",
    b"(XEN) d0v0 Over-allocation for d0: 393217 > 393216",
    b"(XEN) mm.c:1234:d0v0 Bad page type",
)
for line in splats:
    said = line.decode()
    assert ended(line) == ("FAIL", f"console: {said}"), ended(line)
    assert ended(line, "nothing", re.escape(said[8:30])) == ("PASS", ""), said
    # One pattern excuses its own line only.
    both = line + b"\n(XEN) mm.c:4321: Error"
    assert ended(both, re.escape(said)) == ("FAIL", "console: (XEN) mm.c:4321: Error")
for line in (
    b"[ 0.1] DMA-API: preallocated 65536 debug entries",
    b"[ 0.1] DMA-API: debugging enabled by kernel config",
    b"[ 0.1] [DEBUG: nothing happened]",
    b"[ 0.1] kmemleak: Kernel memory leak detector initialized",
    b"(XEN) Xen version 4.17.5",
):
    assert ended(line) == ("PASS", ""), line
# A guest that died of it is dead.
dead = splats[0] + b"\n[ 1.6] Kernel panic - not syncing: no\n"
assert ended(dead)[0] == "CRASH" and ended(dead, ".")[0] == "CRASH"
# What a step says goes before, and a complaint before a leak.
talk = boots.talk(cell, [boots.step("map-64", "fail", "no"), boots.step("sync-64")])
boot = boots.ended(boots.channel(talk), console=splats[0])
done = collect.record(cell, boot, boots.INPUTS)
assert (done.verdict.value, done.reason) == ("FAIL", "step map-64: no")
talk = boots.talk(cell, changes={"swiotlb.used_after": 13})
boot = boots.ended(boots.channel(talk), console=splats[0])
assert collect.record(cell, boot, boots.INPUTS).reason.startswith("console: ")
EOF
}

@test "an address beyond the device's mask is FAIL, in QEMU's words" {
	py <<'EOF'
import dataclasses
import boots
from harness import collect

cell = boots.cell()
data = boots.channel(boots.talk(cell))
line = b"EDU: clamping DMA 0x140000000 to 0x40000000!"
boot = boots.ended(data, stderr=b"qemu: a word\n" + line + b"\n")
done = collect.record(cell, boot, boots.INPUTS)
assert (done.verdict.value, done.reason) == (
    "FAIL",
    f"the device was handed an address beyond its mask: {line.decode()}",
)
# The console is the guest's; what it may show is nothing to the device.
work = dataclasses.replace(boots.WORK, console=("clamping", "."))
here = dataclasses.replace(cell, workload=work)
assert collect.record(here, boot, boots.INPUTS).verdict.value == "FAIL"
# It is why a step failed, and goes before it; not before one that cannot tell.
for end, said in (("fail", "the device was"), ("error", "step map-64: torn")):
    steps = [boots.step("map-64", end, "torn"), boots.step("sync-64")]
    failed = boots.ended(boots.channel(boots.talk(cell, steps)), stderr=boot.stderr)
    assert collect.record(cell, failed, boots.INPUTS).reason.startswith(said)
quiet = boots.ended(data, stderr=b"qemu: a word\n")
assert collect.record(cell, quiet, boots.INPUTS).verdict.value == "PASS"
EOF
}

@test "a known defect must show, in its step and variant, and is told with the PASS" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import boots
from harness import collect, record, workload

finding = workload.Finding("F1", ("dom0-iommu",), "map-64", r"frame \d+ believed")
work = dataclasses.replace(boots.WORK, findings=(finding,))
step = boots.step

def ended(first, variant="dom0-iommu", second=step("sync-64"), **boot):
    cell = boots.cell(variant, work)
    data = boots.channel(boots.talk(cell, [first, second]))
    done = collect.record(cell, boots.ended(data, **boot), boots.INPUTS)
    record.load_cell(record.save_cell(done, Path(os.environ["TMP"])))
    assert bool(done.measurements) == (done.verdict.value == "PASS")
    return done.verdict.value, done.reason

shown = step("map-64", "fail", "frame 7 believed")
known = "known defect F1 (docs/findings.md): frame 7 believed"
assert ended(shown) == ("PASS", known)
gone = "step map-64: finding F1 no longer shows: "
assert ended(step("map-64")) == ("FAIL", gone + "ok")
assert ended(step("map-64", "skip", "no frame")) == ("FAIL", gone + "skip: no frame")
other = step("map-64", "fail", "frame x believed")
assert ended(other) == ("FAIL", gone + "fail: frame x believed")
assert ended(step("map-64", "error", "EIO")) == ("ERROR", "step map-64: EIO")
# Elsewhere it is what it is everywhere: a failure.
assert ended(shown, "dom0-hook") == ("FAIL", "step map-64: frame 7 believed")
assert ended(step("map-64"), "dom0-hook") == ("PASS", "")
# It excuses nothing else.
wrong = step("sync-64", "fail", "no")
assert ended(shown, second=wrong) == ("FAIL", "step sync-64: no")
splat = b"[ 1.5] WARNING: CPU: 0 PID: 1 at f+0x1/0x2\n"
assert ended(shown, console=splat)[0] == "FAIL"
EOF
}
