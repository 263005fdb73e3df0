# SPDX-License-Identifier: GPL-2.0-only
"""Comparisons, decided from records alone: designs within a run, and two runs.

Nothing here prints or reads a file.
"""

import dataclasses
from typing import Any, Mapping, Sequence

from harness.changes import RunsDiff, runs
from harness.operations import (
    NOT_PLANNED,
    Difference,
    Figure,
    Index,
    Key,
    Known,
    Unknown,
    absent,
    bounced,
    ended,
    index,
    is_coherent,
    labels,
    seen,
    subtract,
)
from harness.question import Answer
from harness.record import Run, Verdict, work
from harness.validation import State, withheld
from harness.words import answers

__all__ = ["Designs", "Row", "RunsDiff", "VARIANTS", "designs", "runs", "to_json"]

SCHEMA = 1
VARIANTS = (
    "native-plain",
    "native-iommu",
    "native-hook",
    "native-plain+force",
    "dom0-iommu",
    "dom0-hook",
)
FAMILIES = ("unbounced", "bounced", "coherent")


@dataclasses.dataclass(frozen=True)
class Row:
    """One operation in every variant.

    family and bounced say what dom0 did, or the natives where dom0 is unknown.
    dom0: hook - iommu. native_iommu: iommu - plain. native_hook: hook - iommu.
    """

    key: Key
    label: str
    op: str
    family: str
    bounced: str
    figures: Mapping[str, Known]
    dom0: Difference
    native_iommu: Difference
    native_hook: Difference


@dataclasses.dataclass(frozen=True)
class Designs:
    """The designs of one run side by side.

    variants: the columns, in order. unknown: variants without a verdict, with
    the reason. probes: least and most ticks the empty probe cost, None when
    unknown. left_out: what the run measured and this table does not show.
    validated: what is known of the variants' designs; one that failed has no
    figures. debug: the kernels have checks, and their costs mean nothing.
    """

    run: str
    clock: str
    p2m: str
    unit: str
    variants: tuple[str, ...]
    unknown: Mapping[str, str]
    probes: tuple[int, int] | None
    rows: tuple[Row, ...]
    left_out: tuple[str, ...]
    sentences: tuple[str, str, str]
    validated: tuple[State, ...]
    debug: bool


def designs(
    run: Run, clock: str = "", p2m: str = "", validated: Sequence[State] = ()
) -> Designs:
    """Compare the designs of a run, in one clock and one p2m layout.

    By default the clock is the run's and the layout 'linear', or 'scattered'
    when dom0 has no other. validated: what is known of the variants' validation.
    """
    clock = clock or run.manifest.clock
    layouts = _layouts(run)
    here = sorted(layout for time, layout in layouts if time == clock)
    p2m = p2m or (here[0] if here else "linear")
    refused = withheld(validated)
    table = index(run, refused)
    variants = _variants(run)
    keys = _keys(table, variants)
    shown = [key for key in keys if (key.clock, key.p2m) == (clock, p2m)]
    names = labels(shown)
    rows = [_row(run, table, variants, key, names[key]) for key in shown]
    rows.sort(key=lambda row: FAMILIES.index(row.family))
    unknown = {**_unknown(run, table, variants), **refused}
    others = layouts - {(clock, p2m)}
    return Designs(
        run=run.manifest.id,
        clock=clock,
        p2m=p2m,
        unit="instructions" if clock == "insn" else "ticks",
        variants=variants,
        unknown=unknown,
        probes=_probes(rows),
        rows=tuple(rows),
        left_out=tuple(f"{a} clock, {b} p2m layout" for a, b in sorted(others)),
        sentences=answers(rows, {**unknown, **_failed(validated)}, clock),
        validated=tuple(validated),
        debug=run.manifest.debug,
    )


def _layouts(run: Run) -> set[tuple[str, str]]:
    """Return the clocks and p2m layouts of a run; dom0's, if it has any."""
    specs = [cell.cell for cell in run.cells]
    dom0 = [spec for spec in specs if spec.boot == "dom0"]
    return {(spec.clock, spec.p2m) for spec in dom0 or specs}


def _failed(validated: Sequence[State]) -> dict[str, str]:
    """Return in few words which variants failed validation."""
    return {
        state.variant: f"{state.verdict.value} in validation {state.run}"
        for state in validated
        if state.verdict and state.refusal
    }


