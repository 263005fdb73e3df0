# SPDX-License-Identifier: GPL-2.0-only
"""Explanations and their differences as text for a terminal, and as JSON.

Nothing is decided here. A column always adds up to the line below it, also where its
figures are rounded.
"""

import dataclasses
import math
from fractions import Fraction
from typing import Any, Iterable, Sequence

from rich.table import Table

from harness.costs import L1_CYCLES, LLC_CYCLES, Cost
from harness.counters import Cache
from harness.explain import (
    NOTHING,
    Difference,
    Explanation,
    Name,
    others,
    per_operation,
)
from harness.figures import heading
from harness.operations import label
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

SCHEMA = 1
TOP = 12
DECIMALS = 2
ABSENT = "-"
FORMULA = f"cycles = instructions + {L1_CYCLES} x L1 + {LLC_CYCLES} x LLC"
# Headings of a cost's members behind the instructions.
ACCESSES = (("reads", "reads"), ("writes", "writes"))
MISSES = (("l1", "L1\nmisses"), ("llc", "LLC\nmisses"), ("cycles", "cycles"))

Figures = list[str]


def explanation_text(
    explanation: Explanation, width: int, style: Style = PLAIN, top: int = TOP
) -> str:
    """Return where the instructions of a series went: its functions, dearest first."""
    one, operations = explanation.total, explanation.operations
    insns = _figure(per_operation(one.insns, operations))
    title = f"{_name(explanation.name)}: {insns} {_unit(explanation.whole)}"
    shown, rest = others(explanation.rows, top)
    costs = [row.cost for row in explanation.rows]
    lines = _summed(costs, shown, explanation.total)
    names = [row.label for row in explanation.rows[:shown]] + _rest(rest) + ["total"]
    columns = [("instruc-\ntions", _column(lines, "insns", operations))]
    columns += [("share", _shares(lines, one))]
    more = _more(lines, one, explanation.cache, operations)
    built = _fitting(names, columns, more, width, style)
    return _text(title, built, _notes(explanation), width, style)


def difference_text(
    difference: Difference, width: int, style: Style = PLAIN, top: int = TOP
) -> str:
    """Return what makes a difference: its functions, those that differ most first."""
    operations = difference.operations
    a, b, less = (
        per_operation(cost.insns, operations)
        for cost in (difference.a, difference.b, difference.difference)
    )
    title = (
        f"{_name(difference.a_name)} - {_name(difference.b_name)}: {_figure(a)} - "
        f"{_figure(b)} = {_signed(_figure(less))} {_unit(difference.whole)}"
    )
    rows = difference.rows
    shown, rest = others(rows, top)
    names = [row.label for row in rows[:shown]] + _rest(rest) + ["total"]
    sides = []
    for side, costs, total in (
        (difference.a_name, [row.a for row in rows], difference.a),
        (difference.b_name, [row.b for row in rows], difference.b),
    ):
        lines = _summed([cost or NOTHING for cost in costs], shown, total)
        figures = _column(lines, "insns", operations)
        absent = [ABSENT if cost is None else "" for cost in costs[:shown]]
        figures[:shown] = [gap or text for gap, text in zip(absent, figures)]
        sides.append((heading(side.variant), figures))
    lines = _summed([row.difference for row in rows], shown, difference.difference)
    insns = [_signed(text) for text in _column(lines, "insns", operations)]
    more = _more(lines, difference.a + difference.b, difference.cache, operations)
    signed = [(head, list(map(_signed, figures))) for head, figures in more]
    columns = [*sides, ("differ-\nence", insns)]
    signs = [cost.insns for cost in lines]
    built = _fitting(names, columns, signed, width, style, signs)
    return _text(title, built, _notes(difference), width, style)


def to_json(result: Explanation | Difference) -> dict[str, Any]:
    """Return plain JSON data, with its schema version and kind.

    Costs are whole numbers, of as many operations as the member operations says.
    """
    kind = "explanation" if isinstance(result, Explanation) else "difference"
    return {"schema": SCHEMA, "kind": kind, **dataclasses.asdict(result)}


def _name(name: Name) -> str:
    return f"{name.variant} {label(name.step)} {name.series}"


def _unit(whole: bool) -> str:
    return "instructions in the whole step" if whole else "instructions an operation"


def _rest(count: int) -> list[str]:
    return [f"others ({count} functions)"] if count else []


def _summed(costs: Sequence[Cost], shown: int, total: Cost) -> list[Cost]:
    """Return the costs of the rows that are shown, of all others, and the total."""
    rest = [sum(costs[shown:], NOTHING)] if len(costs) > shown else []
    return [*costs[:shown], *rest, total]


