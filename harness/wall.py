# SPDX-License-Identifier: GPL-2.0-only
"""A and B in the wall clock, by boots: which metrics differ, by how much, how surely.

Everything here decides; nothing reads or writes.
"""

from dataclasses import dataclass
from typing import Mapping, Sequence

from harness import abtest, series
from harness.abtest import Difference
from harness.errors import UsageError
from harness.record import Run
from harness.series import Metric
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

    lacking: metrics that some boots do not have: their cells did not pass there.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    rows: tuple[Row, ...]
    lacking: tuple[Metric, ...]


def turns(count: int) -> list[int]:
    """Return the order of count boots a side: 0 for A, 1 for B, in turns: ABBA.

    What drifts with time falls on both sides alike.
    """
    return [(number + 1) // 2 % 2 for number in range(2 * count)]


def compare(
    before: Sequence[Run], after: Sequence[Run], known: Mapping[str, Workload]
) -> Boots:
    """Compare the boots of two sides; a run has one boot of each of its cells.

    UsageError if a run is not of the wall clock, or there is no verdict: too few
    boots, or nothing that all have.
    """
    for run in (*before, *after):
        if run.manifest.clock != CLOCK:
            clock = run.manifest.clock
            raise UsageError(
                f"run {run.manifest.id}: its clock is {clock}, not {CLOCK}"
            )
    sides = [_figures(runs, known) for runs in (before, after)]
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
        raise UsageError("compare: no metric that all of these boots have")
    ids = [tuple(run.manifest.id for run in side) for side in (before, after)]
    return Boots(ids[0], ids[1], tuple(rows), tuple(lacking))


def _figures(
    runs: Sequence[Run], known: Mapping[str, Workload]
) -> dict[Metric, tuple[series.Kind, list[float]]]:
    found: dict[Metric, tuple[series.Kind, list[float]]] = {}
    for run in runs:
        for metric, kind, point in series.points(run, known):
            found.setdefault(metric, (kind, []))[1].append(point.value)
    return found
