# SPDX-License-Identifier: GPL-2.0-only
"""Boots as the unit: many runs of one plan, two kernels by turns, and what they say."""

import argparse
import dataclasses
import os
import sys
from pathlib import Path
from typing import Sequence

from harness import (
    comparing,
    paths,
    publish,
    record,
    running,
    validation,
    wall,
    walltext,
)
from harness.abtest import ADVISED_BOOTS, LEAST_BOOTS
from harness.errors import UsageError
from harness.record import Run, Verdict

MOST_BOOTS = 100


def run_boots(options: argparse.Namespace) -> int:
    """Make as many runs as are asked for, each a boot of each cell; compare A and B.

    With --versus kernel A (--kernel) and B take turns: ABBA. The status is that of
    the worst run. UsageError if words do not go together: --versus needs the wall
    clock, in which alone boots are compared.
    """
    if options.versus:
        clock = running.chosen_profile(options).clock
        if clock != wall.CLOCK:
            raise UsageError(
                f"--versus: compares boots of the {wall.CLOCK} clock, and this one is "
                f"{clock}; add --clock {wall.CLOCK}, or run each kernel once and "
                "compare RUN1 RUN2"
            )
        if options.boots is None:
            raise UsageError("--versus: say how many boots of each kernel: --boots N")
        if options.boots < LEAST_BOOTS:
            raise UsageError(
                f"--boots {options.boots}: with --versus allowed are {LEAST_BOOTS} to "
                f"{MOST_BOOTS}; {ADVISED_BOOTS} are advised"
            )
    if options.boots is None or not 1 <= options.boots <= MOST_BOOTS:
        raise UsageError(f"--boots {options.boots}: allowed are 1 to {MOST_BOOTS}")
    if options.compare:
        raise UsageError("--compare: is for one run, not for --boots")
    bench = running.bench_of(options)
    benches = [bench, dataclasses.replace(bench, kernel=options.versus)]
    order = wall.turns(options.boots) if options.versus else [0] * options.boots
    sides: tuple[list[Run], list[Run]] = ([], [])
    for number, side in enumerate(order, 1):
        name = f", kernel {'AB'[side]}" if options.versus else ""
        print(f"boot {number} of {len(order)}{name}", file=sys.stderr)
        done, progress = running.execute(benches[side])
        print(running.closing(done, progress))
        sides[side].append(done)
    verdicts = [run.manifest.verdict or Verdict.ERROR for side in sides for run in side]
    if options.versus:
        try:
            print(_compared(*sides, paths.runs(options.results), every=False))
        except UsageError as problem:
            # Nothing that the user said: a kernel that died is the reason, say.
            print(f"bouncemark: {problem}", file=sys.stderr)
            verdicts.append(Verdict.ERROR)
    return record.worst(verdicts).exit_code


def compare_boots(options: argparse.Namespace) -> int:
    """Compare the boots of two sides; 0 whatever is found, it is no gate."""
    if not options.runs or not options.others:
        raise UsageError("compare --clock wall: give RUN... --with RUN...")
    if options.json:
        raise UsageError("compare --clock wall: --json: allowed without --clock")
    runs = paths.runs(options.results)
    one, other = (
        [record.load_run(comparing.find_run(name, runs)) for name in side]
        for side in (options.runs, options.others)
    )
    print(_compared(one, other, runs, options.all))
    return Verdict.PASS.exit_code


def _compared(one: Sequence[Run], other: Sequence[Run], runs: Path, every: bool) -> str:
    seen = validation.Validations()
    known = [
        state for run in (*one, *other) for state in running.states(run, runs, seen)
    ]
    found = wall.compare(one, other, running.workloads(None), known)
    width = publish.width_for(sys.stdout, os.environ)
    style = publish.style_for(sys.stdout, os.environ)
    return walltext.text(found, width, style, every)
