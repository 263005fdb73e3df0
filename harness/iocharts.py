# SPDX-License-Identifier: GPL-2.0-only
"""What the charts of I/O show: bounces against scatter, instructions per I/O.

Nothing here reads or writes.
"""

from typing import Mapping, Sequence

from harness.chartdata import (
    BARS,
    LINES,
    MOST_GROUPS,
    MOST_PANELS,
    Chart,
    Panel,
    Series,
    Table,
    count,
)
from harness.metrics import SHORT
from harness.record import Cell, Run, Verdict

_BOUNCE, _PER_IO = "bounce_rate", "instructions_per_io"

# A variant, how memory is laid out, and how much of it is scattered, in percent.
_Place = tuple[str, str, float]
# (workload, step) -> place -> value.
_Found = dict[tuple[str, str], dict[_Place, float]]


def bounces(run: Run) -> Chart | None:
    """Return how much of the mappings bounced, against how scattered memory was.

    From the tools' steps and from measured ones of workloads that ran in more
    than one layout. None when there is nothing of the kind.
    """
    found = _values(run, _BOUNCE)
    for key, places in _measured(run).items():
        found.setdefault(key, places)
    if not found:
        return None
    lively = [key for key, places in found.items() if any(_freely(places))]
    lively.sort(key=lambda key: -_effect(found[key]))
    panels = tuple(_lines(key, found[key]) for key in lively[:MOST_PANELS])
    quiet = len(found) - len(panels)
    more = f" {quiet} more steps are in the table alone." if quiet else ""
    if not panels:
        more = " Nothing bounced where swiotlb=force did not demand it."
    return Chart(
        name="bounces",
        kind=LINES,
        title="Bounces against memory scatter",
        says="The share of mapped entries that bounced, and the share of the memory "
        f"whose machine frames were dealt out again.{more}",
        x="memory scattered, %",
        y="mappings that bounced, %",
        panels=panels,
        table=_table(found, 100.0, " %"),
    )


def per_io(run: Run) -> Chart | None:
    """Return what an I/O costs the CPU; None when no step told."""
    found = _values(run, _PER_IO)
    if not found:
        return None
    panels = []
    for work in dict.fromkeys(work for work, _ in found):
        steps = [step for name, step in found if name == work][:MOST_GROUPS]
        places = _places({key: found[key] for key in found if key[0] == work})
        series = tuple(
            Series(
                variant,
                layout,
                tuple(
                    found[work, step].get((variant, layout, share)) for step in steps
                ),
            )
            for variant, layout, share in places
        )
        panels.append(Panel(work, tuple(steps), series))
    return Chart(
        name="per-io",
        kind=BARS,
        title="Instructions per I/O",
        says="From the tool to the device and back, idle loops left out; no time, "
        "and no cache. Less is better.",
        x="instructions per I/O",
        y="",
        panels=tuple(panels[:MOST_PANELS]),
        table=_table(found, 1.0, ""),
    )


def _values(run: Run, name: str) -> _Found:
    """Return a metric of the cells that passed; steps for a slope are left out."""
    found: _Found = {}
    for cell in run.cells:
        if cell.verdict is not Verdict.PASS:
            continue
        for value in cell.values:
            if value.name != name or value.step.endswith(SHORT):
                continue
            if not isinstance(value.value, str):
                row = found.setdefault((cell.cell.workload, value.step), {})
                row[_place(cell)] = float(value.value)
    return found


def _measured(run: Run) -> _Found:
    """Return the bounce rates of measured steps where layouts can be compared."""
    cells = [cell for cell in run.cells if cell.verdict is Verdict.PASS]
    layouts: dict[str, set[str]] = {}
    for cell in cells:
        layouts.setdefault(cell.cell.workload, set()).add(cell.cell.p2m)
    found: _Found = {}
    for cell in cells:
        if len(layouts[cell.cell.workload]) > 1:
            for one in cell.measurements:
                if one.bounce.mapped:
                    row = found.setdefault((cell.cell.workload, one.step), {})
                    row[_place(cell)] = one.bounce.bounced / one.bounce.mapped
    return found


def _place(cell: Cell) -> _Place:
    share = float(cell.cell.parameters.get("scatter_share", 0))
    return cell.cell.variant, cell.cell.p2m, share


def _places(found: Mapping[tuple[str, str], Mapping[_Place, float]]) -> list[_Place]:
    return list(dict.fromkeys(place for row in found.values() for place in row))


def _freely(places: Mapping[_Place, float]) -> list[float]:
    """Return the rates of variants that were not forced to bounce."""
    return [value for (name, _, _), value in places.items() if "+" not in name]


def _effect(places: Mapping[_Place, float]) -> float:
    """Return by how much scattering changes the rate: the interesting ones first."""
    rates = _freely(places)
    return max(rates) - min(rates)


def _lines(key: tuple[str, str], places: Mapping[_Place, float]) -> Panel:
    work, step = key
    lines: dict[str, list[tuple[float, float]]] = {}
    for (variant, _, share), value in places.items():
        lines.setdefault(variant, []).append((share, 100 * value))
    series = tuple(Series(name, points=tuple(sorted(p))) for name, p in lines.items())
    return Panel(f"{work} {step}", (), series)


def _table(found: _Found, factor: float, unit: str) -> Table:
    places = _places(found)
    rows = []
    for (work, step), row in found.items():
        fields = [_field(row.get(place), factor, unit) for place in places]
        rows.append((work, step, *fields))
    return Table(("workload", "step", *map(_heading, places)), tuple(rows), len(places))


def _field(value: float | None, factor: float, unit: str) -> str:
    return "-" if value is None else count(value * factor) + unit


def _heading(place: _Place) -> str:
    variant, layout, share = place
    return variant if layout == "linear" else f"{variant} {layout} {share:g} %"


def all_of(run: Run) -> Sequence[Chart]:
    """Return the charts of I/O that a run has."""
    return [chart for chart in (bounces(run), per_io(run)) if chart]
