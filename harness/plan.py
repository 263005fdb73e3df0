# SPDX-License-Identifier: GPL-2.0-only
"""Plan: a profile becomes a list of cells, each of which says all that it needs."""

from dataclasses import dataclass
from typing import Mapping

from harness import hashing
from harness.qemu import Machine
from harness.designs import DESIGNS, SYMBOLS, Variant, variant
from harness.errors import UsageError
from harness.profile import Profile
from harness.record import CellSpec, Planned, Scalar
from harness.server import GATEWAY, PORT
from harness.workload import IPERF3, Workload

_MODULES = "/lib/bouncemark"


@dataclass(frozen=True)
class PlannedCell:
    """A cell before it runs."""

    id: str
    variant: Variant
    workload: Workload
    machine: Machine
    spec: CellSpec

    @property
    def planned(self) -> Planned:
        """Return the cell as a run's manifest names it."""
        return Planned(
            self.id,
            self.variant.name,
            self.workload.name,
            self.spec.p2m,
            self.machine.memory_mib,
        )


def cells(
    profile: Profile, workloads: Mapping[str, Workload], kernels: Mapping[str, str]
) -> list[PlannedCell]:
    """Return the cells of a profile, each once however often it is named.

    kernels: design -> key of its kernel, which is part of what a cell is.
    """
    planned = [
        _cell(profile, chosen, work, layout, machine, kernels)
        for work in _workloads(profile, workloads)
        for chosen in map(variant, dict.fromkeys(profile.variants))
        for layout in _layouts(profile, chosen, work)
        for machine in work.machines
    ]
    if not planned:
        raise UsageError(f"profile {profile.name}: no workload runs on its variants")
    return planned


def _workloads(profile: Profile, known: Mapping[str, Workload]) -> list[Workload]:
    """Return the workloads of a profile: those it names, or all of its purpose."""
    names = dict.fromkeys(profile.workloads)
    for name in names:
        if name not in known:
            raise UsageError(f"workload {name}: allowed are {', '.join(known)}")
    if names:
        return [known[name] for name in names]
    found = [work for work in known.values() if work.purpose == profile.purpose]
    if not found:
        raise UsageError(
            f"profile {profile.name}: no workload has the purpose {profile.purpose}"
        )
    return found


def _layouts(profile: Profile, chosen: Variant, work: Workload) -> list[str]:
    """Return the p2m layouts of a workload on a variant; natively there is one."""
    if chosen.boot not in work.boots:
        return []
    if chosen.boot == "native":
        return ["linear"]
    return [layout for layout in dict.fromkeys(profile.p2m) if layout in work.p2m]


def _cell(
    profile: Profile,
    chosen: Variant,
    work: Workload,
    layout: str,
    machine: Machine,
    kernels: Mapping[str, str],
) -> PlannedCell:
    parameters: dict[str, Scalar] = {
        "memory_mib": machine.memory_mib,
        "low_mib": machine.low_mib,
    }
    if machine.vcpus > 1:
        parameters["vcpus"] = machine.vcpus
    if work.driven:
        parameters["driven"] = work.driven.name
    if layout == "scattered":
        parameters["scatter_seed"] = profile.scatter_seed
        parameters["scatter_share"] = profile.scatter_share
    spec = CellSpec(
        variant=chosen.name,
        design=chosen.design,
        boot=chosen.boot,
        force=chosen.force,
        workload=work.name,
        parameters=parameters,
        clock=profile.clock,
        p2m=layout,
    )
    parts = [spec.variant, spec.workload, work.sha, spec.clock, spec.p2m, parameters]
    parts.append(kernels.get(chosen.design, ""))
    return PlannedCell(hashing.of(parts), chosen, work, machine, spec)


def job(cell: PlannedCell, port: int = PORT) -> str:
    """Return the guest's job for a cell: see bench/guest/job.h.

    port: where the host's iperf3 server listens.
    """
    lines = ["protocol 1", f"cell {cell.id}"]
    if cell.workload.pci:
        lines.append(f"device {cell.workload.pci}")
    lines += [f"module {_MODULES}/{words}" for words in _modules(cell)]
    lines += [f"symbol {name}" for name in SYMBOLS]
    for step in cell.workload.steps:
        words = [f"{key}={value}" for key, value in step.parameters.items()]
        if step.kind == IPERF3:
            words += [f"server={GATEWAY}", f"port={port}"]
        lines.append(" ".join(["step", step.kind, step.name, *words]))
    return "\n".join(lines) + "\n"


def _modules(cell: PlannedCell) -> list[str]:
    """Return the modules to load, in order, with their parameters.

    The design's comes first: nothing may have been mapped before it is there.
    """
    found = []
    design = DESIGNS[cell.variant.design].module
    if design:
        found.append(f"{design}.ko")
    if cell.spec.p2m == "scattered":
        seed = cell.spec.parameters["scatter_seed"]
        share = cell.spec.parameters["scatter_share"]
        found.append(f"p2mscatter.ko seed={seed} share={share}")
    for words in cell.workload.modules:
        name, _, parameters = words.partition(" ")
        found.append(f"{name}.ko {parameters}".rstrip())
    return found
