# SPDX-License-Identifier: GPL-2.0-only
"""The shapes of a chart and of its table. Nothing here reads or writes.

A chart has panels; a panel has a line (or bar, or curve) for each variant. The
table beside it has every figure of the chart, those too that a panel leaves out.
"""

import dataclasses

BARS, DOTS, CURVES, LINES = "bars", "dots", "curves", "lines"
UNKNOWN = "?"
# Panels of a chart, and groups of a panel: more are in the table alone.
MOST_PANELS, MOST_GROUPS = 12, 40
_UNITS = ((1 << 20, "MiB"), (1 << 10, "KiB"))

Points = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class Series:
    """One variant's share of a panel.

    layout: of memory, linear or scattered. values: one for each group of the
    panel, None where unknown. points: (x, y) of a curve or line instead.
    """

    variant: str
    layout: str = "linear"
    values: tuple[float | None, ...] = ()
    points: Points = ()


@dataclasses.dataclass(frozen=True)
class Panel:
    """A part of a chart with axes of its own; groups name its categories."""

    title: str
    groups: tuple[str, ...]
    series: tuple[Series, ...]


@dataclasses.dataclass(frozen=True)
class Table:
    """Figures as text. numbers: how many columns, from the right, are numbers.

    verdicts: which columns, from 0, have the word of a verdict first.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: int = 0
    verdicts: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Chart:
    """A chart: name is its id on a page, x and y say what the axes are, with unit."""

    name: str
    kind: str
    title: str
    says: str
    x: str
    y: str
    panels: tuple[Panel, ...]
    table: Table


def bytes_text(size: float) -> str:
    """Return a size in bytes as people say it: 4096 is '4 KiB'."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:g} {name}"
    return f"{size:g} B"


def count(value: float | None) -> str:
    """Return a figure with thousands apart; unknown is '?', never 0."""
    if value is None:
        return UNKNOWN
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
