# SPDX-License-Identifier: GPL-2.0-only
"""Take a run from its folder for the index: all of it that is sound.

The full checks of a record take 14 ms a cell, and an archive has thousands. They
were made before it was written, so where SHA256SUMS says that a file is what was
written they are not made again. A run without sums is checked in full.
"""

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import checks, jsonfile, lock, record, request, resume, sums
from harness.record import Cell, Manifest, RecordError


class State(str, enum.Enum):
    """How far a run is.

    UNSUMMED: it is finished and has no SHA256SUMS. It is of an earlier bouncemark,
    which wrote none.
    """

    FINISHED = "finished"
    UNFINISHED = "unfinished"
    UNSUMMED = "unsummed"


@dataclass(frozen=True)
class Problem:
    """Why a file of a run was not taken; file: below the run's folder."""

    run: str
    file: str
    what: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.run}/{self.file}: {self.what}"


@dataclass(frozen=True)
class Taken:
    """What of a run is sound; manifest None: nothing of it is."""

    manifest: Manifest | None
    cells: tuple[Cell, ...]
    state: State
    problems: tuple[Problem, ...]


def take(run: Path) -> Taken:
    """Return what of a run's folder can be used, and a problem for all that cannot."""
    problems: list[Problem] = []

    def note(problem: RecordError) -> None:
        file = str(problem.path.relative_to(run))
        what = ": ".join(filter(None, (problem.where, problem.what)))
        problems.append(Problem(run.name, file, what))

    listed: dict[str, str] | None = None
    try:
        listed = sums.load(run)
    except RecordError as problem:
        note(problem)
    try:
        manifest = _manifest(run, listed)
    except RecordError as problem:
        note(problem)
        return Taken(None, (), State.UNFINISHED, tuple(problems))
    cells = []
    ends = {end.id: end for end in manifest.cells}
    for planned in manifest.planned:
        end = ends.get(planned.id)
        path = record.cell_path(run, planned.id)
        if end is None and (manifest.finished is not None or not path.exists()):
            continue
        try:
            cell = _cell(run, path, listed)
            if end and end.verdict is not cell.verdict:
                what = f"is {cell.verdict.value}, run.json says {end.verdict.value}"
                raise RecordError(path, "verdict", what)
            cells.append(cell)
        except RecordError as problem:
            note(problem)
    state = _state(run, manifest, listed)
    if state is State.UNSUMMED and not problems and (run / request.FILE).exists():
        if not lock.is_owned(resume.lock(run)):
            what = (
                f"is not there: the run was cut off at its end; run --resume {run.name}"
            )
            problems.append(Problem(run.name, sums.FILE, what))
    return Taken(manifest, tuple(cells), state, tuple(problems))


def _state(run: Path, manifest: Manifest, listed: dict[str, str] | None) -> State:
    if manifest.finished is None:
        return State.UNFINISHED
    return State.FINISHED if listed is not None else State.UNSUMMED


def _manifest(run: Path, listed: dict[str, str] | None) -> Manifest:
    path = record.manifest_path(run)
    if listed is None:
        return record.load_manifest(path)
    data = _written(run, path, listed)
    if _member(data, "schema") != record.RUN_VERSION or _member(data, "id") != run.name:
        return record.load_manifest(path)
    try:
        return record.manifest_of(data)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        checks.manifest(data, path)
        raise RecordError(path, "", f"cannot be used: {problem}") from problem


def _cell(run: Path, path: Path, listed: dict[str, str] | None) -> Cell:
    if listed is None:
        return record.load_cell(path)
    data = _written(run, path, listed)
    good = _member(data, "schema") == record.CELL_VERSION
    if not good or _member(data, "id") != path.parent.name:
        return record.load_cell(path)
    try:
        return record.cell_of(data)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        checks.cell(data, path)
        raise RecordError(path, "", f"cannot be used: {problem}") from problem


def _written(run: Path, path: Path, listed: dict[str, str]) -> Any:
    data = sums.read(run, str(path.relative_to(run)), listed)
    return jsonfile.parse(data, path)


def _member(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None
