# SPDX-License-Identifier: GPL-2.0-only
"""A made-up cell whose step is a recorded run of fio, and its -short twin."""

import dataclasses
import json
from pathlib import Path
from typing import Mapping, Sequence

import boots
from harness import frames, meter, workload
from harness.record import Cell, Seconds, Value, Verdict

_FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "native-plain"
FIO = (_FOLDER / "fio-randread.json").read_text(encoding="utf-8")
UNVERIFIED = (_FOLDER / "bad-fio-verify.json").read_text(encoding="utf-8")
SCOPE: Mapping[str, int] = {
    "scope.maps": 100,
    "scope.entries": 100,
    "scope.bounced": 25,
    "scope.forced": 25,
    "scope.mask": 0,
    "scope.contiguity": 0,
    "scope.unexplained": 0,
    "scope.swiotlb_bounced": 25,
    "scope.failed_bounced": 0,
    "scope.refused_entries": 0,
}


def _short(text: str) -> str:
    """Return fio's output with one I/O less; what is damaged stays as it is."""
    try:
        data = json.loads(text)
    except ValueError:
        return text
    data["jobs"][0]["read"]["total_ios"] -= 100
    return json.dumps(data)


def _step(name: str, text: str) -> frames.Step:
    return frames.Step(name, "fio", (), (), None, None, {"fio.json": text})


def cell(
    text: str,
    busy: Mapping[str, int] | None,
    variant: str = "dom0-iommu",
    scope: Mapping[str, int] = SCOPE,
    metrics: Sequence[str] = (),
) -> Cell:
    """Return the record of a cell that passed, finished with a step of this output."""
    steps = tuple(
        workload.Step("fio", name, {"job": "plain.fio", "device": "/dev/vda"})
        for name in ("read", "read-short")
    )
    declared = tuple(workload.Metric(name, "1", "lower", "tests") for name in metrics)
    work = dataclasses.replace(boots.WORK, steps=steps, metrics=declared)
    planned = boots.cell(variant, work)
    values = tuple(Value("read", name, "1", number) for name, number in scope.items())
    made = Cell(
        planned.id,
        planned.spec,
        Verdict.PASS,
        "",
        boots.INPUTS,
        Seconds(1.0, 2.0),
        values=values,
    )
    outputs = (_step("read", text), _step("read-short", _short(text)))
    return meter.finish(planned, made, outputs, busy)
