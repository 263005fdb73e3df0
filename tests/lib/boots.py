# SPDX-License-Identifier: GPL-2.0-only
"""Made-up cells, and what a guest that runs them says; no guest is started."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any, Iterable, Mapping, Sequence

import fixtures
import frame_cases
from harness import designs, plan, workload
from harness.boot import Boot
from harness.qemu import Machine, Target
from harness.profile import Profile
from harness.record import Inputs, Scalar

WORK = workload.Workload(
    name="work",
    description="made up",
    boots=designs.BOOTS,
    pci="1234:11e8",
    modules=("dmabench",),
    arguments="",
    deadline=30.0,
    machines=(Machine(2048, 1024, ("edu",)),),
    metrics=(workload.Metric("ticks", "instructions", "lower", "tests"),),
    steps=(
        workload.Step("dmabench", "map-64", {"op": "map_single", "size": 64}),
        workload.Step("dmabench", "sync-64", {"op": "sync", "size": 64}),
    ),
    sha="feedfeedfeedfeed",
)
KERNELS = {name: f"key-{name}" for name in designs.DESIGNS}
OPS = {"pool": "xen_pool_map_page [xen_dma_pool]", "hook": ""}
SERIES = {"map-64": ("probe", "map", "unmap"), "sync-64": ("sync_for_cpu",)}
INPUTS = Inputs("k", "m", "g", "w", "7.2", "4.17", "console=hvc0")


def profile(*variants: str, **changes: Any) -> Profile:
    """Return a profile with these variants."""
    made = Profile("p", "made up", "insn", ("linear",), ("work",), variants)
    return dataclasses.replace(made, **changes)


def cell(
    variant: str = "dom0-iommu",
    work: workload.Workload = WORK,
    **changes: Any,
) -> plan.PlannedCell:
    """Return the one cell of a workload on a variant; changes: of the profile."""
    made = profile(variant, **changes)
    (planned,) = plan.cells(made, {"work": work}, KERNELS)
    return planned


def facts(planned: plan.PlannedCell) -> dict[str, Scalar]:
    """Return what a guest tells in which the right variant runs."""
    variant = planned.variant
    dom0, force = variant.boot == "dom0", variant.force
    pool = dom0 or force
    machine = 0x7F000000 if dom0 else 0x1000000
    found: dict[str, Scalar] = {
        f"symbol.{name}": variant.design in there
        for name, there in designs.SYMBOLS.items()
    }
    ops = OPS.get(variant.design, "xen_swiotlb_map_page")
    found |= {
        "dma.ops": ops if dom0 else "",
        "dma.xen_pv": dom0,
        "dma.initial_domain": dom0,
        "dma.force_bounce": force,
        "dma.pool_slots": 32768 if pool else 0,
        "dma.pages_moved": 1000 if dom0 else 0,
        "dma.probe_phys": 0x1000000,
        "dma.probe_machine": machine,
        "dma.probe_dma": 0x2000000 if force else machine,
        "p2m.contiguous_permille": 300 if planned.spec.p2m == "scattered" else 995,
    }
    if pool:
        found |= {"swiotlb.used": 12, "swiotlb.used_after": 12}
    if variant.design == "pool":
        found |= {"pool.slots": 16384, "pool.used": 3, "pool.used_after": 3}
    if variant.design == "exchange":
        found |= {"dma.dma32_pages": 100, "dma.dma32_beyond": 0}
    return found


def step(
    name: str, end: str = "ok", message: str = "", plus: int = 0, **counts: int
) -> list[Any]:
    """Return the payloads of a step: two mappings a series, none of them bounced.

    plus: ticks that each of them costs more than usual.
    """
    ticks = [40 + plus, 50 + plus]
    said = [{"type": "begin", "step": name, "kind": "dmabench"}]
    said += [fixtures.series_frame(name, kind, ticks) for kind in SERIES[name]]
    said.append({**frame_cases.COUNTS, "step": name, **dict.fromkeys(REASONS, 0)})
    said[-1].update({"mapped": 2, "nsecs": 90, **counts})
    said.append({"type": "end", "step": name, "status": end, "message": message})
    return said


REASONS = ("forced", "mask", "contiguity", "unexplained", "missed")


def talk(
    planned: plan.PlannedCell,
    steps: Sequence[Iterable[Any]] | None = None,
    changes: Mapping[str, Scalar | None] = {},
    **hello: Any,
) -> list[Any]:
    """Return the payloads of a guest that does its job, but for the changes.

    steps: the payloads of each. changes: of facts; None leaves one out.
    """
    told = {**facts(planned), **changes}
    if steps is None:
        steps = [step(one.name) for one in planned.workload.steps]
    said = [{**frame_cases.HELLO, "cell": planned.id, **hello}]
    said += [
        {"type": "fact", "name": name, "value": value}
        for name, value in told.items()
        if value is not None
    ]
    said += [payload for payloads in steps for payload in payloads]
    return [*said, {"type": "bye", "frames": len(said) + 1}]


def channel(payloads: Iterable[Any]) -> bytes:
    """Return payloads as the bytes of the results channel."""
    return frame_cases.stream([json.dumps(payload) for payload in payloads])


def ended(data: bytes, **changes: Any) -> Boot:
    """Return a boot that left these bytes on the channel and ended well."""
    argv = ("qemu-system-x86_64",)
    boot = Boot(argv, 0, "", 3.2, b"[    0.1] Linux version 6.12\r\n", data, b"")
    return dataclasses.replace(boot, **changes)


def gone(pid: str) -> bool:
    """Tell whether a process that was killed is gone, or waits to be reaped."""
    stat = Path(f"/proc/{pid}/stat")
    for _ in range(100):
        try:
            if stat.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.02)
    return False


def target(folder: Path, dom0: bool = True, **changes: Any) -> Target:
    """Return something to boot, of small files in folder."""
    for name in ("bzImage", "one.cpio", "two.cpio"):
        (folder / name).write_text(name)
    made = Target(
        image=folder / "bzImage",
        initramfs=(folder / "one.cpio", folder / "two.cpio"),
        xen=folder / "xen" if dom0 else None,
        arguments="swiotlb=force",
        machine=Machine(2048, 1024, ("edu,dma_mask=0xffffffff",)),
        clock="insn",
        accelerator="tcg",
    )
    return dataclasses.replace(made, **changes)
