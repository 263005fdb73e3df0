# SPDX-License-Identifier: GPL-2.0-only
"""Trends of metrics over many runs, with what is marked on them.

Everything here decides; nothing reads or writes.
"""

from typing import Iterator, Mapping, Sequence

import numpy
from numpy.typing import NDArray

from harness import accepted, changepoints, exact
from harness.accepted import Acceptance
from harness.changes import percent
from harness.series import LOWER, NEUTRAL, Kind, Metric, Point
from harness.sitedata import ACCEPTED, ALARM, CHANGE, FIXED, Mark, Trend
from harness.storequery import Arrays


def trends(arrays: Arrays, acceptances: Sequence[Acceptance]) -> Iterator[Trend]:
    """Yield the trend of every metric that a direction is declared of."""
    names = [str(metric) for metric in arrays.metrics]
    starts = accepted.starts(acceptances, names, arrays.runs)
    for number, (metric, kind) in enumerate(zip(arrays.metrics, arrays.kinds)):
        if kind.direction == NEUTRAL:
            continue
        values = arrays.values[number]
        points = tuple(
            Point(run, started, float(value))
            for run, started, value in zip(arrays.runs, arrays.started, values)
            if not numpy.isnan(value)
        )
        start = starts.get(number)
        by = {arrays.runs[start.night]: start.by.why} if start else {}
        yield Trend(metric, kind, points, tuple(_marks(metric, kind, points, by)))


def _steps(
    metric: Metric, values: "NDArray[numpy.float64]"
) -> Sequence[changepoints.Step]:
    """Return the steps of a series: in the insn clock each change of the value.

    A figure of the insn clock that changes all the time is a noisy one, too.
    """
    if not exact.steady(values[numpy.newaxis], [metric])[0]:
        return changepoints.steps(values)
    changed = numpy.flatnonzero(numpy.diff(values)) + 1
    return [
        changepoints.Step(int(place), float(values[place - 1]), float(values[place]))
        for place in changed
    ]


def _marks(
    metric: Metric, kind: Kind, points: Sequence[Point], accepted_by: Mapping[str, str]
) -> Iterator[Mark]:
    """Yield a mark for each step of a series, and for a change that was accepted.

    A step for the worse is an alarm, unless it was accepted; one that leads back to
    where the step before it began says that this one is fixed.
    """
    worse = 1 if kind.direction == LOWER else -1
    before: changepoints.Step | None = None
    values = numpy.array([point.value for point in points], dtype=float)
    told = set()
    for step in _steps(metric, values):
        run = points[step.index].run
        size = step.after - step.before
        share = percent(100 * size / abs(step.before) if step.before else None)
        text = f"{size:+g} ({share})"
        what = ALARM if size * worse > 0 else CHANGE
        if before is not None and step.after == before.before:
            what = FIXED if what is CHANGE else what
        if run in accepted_by:
            what, text = ACCEPTED, f"{text}: {accepted_by[run]}"
        told.add(run)
        before = step
        yield Mark(what, run, text)
    for run, why in accepted_by.items():
        if run not in told and any(point.run == run for point in points):
            yield Mark(ACCEPTED, run, why)
