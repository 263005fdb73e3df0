# SPDX-License-Identifier: GPL-2.0-only
"""What the charts of latency show: how samples are distributed.

Nothing here reads or writes.
"""

from typing import Mapping

from harness.chartdata import CURVES, Chart, Panel, Points, Series, Table, count
from harness.record import Measurement, Run, Verdict

# Curves are told apart up to here; the table has all operations.
_MOST_CURVES = 6
_STATISTICS = ("min", "p50", "p90", "p99", "max")
# Workload, p2m layout, step, series.
_Key = tuple[str, str, str, str]


def distributions(run: Run) -> Chart | None:
    """Return how samples are distributed, of some operations; all are in the table.

    Shown are the steps whose samples spread most, from min to p99, in a variant
    that was not forced to bounce: of each its series that spreads most.
    """
    found: dict[_Key, dict[str, Measurement]] = {}
    for cell in run.cells:
        for one in cell.measurements if cell.verdict is Verdict.PASS else ():
            if one.hist:
                key = (cell.cell.workload, cell.cell.p2m, one.step, one.series)
                found.setdefault(key, {})[cell.cell.variant] = one
    if not found:
        return None
    steps: dict[tuple[str, str, str], _Key] = {}
    for key in sorted(found, key=lambda key: -_spread(found[key])):
        steps.setdefault(key[:3], key)
    best = list(steps.values())[:_MOST_CURVES]
    panels = tuple(_curves(key, found[key]) for key in found if key in best)
    unit = "instructions" if run.manifest.clock == "insn" else "ticks"
    return Chart(
        name="distribution",
        kind=CURVES,
        title="How the samples are distributed",
        says="The share of the samples that took at most so long, for the "
        "operations that spread most; the others are in the table.",
        x=f"{unit} (logarithmic)",
        y="share of the samples",
        panels=panels,
        table=_percentiles(found),
    )


def _spread(found: Mapping[str, Measurement]) -> float:
    here = [one for name, one in found.items() if "+" not in name]
    return max(((one.p99 or 1) / max(one.min or 1, 1) for one in here), default=0.0)


def _curves(key: _Key, found: Mapping[str, Measurement]) -> Panel:
    _, p2m, step, series = key
    layout = "" if p2m == "linear" else f" {p2m}"
    title = f"{step.replace('-', ' ')} {series}{layout}"
    lines = tuple(Series(name, p2m, points=_ecdf(one)) for name, one in found.items())
    return Panel(title, (), lines)


def _ecdf(one: Measurement) -> Points:
    total = sum(number for _, number in one.hist)
    points, seen = [], 0
    for low, number in one.hist:
        seen += number
        points.append((float(max(low, one.min or 0, 1)), seen / total))
    return tuple(points)


def _percentiles(found: Mapping[_Key, Mapping[str, Measurement]]) -> Table:
    rows = []
    for (work, p2m, step, series), ones in found.items():
        for name, one in ones.items():
            ticks = [count(getattr(one, what)) for what in _STATISTICS]
            words = (work, p2m, step, series, name)
            rows.append((*words, count(one.count), *ticks))
    what = ("workload", "memory", "step", "series", "variant", "samples")
    return Table((*what, *_STATISTICS), tuple(rows), 1 + len(_STATISTICS))
