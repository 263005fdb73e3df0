# SPDX-License-Identifier: GPL-2.0-only
"""What the steps of a cell mean: its tools' figures and the metrics made of them.

Everything here decides; nothing reads or writes.
"""

import dataclasses
from typing import Callable, Mapping, Sequence

from harness import collect, fio, frames, iperf3, metrics, perfstat
from harness.errors import ToolError
from harness.plan import PlannedCell
from harness.record import Cell, Value, Verdict
from harness.tooltext import Reading

BUSY = "busy_instructions"
# Designs whose bounces are swiotlb's.
_OWN_POOL = ("pool",)
_ALL = "all"
_READERS: Mapping[str, Callable[[str], Sequence[Reading]]] = {
    "fio.json": lambda text: fio.values(fio.parse(text)),
    "iperf3.json": lambda text: iperf3.values(iperf3.parse(text)),
    "perf.csv": lambda text: perfstat.values(perfstat.parse(text)),
}


def read(step: frames.Step) -> list[Value]:
    """Return the figures of the tools' raw output of a step; ToolError names what is
    wrong with it.
    """
    found = []
    for name, text in step.outputs.items():
        if name in _READERS:
            found += [_value(step.name, reading) for reading in _READERS[name](text)]
    return found


def finish(
    cell: PlannedCell,
    made: Cell,
    steps: Sequence[frames.Step],
    counted: Mapping[str, int] | None,
) -> Cell:
    """Return the record of a cell with its tools' figures and its metrics.

    steps: what each sent; counted: busy instructions of each, None when nobody counted
    them. FAIL or ERROR if a tool's output says so or cannot be used, or if figures
    contradict.
    """
    if made.verdict is not Verdict.PASS:
        return made
    values = [*made.values]
    for step in steps:
        try:
            values += read(step)
        except ToolError as problem:
            return _without_figures(
                made, f"step {step.name}: {problem}", problem.verdict
            )
    values += [
        Value(name, BUSY, "1", number) for name, number in (counted or {}).items()
    ]
    figures = _figures(values)
    for name, mine in figures.items():
        own_pool = cell.variant.design in _OWN_POOL
        if own_pool and mine.get("scope.swiotlb_bounced"):
            what = "the driven device bounced through swiotlb's pool"
            wrong = f"{cell.variant.name} did not engage: step {name}: {what}"
            return _without_figures(made, wrong)
        wrong = metrics.disagreement(
            mine,
            swiotlb=not own_pool,
            everything=Value(name, "scope.device", "", _ALL) in values,
        )
        if wrong:
            return _without_figures(made, f"step {name}: {wrong}")
    absent: dict[str, str] = {}
    for name, derived in metrics.of_steps(figures).items():
        values += [_value(name, reading) for reading in derived.values]
        absent.update(derived.absent)
    declared = [
        metric.name
        for metric in cell.workload.metrics
        if counted is not None or metric.name not in _counted_metrics()
    ]
    wrong = metrics.check(declared, {value.name for value in values}, absent)
    if wrong:
        return _without_figures(made, wrong)
    return dataclasses.replace(made, values=tuple(values))


def _counted_metrics() -> set[str]:
    """Return the metrics that nobody knows who does not count instructions."""
    return {slope.name for slope in metrics.SLOPES}


def _figures(values: Sequence[Value]) -> dict[str, dict[str, int | float]]:
    """Return the numbers of each step, by name."""
    found: dict[str, dict[str, int | float]] = {}
    for value in values:
        if not isinstance(value.value, str):
            found.setdefault(value.step, {})[value.name] = value.value
    return found


def _value(step: str, reading: Reading) -> Value:
    return Value(step, reading.name, reading.unit, reading.value)


def _without_figures(made: Cell, reason: str, verdict: Verdict = Verdict.ERROR) -> Cell:
    return dataclasses.replace(
        made,
        verdict=verdict,
        reason=collect.line(reason),
        measurements=(),
        values=(),
    )
