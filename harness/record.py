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

from harness import jsonfile, stats
from harness.jsonfile import RecordError
from harness.shapes import (
    Bounce,
    Cell,
    CellEnd,
    CellSpec,
    Engagement,
    Inputs,
    Kernel,
    Manifest,
    Measurement,
    Planned,
    Run,
    Scalar,
    Seconds,
    Value,
    Verdict,
    measure,
    worst,
)

__all__ = [
    "Bounce",
    "Cell",
    "CellEnd",
    "CellSpec",
    "Engagement",
    "Inputs",
    "Kernel",
    "Manifest",
    "Measurement",
    "Planned",
    "RecordError",
    "Run",
    "Scalar",
    "Seconds",
    "Value",
    "Verdict",
    "cell_path",
    "load_cell",
    "load_manifest",
    "load_run",
    "manifest_path",
    "measure",
    "save_cell",
    "save_manifest",
    "worst",
]

SCHEMA = 1
SCHEMAS = Path(__file__).resolve().parent.parent / "results"
CELL_SCHEMA = SCHEMAS / "cell.schema.json"
RUN_SCHEMA = SCHEMAS / "run.schema.json"

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
    data = {"schema": SCHEMA, **dataclasses.asdict(cell)}
    _check_cell(_listed(data), path)
    jsonfile.write(path, data)
    return path


def load_cell(path: Path) -> Cell:
    """Return the cell of a cell.json; RecordError unless every check holds."""
    data = jsonfile.read(path)
    _check_cell(data, path)
    if path.parent.name != data["id"]:
        what = f"is {data['id']}, but the folder is {path.parent.name}"
        raise RecordError(path, "id", what)
    return _cell(data)


def save_manifest(manifest: Manifest, run: Path) -> Path:
    """Check a manifest and write it, whole or not at all; return its path."""
    path = manifest_path(run)
    data = {"schema": SCHEMA, **dataclasses.asdict(manifest)}
    _check_manifest(_listed(data), path)
    jsonfile.write(path, data)
    return path


def load_manifest(path: Path) -> Manifest:
    """Return the manifest of a run.json; RecordError unless every check holds."""
    data = jsonfile.read(path)
    _check_manifest(data, path)
    if path.absolute().parent.name != data["id"]:
        what = f"is {data['id']}, but the folder is {path.absolute().parent.name}"
        raise RecordError(path, "id", what)
    return _manifest(data)


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
        said = (planned.variant, planned.workload, end.verdict if end else cell.verdict)
        found = (cell.cell.variant, cell.cell.workload, cell.verdict)
        if said != found:
            what = f"is {_words(found)}, but run.json says {_words(said)}"
            raise RecordError(record, "", what)
        cells.append(cell)
    return Run(path=run, manifest=manifest, cells=tuple(cells))


def _words(end: tuple[str, str, Verdict]) -> str:
    return f"{end[0]} {end[1]} {end[2].value}"


