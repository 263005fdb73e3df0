# SPDX-License-Identifier: GPL-2.0-only
"""Plan: a profile becomes a list of cells, each of which says all that it needs."""

from dataclasses import dataclass
from typing import Iterable, Mapping

from harness import hashing
from harness.build import DESIGNS
from harness.errors import UsageError
from harness.record import CellSpec
from harness.workload import BOOTS, Profile, Workload

# plain has no Xen code: it cannot be dom0.
_NOT_THERE = {("dom0", "plain")}


@dataclass(frozen=True)
class Variant:
    """Where it boots, the design, and whether everything is made to bounce."""

    boot: str
    design: str
    force: bool

    @property
    def name(self) -> str:
        """Return the name, like dom0-iommu or native-plain+force."""
        return f"{self.boot}-{self.design}" + "+force" * self.force


@dataclass(frozen=True)
class PlannedCell:
    """A cell before it runs; symbols are those whose presence tells the designs."""

    id: str
    variant: Variant
    workload: Workload
    spec: CellSpec


# Symbols that are in a kernel of one design and not in those of the others.
SYMBOLS = {
    "xen_start_kernel": {"iommu", "hook"},
    "xen_swiotlb_map_page": {"iommu"},
    "arch_dma_range_ready": {"hook"},
}


def variants() -> list[Variant]:
    """Return all variants there are, in the order they are reported."""
    return [
        Variant(boot, design, force)
        for boot in BOOTS
        for force in (False, True)
        for design in DESIGNS
        if (boot, design) not in _NOT_THERE
    ]


def variant(name: str) -> Variant:
    """Return the variant of a name; UsageError lists the allowed ones."""
    known = {variant.name: variant for variant in variants()}
    if name not in known:
        raise UsageError(f"variant {name}: allowed are {', '.join(known)}")
    return known[name]


def cells(
    profile: Profile, workloads: Mapping[str, Workload], kernels: Mapping[str, str]
) -> list[PlannedCell]:
    """Return the cells of a profile, each once however often it is named.

    kernels: design -> key of its kernel, which is part of what a cell is.
    """
    planned = []
    for name in dict.fromkeys(profile.workloads):
        if name not in workloads:
            raise UsageError(f"workload {name}: allowed are {', '.join(workloads)}")
        for chosen in map(variant, dict.fromkeys(profile.variants)):
            if chosen.boot in workloads[name].boots:
                planned.append(_cell(profile, chosen, workloads[name], kernels))
    if not planned:
        raise UsageError(f"profile {profile.name}: no workload runs on its variants")
    return planned


def _cell(
    profile: Profile, chosen: Variant, work: Workload, kernels: Mapping[str, str]
) -> PlannedCell:
    spec = CellSpec(
        variant=chosen.name,
        design=chosen.design,
        boot=chosen.boot,
        force=chosen.force,
        workload=work.name,
        parameters={
            "memory_mib": work.machine.memory_mib,
            "low_mib": work.machine.low_mib,
        },
        clock=profile.clock,
        p2m=profile.p2m,
    )
    parts = [spec.variant, spec.workload, work.sha, spec.clock, spec.p2m]
    parts.append(kernels.get(chosen.design, ""))
    return PlannedCell(hashing.of(parts), chosen, work, spec)


def designs(names: Iterable[str]) -> list[str]:
    """Return the designs that variants need, in the order they are built."""
    needed = {variant(name).design for name in names}
    return [design for design in DESIGNS if design in needed]


def job(cell: PlannedCell) -> str:
    """Return the guest's job for a cell: see bench/guest/job.h."""
    lines = ["protocol 1", f"cell {cell.id}"]
    if cell.workload.pci:
        lines.append(f"device {cell.workload.pci}")
    lines += [f"module /lib/bouncemark/{name}.ko" for name in cell.workload.modules]
    lines += [f"symbol {name}" for name in SYMBOLS]
    for step in cell.workload.steps:
        words = [f"{key}={value}" for key, value in step.parameters.items()]
        lines.append(" ".join(["step", step.kind, step.name, *words]))
    return "\n".join(lines) + "\n"
