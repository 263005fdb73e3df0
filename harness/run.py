# SPDX-License-Identifier: GPL-2.0-only
"""Run a plan: build what it needs, boot its cells; or go on with one cut off."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping, Sequence

from harness import account, build, lock, machine, paths, plan, record, request, resume
from harness.bench import Bench, Built, build_all, initramfs, kernel_plans
from harness.designs import needed
from harness.errors import HarnessError
from harness.progress import Progress
from harness.record import Manifest
from harness.request import Request
from harness.runner import Runner

__all__ = [
    "Bench",
    "Built",
    "build_all",
    "execute",
    "go_on",
    "initramfs",
    "kernel_plans",
]


def execute(bench: Bench, progress: Progress) -> Path:
    """Run a profile and return the run's folder. HarnessError if it cannot begin."""
    with progress.stage("plan"):
        planned = _plan(bench)
        manifest = account.manifest(
            bench.profile, bench.accelerator, bench.debug, planned.cells
        )
    folder = bench.runs / manifest.id
    with lock.owned(resume.lock(folder), f"run {manifest.id}"):
        request.save(planned.request, folder)
        record.save_manifest(manifest, folder)
        return _carry_out(bench, planned, manifest, resume.Kept((), ()), progress)


def go_on(bench: Bench, folder: Path, progress: Progress) -> resume.Kept:
    """Finish a run that was cut off; return what of it was kept.

    HarnessError if it is being run, or is planned otherwise by now.
    """
    with lock.owned(resume.lock(folder), f"run {folder.name}"):
        manifest = record.load_manifest(record.manifest_path(folder))
        then = resume.asked(folder)
        with progress.stage("plan"):
            planned = _plan(bench)
            about = resume.Machine(machine.tools(), machine.host())
            resume.refuse(manifest, then, planned.request, planned.cells, about)
            done = resume.kept(folder, manifest)
        _carry_out(bench, planned, manifest, done, progress)
    return done


@dataclass(frozen=True)
class _Plan:
    """The cells of a run, the kernels they need, and what was asked for."""

    kernels: Mapping[str, build.KernelPlan]
    failed: Mapping[str, HarnessError]
    cells: Sequence[plan.PlannedCell]
    request: Request


def _plan(bench: Bench) -> _Plan:
    plans, failed = kernel_plans(bench, needed(bench.profile.variants))
    keys = {name: planned.key for name, planned in plans.items()}
    cells = plan.cells(bench.profile, bench.workloads, keys)
    further = bench.workloads_from
    asked = Request(
        profile=bench.profile,
        kernel=paths.kernel(bench.kernel),
        accelerator=bench.accelerator,
        debug=bench.debug,
        workloads_from=str(further.absolute()) if further else None,
        busy=bench.busy is not None,
        whole=not (bench.further or bench.counting or bench.lines),
        kernels=keys,
        workloads={cell.workload.name: cell.workload.sha for cell in cells},
    )
    return _Plan(plans, failed, cells, asked)


def _carry_out(
    bench: Bench,
    planned: _Plan,
    manifest: Manifest,
    done: resume.Kept,
    progress: Progress,
) -> Path:
    """Build, boot the cells that are not done yet, and finish the run."""
    folder = bench.runs / manifest.id
    with progress.stage("build"):
        built = build_all(bench, planned.kernels, planned.failed, progress)
    modules = {design: path.name for design, path in built.modules.items()}
    resume.refuse_inputs(done, manifest.id, built.guest.name, modules)
    manifest = dataclasses.replace(
        resume.goes_on(manifest, done),
        kernels=account.kernels(built.kernels),
        config_diff=account.differences(built.kernels),
    )
    resume.tidy(folder, done)
    record.save_manifest(manifest, folder)
    runner = Runner(bench, built, manifest, folder, progress)
    known = {cell.id for cell in done.cells}
    with progress.stage("boot"):
        runner.all([cell for cell in planned.cells if cell.id not in known])
    return runner.finish()
