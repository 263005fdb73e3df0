# SPDX-License-Identifier: GPL-2.0-only
"""What I/O cost and how much of it bounced: the metrics of a run's tools, as tables.

One table for each metric that a workload declares; a row is a step, a column a
variant and layout. What is not known is shown as such, never as 0.
"""

import dataclasses
from typing import Callable, Iterable, Mapping, Sequence

from rich.table import Table

from harness.drivers import MISSING, Matrix, Works, matrix
from harness.figures import heading
from harness.inert import plain
from harness.metrics import SHORT
from harness.publish import COLOURS
from harness.record import Cell, Run, Verdict
from harness.tables import (
    PLAIN,
    Block,
    Column,
    Field,
    Style,
    most,
    paint,
    paragraph,
    show,
    table,
)
from harness.workload import Metric, Workload

NONE, UNKNOWN = "-", "?"
# Characters of a text that a tool reported.
_LONGEST = 40


@dataclasses.dataclass(frozen=True)
class Shown:
    """A metric, and its figures: (workload, step) -> column -> text."""

    metric: Metric
    columns: tuple[str, ...]
    rows: Mapping[tuple[str, str], Mapping[str, str]]


def metrics(run: Run, workloads: Mapping[str, Workload]) -> list[Shown]:
    """Return the metrics of a run's cells with tools, those that somebody delivered."""
    cells = [cell for cell in run.cells if _has_tools(cell, workloads)]
    columns = tuple(dict.fromkeys(_column(cell) for cell in cells))
    declared: dict[str, Metric] = {}
    for cell in cells:
        for metric in workloads[cell.cell.workload].metrics:
            declared.setdefault(metric.name, metric)
    found = [Shown(one, columns, _rows(one.name, cells)) for one in declared.values()]
    return [one for one in found if one.rows]


def _has_tools(cell: Cell, workloads: Mapping[str, Workload]) -> bool:
    work = workloads.get(cell.cell.workload)
    return bool(work and work.tools)


def _column(cell: Cell) -> str:
    layout = "" if cell.cell.p2m == "linear" else f"\n{cell.cell.p2m}"
    return heading(cell.cell.variant) + layout


def _rows(name: str, cells: Sequence[Cell]) -> dict[tuple[str, str], dict[str, str]]:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for cell in cells:
        for value in cell.values:
            if value.name == name and not value.step.endswith(SHORT):
                row = rows.setdefault((cell.cell.workload, value.step), {})
                row[_column(cell)] = _figure(value.value)
    bad = [cell for cell in cells if cell.verdict is not Verdict.PASS]
    for (work, _), row in rows.items():
        for cell in bad:
            if cell.cell.workload == work:
                row[_column(cell)] = UNKNOWN
    return rows


def _figure(value: int | float | str) -> str:
    if isinstance(value, str):
        return plain(value, _LONGEST)
    if isinstance(value, int) or value >= 1000:
        return f"{value:.0f}"
    return f"{value:.4g}"


def devices(run: Run, width: int, style: Style = PLAIN) -> str:
    """Return how the devices that a run drove fared; "" if there are none."""
    return works(matrix(run, {}), width, style)


def works(found: Matrix, width: int, style: Style = PLAIN) -> str:
    """Return a matrix of drivers as text, a row for each device; "" if it has none.

    A field is the verdict of the worst cell and the bits that the driver asked for.
    """
    if not found.cells:
        return ""
    fields = {
        device: {heading(name): _works(one) for name, one in row.items()}
        for device, row in found.cells.items()
    }

    def build(names: Sequence[str]) -> Table:
        columns = [Column("device", False), *(Column(name, True) for name in names)]
        rows = [
            [Field(device), *(row.get(name, Field(NONE)) for name in names)]
            for device, row in fields.items()
        ]
        return table(columns, [Block("", rows)], style)

    return _fitted([heading(name) for name in found.variants], build, width, style)


def _works(one: Works) -> Field:
    colour = COLOURS.get(Verdict(one.verdict), "") if one.verdict != MISSING else ""
    return Field(one.text, colour)


def text(shown: Iterable[Shown], width: int, style: Style = PLAIN) -> str:
    """Return the tables as text."""
    return "\n\n".join(_text(one, width, style) for one in shown)


def _text(one: Shown, width: int, style: Style) -> str:
    unit = "" if one.metric.unit == "1" else f", {one.metric.unit}"
    title = f"{one.metric.name}{unit}: {one.metric.good_for}"
    head = paint(paragraph(title, width, style), "bold", style)

    def build(names: Sequence[str]) -> Table:
        return _table(one, names, style)

    return f"{head}\n{_fitted(one.columns, build, width, style)}"


def _fitted(
    names: Sequence[str],
    build: Callable[[Sequence[str]], Table],
    width: int,
    style: Style,
) -> str:
    """Return tables below each other, each of as many columns as fit: one at least."""
    parts = []
    while names:
        count = len(names)
        while count > 1 and most(build(names[:count]), width) > width:
            count -= 1
        parts.append(show(build(names[:count]), width, style))
        names = names[count:]
    return "\n\n".join(parts)


def _table(one: Shown, names: Sequence[str], style: Style) -> Table:
    columns = [Column("step", False), *(Column(name, True) for name in names)]
    blocks: dict[str, list[list[Field]]] = {}
    for (work, step), row in one.rows.items():
        fields = [Field(row.get(name, NONE)) for name in names]
        blocks.setdefault(work, []).append([Field(step), *fields])
    return table(columns, [Block(*item) for item in blocks.items()], style)
