# SPDX-License-Identifier: GPL-2.0-only
"""The commands that boot: build, run and validate."""

import argparse
import dataclasses
import os
import sys
from pathlib import Path
from typing import Mapping

from harness import (
    compare,
    counting,
    inert,
    iotable,
    paths,
    plan,
    profile,
    publish,
    qemu,
    record,
    report,
    run,
    validate,
    validation,
    workload,
)
from harness.build import plugin as build_plugin
from harness.designs import DESIGNS, needed
from harness.errors import Missing, UsageError
from harness.profile import Profile
from harness.progress import Progress, clock
from harness.record import Verdict
from harness.workload import Workload


def build(options: argparse.Namespace) -> int:
    """Build kernels, their modules and the guest."""
    designs = options.designs or list(DESIGNS)
    for name in designs:
        if name not in DESIGNS:
            raise UsageError(f"design {name}: allowed are {', '.join(DESIGNS)}")
    made = Profile("build", "", "insn", ("linear",), (), ())
    bench = bench_for(options, made, {})
    progress = progress_of(len(designs) + 1)
    with progress.showing():
        plans, failed = run.kernel_plans(bench, designs)
        built = run.build_all(bench, plans, failed, progress)
    for name, kernel in built.kernels.items():
        print(f"{name}  {kernel.plan.key}  {kernel.folder}")
    for name, problem in built.failed.items():
        print(f"{name}  {problem.verdict.value}: {problem}", file=sys.stderr)
    return record.worst(
        [Verdict.PASS, *(p.verdict for p in built.failed.values())]
    ).exit_code


def run_profile(options: argparse.Namespace) -> int:
    """Run a profile's cells; say how they ended and, if asked, compare."""
    bench = bench_of(options)
    return show(*execute(bench), bench.workloads, options.compare)


def bench_of(options: argparse.Namespace) -> run.Bench:
    """Return what a run works with, as the user said; UsageError if that cannot be."""
    chosen = chosen_profile(options)
    if options.accelerator == "kvm" and chosen.clock == "insn":
        raise UsageError(
            "--accelerator kvm: the insn clock needs tcg; add --clock wall"
        )
    bench = bench_for(options, chosen, workloads(options.workloads_from))
    if chosen.counting and chosen.clock == "insn":
        bench = dataclasses.replace(bench, busy=plugins(bench))
    return bench


def show(
    done: record.Run, progress: Progress, known: Mapping[str, Workload], compared: bool
) -> int:
    """Say how a run's cells ended and, if asked, compare; return the exit status."""
    validated = states(done, done.path.absolute().parent)
    if compared:
        with progress.stage("judge"):
            text = designs_text(compare.designs(done, validated=validated))
        print(text)
    else:
        for name, reason in validation.withheld(validated).items():
            print(f"{name}: {reason}.")
    shown = iotable.metrics(validation.trusted(done, validated), known)
    if shown:
        width = publish.width_for(sys.stdout, os.environ)
        style = publish.style_for(sys.stdout, os.environ)
        print(iotable.text(shown, width, style))
        print(f"\n{iotable.devices(done, width, style)}\n")
    print(closing(done, progress))
    return (done.manifest.verdict or Verdict.ERROR).exit_code


def plugins(bench: run.Bench) -> Path | None:
    """Return the folder of QEMU's plugins; None, said aloud, where it takes none."""
    try:
        counting.require_plugins(qemu.QEMU)
    except Missing as problem:
        print(f"instructions are not counted: {problem}", file=sys.stderr)
        return None
    return build_plugin(bench.repo, bench.cache).parent


def validate_cases(options: argparse.Namespace) -> int:
    """Run the cases, all or those named, and say which design is right."""
    known = workloads(options.workloads_from)
    found = profile.load(paths.repo().profiles / f"{validation.PROFILE}.toml")
    chosen = dataclasses.replace(
        found,
        workloads=validate.chosen(known, options.cases),
        variants=tuple(options.variant or found.variants),
    )
    done, progress = execute(bench_for(options, chosen, known))
    with progress.stage("judge"):
        proves = {name: work.description for name, work in known.items()}
        style = publish.style_for(sys.stdout, os.environ)
        text = report.text(validate.report(done.manifest, proves), style)
    print(text)
    print(ending(done, progress))
    return (done.manifest.verdict or Verdict.ERROR).exit_code


