# SPDX-License-Identifier: GPL-2.0-only
"""The comparison of boots as text."""

from harness.changes import percent
from harness.series import Metric
from harness.tables import Block, Column, Field, Style, paragraph, show, table
from harness.wall import Boots, Row

_NAMED = 5


def text(boots: Boots, width: int, style: Style, every: bool) -> str:
    """Return a table of the metrics that differ, or of all, and what it means."""
    shown = [row for row in boots.rows if every or row.found.different]
    parts = []
    if shown:
        columns = [Column("metric", False)]
        heads = ("A", "B", "B - A", "%", "95 %\nfrom", "95 %\nto", "could\nsee %")
        columns += [Column(head, True) for head in heads]
        rows = [_fields(row) for row in shown]
        parts.append(show(table(columns, [Block("", rows)], style), width, style))
    sizes = f"{len(boots.before)} and {len(boots.after)} boots"
    sure = sum(row.found.different for row in boots.rows)
    worse = sum(row.is_worse for row in boots.rows)
    said = (
        f"{sizes}: {sure} of {len(boots.rows)} metrics differ, {worse} of them for "
        "the worse. Welch's t on boots' figures, 95 %: where nothing differs 1 in 20 "
        "is said to. could see: the smallest difference found in 8 of 10 comparisons."
    )
    parts.append(paragraph(said, width, style))
    parts += [paragraph(f"{said}.", width, style) for said in boots.withheld]
    if boots.lacking:
        said = f"Not in all boots, and not compared: {_names(boots.lacking)}."
        parts.append(paragraph(said, width, style))
    return "\n\n".join(parts)


def _names(metrics: tuple[Metric, ...]) -> str:
    found = [str(metric) for metric in metrics[:_NAMED]]
    more = len(metrics) - len(found)
    return ", ".join(found) + (f" and {more} more" if more else "")


def _fields(row: Row) -> list[Field]:
    found = row.found
    colour = ("red" if row.is_worse else "green") if found.different else ""
    share = found.percent
    seen = found.of_before(found.detectable)
    return [
        Field(str(row.metric)),
        Field(f"{found.before:.1f}"),
        Field(f"{found.after:.1f}"),
        Field(f"{found.effect:+.1f}", colour),
        Field(percent(share) if share is not None else "?", colour),
        Field(f"{found.low:+.1f}"),
        Field(f"{found.high:+.1f}"),
        Field(f"{seen:.1f}" if seen is not None else "?"),
    ]
