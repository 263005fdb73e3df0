# SPDX-License-Identifier: GPL-2.0-only
"""Collect: what a boot left becomes the record of its cell."""

import re
from pathlib import Path
from typing import Mapping

from harness import atomic, console, engagement, frames, judge, stats
from harness.boot import Boot
from harness.errors import HarnessError
from harness.payloads import Series
from harness.plan import PlannedCell
from harness.record import (
    Bounce,
    Cell,
    Inputs,
    Measurement,
    Scalar,
    Seconds,
    Value,
    Verdict,
    measure,
)

_REASON_LENGTH = 1000
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0e-\x1f\x7f]")
_NO_BOUNCE = Bounce(0, 0, 0, 0, 0, 0)


def record(cell: PlannedCell, boot: Boot, inputs: Inputs) -> Cell:
    """Return the record of a cell that was booted."""
    stream = frames.parse(boot.channel)
    proofs = engagement.proofs(cell, stream.facts)
    verdict, reason = judge.outcome(cell, boot, stream, proofs)
    passed = verdict is Verdict.PASS
    return Cell(
        id=cell.id,
        cell=cell.spec,
        verdict=verdict,
        reason=line(reason),
        inputs=inputs,
        seconds=Seconds(boot=_rounded(boot.answered), total=round(boot.seconds, 3)),
        engagement=proofs,
        facts=dict(stream.facts),
        measurements=_measurements(cell, stream) if passed else (),
        values=_values(stream) if passed else (),
        console_tail=() if passed else console.tail(boot.console),
    )


def keep_outputs(stream: frames.Stream, folder: Path) -> None:
    """Write what the tools of a cell printed to outputs/STEP/NAME of its folder."""
    for step in stream.steps:
        for name, text in step.outputs.items():
            place = folder / "outputs" / step.name
            place.mkdir(parents=True, exist_ok=True)
            atomic.write(place / name, text.encode())


def without_boot(cell: PlannedCell, problem: HarnessError, inputs: Inputs) -> Cell:
    """Return the record of a cell that could not be booted."""
    return Cell(
        id=cell.id,
        cell=cell.spec,
        verdict=problem.verdict,
        reason=line(str(problem)),
        inputs=inputs,
        seconds=Seconds(boot=None, total=0.0),
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def line(text: str) -> str:
    """Return text as a record has a reason: on one line, the middle cut out."""
    whole = " ".join(_CONTROL.sub("", text).split())
    if len(whole) <= _REASON_LENGTH:
        return whole
    half = _REASON_LENGTH // 2 - 3
    return f"{whole[:half]} ... {whole[-half:]}"


def _measurements(cell: PlannedCell, stream: frames.Stream) -> tuple[Measurement, ...]:
    planned = {step.name: step.parameters for step in cell.workload.steps}
    found = []
    for step in stream.steps:
        parameters = planned[step.name]
        counts = step.counts
        bounce = _NO_BOUNCE
        if counts:
            bounce = Bounce(
                counts.mapped,
                counts.forced,
                counts.mask,
                counts.contiguity,
                counts.unexplained,
                counts.missed,
            )
        probe = _probe(step)
        for series in step.series:
            if series.series != "probe":
                found.append(_measurement(series, parameters, bounce, probe))
    return tuple(found)


def _probe(step: frames.Step) -> int | None:
    """Return the median of a step's probe series, in ticks."""
    for series in step.series:
        if series.series == "probe" and series.count:
            return stats.percentile(series.hist, 50, series.min)
    return None


def _measurement(
    series: Series,
    parameters: Mapping[str, Scalar],
    bounce: Bounce,
    probe: int | None,
) -> Measurement:
    frame = {
        "step": series.step,
        "series": series.series,
        "count": series.count,
        "failed": series.failed,
        "min": series.min,
        "max": series.max,
        "sum": series.sum,
        "hist": series.hist,
    }
    return measure(frame, parameters, bounce, probe)


def _values(stream: frames.Stream) -> tuple[Value, ...]:
    """Return what the steps reported, and how fast dmabench's own loops were."""
    found = []
    for step in stream.steps:
        for value in step.values:
            found.append(Value(value.step, value.name, value.unit, value.value))
        if step.counts and step.counts.nsecs and step.series:
            rate = step.series[0].count * 1_000_000_000 // step.counts.nsecs
            found.append(Value(step.name, "samples_per_second", "1/s", rate))
    return tuple(found)