def _listed(data: Any) -> Any:
    """Return data with tuples as lists: as it will be when read back."""
    if isinstance(data, dict):
        return {key: _listed(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_listed(value) for value in data]
    return data


def _cell(data: Json) -> Cell:
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


def _manifest(data: Json) -> Manifest:
    members = {key: value for key, value in data.items() if key != "schema"}
    members["kernels"] = {
        design: _kernel(kernel) for design, kernel in data["kernels"].items()
    }
    members["config_diff"] = {
        pair: tuple(lines) for pair, lines in data["config_diff"].items()
    }
    members["planned"] = tuple(Planned(**item) for item in data["planned"])
    members["cells"] = tuple(
        CellEnd(**{**item, "verdict": Verdict(item["verdict"])})
        for item in data["cells"]
    )
    members["verdict"] = Verdict(data["verdict"]) if data["verdict"] else None
    return Manifest(**members)


def _check_cell(data: Any, path: Path) -> None:
    jsonfile.check(_brief(data), CELL_SCHEMA, path)
    spec = data["cell"]
    variant = f"{spec['boot']}-{spec['design']}" + "+force" * spec["force"]
    if spec["variant"] != variant:
        what = f"is {spec['variant']}, but boot, design and force make {variant}"
        raise RecordError(path, "cell.variant", what)
    seen = set()
    for number, item in enumerate(data["measurements"]):
        where = f"measurements[{number}]"
        key = (item["step"], item["series"])
        if key in seen:
            raise RecordError(path, where, f"{' '.join(key)} is there twice")
        seen.add(key)
        _check_measurement(item, path, where)


def _brief(data: Any) -> Any:
    """Return a record without its sound histograms, of which a schema is slow.

    Sound is what the schema demands of one; any other stays, to be refused.
    """
    if not isinstance(data, dict) or not isinstance(data.get("measurements"), list):
        return data
    brief = []
    for item in data["measurements"]:
        hist = item.get("hist") if isinstance(item, dict) else None
        if isinstance(hist, list) and all(map(_sound, hist)):
            item = {**item, "hist": []}
        brief.append(item)
    return {**data, "measurements": brief}


def _sound(pair: Any) -> bool:
    if type(pair) is not list or len(pair) != 2:
        return False
    low, count = pair
    return type(low) is int and type(count) is int and low >= 0 and count >= 1


def _check_measurement(item: Json, path: Path, where: str) -> None:
    def demand(holds: bool, member: str, what: str) -> None:
        if not holds:
            raise RecordError(path, f"{where}.{member}", what)

    hist, count = item["hist"], item["count"]
    lows = [low for low, _ in hist]
    ascending = all(one < other for one, other in zip(lows, lows[1:]))
    demand(ascending, "hist", "is not ascending")
    stray = [low for low in lows if stats.bucket(low) != low]
    demand(not stray, "hist", f"{stray[:1]} is no bucket's lower bound")
    counted = sum(number for _, number in hist)
    demand(counted == count, "hist", f"counts {counted} operations, count is {count}")
    names = ("min", "p50", "p90", "p99", "max")
    if count == 0:
        for name in names:
            demand(item[name] is None, name, "must be null when count is 0")
        demand(item["sum"] == 0, "sum", "must be 0 when count is 0")
    else:
        for name in names:
            demand(item[name] is not None, name, "must not be null")
        low, high = item["min"], item["max"]
        ends = [stats.bucket(low), stats.bucket(high)]
        demand([lows[0], lows[-1]] == ends, "hist", "does not reach from min to max")
        for percent in (50, 90, 99):
            right = stats.percentile(hist, percent, low)
            name = f"p{percent}"
            demand(item[name] == right, name, f"is {item[name]}, hist says {right}")
        possible = low * count <= item["sum"] <= high * count
        demand(possible, "sum", "cannot be, by min, max and count")
    bounce = Bounce(**item["bounce"])
    fits = bounce.bounced + bounce.missed <= bounce.mapped
    demand(fits, "bounce", "has more mappings by reason than were made")


def _check_manifest(data: Any, path: Path) -> None:
    jsonfile.check(data, RUN_SCHEMA, path)
    planned = {item["id"]: item for item in data["planned"]}
    for name in ("planned", "cells"):
        ids = [item["id"] for item in data[name]]
        if len(set(ids)) != len(ids):
            raise RecordError(path, name, "has a cell twice")
    for number, item in enumerate(data["cells"]):
        where = f"cells[{number}]"
        plan = planned.get(item["id"])
        if plan is None:
            raise RecordError(path, where, f"{item['id']} is not in the plan")
        for member in ("variant", "workload"):
            if item[member] != plan[member]:
                what = f"is {item[member]}, planned was {plan[member]}"
                raise RecordError(path, f"{where}.{member}", what)
        if item["verdict"] != Verdict.PASS and not item["reason"]:
            raise RecordError(path, f"{where}.reason", "must say why")
