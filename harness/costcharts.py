# SPDX-License-Identifier: GPL-2.0-only
"""What the charts of costs show: the designs side by side. It reads nothing."""

from typing import Iterable, Sequence

from harness.chartdata import (
    BARS,
    DOTS,
    MOST_GROUPS,
    UNKNOWN,
    Chart,
    Panel,
    Series,
    Table,
    bytes_text,
)
from harness.compare import Designs, Row
from harness.figures import COARSE, marks
from harness.operations import Figure, Known


def costs(designs: Designs) -> list[Chart]:
    """Return the charts of what operations cost, side by side; none without rows.

    A variant that bounces where dom0 does not, as with swiotlb=force, is in the
    table of what is unbounced and not in its chart.
    """
    charts = [_by_size(designs)]
    words = (
        ("unbounced", "Where nothing bounces"),
        ("bounced", "Where it bounces"),
        ("coherent", "Coherent memory"),
    )
    for family, title in words:
        charts.append(_all_of(designs, family, title))
    return [chart for chart in charts if chart.panels]


def _variants(rows: Iterable[Row], names: Sequence[str]) -> tuple[str, ...]:
    """Return the variants that have something to draw in one of the rows."""
    shown = list(rows)
    return tuple(n for n in names if any(_p50(row, n) is not None for row in shown))


def _by_size(designs: Designs) -> Chart:
    """Return the operation map_single, unbounced, by size: bars from zero."""
    rows = [
        row
        for row in designs.rows
        if row.family == "unbounced" and row.op == "map_single" and _size(row)
    ]
    variants = _variants(rows, designs.variants)
    panels = []
    for name in dict.fromkeys(row.key.series for row in rows):
        here = [row for row in rows if row.key.series == name][:MOST_GROUPS]
        groups = tuple(bytes_text(_size(row)) for row in here)
        if variants:
            panels.append(Panel(name, groups, _series(variants, here)))
    return Chart(
        name="cost-by-size",
        kind=BARS,
        title="What a mapping costs, by size",
        says="dma_map_single and its unmap where nothing bounces, native beside dom0. "
        f"Median, in {designs.unit}; less is better.",
        x=f"{designs.unit} an operation",
        y="size of the buffer",
        panels=tuple(panels),
        table=_table(rows, designs.variants),
    )


def _all_of(designs: Designs, family: str, title: str) -> Chart:
    """Return a family's operations, a line each: dots on a logarithmic axis."""
    rows = [row for row in designs.rows if row.family == family]
    variants = _variants(rows, designs.variants)
    here = rows[:MOST_GROUPS]
    groups = tuple(f"{row.label} {row.key.series}" for row in here)
    panels = (Panel("", groups, _series(variants, here)),) if here and variants else ()
    more = len(rows) - len(here)
    return Chart(
        name=f"cost-{family}",
        kind=DOTS,
        title=f"{title}: every operation",
        says=f"Median, in {designs.unit}, on a logarithmic axis."
        + (f" {more} more operations are in the table alone." if more else ""),
        x=f"{designs.unit} an operation (logarithmic)",
        y="",
        panels=panels,
        table=_table(rows, designs.variants),
    )


def _size(row: Row) -> float:
    """Return the size of an operation in bytes; 0 where it has none."""
    for figure in row.figures.values():
        if isinstance(figure, Figure):
            size = figure.parameters.get("size")
            if isinstance(size, (int, float)):
                return float(size)
    return 0.0


def _series(variants: Sequence[str], rows: Sequence[Row]) -> tuple[Series, ...]:
    return tuple(
        Series(name, values=tuple(_p50(row, name) for row in rows)) for name in variants
    )


def _p50(row: Row, variant: str) -> float | None:
    """Return what a chart shows of a variant: unbounced what did not bounce."""
    figure = row.figures.get(variant)
    if not isinstance(figure, Figure):
        return None
    if row.family == "unbounced" and figure.bounce.bounced:
        return None
    return float(figure.p50)


def _table(rows: Sequence[Row], variants: Sequence[str]) -> Table:
    body = [
        (row.label, row.key.series, *(_field(row.figures[name]) for name in variants))
        for row in rows
    ]
    return Table(("operation", "series", *variants), tuple(body), len(variants))


def _field(known: Known) -> str:
    """Return a figure and its marks, as the table of `compare` has them."""
    if not isinstance(known, Figure):
        return UNKNOWN
    text = f"{'' if known.exact else COARSE}{known.p50:,}"
    return f"{text} {marks(known)}".rstrip()
