# SPDX-License-Identifier: GPL-2.0-only
"""The command run --resume: a run that was cut off goes on where it was."""

import argparse
import dataclasses
import sys
from pathlib import Path

from harness import comparing, paths, plan, record, resume, run, running, sums
from harness.designs import needed
from harness.errors import UsageError
from harness.request import FILE as REQUEST
from harness.request import Request

# What a run was asked for, and the parser's word for not given.
_ASKED = {
    "profile": "quick",
    "workload": None,
    "clock": None,
    "accelerator": "tcg",
    "variant": None,
    "workloads_from": None,
    "kernel": None,
    "debug": False,
}


def resume_run(options: argparse.Namespace) -> int:
    """Finish a run that was cut off; say how its cells ended.

    One that is finished is told of, and keeps its verdict.
    """
    for name, default in _ASKED.items():
        if getattr(options, name) != default:
            word = name.replace("_", "-")
            raise UsageError(f"--resume: the run knows its --{word}; leave it out")
    for name in ("boots", "versus"):
        if getattr(options, name) is not None:
            raise UsageError(f"--resume: goes on with one run; leave --{name} out")
    folder = comparing.find_run(options.resume, paths.runs(options.results))
    folder = folder.absolute()
    manifest = record.load_manifest(record.manifest_path(folder))
    if manifest.finished is not None:
        return _finished(folder, options.compare)
    asked = resume.asked(folder)
    bench = _bench(asked, folder.parent)
    cells = plan.cells(bench.profile, bench.workloads, {})
    progress = running.progress_of(len(needed(bench.profile.variants)) + 1 + len(cells))
    with progress.showing():
        kept = run.go_on(bench, folder, progress)
    for problem in kept.lost:
        print(f"done again: {problem}", file=sys.stderr)
    whole = len(manifest.planned)
    print(f"{len(kept.cells)} of {whole} cells were kept", file=sys.stderr)
    made = record.load_run(folder)
    return running.show(made, progress, bench.workloads, options.compare)


def _finished(folder: Path, compared: bool) -> int:
    """Tell of a run that is finished; one cut off before its sums gets them."""
    made = record.load_run(folder)
    if (folder / REQUEST).exists() and not (folder / sums.FILE).exists():
        sums.save(folder)
    print(f"run {made.manifest.id} is finished", file=sys.stderr)
    return running.show(made, running.progress_of(0), running.workloads(None), compared)


def _bench(asked: Request, runs: Path) -> run.Bench:
    """Return what the run worked with, as it was asked for."""
    further = Path(asked.workloads_from) if asked.workloads_from else None
    bench = run.Bench(
        repo=paths.repo(),
        cache=paths.cache(),
        profile=asked.profile,
        workloads=running.workloads(further),
        kernel=asked.kernel,
        accelerator=asked.accelerator,
        runs=runs,
        debug=asked.debug,
        workloads_from=further,
    )
    if not asked.busy:
        return bench
    return dataclasses.replace(bench, busy=running.plugins(bench))
