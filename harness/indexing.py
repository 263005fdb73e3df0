# SPDX-License-Identifier: GPL-2.0-only
"""Bring the index up to date with the folder of runs, which is the truth.

A run is taken when it is new or its files are others than when it was taken, and
dropped when it is gone. Each run is one transaction: whoever is killed has kept the
runs before it, and the next update goes on.
"""

import datetime
import hashlib
import os
import re
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Mapping

from harness import lock, record, resume, series, sums, taking
from harness.series import Kind, Metric
from harness.store import Store, crc
from harness.taking import Problem, Taken
from harness.workload import Workload

INTS, DOUBLES = "i", "d"
_ABOUT = "name, started, at, profile, clock, debug, verdict, state, stamp, sha"
_RUN = re.compile(r"[0-9]{8}T[0-9]{6}-.+-[0-9a-f]{6}")
_MEMBERS = "variant, workload, p2m, memory_mib, clock, step, figure"


@dataclass(frozen=True)
class Updated:
    """What an update did, by the runs' ids, and every problem there is now."""

    taken: tuple[str, ...]
    dropped: tuple[str, ...]
    problems: tuple[Problem, ...]


def update(store: Store, runs: Path, workloads: Mapping[str, Workload]) -> Updated:
    """Take the runs that are new or changed, drop those that are gone.

    workloads: by name; of them metrics have their direction. OSError when the
    folder of runs cannot be read.
    """
    db = store.connection
    had = dict(db.execute("SELECT name, stamp FROM runs"))
    ill = {name for (name,) in db.execute("SELECT DISTINCT run FROM problems")}
    there = _folders(runs)
    taken, dropped = [], []
    for name in sorted({*had, *ill} - {*there}):
        with store.writing():
            _drop(store, name)
        dropped.append(name)
    for name, folder in there.items():
        stamp = _stamp(folder)
        if had.get(name) == stamp and name not in ill:
            continue
        if name in had and name not in ill and _same(store, name, folder, stamp):
            continue
        one = _take(folder, workloads)
        with store.writing():
            _drop(store, name)
            _put(store, name, one, stamp, _sha(folder))
        taken.append(name)
    return Updated(tuple(taken), tuple(dropped), tuple(problems(store)))


def problems(store: Store) -> list[Problem]:
    """Return why files of runs were not taken."""
    found = store.connection.execute(
        "SELECT run, file, what FROM problems ORDER BY run, file"
    )
    return [Problem(*row) for row in found]


def _folders(runs: Path) -> dict[str, Path]:
    """Return the folders of runs by id, oldest id first; none where there is none.

    One that has no run.json yet, because the run just begins, is left out.
    """
    if not runs.exists():
        return {}
    with os.scandir(runs) as entries:
        names = [e.name for e in entries if e.is_dir() and e.name[:1] != "."]
    found = {name: runs / name for name in sorted(names)}
    return {name: path for name, path in found.items() if _is_run(path)}


def _is_run(folder: Path) -> bool:
    if record.manifest_path(folder).exists():
        return True
    return bool(_RUN.fullmatch(folder.name)) and not lock.is_owned(resume.lock(folder))


def _stamp(run: Path) -> str:
    """Return what changes when a run does: size and time of its files' heads."""
    parts = []
    for path in (record.manifest_path(run), run / sums.FILE):
        try:
            state = path.stat()
            parts.append(f"{state.st_size} {state.st_mtime_ns}")
        except OSError:
            parts.append("-")
    return ", ".join(parts)


def _sha(run: Path) -> str:
    """Return a hash of the same files' content; of one that cannot be read, of none."""
    found = hashlib.sha256()
    for path in (record.manifest_path(run), run / sums.FILE):
        try:
            data = path.read_bytes()
        except OSError:
            data = b""
        found.update(b"%d " % len(data) + data)
    return found.hexdigest()


def _same(store: Store, name: str, run: Path, stamp: str) -> bool:
    """Tell whether a run is what was taken, under other times; they are noted then."""
    change = "UPDATE runs SET stamp = ? WHERE name = ? AND sha = ?"
    done = store.connection.execute(change, (stamp, name, _sha(run)))
    return done.rowcount == 1