def to_json(result: Designs | RunsDiff | Answer) -> dict[str, Any]:
    """Return a comparison as plain JSON data, with its schema version and kind."""
    kinds = {Designs: "designs", RunsDiff: "runs", Answer: "answer"}
    kind = kinds[type(result)]
    plain: dict[str, Any] = {"schema": SCHEMA, "kind": kind}
    plain.update(_plain(dataclasses.asdict(result)))
    return plain


def _plain(data: Any) -> Any:
    """Return data with enums as text and tuples as lists."""
    if isinstance(data, Verdict):
        return data.value
    if isinstance(data, dict):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(value) for value in data]
    return data


def _variants(run: Run) -> tuple[str, ...]:
    """Return the fixed order, and behind it whatever else the plan has."""
    found = [plan.variant for plan in run.manifest.planned]
    others = [name for name in dict.fromkeys(found) if name not in VARIANTS]
    return VARIANTS + tuple(others)


def _keys(table: Index, variants: Sequence[str]) -> list[Key]:
    """Return all operations in the order in which they were measured."""
    keys: dict[Key, None] = {}
    for name in variants:
        keys.update(dict.fromkeys(table.get(name, {})))
    steps = {_step(key): None for key in keys}
    order = {step: number for number, step in enumerate(steps)}
    return sorted(keys, key=lambda key: order[_step(key)])


def _step(key: Key) -> Key:
    return dataclasses.replace(key, series="")


def _unknown(run: Run, table: Index, variants: Sequence[str]) -> dict[str, str]:
    """Return the variants that allow no verdict: one cell of theirs not PASS.

    A cell that was skipped takes only its own numbers away.
    """
    unknown = {}
    kinds = run.manifest.kinds
    for name in variants:
        cells = [cell for cell in run.cells if cell.cell.variant == name]
        bad = [cell for cell in cells if cell.verdict is not Verdict.PASS]
        fatal = [cell for cell in bad if cell.verdict is not Verdict.SKIP]
        started = {cell.id for cell in cells}
        never = [
            work(plan.kind, kinds)
            for plan in run.manifest.planned
            if plan.variant == name and plan.id not in started
        ]
        if fatal:
            unknown[name] = ended(fatal[0])
        elif never:
            unknown[name] = f"never run: {never[0]}"
        elif not table.get(name):
            unknown[name] = ended(bad[0]) if bad else _empty(cells)
    return unknown


def _empty(cells: Sequence[object]) -> str:
    return "not measured" if cells else NOT_PLANNED


def _row(run: Run, table: Index, variants: Sequence[str], key: Key, label: str) -> Row:
    figures: dict[str, Known] = {}
    for name in variants:
        here = seen(name, key)
        figure = table.get(name, {}).get(here)
        figures[name] = figure or Unknown(absent(run, here.kind(name)))

    def less(minuend: str, base: str) -> Difference:
        return subtract(minuend, figures[minuend], base, figures[base])

    dom0 = _known(figures, ("dom0-iommu", "dom0-hook"))
    dom0 = dom0 or _known(figures, [name for name in variants if "+" not in name])
    dom0 = dom0 or _known(figures, variants)
    words = {name: bounced(figure) for name, figure in dom0.items()}
    if len(set(words.values())) == 1:
        text = next(iter(words.values()))
    else:
        text = ", ".join(f"{name} {word}" for name, word in words.items())
    family = "unbounced"
    if is_coherent(key):
        family = "coherent"
    elif any(figure.bounce.bounced for figure in dom0.values()):
        family = "bounced"
    return Row(
        key=key,
        label=label,
        op=_op(key, figures),
        family=family,
        bounced=text or "?",
        figures=figures,
        dom0=less("dom0-hook", "dom0-iommu"),
        native_iommu=less("native-iommu", "native-plain"),
        native_hook=less("native-hook", "native-iommu"),
    )


def _known(figures: Mapping[str, Known], names: Sequence[str]) -> dict[str, Figure]:
    found = {name: figures[name] for name in names}
    return {name: item for name, item in found.items() if isinstance(item, Figure)}


def _op(key: Key, figures: Mapping[str, Known]) -> str:
    """Return the step's operation: its parameter op, or else the name's first part."""
    for figure in figures.values():
        if isinstance(figure, Figure) and "op" in figure.parameters:
            return str(figure.parameters["op"])
    return key.step.split("-")[0]


def _probes(rows: Sequence[Row]) -> tuple[int, int] | None:
    found = [
        figure.probe
        for row in rows
        for figure in row.figures.values()
        if isinstance(figure, Figure) and figure.probe is not None
    ]
    return (min(found), max(found)) if found else None
