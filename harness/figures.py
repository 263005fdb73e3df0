# SPDX-License-Identifier: GPL-2.0-only
"""The tables of the designs: from figures to fields, and which layout fits."""

from typing import Callable, Sequence

from rich.table import Table

from harness.changes import percent
from harness.compare import Designs, Row
from harness.operations import (
    NOT_PLANNED,
    Difference,
    Figure,
    Known,
    Unknown,
    coarse,
    reasons,
)
from harness.tables import Block, Column, Field, Style, least, most, table
from harness.validation import State, withheld

HEADINGS = {"unbounced": "UNBOUNCED", "bounced": "BOUNCED", "coherent": "COHERENT"}
LETTERS = {"forced": "F", "mask": "M", "contiguity": "C"}
MIXED, FAILED, COARSE, UNKNOWN, WORK = "X", "!", "~", "?", "work"
NOTED = 4

# Heading, the two variants, whether it is always in percent too, and which it is.
DIFFERENCES: Sequence[
    tuple[str, tuple[str, str], bool, Callable[[Row], Difference]]
] = (
    (
        "dom0\nhook -\niommu",
        ("dom0-hook", "dom0-iommu"),
        True,
        lambda row: row.dom0,
    ),
    (
        "native\niommu -\nplain",
        ("native-iommu", "native-plain"),
        False,
        lambda row: row.native_iommu,
    ),
    (
        "native\nhook -\niommu",
        ("native-hook", "native-iommu"),
        False,
        lambda row: row.native_hook,
    ),
)

Split = tuple[str, str, str]


def tables(designs: Designs, width: int, style: Style) -> list[Table]:
    """Return the tables of a comparison, in the first layout that fits the width.

    One table with everything; or figures and differences apart; or the same with
    the minimum under the figure; at worst native and dom0 figures apart too.
    """
    rows, names = designs.rows, _shown(designs)
    sides = [_changes(designs, full) for full in (True, False)]
    whole = _table(rows, [_figures(rows, names, False), sides[0]], style)
    if most(whole, width) <= width:
        return [whole]
    changes = [_table(rows, [side], style) for side in sides]
    change = changes[0] if most(changes[0], width) <= width else changes[1]
    for stacked in (False, True):
        figures = _table(rows, [_figures(rows, names, stacked)], style)
        if least(figures, width) <= width:
            return [figures, change]
    halves = [
        [name for name in names if name.startswith("native")],
        [name for name in names if not name.startswith("native")],
    ]
    apart = [
        _table(rows, [_figures(rows, half, True)], style) for half in halves if half
    ]
    return [*apart, change]


Fields = tuple[list[Column], list[list[Field]]]


def _table(rows: Sequence[Row], parts: Sequence[Fields], style: Style) -> Table:
    columns = [Column("operation", False), Column("series", False)]
    for more, _ in parts:
        columns.extend(more)
    blocks: dict[str, list[list[Field]]] = {}
    before = None
    for number, row in enumerate(rows):
        same = before is not None and (before.label, before.family) == (
            row.label,
            row.family,
        )
        fields = [Field("" if same else row.label), Field(series(row))]
        for _, body in parts:
            fields.extend(body[number])
        blocks.setdefault(HEADINGS[row.family], []).append(fields)
        before = row
    return table(columns, [Block(*item) for item in blocks.items()], style)


def series(row: Row) -> str:
    """Return the name of a row's series; of a sync what is in its label is left out."""
    return row.key.series.removeprefix("sync_") if row.op == "sync" else row.key.series


def _figures(rows: Sequence[Row], variants: Sequence[str], stacked: bool) -> Fields:
    columns = [Column(heading(name), True) for name in variants]
    bodies = [
        _aligned([_split(row.figures[name]) for row in rows], stacked)
        for name in variants
    ]
    body = [[Field(column[number]) for column in bodies] for number in range(len(rows))]
    return columns, body


def _changes(designs: Designs, full: bool) -> Fields:
    """Return bounced-and-why and the differences; full: all with percent.

    A difference from a design that failed validation has no column.
    """
    refused = withheld(designs.validated)
    groups = [
        (heading, [pick(row) for row in designs.rows], full or shares)
        for heading, pair, shares, pick in DIFFERENCES
        if not set(pair) & set(refused)
    ]
    columns = [Column("bounced", False)]
    columns += [Column(heading, True) for heading, _, _ in groups]
    bodies = [
        _aligned([_difference(item, shares) for item in items], False)
        for _, items, shares in groups
    ]
    body = []
    for number, row in enumerate(designs.rows):
        fields = [Field(row.bounced)]
        for (_, items, _), texts in zip(groups, bodies):
            fields.append(Field(texts[number], _colour(items[number])))
        body.append(fields)
    return columns, body


def heading(variant: str) -> str:
    """Return a variant's name as the heading of its column."""
    boot, _, design = variant.partition("-")
    name, plus, force = design.partition("+")
    return "\n".join([boot, name, plus + force] if plus else [boot, name])


def _split(known: Known) -> Split:
    """Return a figure's p50, its marks, and its minimum if that differs."""
    if not isinstance(known, Figure):
        return UNKNOWN, "", ""
    return (
        f"{'' if known.exact else COARSE}{known.p50}",
        marks(known),
        f"({known.min})" if known.min != known.p50 else "",
    )