def states(
    done: record.Run, runs: Path, seen: validation.Validations | None = None
) -> tuple[validation.State, ...]:
    """Return what is known of the validation of a run's variants.

    From the runs beside it and from those in the folder of runs; seen: what was read
    of them for another run.
    """
    folders = dict.fromkeys([done.path.absolute().parent, runs])
    cases = validate.boots(workloads(None))
    proofs = (seen or validation.Validations()).among(folders)
    return validation.states(done, proofs, cases)


def designs_text(table: compare.Designs) -> str:
    """Return the designs of a run for standard output."""
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    return publish.designs_text(table, width, style)


def workloads(further: Path | None) -> dict[str, Workload]:
    """Return all workloads, with those of a folder of the user's."""
    found = workload.load_all(paths.repo().workloads)
    if further:
        if not further.is_dir():
            raise UsageError(f"--workloads-from {further}: no folder")
        found.update(workload.load_all(further))
    return found


def execute(bench: run.Bench) -> tuple[record.Run, Progress]:
    """Build and boot all that a profile says; return the run as it was recorded."""
    # Before anything is unpacked or built: does the profile name what there is?
    cells = plan.cells(bench.profile, bench.workloads, {})
    designs = needed(bench.profile.variants)
    progress = progress_of(len(designs) + 1 + len(cells))
    with progress.showing():
        folder = run.execute(bench, progress)
    return record.load_run(folder), progress


def closing(done: record.Run, progress: Progress) -> str:
    """Return what a run says at its end: bad cells, time by stage, verdict.

    A cell that passed with a known defect is named, too.
    """
    kinds = done.manifest.kinds
    names = {item.id: record.title(item.kind, kinds) for item in done.manifest.planned}
    lines = [
        inert.plain(f"{end.verdict.value}  {names[end.id]}: {end.reason}")
        for end in done.manifest.cells
        if end.verdict is not Verdict.PASS or end.reason
    ]
    return "\n".join([*lines, ending(done, progress)])


def ending(done: record.Run, progress: Progress) -> str:
    """Return the last two lines of a run: time by stage, verdict."""
    stages = ", ".join(f"{name} {clock(s)}" for name, s in progress.stages.items())
    verdict = done.manifest.verdict
    passed = sum(end.verdict is Verdict.PASS for end in done.manifest.cells)
    return (
        f"time: {stages}, in all {clock(progress.elapsed())}\n"
        f"{verdict.value if verdict else 'unfinished'}: {passed} of "
        f"{len(done.manifest.planned)} cells passed; {done.path}"
    )


def bench_for(
    options: argparse.Namespace, chosen: Profile, known: dict[str, Workload]
) -> run.Bench:
    """Return what a profile's run works with, as the user's words say."""
    return run.Bench(
        repo=paths.repo(),
        cache=paths.cache(),
        profile=chosen,
        workloads=known,
        kernel=options.kernel,
        accelerator=getattr(options, "accelerator", "tcg"),
        runs=paths.runs(getattr(options, "results", None)),
        debug=getattr(options, "debug", False),
        workloads_from=getattr(options, "workloads_from", None),
    )


def progress_of(total: int) -> Progress:
    """Return the progress of so many units of work, shown on standard error."""
    return Progress(sys.stderr, paths.cache().folder() / "durations.json", total)


def chosen_profile(options: argparse.Namespace) -> Profile:
    """Return the profile with what the user said instead of it."""
    folder = paths.repo().profiles
    named = folder / f"{options.profile}.toml"
    given = Path(options.profile)
    if not named.exists() and not given.is_file():
        known = ", ".join(sorted(path.stem for path in folder.glob("*.toml")))
        raise UsageError(
            f"profile {options.profile}: no such; allowed are {known}, or a file"
        )
    found = profile.load(named if named.exists() else given)
    return dataclasses.replace(
        found,
        clock=options.clock or found.clock,
        workloads=tuple(options.workload or found.workloads),
        variants=tuple(options.variant or found.variants),
    )
