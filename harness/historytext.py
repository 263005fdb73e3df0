# SPDX-License-Identifier: GPL-2.0-only
"""The history of metrics as text, JSON and CSV. Nothing is decided, read or written."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Sequence

from harness import inert
from harness.series import HIGHER, LOWER, Kind, Metric, Point

_BETTER = {LOWER: "lower is better", HIGHER: "higher is better"}


@dataclass(frozen=True)
class Series:
    """A metric's points, oldest first."""

    metric: Metric
    kind: Kind
    points: tuple[Point, ...]


def text(found: Sequence[Series]) -> str:
    """Return a head and a line for each point, of one metric after the other."""
    return "\n\n".join(map(_text, found))


def to_json(found: Sequence[Series]) -> str:
    """Return a list of metrics with their points."""
    made = [
        {
            "metric": str(one.metric),
            "unit": one.kind.unit,
            "direction": one.kind.direction,
            "points": [
                {"run": p.run, "started": p.started, "value": _number(p.value)}
                for p in one.points
            ],
        }
        for one in found
    ]
    return json.dumps(made, indent=1)


def to_csv(found: Sequence[Series]) -> str:
    """Return a line for each point, below a head."""
    made = io.StringIO()
    lines = csv.writer(made, lineterminator="\n")
    lines.writerow(["metric", "unit", "run", "started", "value"])
    for one in found:
        for point in one.points:
            about = [str(one.metric), one.kind.unit, point.run, point.started]
            lines.writerow([*map(inert.csv, about), _number(point.value)])
    return made.getvalue().rstrip("\n")


def _text(one: Series) -> str:
    about = filter(None, (one.kind.unit, _BETTER.get(one.kind.direction, "")))
    said = ", ".join(about)
    head = f"{one.metric}  ({said})" if said else str(one.metric)
    values = [str(_number(point.value)) for point in one.points]
    width = max(map(len, values), default=0)
    lines = [
        f"{point.started}  {value:>{width}}  {point.run}"
        for point, value in zip(one.points, values)
    ]
    return "\n".join(map(inert.plain, [head, *lines]))


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() else value
