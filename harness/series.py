# SPDX-License-Identifier: GPL-2.0-only
"""Metrics over many runs: what a figure of a record is called from night to night.

Everything here decides; nothing reads or writes.
"""

from dataclasses import dataclass
from typing import Iterator, Mapping

from harness.errors import UsageError
from harness.record import Cell, Measurement, Run, Verdict
from harness.workload import Workload

LOWER, HIGHER, NEUTRAL = "lower", "higher", "none"
_TICKS = "ticks"
# Of a measured series: the smallest sample, which is exact, and the median.
_OF_SERIES = ("min", "p50")
_SEPARATOR = "/"
_MEMBERS = "VARIANT/WORKLOAD/P2M/MEMORY/CLOCK/STEP/NAME"


@dataclass(frozen=True, order=True)
class Metric:
    """What a figure is of; memory_mib: the machine's RAM.

    name: of a measured series SERIES.min or SERIES.p50, else the value's own.
    """

    variant: str
    workload: str
    p2m: str
    memory_mib: int
    clock: str
    step: str
    name: str

    def __str__(self) -> str:
        """Return its one name, as users type it; parse() reads it."""
        where = (self.variant, self.workload, self.p2m, str(self.memory_mib))
        return _SEPARATOR.join((*where, self.clock, self.step, self.name))


@dataclass(frozen=True)
class Kind:
    """What a workload's file declares of a metric.

    direction: LOWER or HIGHER is better, or NEUTRAL: it is kept and never judged.
    floor: changes of fewer percent are not told, if there is noise; None: the rule's.
    """

    unit: str
    direction: str
    floor: float | None = None


@dataclass(frozen=True)
class Point:
    """A metric's value in a run. One cell is one boot, so it is one boot's."""

    run: str
    started: str
    value: float


def parse(text: str) -> Metric:
    """Return the metric of a name; UsageError says what a name looks like."""
    words = text.split(_SEPARATOR)
    if len(words) != 7 or not words[3].isdecimal() or not all(words):
        raise UsageError(f"metric {text}: allowed is {_MEMBERS}")
    variant, workload, p2m, memory, clock, step, name = words
    return Metric(variant, workload, p2m, int(memory), clock, step, name)


def points(
    run: Run, workloads: Mapping[str, Workload]
) -> Iterator[tuple[Metric, Kind, Point]]:
    """Yield every figure of a run's cells that passed, with what is declared of it.

    workloads: by name; of one that is not there any more nothing is declared.
    """
    for cell in run.cells:
        if cell.verdict is not Verdict.PASS:
            continue
        for step, name, kind, value in _figures(cell, workloads):
            spec = cell.cell
            metric = Metric(
                spec.variant,
                spec.workload,
                spec.p2m,
                spec.kind.memory_mib,
                spec.clock,
                step,
                name,
            )
            yield metric, kind, Point(run.manifest.id, run.manifest.started, value)


def _figures(
    cell: Cell, workloads: Mapping[str, Workload]
) -> Iterator[tuple[str, str, Kind, float]]:
    work = workloads.get(cell.cell.workload)
    declared = {metric.name: metric for metric in work.metrics} if work else {}
    ticks = declared.get(_TICKS)
    for one in cell.measurements:
        for statistic in _OF_SERIES:
            found = getattr(one, statistic)
            if found is not None:
                direction = ticks.direction if ticks else LOWER
                kind = Kind(one.unit, direction, ticks.floor if ticks else None)
                yield one.step, _name(one, statistic), kind, float(found)
    for value in cell.values:
        if not isinstance(value.value, str):
            known = declared.get(value.name)
            kind = Kind(value.unit, NEUTRAL)
            if known:
                kind = Kind(value.unit, known.direction, known.floor)
            yield value.step, value.name, kind, float(value.value)


def _name(one: Measurement, statistic: str) -> str:
    return f"{one.series}.{statistic}"
