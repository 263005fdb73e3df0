# SPDX-License-Identifier: GPL-2.0-only
"""The records of a run: the one place that knows their schema.

A run is the folder <run id>/ with run.json (Manifest) and, for each cell,
cells/<cell id>/cell.json (Cell). Both are checked on load and before save, by
the JSON Schema files in results/ and by what a schema cannot say. What is
damaged or contradicts itself raises RecordError: one sentence with the file, the
place in it, and what is wrong.
"""

import dataclasses
from pathlib import Path
from typing import Any

from harness import checks, jsonfile
from harness.checks import CELL_SCHEMA, RUN_SCHEMA
from harness.jsonfile import RecordError
from harness.shapes import (
    Bounce,
    Cell,
    CellEnd,
    CellSpec,
    Engagement,
    Inputs,
    Kernel,
    Kind,
    Manifest,
    Measurement,
    Planned,
    Run,
    Scalar,
    Seconds,
    Value,
    Verdict,
    measure,
    title,
    work,
    worst,
)

__all__ = [
    "CELL_SCHEMA",
    "RUN_SCHEMA",
    "Bounce",
    "Cell",
    "CellEnd",
    "CellSpec",
    "Engagement",
    "Inputs",
    "Kernel",
    "Kind",
    "Manifest",
    "Measurement",
    "Planned",
    "RecordError",
    "Run",
    "Scalar",
    "Seconds",
    "Value",
    "Verdict",
    "cell_of",
    "cell_path",
    "load_cell",
    "load_manifest",
    "load_run",
    "manifest_of",
    "manifest_path",
    "measure",
    "save_cell",
    "save_manifest",
    "title",
    "work",
    "worst",
]

CELL_VERSION = 1
# 2: several cells of one variant and workload; kernels with checks.
RUN_VERSION = 2

Json = dict[str, Any]


def manifest_path(run: Path) -> Path:
    """Return where the manifest of a run folder is."""
    return run / "run.json"


def cell_path(run: Path, cell_id: str) -> Path:
    """Return where the record of a cell is in a run folder."""
    return run / "cells" / cell_id / "cell.json"


def save_cell(cell: Cell, run: Path) -> Path:
    """Check a cell and write its record, whole or not at all; return its path."""
    path = cell_path(run, cell.id)
    data = {"schema": CELL_VERSION, **dataclasses.asdict(cell)}
    checks.cell(_listed(data), path)
    jsonfile.write(path, data)
    return path


def load_cell(path: Path) -> Cell:
    """Return the cell of a cell.json; RecordError unless every check holds."""
    data = jsonfile.read(path)
    checks.cell(data, path)
    if path.parent.name != data["id"]:
        what = f"is {data['id']}, but the folder is {path.parent.name}"
        raise RecordError(path, "id", what)
    return cell_of(data)


def save_manifest(manifest: Manifest, run: Path) -> Path:
    """Check a manifest and write it, whole or not at all; return its path."""
    path = manifest_path(run)
    data = {"schema": RUN_VERSION, **dataclasses.asdict(manifest)}
    checks.manifest(_listed(data), path)
    jsonfile.write(path, data)
    return path


def load_manifest(path: Path) -> Manifest:
    """Return the manifest of a run.json; RecordError unless every check holds."""
    data = jsonfile.read(path)
    checks.manifest(data, path)
    if path.absolute().parent.name != data["id"]:
        what = f"is {data['id']}, but the folder is {path.absolute().parent.name}"
        raise RecordError(path, "id", what)
    return manifest_of(data)


def load_run(run: Path) -> Run:
    """Return a run folder's manifest and cells, in the plan's order.

    RecordError when a file is damaged, a cell that the manifest lists has no
    record, or record and manifest disagree. In a run that was cut off, cells
    that have a record and are not listed yet are taken too.
    """
    path = manifest_path(run)
    manifest = load_manifest(path)
    ends = {end.id: end for end in manifest.cells}
    cells: list[Cell] = []
    for planned in manifest.planned:
        record = cell_path(run, planned.id)
        end = ends.get(planned.id)
        if end is None and (manifest.finished is not None or not record.exists()):
            continue
        cell = load_cell(record)
        said = _words(planned.kind, end.verdict if end else cell.verdict)
        found = _words(cell.cell.kind, cell.verdict)
        if said != found:
            raise RecordError(record, "", f"is {found}, but run.json says {said}")
        cells.append(cell)
    return Run(path=run, manifest=manifest, cells=tuple(cells))


def _words(kind: Kind, verdict: Verdict) -> str:
    memory = f"{kind.memory_mib} MiB"
    return f"{kind.variant} {kind.workload} {kind.p2m} {memory} {verdict.value}"


def _listed(data: Any) -> Any:
    """Return data with tuples as lists: as it will be when read back."""
    if isinstance(data, dict):
        return {key: _listed(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_listed(value) for value in data]
    return data


def cell_of(data: Json) -> Cell:
    """Return the cell of a record that has passed its checks."""
    return Cell(
        id=data["id"],
        cell=CellSpec(**data["cell"]),
        verdict=Verdict(data["verdict"]),
        reason=data["reason"],
        inputs=Inputs(**data["inputs"]),
        seconds=Seconds(**data["seconds"]),
        engagement=tuple(Engagement(**item) for item in data["engagement"]),
        facts=data["facts"],
        measurements=tuple(_measurement(item) for item in data["measurements"]),
        values=tuple(Value(**item) for item in data["values"]),
        console_tail=tuple(data["console_tail"]),
    )


def _measurement(data: Json) -> Measurement:
    members = dict(data)
    members["hist"] = tuple((low, count) for low, count in data["hist"])
    members["bounce"] = Bounce(**data["bounce"])
    return Measurement(**members)


def _kernel(data: Json) -> Kernel:
    members = dict(data)
    members["patches"] = tuple(data["patches"])
    return Kernel(**members)


def _cell_end(data: Json) -> CellEnd:
    members = dict(data)
    members["verdict"] = Verdict(data["verdict"])
    return CellEnd(**members)


def manifest_of(data: Json) -> Manifest:
    """Return the manifest of a record that has passed its checks."""
    members = {key: value for key, value in data.items() if key != "schema"}
    members["kernels"] = {
        design: _kernel(kernel) for design, kernel in data["kernels"].items()
    }
    members["config_diff"] = {
        pair: tuple(lines) for pair, lines in data["config_diff"].items()
    }
    members["planned"] = tuple(Planned(**item) for item in data["planned"])
    members["cells"] = tuple(map(_cell_end, data["cells"]))
    members["verdict"] = Verdict(data["verdict"]) if data["verdict"] else None
    return Manifest(**members)
