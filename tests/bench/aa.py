#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure how often the A/B rule tells equal kernels apart; exit status 4: too often.

aa.py RUN... [--boots N] [--splits N] [--metric PATTERN] [--seed N] [--json]
aa.py --figures FILE ...

The runs, or the figures, are boots of one and the same thing in the wall clock: what
the rule of harness/abtest.py calls different is a false alarm, and 5 of 100 may be.

RUN: folder of a run; all of the same plan and kernels, in the order they were made, a
boot each for every cell. FILE: a JSON object, metric -> list of numbers, a boot each.
A metric is left out if it has no direction, or the same value in all boots.

turns   groups of 2 N boots that followed each other, half of them A and half B by turns
        (ABBA). Groups share no boot, so their number is what the interval is made of;
        but the metrics of one boot are not independent of each other: it is too narrow
splits  all ways to split all boots in two halves, or --splits random ones. This tests
        the rule with the noise as it is, not what drift does to boots in turns

Exit status 4 if more than the nominal 5 in 100 are different, for sure: the interval of
turns lies above, or the splits' mean does by a half.
"""

import argparse
import fnmatch
import itertools
import json
import math
import random
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Iterator, Mapping, Sequence

from scipy import stats  # type: ignore[import]

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from harness import abtest, paths, record, series, workload  # noqa: E402
from harness.errors import UsageError  # noqa: E402
from harness.record import RecordError  # noqa: E402

NOMINAL = 1 - abtest.CONFIDENCE
WALL = "wall"
LIMIT_STATUS = 4
Figures = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Rate:
    """How many of the comparisons found a difference; low, high: 95 % interval.

    Without one (splits: they share their boots) low and high are None.
    """

    what: str
    comparisons: int
    different: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float:
        """Return the share that was different; NaN of no comparison."""
        return self.different / self.comparisons if self.comparisons else math.nan


def of_runs(folders: Sequence[Path]) -> dict[str, list[float]]:
    """Return the figures of runs; UsageError unless they are A and A."""
    runs = [record.load_run(folder) for folder in folders]
    known = workload.load_all(paths.repo().workloads)
    found: dict[str, list[float]] = {}
    for run in runs:
        manifest, first = run.manifest, runs[0].manifest
        if manifest.clock != WALL:
            raise UsageError(f"run {manifest.id}: clock {manifest.clock}, not {WALL}")
        keys = {name: kernel.key for name, kernel in manifest.kernels.items()}
        expected = {name: kernel.key for name, kernel in first.kernels.items()}
        if keys != expected or manifest.kinds != first.kinds:
            raise UsageError(
                f"run {manifest.id}: other kernels or cells than {first.id}"
            )
        for metric, kind, point in series.points(run, known):
            if kind.direction != series.NEUTRAL:
                found.setdefault(str(metric), []).append(point.value)
    return found


def usable(figures: Figures, pattern: str) -> dict[str, list[float]]:
    """Return the metrics that all boots have and that are not the same in all."""
    most = max((len(values) for values in figures.values()), default=0)
    return {
        name: list(values)
        for name, values in figures.items()
        if fnmatch.fnmatchcase(name, pattern)
        and len(values) == most
        and len(set(values)) > 1
    }


def different(one: Sequence[float], other: Sequence[float]) -> bool:
    """Tell whether the rule says that these boots differ."""
    found = abtest.welch(one, other)
    if isinstance(found, abtest.NoVerdict):
        raise UsageError(found.reason)
    return found.different


def turns(figures: Figures, boots: int) -> Rate:
    """Compare disjoint groups of 2 x boots, A and B by turns: ABBA."""
    compared = hits = 0
    for values in figures.values():
        for begin in range(0, len(values) - 2 * boots + 1, 2 * boots):
            group = values[begin : begin + 2 * boots]
            sides: tuple[list[float], list[float]] = ([], [])
            for place, value in enumerate(group):
                sides[(place + 1) // 2 % 2].append(value)
            compared += 1
            hits += different(*sides)
    if not compared:
        return Rate("turns", 0, 0, None, None)
    interval = stats.binomtest(hits, compared).proportion_ci()
    return Rate("turns", compared, hits, float(interval.low), float(interval.high))


def halves(count: int, most: int, rng: random.Random) -> Iterator[tuple[int, ...]]:
    """Yield the A halves of count boots: all if they are not more than most."""
    if math.comb(count, count // 2) <= most:
        yield from itertools.combinations(range(count), count // 2)
        return
    for _ in range(most):
        yield tuple(sorted(rng.sample(range(count), count // 2)))


def splits(figures: Figures, most: int, rng: random.Random) -> Rate:
    """Compare the halves of all boots, for all splits or most random ones."""
    compared = hits = 0
    for values in figures.values():
        for half in halves(len(values), most, rng):
            chosen = set(half)
            rest = [value for at, value in enumerate(values) if at not in chosen]
            compared += 1
            hits += different([values[at] for at in half], rest)
    return Rate("splits", compared, hits, None, None)


def misses(rates: Sequence[Rate]) -> list[str]:
    """Return which rates are too high, a sentence each."""
    found = []
    for rate in rates:
        limit = NOMINAL if rate.low is not None else 1.5 * NOMINAL
        least = rate.low if rate.low is not None else rate.share
        if rate.comparisons and least > limit:
            found.append(
                f"{rate.what}: {100 * rate.share:.1f} % of {rate.comparisons} "
                f"comparisons of the same differ, allowed are {100 * NOMINAL:.0f} %"
            )
    return found


def _parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(description="how often A/A is called different")
    words.add_argument("runs", nargs="*", type=Path, metavar="RUN")
    words.add_argument("--figures", type=Path, metavar="FILE", help="instead of runs")
    words.add_argument("--boots", type=int, default=5, metavar="N", help="a side")
    words.add_argument("--splits", type=int, default=300, metavar="N", help="at most")
    words.add_argument("--metric", default="*", metavar="PATTERN", help="only these")
    words.add_argument("--seed", type=int, default=1, metavar="N")
    words.add_argument("--json", action="store_true", help="the same for machines")
    return words


def main() -> int:
    """Compare and print; return the exit status."""
    words = _parser()
    options = words.parse_args()
    if bool(options.runs) == bool(options.figures):
        words.error("give runs, or --figures FILE")
    if options.boots < abtest.LEAST_BOOTS or options.splits < 1:
        words.error("allowed are --boots 2 and more, --splits 1 and more")
    try:
        if options.figures:
            figures: Figures = json.loads(options.figures.read_text())
        else:
            figures = of_runs(options.runs)
        chosen = usable(figures, options.metric)
        boots = len(next(iter(chosen.values()), ()))
        if boots < 2 * abtest.LEAST_BOOTS:
            raise UsageError(
                f"{len(chosen)} metrics that vary, {boots} boots of them: "
                f"at least {2 * abtest.LEAST_BOOTS} boots are needed"
            )
        rates = [
            turns(chosen, options.boots),
            splits(chosen, options.splits, random.Random(options.seed)),
        ]
    except (UsageError, RecordError, OSError, ValueError) as problem:
        print(f"aa.py: {problem}", file=sys.stderr)
        return 2
    missed = misses(rates)
    if options.json:
        made = {"metrics": len(chosen), "boots": boots, "missed": missed}
        print(json.dumps({**made, "rates": [asdict(one) for one in rates]}, indent=1))
    else:
        left = len(figures) - len(chosen)
        print(f"{len(chosen)} metrics of {boots} boots; {left} left out")
        for one in rates:
            text = f"{one.what:7} {one.different} of {one.comparisons} differ"
            if one.comparisons:
                text += f": {100 * one.share:.2f} %"
            if one.low is not None and one.high is not None:
                text += f", 95 % interval {100 * one.low:.2f} to {100 * one.high:.2f} %"
            print(text)
    for sentence in missed:
        print(f"aa.py: {sentence}", file=sys.stderr)
    return LIMIT_STATUS if missed else 0


if __name__ == "__main__":
    sys.exit(main())
