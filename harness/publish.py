# SPDX-License-Identifier: GPL-2.0-only
"""Comparisons as text for a terminal. Nothing is decided or computed here.

Both texts end without a newline, have no line wider than asked, and are plain
ASCII without escape sequences unless the style allows more.
"""

import re
from typing import Sequence

from harness.changes import RunsDiff, percent
from harness.compare import Designs
from harness.figures import footnotes, tables, validated
from harness.inputs import Input
from harness.pairs import Change, Lone
from harness.record import Verdict
from harness.tables import (
    PLAIN,
    Block,
    Column,
    Field,
    Style,
    paint,
    paragraph,
    show,
    style_for,
    table,
    width_for,
)

__all__ = ["PLAIN", "Style", "designs_text", "runs_text", "style_for", "width_for"]

HASH = 12
CLOCKS = {"insn": "insn clock, a tick is an instruction", "wall": "wall clock"}
COLOURS = {
    Verdict.PASS: "bold green",
    Verdict.SKIP: "bold yellow",
    Verdict.ERROR: "bold magenta",
    Verdict.FAIL: "bold red",
    Verdict.CRASH: "bold red",
}


def designs_text(designs: Designs, width: int, style: Style = PLAIN) -> str:
    """Return the designs of a run: tables, footnotes and the three sentences."""
    title = f"{designs.run}: designs ({CLOCKS[designs.clock]}; {designs.p2m} p2m)"
    parts = [paint(paragraph(title, width, style), "bold", style)]
    if designs.rows:
        parts += [show(built, width, style) for built in tables(designs, width, style)]
    else:
        parts.append("No operation was measured.")
    notes = [paragraph(note, width, style, "  ") for note in footnotes(designs)]
    parts.append("\n".join(notes))
    numbered = enumerate(designs.sentences, 1)
    texts = [paragraph(f"{n}. {text}", width, style, "   ") for n, text in numbered]
    parts.append("\n".join(texts))
    return "\n\n".join(parts)


def runs_text(diff: RunsDiff, width: int, style: Style = PLAIN) -> str:
    """Return what changed between two runs, the verdict first."""
    title = f"{diff.b} against {diff.a} ({CLOCKS[diff.clock]})"
    verdict = paragraph(f"{diff.verdict.value}: {diff.summary}", width, style, "  ")
    parts = [
        paint(paragraph(title, width, style), "bold", style),
        paint(verdict, COLOURS[diff.verdict], style),
    ]
    if diff.inputs:
        parts.append(
            _section("What differs", _inputs(diff.inputs, width, style), style)
        )
    lists = (
        (f"Unbounced operations that differ, in {diff.unit}", diff.changed),
        (
            "Bounced and coherent operations that differ (slot search and page "
            "allocator vary; no verdict)",
            diff.varied,
        ),
        ("For information, without a verdict", diff.informational),
    )
    for heading, changes in lists:
        if changes:
            heading = paragraph(heading, width, style)
            parts.append(_section(heading, _changes(changes, width, style), style))
    for name, lone in ((diff.a, diff.only_a), (diff.b, diff.only_b)):
        if lone:
            heading = paragraph(f"Only in {name}", width, style)
            parts.append(_section(heading, _lone(lone, width, style), style))
    if diff.neither:
        texts = [paragraph(text, width, style, "  ") for text in diff.neither]
        parts.append(_section("In neither run", "\n".join(texts), style))
    for name, states in ((diff.a, diff.validated_a), (diff.b, diff.validated_b)):
        texts = [
            paragraph(f"{name}: {t}", width, style, "  ") for t in validated(states)
        ]
        parts += ["\n".join(texts)] if texts else []
    return "\n\n".join(parts)


def _section(heading: str, body: str, style: Style) -> str:
    return f"{paint(heading, 'bold', style)}\n{body}"


def _inputs(inputs: Sequence[Input], width: int, style: Style) -> str:
    columns = [Column("what", False), Column("before", False), Column("now", False)]
    rows = [
        [Field(item.what), Field(_short(item.a)), Field(_short(item.b))]
        for item in inputs
    ]
    return show(table(columns, [Block("", rows)], style), width, style)


def _short(text: str | None) -> str:
    """Return an input's text, a hash by its first digits."""
    if text is None:
        return "none"
    return text[:HASH] if re.fullmatch("[0-9a-f]{32,}", text) else text


def _changes(changes: Sequence[Change], width: int, style: Style) -> str:
    """Return a table of changes; the minimum's own column tells noise from cost."""
    columns = [
        Column("variant", False),
        Column("operation", False),
        Column("series", False),
        Column("before", True),
        Column("now", True),
        Column("change", True),
        Column("min", True),
    ]
    rows = [_change(change) for change in changes]
    text = show(table(columns, [Block("", rows)], style), width, style)
    notes = [
        paragraph(f"work: {change.variant} {change.label}: {change.note}", width, style)
        for change in changes
        if change.ticks is None and change.key.series == _first(changes, change)
    ]
    return "\n".join([text, *notes])


def _first(changes: Sequence[Change], change: Change) -> str:
    """Return the first series listed of a change's step: its work is told once."""
    same = (change.variant, change.key.step, change.note)
    return next(
        other.key.series
        for other in changes
        if (other.variant, other.key.step, other.note) == same
    )


def _change(change: Change) -> list[Field]:
    how = ""
    if change.ticks is None:
        amount = "work"
    else:
        amount = f"{change.ticks:+d} {percent(change.percent):>7}"
        how = "red" if change.ticks > 0 else "green"
    least = f"{change.minimum:+d}" if change.minimum else "0"
    mark = " min" if change.basis == "min" else ""
    return [
        Field(change.variant),
        Field(change.label),
        Field(change.key.series),
        Field(f"{change.a}{mark}"),
        Field(f"{change.b}{mark}"),
        Field(amount, how),
        Field(least),
    ]


def _lone(lone: Sequence[Lone], width: int, style: Style) -> str:
    """Return operations by variant and reason, each group a paragraph."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in lone:
        names = groups.setdefault((item.variant, item.reason), [])
        names.append(f"{item.label} {item.key.series}")
    texts = [
        f"{variant} (in the other run {reason}): {', '.join(names)}"
        for (variant, reason), names in groups.items()
    ]
    return "\n".join(paragraph(text, width, style, "  ") for text in texts)