def marks(figure: Figure) -> str:
    """Return the letters of a figure: why it bounced, whether operations failed."""
    found = [word for word, _ in reasons(figure.bounce)]
    letter = ""
    if figure.bounce.missed or len(found) > 1:
        letter = MIXED
    elif found:
        whole = figure.bounce.bounced == figure.bounce.mapped
        letter = LETTERS.get(found[0], MIXED) if whole else MIXED
    return letter + FAILED * bool(figure.failed)


def difference(item: Difference, form: str = "+d") -> tuple[str, str]:
    """Return a difference in ticks, or why there is none, and in percent, if any."""
    if item.ticks is None:
        return (WORK if item.reason.startswith("differs") else UNKNOWN), ""
    about = "" if item.exact else COARSE
    if not item.ticks:
        return f"{about}0", ""
    return f"{about}{item.ticks:{form}}", percent(item.percent)


def _difference(item: Difference, share: bool) -> Split:
    ticks, part = difference(item)
    return ticks, "", part if share and item.percent is not None else ""


def _colour(item: Difference) -> str:
    if not item.ticks:
        return ""
    return "red" if item.ticks > 0 else "green"


def _aligned(fields: Sequence[Split], stacked: bool) -> list[str]:
    """Return the texts of a column with p50, marks and minima each aligned."""
    mark = max((len(field[1]) for field in fields), default=0)
    tail = max((len(field[2]) for field in fields), default=0)
    if not tail or stacked:
        ends = [f"\n{field[2]}" if field[2] else "" for field in fields]
    else:
        ends = [f" {field[2]:>{tail}}" for field in fields]
    return [f"{field[0]}{field[1]:<{mark}}{end}" for field, end in zip(fields, ends)]


def footnotes(designs: Designs) -> list[str]:
    """Explain what the tables of this comparison use, and nothing else."""
    figures = [item for row in designs.rows for item in row.figures.values()]
    known = [item for item in figures if isinstance(item, Figure)]
    changes = [
        item
        for row in designs.rows
        for item in (row.dom0, row.native_iommu, row.native_hook)
    ]
    notes = [_units(designs, known)]
    if designs.debug:
        notes.append("The kernels have the kernel's own checks: costs mean nothing.")
    letters = {letter for figure in known for letter in marks(figure)}
    words = {letter: f"{letter} all {word}" for word, letter in LETTERS.items()}
    words[MIXED] = f"{MIXED} in part or for several reasons"
    used = [text for letter, text in words.items() if letter in letters]
    if used:
        notes.append(f"Bounced: {', '.join(used)}.")
    if FAILED in letters:
        notes.append(f"{FAILED} some operations failed; they have no timing.")
    if coarse(known, changes):
        notes.append(
            f"{COARSE} the lower bound of a bucket, at most 1/128 below the value; "
            "before a difference: that of the minima, which are exact, in percent of "
            "the median."
        )
    works = [item.reason for item in changes if item.reason.startswith("differs")]
    notes += [f"{WORK}: {text}." for text in _grouped(works)]
    notes += [f"{UNKNOWN} {text}" for text in _unknown(designs)]
    notes += [f"Not shown: cells in the {text}." for text in designs.left_out]
    return notes + validated(designs.validated)


def validated(states: Sequence[State]) -> list[str]:
    """Say which designs were proved right, which were not, and which have no figures.

    Nothing at all where nobody looked.
    """
    if not states:
        return []
    groups: dict[tuple[str, str], list[str]] = {}
    for state in states:
        if state.verdict:
            key = (state.verdict.value, state.run)
            groups.setdefault(key, []).append(state.variant)
    texts = [
        f"{', '.join(names)} {verdict} ({run})"
        for (verdict, run), names in groups.items()
    ]
    never = [state.variant for state in states if state.verdict is None]
    parts = [f"validated: {'; '.join(texts)}"] if texts else []
    parts += [f"not validated: {', '.join(never)}"] if never else []
    notes = [f"{name}: {why}." for name, why in withheld(states).items()]
    return [*notes, f"{'; '.join(parts)}."]


def _units(designs: Designs, known: Sequence[Figure]) -> str:
    text = f"p50 in {designs.unit}"
    if any(figure.min != figure.p50 for figure in known):
        text += ", in brackets the minimum where it differs"
    if designs.probes is None:
        return f"{text}; what the probe costs is not known."
    low, high = designs.probes
    probe = f"{low}" if low == high else f"{low} to {high}"
    return f"{text}; the probe's {probe} are included, not subtracted."


def _grouped(texts: Sequence[str]) -> list[str]:
    """Return each text once, with how often it was there; a few stand for many."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    found = [
        text if count == 1 else f"{text} ({count} times)"
        for text, count in counts.items()
    ]
    more = len(found) - NOTED
    return found[:NOTED] + ([f"and {more} other reasons"] if more > 0 else [])


def _shown(designs: Designs) -> list[str]:
    """Return the variants that have a column: planned, and not known to be wrong."""
    refused = withheld(designs.validated)
    return [
        name
        for name in designs.variants
        if designs.unknown.get(name) != NOT_PLANNED and name not in refused
    ]


def _unknown(designs: Designs) -> list[str]:
    """Say why figures are missing: a variant as a whole, or single operations."""
    names = _shown(designs)
    texts = [f"{name}: {why}" for name, why in designs.unknown.items() if name in names]
    for name in names:
        single = [
            f"{name}: {item.reason}"
            for item in (row.figures[name] for row in designs.rows)
            if isinstance(item, Unknown)
        ]
        texts += [text for text in _grouped(single) if not _told(text, texts)]
    return texts


def _told(text: str, texts: Sequence[str]) -> bool:
    return any(text.startswith(known) for known in texts)
