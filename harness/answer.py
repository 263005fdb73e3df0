# SPDX-License-Identifier: GPL-2.0-only
"""The answer to a question as text. Nothing is decided here."""

from typing import Sequence

from rich.table import Table

from harness.figures import COARSE, UNKNOWN, WORK, difference, heading, validated
from harness.operations import Known, Unknown, coarse, share
from harness.question import Answer
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
from harness.validation import withheld


def text(answer: Answer, width: int, style: Style = PLAIN) -> str:
    """Return the question, a row per operation, and what is to be known of them."""
    title = paragraph(answer.question.text, width, style)
    built = _table(answer, False, style)
    if most(built, width) > width:
        built = _table(answer, True, style)
    notes = [paragraph(note, width, style, "  ") for note in _notes(answer)]
    parts = [paint(title, "bold", style), show(built, width, style), "\n".join(notes)]
    return "\n\n".join(parts)


def _table(answer: Answer, stacked: bool, style: Style) -> Table:
    """Build the table: what is told of a variant side by side, or stacked."""
    variants = _shown(answer)
    base = answer.question.baseline
    columns = [Column("operation", False), Column("series", False)]
    for name in (base, *variants):
        columns.append(Column(heading(name), True))
        if not stacked:
            columns.append(Column("bounced", True))
            columns += [Column(f"- {base}", True)] if name != base else []
    rows = []
    for row in answer.rows:
        fields = [[row.label], [row.key.series], _parts(_cost(row.baseline), stacked)]
        for point in row.points:
            if point.variant in variants:
                more = filter(None, difference(point.difference))
                told = [*more] if stacked else [" ".join(more)]
                fields.append(_parts([*_cost(point.figure), *told], stacked))
        rows.append([Field(text) for group in fields for text in group])
    return table(columns, [Block("", rows)], style)


def _parts(parts: Sequence[str], stacked: bool) -> list[str]:
    return ["\n".join(parts)] if stacked else list(parts)


def _shown(answer: Answer) -> list[str]:
    """Return the variants that have a column: those not known to be wrong."""
    refused = withheld(answer.validated)
    return [name for name in answer.question.variants if name not in refused]


def _cost(known: Known) -> list[str]:
    """Return a figure's median, and what share of the mappings bounced."""
    if isinstance(known, Unknown):
        return [UNKNOWN, ""]
    bounce = known.bounce
    rate = share(bounce.bounced, bounce.mapped) if bounce.mapped else "-"
    return [f"{'' if known.exact else COARSE}{known.p50}", rate]


def _notes(answer: Answer) -> list[str]:
    """Explain what the table uses, and nothing else."""
    variants = _shown(answer)
    known = [row.baseline for row in answer.rows]
    points = [p for row in answer.rows for p in row.points if p.variant in variants]
    known += [point.figure for point in points]
    notes = [
        f"Run {answer.run}. Median in {answer.unit}, the share of the mappings that "
        f"bounced, and the difference to {answer.question.baseline}."
    ]
    if coarse(known, [point.difference for point in points]):
        notes.append(
            f"{COARSE} the lower bound of a bucket, at most 1/128 below the value; "
            "before a difference: that of the minima, which are exact, or to a pool of "
            "another kind of such medians; in percent of the median."
        )
    reasons = dict.fromkeys(
        point.difference.reason for point in points if point.difference.ticks is None
    )
    for reason in reasons:
        mark = WORK if reason.startswith("differs") else UNKNOWN
        notes.append(f"{mark}: {reason}.")
    return notes + validated(answer.validated)
