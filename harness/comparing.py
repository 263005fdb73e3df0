# SPDX-License-Identifier: GPL-2.0-only
"""The commands that look at runs that were made: compare, and what list has of them."""

import argparse
import json
import os
import sys
from pathlib import Path

from harness import answer, compare, paths, publish, question, record, running
from harness import validation
from harness.errors import UsageError
from harness.record import RecordError, Verdict


def compare_runs(options: argparse.Namespace) -> int:
    """Print the designs within one run, or one run against another."""
    runs = paths.runs(options.results)
    names = options.runs
    if options.question:
        return _answer(options, runs)
    if options.others:
        raise UsageError("compare: --with is for --clock wall")
    if not names:
        names = [str(last_run(runs))]
    if len(names) > 2:
        raise UsageError("compare: give one run, or two")
    loaded = [record.load_run(find_run(name, runs)) for name in names]
    seen = validation.Validations()
    known = [running.states(one, runs, seen) for one in loaded]
    if len(loaded) == 1:
        table = compare.designs(loaded[0], validated=known[0])
        made = json.dumps(compare.to_json(table), indent=1)
        print(made if options.json else running.designs_text(table))
        verdict = loaded[0].manifest.verdict or Verdict.ERROR
        return verdict.exit_code
    diff = compare.runs(loaded[0], loaded[1], known[0], known[1])
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    made = json.dumps(compare.to_json(diff), indent=1)
    print(made if options.json else publish.runs_text(diff, width, style))
    return diff.verdict.exit_code


def _answer(options: argparse.Namespace, runs: Path) -> int:
    """Print the answer to a question, from the latest run that has it."""
    if options.runs:
        raise UsageError("compare: give runs or --question, not both")
    asked = _question(options.question)
    for folder in reversed(run_folders(runs)):
        try:
            manifest = record.load_manifest(folder / "run.json")
        except RecordError:
            continue
        if question.answered_by(asked, manifest):
            break
    else:
        where = f" --results {options.results}" if options.results else ""
        raise UsageError(
            f"question {asked.name}: no run in {runs} has the answer; make one with: "
            f"{question.command(asked)}{where}"
        )
    done = record.load_run(folder)
    found = question.answer(asked, done, running.states(done, runs))
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    made = json.dumps(compare.to_json(found), indent=1)
    print(made if options.json else answer.text(found, width, style))
    return Verdict.PASS.exit_code


def _question(name: str) -> question.Question:
    folder = paths.repo().questions
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in known:
        raise UsageError(f"question {name}: allowed are {', '.join(known)}")
    return question.load(folder / f"{name}.toml")


def run_folders(runs: Path) -> list[Path]:
    """Return the folders of the runs there are, oldest first."""
    return sorted(path.parent for path in runs.glob("*/run.json"))


def last_run(runs: Path) -> Path:
    """Return the folder of the run that was made last."""
    folders = run_folders(runs)
    if not folders:
        raise UsageError(f"no runs in {runs}; make one with: bouncemark run")
    return folders[-1]


def runs_rows(runs: Path) -> list[list[str]]:
    """Return a row for every run; of one that cannot be read, why."""
    rows = []
    for folder in run_folders(runs):
        try:
            manifest = record.load_manifest(folder / "run.json")
        except RecordError as problem:
            what = ": ".join(filter(None, (problem.where, problem.what)))
            rows.append([folder.name, f"unreadable: {what}"])
            continue
        verdict = manifest.verdict.value if manifest.verdict else "unfinished"
        cells = f"{len(manifest.cells)}/{len(manifest.planned)} cells"
        clock = f"{manifest.clock}{' debug' if manifest.debug else ''}"
        rows.append([manifest.id, verdict, cells, clock])
    return rows


def find_run(name: str, runs: Path) -> Path:
    """Return the folder of a run given by id or path."""
    for path in (Path(name), runs / name):
        if (path / "run.json").is_file():
            return path
    raise UsageError(f"run {name}: no such in {runs}; see: bouncemark list runs")