@dataclass(frozen=True)
class _One:
    """A run as it goes into the index; at: its start in seconds since the epoch."""

    taken: Taken
    at: float
    points: tuple[tuple[Metric, Kind, float], ...]


def _take(run: Path, workloads: Mapping[str, Workload]) -> _One:
    name = record.manifest_path(run).name
    if not record.manifest_path(run).exists():
        return _none(run, name, "is not there: the run was cut off before it began")
    taken = taking.take(run)
    if taken.manifest is None:
        return _One(taken, 0.0, ())
    made = record.Run(run, taken.manifest, taken.cells)
    try:
        at = datetime.datetime.fromisoformat(made.manifest.started).timestamp()
        points = [(m, kind, p.value) for m, kind, p in series.points(made, workloads)]
    except (TypeError, ValueError, OverflowError) as problem:
        return _none(run, name, f"cannot be used: {problem}")
    return _One(taken, at, tuple(points))


def _none(run: Path, file: str, what: str) -> _One:
    problem = Problem(run.name, file, what)
    return _One(Taken(None, (), taking.State.UNFINISHED, (problem,)), 0.0, ())


def _drop(store: Store, name: str) -> None:
    store.connection.execute("DELETE FROM runs WHERE name = ?", (name,))
    store.connection.execute("DELETE FROM problems WHERE run = ?", (name,))


def _put(store: Store, name: str, one: _One, stamp: str, sha: str) -> None:
    db, made = store.connection, one.taken.manifest
    rows = [(item.run, item.file, item.what) for item in one.taken.problems]
    db.executemany("INSERT INTO problems VALUES (?, ?, ?)", rows)
    if made is None:
        return
    ids = _metrics(store, ((metric, kind) for metric, kind, _ in one.points))
    pairs = sorted((ids[metric], value) for metric, _, value in one.points)
    layout = _bytes(array(INTS, [number for number, _ in pairs]))
    figures = _bytes(array(DOUBLES, [value for _, value in pairs]))
    db.execute("INSERT OR IGNORE INTO layouts (metrics) VALUES (?)", (layout,))
    where = "SELECT id FROM layouts WHERE metrics = ?"
    (number,) = db.execute(where, (layout,)).fetchone()
    known = (one.at, made.profile, made.clock, int(made.debug))
    verdict = made.verdict.value if made.verdict else None
    row = (
        name,
        made.started,
        *known,
        verdict,
        one.taken.state.value,
        stamp,
        sha,
        number,
    )
    marks = ", ".join("?" * (len(row) + 2))
    db.execute(
        f"INSERT INTO runs ({_ABOUT}, layout, figures, crc) VALUES ({marks})",
        (*row, figures, crc((name, *known), layout, figures)),
    )
    (key,) = db.execute("SELECT id FROM runs WHERE name = ?", (name,)).fetchone()
    db.executemany(
        "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (key, e.id, e.variant, e.workload, e.p2m, e.memory_mib, e.verdict, e.reason)
            for e in made.cells
        ],
    )


def _metrics(store: Store, found: Iterable[tuple[Metric, Kind]]) -> dict[Metric, int]:
    """Return the ids of metrics, those that are new made; their kinds are noted."""
    rows = {
        metric: (*_members(metric), kind.unit, kind.direction) for metric, kind in found
    }
    store.connection.executemany(
        f"INSERT INTO metrics (name, {_MEMBERS}, unit, direction)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE"
        " SET unit = excluded.unit, direction = excluded.direction"
        " WHERE unit != excluded.unit OR direction != excluded.direction",
        rows.values(),
    )
    known = dict(store.connection.execute("SELECT name, id FROM metrics"))
    return {metric: known[row[0]] for metric, row in rows.items()}


def _members(metric: Metric) -> tuple[str | int, ...]:
    """Return a metric's name and members, in the order of its table."""
    about = (metric.variant, metric.workload, metric.p2m, metric.memory_mib)
    return (str(metric), *about, metric.clock, metric.step, metric.name)


def _bytes(values: "array[int] | array[float]") -> bytes:
    """Return numbers as the index has them, little-endian."""
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()
