# SPDX-License-Identifier: GPL-2.0-only
"""Resume: what of a run that was cut off is kept, and whether it may go on."""

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

from harness import plan, record, request
from harness.errors import HarnessError
from harness.record import Cell, CellEnd, Manifest, RecordError, Scalar
from harness.request import Request

LOCK = ".lock"


@dataclass(frozen=True)
class Kept:
    """The cells of a run that are finished, and why one that was there is not."""

    cells: tuple[Cell, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True)
class Machine:
    """What a run is made with and on, as in its manifest."""

    tools: Mapping[str, str | None]
    host: Mapping[str, Scalar | None]


def lock(run: Path) -> Path:
    """Return the lock file that whoever makes a run owns."""
    return run / LOCK


def asked(run: Path) -> Request:
    """Return the request of a run that can be resumed; HarnessError why it cannot."""
    if not (run / request.FILE).exists():
        raise HarnessError(
            f"run {run.name} cannot be resumed: it has no {request.FILE}, "
            "for it is of an earlier bouncemark"
        )
    found = request.load(run)
    if not found.whole:
        what = "it is of mutants or explain: give that command again"
        raise HarnessError(f"run {run.name} cannot be resumed: {what}")
    return found


def kept(run: Path, manifest: Manifest) -> Kept:
    """Return the finished cells of a run, in the order of their end."""
    cells, lost = [], []
    ids = [end.id for end in manifest.cells]
    ids += [one.id for one in manifest.planned if one.id not in ids]
    ends = {end.id: end for end in manifest.cells}
    for name in ids:
        path = record.cell_path(run, name)
        end = ends.get(name)
        if end is None and not path.exists():
            continue
        try:
            cell = record.load_cell(path)
            if end and end.verdict is not cell.verdict:
                what = f"is {cell.verdict.value}, run.json says {end.verdict.value}"
                raise RecordError(path, "verdict", what)
            cells.append(cell)
        except RecordError as problem:
            lost.append(str(problem))
    return Kept(tuple(cells), tuple(lost))


def tidy(run: Path, done: Kept) -> None:
    """Remove what cells that were cut off, or whose record is lost, left behind."""
    known = {cell.id for cell in done.cells}
    for place in (run / "cells").glob("*"):
        if place.name not in known:
            shutil.rmtree(place)
    for left in (*run.glob(".*.json.*"), *run.glob("cells/*/.*.json.*")):
        left.unlink()


def refuse(
    manifest: Manifest,
    then: Request,
    now: Request,
    cells: Sequence[plan.PlannedCell],
    about: Machine,
) -> None:
    """Raise HarnessError unless the plan and the machine are those of the manifest.

    In the insn clock the host is no part of a figure.
    """
    found = request.changes(then, now)
    found += _differences(manifest.tools, about.tools)
    if manifest.clock != "insn":
        found += _differences(manifest.host, about.host)
    if {one.id for one in manifest.planned} != {cell.id for cell in cells}:
        found = found or ["its cells have other ids"]
    if found:
        raise HarnessError(
            f"run {manifest.id} cannot be resumed: {'; '.join(found)}; make a new run"
        )


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [
        f"{name} was {old.get(name)} and is {new.get(name)}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    ]


def refuse_inputs(done: Kept, run: str, guest: str, modules: Mapping[str, str]) -> None:
    """Raise HarnessError if the guest or a kernel's modules were made anew since."""
    for cell in done.cells:
        made = {"guest": guest, "modules": modules.get(cell.cell.design)}
        for what, now in made.items():
            was = getattr(cell.inputs, what)
            if was and now and was != now:
                raise HarnessError(
                    f"run {run} cannot be resumed: {what} of {cell.cell.variant} was "
                    f"{was} and is {now}; make a new run"
                )


def goes_on(manifest: Manifest, done: Kept) -> Manifest:
    """Return the manifest of a run that goes on with the cells that are kept."""
    planned = {one.id: one for one in manifest.planned}
    ends = [
        CellEnd(
            **dataclasses.asdict(planned[cell.id]),
            verdict=cell.verdict,
            reason=cell.reason,
        )
        for cell in done.cells
    ]
    return dataclasses.replace(manifest, cells=tuple(ends))
