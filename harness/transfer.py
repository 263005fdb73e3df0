# SPDX-License-Identifier: GPL-2.0-only
"""A whole history as JSON lines, to be kept or taken elsewhere.

The first line is {"format": "bouncemark history", "version": 1}; then there is one
line a run, {"run": ID, "manifest": run.json, "request": request.json or null,
"cells": [cell.json, ...]}; the last is {"end": RUNS}. Records are whole, raw output
is not in it. An imported run has its records, byte for byte as bouncemark writes
them, and sums of its own if it is finished.
"""

import enum
import json
import shutil
import tempfile
from pathlib import Path
from typing import IO, Any, Iterable, Iterator

from harness import checks, jsonfile, record, request, sums
from harness.errors import HarnessError
from harness.jsonfile import RecordError

FORMAT = "bouncemark history"
VERSION = 1
_MEMBERS = {"run", "manifest", "request", "cells"}

Json = dict[str, Any]


class Outcome(str, enum.Enum):
    """What became of a run of a history. REFUSED: another one has its id."""

    MADE = "made"
    KEPT = "kept"
    REFUSED = "refused"


def write(folders: Iterable[Path], stream: IO[bytes]) -> list[str]:
    """Write runs as JSON lines; return why a run was left out.

    One of whose records one is damaged is left out as a whole.
    """
    _line({"format": FORMAT, "version": VERSION}, stream)
    problems: list[str] = []
    count = 0
    for folder in folders:
        try:
            made = _exported(folder)
        except RecordError as problem:
            problems.append(str(problem))
            continue
        _line(made, stream)
        count += 1
    _line({"end": count}, stream)
    return problems


def read(
    stream: Iterable[bytes], name: str, runs: Path
) -> Iterator[tuple[Outcome, str]]:
    """Make the runs of a history in the folder of runs; yield what became of each.

    With it its id; where it is refused, a sentence. A run that is there already is
    kept if it is the same. name: of the history, for HarnessError: a line that is
    broken, or missing, ends the import, and the runs before it stay.
    """
    for where, data in _runs(stream, name):
        run = str(data["run"])
        if not (runs / run).exists():
            _restore(data, runs, where)
            yield Outcome.MADE, run
        elif _is(runs / run, data):
            yield Outcome.KEPT, run
        else:
            said = f"{where}: run {run} is there already and is another"
            yield Outcome.REFUSED, said


def _line(data: Json, stream: IO[bytes]) -> None:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    stream.write(text.encode("utf-8") + b"\n")


def _exported(folder: Path) -> Json:
    """Return the line of a run; RecordError unless every record of it is sound."""
    run = record.load_run(folder)
    listed = sums.load(folder) or {}
    paths = [record.manifest_path(folder)]
    paths += [record.cell_path(folder, cell.id) for cell in run.cells]
    for path in paths:
        if listed:
            sums.read(folder, str(path.relative_to(folder)), listed)
    asked = folder / request.FILE
    return {
        "run": run.manifest.id,
        "manifest": jsonfile.read(paths[0]),
        "request": jsonfile.read(asked) if asked.exists() else None,
        "cells": [jsonfile.read(path) for path in paths[1:]],
    }


def _runs(stream: Iterable[bytes], name: str) -> Iterator[tuple[str, Json]]:
    """Yield where each run's line is and what it says; HarnessError as in read()."""
    count = 0
    state = "head"
    for number, line in enumerate(stream, 1):
        where = f"{name}: line {number}"
        if state == "end":
            raise HarnessError(f"{where}: comes behind the end")
        try:
            data = jsonfile.parse(line, Path(name))
        except RecordError as problem:
            raise HarnessError(f"{where}: {problem.what}") from problem
        if not line.endswith(b"\n") or not isinstance(data, dict):
            raise HarnessError(f"{where}: is no whole JSON object")
        if state == "head":
            _check_head(data, where)
            state = "runs"
        elif set(data) == {"end"}:
            if data["end"] != count:
                raise HarnessError(
                    f"{where}: {data['end']} runs were written, {count} are there"
                )
            state = "end"
        else:
            _check(data, where)
            yield where, data
            count += 1
    if state != "end":
        what = "is empty" if state == "head" else f"ends after {count} runs, cut off"
        raise HarnessError(f"{name}: {what}")


def _check_head(data: Json, where: str) -> None:
    if data.get("format") != FORMAT:
        raise HarnessError(f'{where}: is not the head of a history, "{FORMAT}"')
    if data.get("version") != VERSION:
        version = data.get("version")
        raise HarnessError(
            f"{where}: version {version} is unknown here, {VERSION} is known"
        )


def _check(data: Json, where: str) -> None:
    """Raise HarnessError unless a line is a run with all its records."""
    if set(data) != _MEMBERS or not isinstance(data["cells"], list):
        allowed = ", ".join(sorted(_MEMBERS))
        raise HarnessError(f"{where}: is no run; its members are {allowed}")
    try:
        run = Path(str(data["run"]))
        checks.manifest(data["manifest"], record.manifest_path(run))
        # The schema's pattern lets a line break at the end of an id pass.
        if data["manifest"]["id"] != data["run"] or data["run"] != data["run"].strip():
            raise RecordError(run, "", "is not the manifest's run")
        for cell in data["cells"]:
            checks.cell(cell, run / "cells")
        if data["request"] is not None:
            path = run / request.FILE
            jsonfile.check(data["request"], request.REQUEST_SCHEMA, path)
    except RecordError as problem:
        raise HarnessError(f"{where}: {problem}") from problem


def _is(folder: Path, data: Json) -> bool:
    """Tell whether the records of a run's folder are those of a line."""
    try:
        return _exported(folder) == data
    except RecordError:
        return False


def _restore(data: Json, runs: Path, where: str) -> None:
    """Make the folder of a run, whole or not at all."""
    runs.mkdir(parents=True, exist_ok=True)
    # It is a folder deeper than runs are until it is whole.
    place = Path(tempfile.mkdtemp(dir=runs, prefix=".import-"))
    try:
        run = place / str(data["run"])
        for cell in data["cells"]:
            jsonfile.write(record.cell_path(run, cell["id"]), cell)
        if data["request"] is not None:
            jsonfile.write(run / request.FILE, data["request"])
        jsonfile.write(record.manifest_path(run), data["manifest"])
        try:
            record.load_run(run)
        except RecordError as problem:
            what = RecordError(
                problem.path.relative_to(place), problem.where, problem.what
            )
            raise HarnessError(f"{where}: {what}") from problem
        if data["manifest"]["finished"] is not None:
            sums.save(run)
        run.rename(runs / run.name)
    finally:
        shutil.rmtree(place)
