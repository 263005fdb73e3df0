# SPDX-License-Identifier: GPL-2.0-only
"""Cells whose instructions were counted: found among the runs, or booted now."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping, Sequence

from harness import (
    build,
    counters,
    counting,
    guestsymbols,
    machine,
    plan,
    record,
    run,
)
from harness.costs import Places
from harness.designs import needed, variant
from harness.errors import HarnessError, UsageError
from harness.explain import Measured
from harness.profile import Profile
from harness.progress import Progress
from harness.record import Cell, RecordError, Verdict
from harness.sourcelines import Elf

# What the runs are called that are made here.
PROFILE = "explain"


class Uncounted(HarnessError):
    """A cell that did not pass: nothing is told of it."""

    def __init__(self, verdict: Verdict, what: str) -> None:
        """Take how the cell ended."""
        super().__init__(what)
        self.verdict = verdict


@dataclass(frozen=True)
class Wanted:
    """A cell that is to be counted; id, kernel: its own, if it is one that was run."""

    variant: str
    workload: str
    p2m: str
    memory_mib: int
    id: str = ""
    kernel: str | None = None


@dataclass(frozen=True)
class Counted:
    """A cell that was counted: its record, its folder, and what was counted where.

    elves: what may know lines of source. notes: what could not be found out, in
    sentences.
    """

    cell: Cell
    folder: Path
    places: Places
    elves: tuple[Elf, ...]
    notes: tuple[str, ...]

    def measured(self, step: str, series: str) -> Measured | None:
        """Return what the guest itself says of a series; None if it says nothing."""
        for item in self.cell.measurements:
            if (item.step, item.series) == (step, series):
                return Measured(item.count, item.sum)
        return None

    def series(self, step: str) -> list[str]:
        """Return the names of a step's series, in the order they are counted."""
        return [item.series for item in self.cell.measurements if item.step == step]


def count(
    bench: run.Bench, wanted: Sequence[Wanted], progress: Progress
) -> list[Counted]:
    """Return the cells that are wanted, in their order.

    bench: with how to count; of its profile nothing is used. What no run has is
    booted, in one run if that can be. HarnessError when a cell did not pass, UsageError
    when one that was run would be another one now.
    """
    designs = needed(w.variant for w in wanted)
    plans, failed = run.kernel_plans(bench, designs)
    for problem in failed.values():
        raise problem
    keys = {name: made.key for name, made in plans.items()}
    if bench.lines:
        # What knows its lines is the same code, and has a key of its own.
        plain, _ = run.kernel_plans(dataclasses.replace(bench, lines=False), designs)
        _demand_same(bench, wanted, keys, {name: p.key for name, p in plain.items()})
    else:
        _demand_same(bench, wanted, keys)
    built = run.build_all(bench, plans, failed, progress)
    for problem in built.failed.values():
        raise problem
    cells = {item: _planned(bench, item, keys) for item in wanted}
    found = {item: _earlier(bench, cells[item], built) for item in cells}
    for group in _groups([item for item in cells if not found[item]]):
        folder = run.execute(_bench(bench, group), progress)
        found |= {item: folder for item in group}
    return [_counted(cells[item].id, found[item], built) for item in wanted]


def _bench(bench: run.Bench, group: Sequence[Wanted]) -> run.Bench:
    """Return what makes the cells of a group, and no others."""
    first = group[0]
    made = Profile(
        PROFILE,
        "cells whose instructions are counted",
        "insn",
        (first.p2m,),
        (first.workload,),
        tuple(item.variant for item in group),
    )
    work = bench.workloads[first.workload]
    machines = [m for m in work.machines if m.memory_mib == first.memory_mib]
    work = dataclasses.replace(work, machines=tuple(machines))
    return dataclasses.replace(bench, profile=made, workloads={work.name: work})


def _demand_same(
    bench: run.Bench, wanted: Sequence[Wanted], *keys: Mapping[str, str]
) -> None:
    """Raise UsageError if a cell that was run is none that can be planned now."""
    for item in wanted:
        if item.id and item.id not in [_planned(bench, item, k).id for k in keys]:
            now = [one[variant(item.variant).design] for one in keys]
            if item.kernel not in now:
                what = (
                    f"was of kernel {item.kernel}, here is {now[0]}; give its --kernel"
                )
            else:
                what = f"{item.workload} or its p2m was another one; give a new cell"
            raise UsageError(f"cell {item.id}: {what}, or the variant {item.variant}")


def _planned(
    bench: run.Bench, wanted: Wanted, keys: Mapping[str, str]
) -> plan.PlannedCell:
    made = _bench(bench, [wanted])
    (cell,) = plan.cells(made.profile, made.workloads, keys)
    return cell


def _groups(wanted: Iterable[Wanted]) -> list[list[Wanted]]:
    """Return what one run each can make: it has one workload, layout and memory."""
    groups: dict[tuple[str, str, int], list[Wanted]] = {}
    for item in wanted:
        key = item.workload, item.p2m, item.memory_mib
        groups.setdefault(key, []).append(item)
    return list(groups.values())


def _earlier(bench: run.Bench, cell: plan.PlannedCell, built: run.Built) -> Path | None:
    """Return the latest run that has counted this cell, made of the same; or None."""
    tools = machine.tools()
    design, dom0 = cell.variant.design, cell.variant.boot == "dom0"
    for folder in sorted(bench.runs.glob(f"*-{PROFILE}-*"), reverse=True):
        path = folder / "cells" / cell.id
        if not (path / counting.FILE).exists():
            continue
        try:
            made = record.load_cell(path / "cell.json")
        except RecordError:
            continue
        inputs = dataclasses.replace(
            made.inputs,
            kernel=built.kernels[design].plan.key,
            modules=built.modules[design].name,
            guest=built.guest.name,
            qemu=tools["qemu"],
            xen=tools["xen"] if dom0 else None,
            plugin=bench.counting.key if bench.counting else None,
        )
        if made.verdict is Verdict.PASS and made.inputs == inputs:
            return folder
    return None


def _counted(cell: str, folder: Path | None, built: run.Built) -> Counted:
    if folder is None:
        raise HarnessError(f"cell {cell}: was not made")
    path = folder / "cells" / cell
    made = record.load_cell(path / "cell.json")
    if made.verdict is not Verdict.PASS:
        what = f"{made.cell.variant} {made.cell.workload}"
        raise Uncounted(made.verdict, f"{what}: {made.verdict.value}: {made.reason}")
    kernel, modules = built.kernels[made.cell.design], built.modules[made.cell.design]
    known, notes = guestsymbols.of(made, kernel.folder, modules)
    places = Places(counters.load(path / counting.FILE), known)
    return Counted(made, path, places, _elves(made, built), notes)


def _elves(made: Cell, built: run.Built) -> tuple[Elf, ...]:
    design = made.cell.design
    kernel, debug = built.kernels[design].elf, built.modules[design] / build.DEBUG
    found = [Elf("kernel", kernel)] if kernel.exists() else []
    found += [
        Elf(f"module {module}", debug / f"{module}.ko", section, load)
        for module, section, load in guestsymbols.sections(made)
    ]
    return tuple(found)