def _more(
    lines: Sequence[Cost], used: Cost, cache: Cache | None, operations: int
) -> list[tuple[str, Figures]]:
    """Return the columns behind the instructions: accesses and misses, if any."""
    headings = ACCESSES if used.reads or used.writes else ()
    headings += MISSES if cache else ()
    return [(text, _column(lines, key, operations)) for key, text in headings]


def _column(lines: Sequence[Cost], key: str, operations: int) -> Figures:
    """Return a member of the costs, for one operation; the last line is the sum.

    What is whole has no decimals.
    """
    values = [per_operation(getattr(cost, key), operations) for cost in lines]
    return [_text_of(*pair) for pair in zip(values, _units(values, DECIMALS))]


def _units(values: Sequence[Fraction], decimals: int) -> list[int]:
    """Return figures in units of the last decimal; the last figure is the sum.

    Those that lose most by rounding down are rounded up, until the sum is right.
    """
    scaled = [value * 10**decimals for value in values]
    units = [math.floor(value) for value in scaled[:-1]]
    total = round(scaled[-1])
    lost = [value - floor for value, floor in zip(scaled, units)]
    order = sorted(range(len(units)), key=lambda place: (-lost[place], place))
    for place in order[: max(total - sum(units), 0)]:
        units[place] += 1
    return [*units, total]


def _figure(value: Fraction) -> str:
    """Return a figure as it stands in a title."""
    return _text_of(value, round(value * 10**DECIMALS))


def _text_of(value: Fraction, units: int) -> str:
    """Return a whole value as it is, any other from its hundredths."""
    if value.denominator == 1:
        return str(value.numerator)
    whole, part = divmod(abs(units), 10**DECIMALS)
    return f"{'-' if units < 0 else ''}{whole}.{part:0{DECIMALS}}"


def _signed(text: str) -> str:
    """Return a figure of a difference with its sign."""
    return text if text.startswith("-") or not text.strip("0. ") else f"+{text}"


def _shares(lines: Sequence[Cost], total: Cost) -> Figures:
    if not total.insns:
        return [ABSENT for _ in lines]
    values = [Fraction(100 * cost.insns, total.insns) for cost in lines]
    return [f"{units / 10:.1f}%" for units in _units(values, 1)]


def _fitting(
    names: Sequence[str],
    columns: Sequence[tuple[str, Figures]],
    more: Sequence[tuple[str, Figures]],
    width: int,
    style: Style,
    signs: Sequence[int] = (),
) -> Table:
    """Build the table; without reads and writes where it were too wide with them."""
    built = _table(names, [*columns, *more], style, signs)
    if most(built, width) <= width:
        return built
    accesses = [heading for _, heading in ACCESSES]
    kept = [column for column in more if column[0] not in accesses]
    return _table(names, [*columns, *kept], style, signs)


def _table(
    names: Sequence[str],
    columns: Sequence[tuple[str, Figures]],
    style: Style,
    signs: Iterable[int] = (),
) -> Table:
    """Build the table; the last line is the total. signs: that of each difference."""
    heads = [Column("function", False)]
    heads += [Column(head, True) for head, _ in columns]
    colours = {True: "red", False: "green"}
    hows = [colours[sign > 0] if sign else "" for sign in signs] or [""] * len(names)
    rows = []
    for number, name in enumerate(names):
        fields = [Field(name)]
        for head, figures in columns:
            changed = head.startswith("differ")
            fields.append(Field(figures[number], hows[number] if changed else ""))
        rows.append(fields)
    return table(heads, [Block("", rows[:-1]), Block("", rows[-1:])], style)


def _notes(result: Explanation | Difference) -> list[str]:
    """Say of how many operations the figures are, and which caches were modelled."""
    notes = []
    if not result.whole:
        notes.append(f"Figures of one operation, from {result.operations}.")
    if isinstance(result, Explanation) and result.idle:
        notes.append(
            f"Busy: {result.busy} instructions; {result.idle} are the idle loops', "
            "more the longer nothing is done."
        )
    if result.cache:
        l1d, llc = result.cache.l1d, result.cache.llc
        notes.append(
            f"Modelled: L1 data cache {l1d.bytes // 1024} KiB, {l1d.ways} ways; last "
            f"level (LLC) {llc.bytes // 1024} KiB, {llc.ways} ways; lines of "
            f"{result.cache.line} bytes. Estimated {FORMULA}."
        )
    return notes


def _text(
    title: str, built: Table, notes: Sequence[str], width: int, style: Style
) -> str:
    parts = [
        paint(paragraph(title, width, style, "  "), "bold", style),
        show(built, width, style),
        "\n".join(paragraph(note, width, style, "  ") for note in notes),
    ]
    return "\n\n".join(part for part in parts if part)
