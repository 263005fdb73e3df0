# SPDX-License-Identifier: GPL-2.0-only
"""A and B in the wall clock, by boots: which metrics differ, by how much, how surely.

Everything here decides; nothing reads or writes.
"""

import itertools
from dataclasses import dataclass
from typing import Container, Mapping, Sequence

from harness import abtest, inputs, series, validation
from harness.abtest import Difference
from harness.errors import UsageError
from harness.record import Run
from harness.series import Metric
from harness.validation import State
from harness.workload import Workload

CLOCK = "wall"


@dataclass(frozen=True)
class Row:
    """A metric of both sides; unit: of its figures."""

    metric: Metric
    unit: str
    direction: str
    found: Difference

    @property
    def is_worse(self) -> bool:
        """Tell whether B surely differs, and in the direction that is not wanted."""
        if not self.found.different or self.direction == series.NEUTRAL:
            return False
        return (self.found.effect > 0) == (self.direction == series.LOWER)


@dataclass(frozen=True)
class Boots:
    """A comparison: a row for each metric that all boots have, and what was left out.

    lacking: metrics that some boots do not have: their cells did not pass there;
    withheld: designs that failed their validation, a sentence each.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    rows: tuple[Row, ...]
    lacking: tuple[Metric, ...]
    withheld: tuple[str, ...] = ()


def turns(count: int) -> list[int]:
    """Return the order of count boots a side: 0 for A, 1 for B, in turns: ABBA.

    What drifts with time falls on both sides alike.
    """
    return [(number + 1) // 2 % 2 for number in range(2 * count)]


def compare(
    before: Sequence[Run],
    after: Sequence[Run],
    known: Mapping[str, Workload],
    states: Sequence[State] = (),
) -> Boots:
    """Compare the boots of two sides; a run has one boot of each of its cells.

    states: what is known of the validation of the runs' variants: one that failed has
    no figures. UsageError if the runs cannot be compared, or there is no verdict: too
    few boots, or nothing that all have.
    """
    _demand_same([*before, *after])
    refused = validation.withheld(states)
    told = tuple(f"{name}: {reason}" for name, reason in refused.items())
    sides = [_figures(runs, known, refused) for runs in (before, after)]
    kinds = {metric: kind for side in sides for metric, (kind, _) in side.items()}
    rows, lacking = [], []
    for metric, kind in kinds.items():
        one, other = (side.get(metric, (kind, []))[1] for side in sides)
        if len(one) < len(before) or len(other) < len(after):
            lacking.append(metric)
            continue
        found = abtest.welch(one, other)
        if isinstance(found, abtest.NoVerdict):
            raise UsageError(f"compare: {found.reason}")
        rows.append(Row(metric, kind.unit, kind.direction, found))
    if not rows:
        what = "no metric that all of these boots have"
        raise UsageError(f"compare: {'; '.join([what, *told])}")
    ids = [tuple(run.manifest.id for run in side) for side in (before, after)]
    return Boots(ids[0], ids[1], tuple(rows), tuple(lacking), told)


def _demand_same(runs: Sequence[Run]) -> None:
    """Raise UsageError unless each run is a boot of its own, and of the same work."""
    seen = set()
    for run in runs:
        made, first = run.manifest, runs[0].manifest
        if made.clock != CLOCK:
            raise UsageError(f"run {made.id}: its clock is {made.clock}, not {CLOCK}")
        if made.id in seen:
            raise UsageError(f"run {made.id}: given twice; a run is one boot")
        seen.add(made.id)
        if made.accelerator != first.accelerator:
            raise UsageError(
                f"run {made.id}: its accelerator is {made.accelerator}, that of "
                f"{first.id} {first.accelerator}: their times are not compared"
            )
        if made.debug != first.debug:
            raise UsageError(
                f"runs {first.id} and {made.id}: only one has kernels with the "
                "kernel's own checks: their times are not compared"
            )
    for one, other in itertools.combinations(runs, 2):
        different = inputs.refusal(one, other)
        if different:
            raise UsageError(f"compare: {different.rstrip('.')}")


def _figures(
    runs: Sequence[Run], known: Mapping[str, Workload], refused: Container[str]
) -> dict[Metric, tuple[series.Kind, list[float]]]:
    found: dict[Metric, tuple[series.Kind, list[float]]] = {}
    for run in runs:
        for metric, kind, point in series.points(run, known):
            if metric.variant in refused:
                continue
            found.setdefault(metric, (kind, []))[1].append(point.value)
    return found
