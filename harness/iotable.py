# SPDX-License-Identifier: GPL-2.0-only
"""What I/O cost and how much of it bounced: the metrics of a run's tools, as tables.

One table for each metric that a workload declares; a row is a step, a column a
variant and layout. What is not known is shown as such, never as 0.
"""

import dataclasses
from typing import Iterable, Mapping, Sequence

from harness.figures import heading
from harness.publish import COLOURS
from harness.record import Cell, Run, Verdict
from harness.tables import PLAIN, Block, Column, Field, Style, paint, show, table
from harness.workload import Metric, Workload

NONE, UNKNOWN = "-", "?"
# Of a step that exists for the slope of another one nothing is shown.
_SHORT = "-short"


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
            if value.name == name and not value.step.endswith(_SHORT):
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
        return value
    if isinstance(value, int) or value >= 1000:
        return f"{value:.0f}"
    return f"{value:.4g}"


def devices(run: Run, width: int, style: Style = PLAIN) -> str:
    """Return how the devices that were driven fared: a row each; "" if there are none.

    A field is the verdict of the worst cell and the bits that the driver asked for.
    """
    rows: dict[str, dict[str, Field]] = {}
    columns = dict.fromkeys(heading(cell.cell.variant) for cell in run.cells)
    for cell in run.cells:
        device = cell.cell.parameters.get("driven")
        if device is None:
            continue
        row = rows.setdefault(str(device), {})
        column = heading(cell.cell.variant)
        bits = [v.value for v in cell.values if v.name == "dma_mask_bits"]
        text = " ".join([cell.verdict.value, *(f"{one} bit" for one in bits)])
        if column not in row or cell.verdict is not Verdict.PASS:
            row[column] = Field(text, COLOURS[cell.verdict])
    if not rows:
        return ""
    body = [
        [Field(name), *(row.get(column, Field(NONE)) for column in columns)]
        for name, row in rows.items()
    ]
    shown = [Column("device", False), *(Column(name, True) for name in columns)]
    return show(table(shown, [Block("", body)], style), width, style)


def text(shown: Iterable[Shown], width: int, style: Style = PLAIN) -> str:
    """Return the tables as text."""
    return "\n\n".join(_text(one, width, style) for one in shown)


def _text(one: Shown, width: int, style: Style) -> str:
    unit = "" if one.metric.unit == "1" else f", {one.metric.unit}"
    title = f"{one.metric.name}{unit}: {one.metric.good_for}"
    columns = [Column("step", False)]
    columns += [Column(name, True) for name in one.columns]
    blocks: dict[str, list[list[Field]]] = {}
    for (work, step), row in one.rows.items():
        fields = [Field(row.get(name, NONE)) for name in one.columns]
        blocks.setdefault(work, []).append([Field(step), *fields])
    built = table(columns, [Block(*item) for item in blocks.items()], style)
    return f"{paint(title, 'bold', style)}\n{show(built, width, style)}"
