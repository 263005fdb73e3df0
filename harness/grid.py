# SPDX-License-Identifier: GPL-2.0-only
"""The designs side by side as one grid of texts: for formats that have no width.

Everything here decides; nothing reads or writes.
"""

from dataclasses import dataclass

from harness.compare import Designs
from harness.figures import (
    COARSE,
    DIFFERENCES,
    HEADINGS,
    UNKNOWN,
    difference,
    heading,
    marks,
    series,
)
from harness.operations import NOT_PLANNED, Known, Unknown
from harness.validation import withheld

FIRST = ("operation", "series")


@dataclass(frozen=True)
class Grid:
    """headings: of the columns; blocks: heading -> rows, a text for each column."""

    headings: tuple[str, ...]
    blocks: dict[str, list[tuple[str, ...]]]


def grid(designs: Designs) -> Grid:
    """Return operation, series, a figure per variant, why it bounced, differences.

    A variant that was not planned has no column, nor has one that failed its
    validation; footnotes of figures.py tell what the marks are.
    """
    refused = withheld(designs.validated)
    unplanned = [n for n, why in designs.unknown.items() if why == NOT_PLANNED]
    shown = [n for n in designs.variants if n not in refused and n not in unplanned]
    changes = [
        (" ".join(title.split()), pick)
        for title, pair, _, pick in DIFFERENCES
        if set(pair) <= set(shown)
    ]
    names = [" ".join(heading(name).split()) for name in shown]
    titles = (*FIRST, *names, "bounced", *(title for title, _ in changes))
    blocks: dict[str, list[tuple[str, ...]]] = {}
    for row in designs.rows:
        figures = [_figure(row.figures[name]) for name in shown]
        differences = [
            " ".join(filter(None, difference(pick(row)))) for _, pick in changes
        ]
        texts = (row.label, series(row), *figures, row.bounced, *differences)
        blocks.setdefault(HEADINGS[row.family], []).append(texts)
    return Grid(titles, blocks)


def _figure(known: Known) -> str:
    if isinstance(known, Unknown):
        return UNKNOWN
    least = f" ({known.min})" if known.min != known.p50 else ""
    return f"{'' if known.exact else COARSE}{known.p50}{marks(known)}{least}"
