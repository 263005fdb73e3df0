# SPDX-License-Identifier: GPL-2.0-only
"""One cell of a plan by itself: the work of a night or a bisection, once more."""

import dataclasses

from harness import cellname, running
from harness.bench import Bench
from harness.errors import HarnessError, UsageError
from harness.record import Cell, Kind, Run, Verdict


def alone(bench: Bench, kind: Kind) -> Bench:
    """Return a bench whose plan is this cell and nothing else.

    UsageError when there is no such workload, or it has no machine of this memory.
    """
    if kind.workload not in bench.workloads:
        raise UsageError(
            f"workload {kind.workload}: allowed are {', '.join(bench.workloads)}"
        )
    work = bench.workloads[kind.workload]
    machines = tuple(m for m in work.machines if m.memory_mib == kind.memory_mib)
    if not machines:
        sizes = ", ".join(str(machine.memory_mib) for machine in work.machines)
        raise UsageError(f"{cellname.name(kind)}: memory: allowed are {sizes}")
    work = dataclasses.replace(work, machines=machines)
    profile = dataclasses.replace(
        bench.profile,
        p2m=(kind.p2m,),
        purpose="",
        workloads=(work.name,),
        variants=(kind.variant,),
    )
    return dataclasses.replace(
        bench, profile=profile, workloads={**bench.workloads, work.name: work}
    )


def boot(bench: Bench) -> tuple[Run, Cell]:
    """Boot a plan of one cell; return its run and it. OSError when a disk is full."""
    run, _ = running.execute(bench)
    (cell,) = run.cells
    if cell.verdict is Verdict.ERROR and "No space left on device" in cell.reason:
        # Nothing of the subject's: whoever goes on would blame it.
        raise HarnessError(cell.reason)
    return run, cell


def is_built(run: Run, cell: Cell) -> bool:
    """Tell whether the kernel of a cell's design could be built."""
    return cell.cell.design in run.manifest.kernels
