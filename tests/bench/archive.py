#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Time the index over an archive of many nights; exit status 4: too slow, too large.

archive.py [--nights N] [--metrics M] [--read N] [--folder DIR] [--json FILE]

The archive is made of run folders as bouncemark run leaves them, with SHA256SUMS; the
first is loaded with every check. A night has a cell for each hundred metrics: 46
series with a minimum and a median, as the workload micro has them, and 8 values. A
cell's text is one of a few, so that thousands are written in little time; a night
in a hundred lacks a cell.

    rebuild   the index made anew from the folders, as by bouncemark index --rebuild
    update    the same again: nothing is new
    history   one metric
    arrays    every series as one array, from an index of --read nights: that of the
              rebuild, its rows repeated. In a process of its own, for its memory
    rows      what the same nights would take as one row a point in SQLite, to compare

Seconds are real time; cpu is the time the process itself had. Files were just
written, so that a disk is not measured.
"""

import argparse
import dataclasses
import datetime
import json
import multiprocessing
import random
import resource
import sqlite3
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from harness import (  # noqa: E402
    hashing,
    indexing,
    jsonfile,
    record,
    store,
    storequery,
    sums,
)

# Seconds and MB that each may take.
LIMITS = {"rebuild": (60.0, None), "arrays": (3.0, 500.0)}
SERIES, VALUES, PER_CELL = 46, 8, 100
TEXTS = 6
OPS = ("map", "unmap", "sync_for_cpu", "sync_for_device")
VARIANTS = ("native-iommu", "native-hook", "dom0-iommu", "dom0-hook")
BEGIN = datetime.datetime(2016, 1, 1, 3, tzinfo=datetime.timezone.utc)


@dataclass(frozen=True)
class Took:
    """What something took: seconds of real and of CPU time, MB at the most."""

    what: str
    seconds: float
    cpu: float
    memory: float

    @property
    def is_missed(self) -> bool:
        """Tell whether it took more than it may."""
        seconds, memory = LIMITS.get(self.what, (None, None))
        slow = seconds is not None and self.seconds > seconds
        return slow or (memory is not None and self.memory > memory)


def timed(what: str, do: Callable[[], object]) -> Took:
    """Return what a call took; memory is the process's peak so far."""
    begin, cpu = time.monotonic(), time.process_time()
    do()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return Took(what, time.monotonic() - begin, time.process_time() - cpu, peak)


def cell(number: int, chance: random.Random) -> record.Cell:
    """Return a cell with a hundred figures."""
    variant = VARIANTS[number % len(VARIANTS)]
    boot, _, design = variant.partition("-")
    spec = record.CellSpec(
        variant=variant,
        design=design,
        boot=boot,
        force=False,
        workload=f"work{number // len(VARIANTS)}",
        parameters={"memory_mib": 2048, "low_mib": 1024},
        clock="insn",
        p2m="linear",
    )
    made = [measurement(place, chance) for place in range(SERIES)]
    values = tuple(
        record.Value(f"io-{place}", "fio.iops", "1/s", chance.randrange(10**6) / 7)
        for place in range(VALUES)
    )
    return record.Cell(
        id=hashing.of(["archive", number]),
        cell=spec,
        verdict=record.Verdict.PASS,
        reason="",
        inputs=record.Inputs("k", "m", "g", "w", "7.2", "4.17", "console=hvc0"),
        seconds=record.Seconds(boot=3.5, total=9.25),
        engagement=(record.Engagement("dma ops", "direct", "direct", True),),
        facts={"dma.ops": "", "tsc_khz": 1000000},
        measurements=tuple(made),
        values=values,
    )


def measurement(place: int, chance: random.Random) -> record.Measurement:
    """Return a series: most samples alike, a few later, an interrupt in some."""
    low = 100 + 10 * place + chance.randrange(4)
    hist = [[low, 12], [low + 1, 19900], [low + 3, 80], [1100 + place, 8]]
    frame = {
        "step": f"map_single-{64 << place // len(OPS)}",
        "series": OPS[place % len(OPS)],
        "count": sum(count for _, count in hist),
        "failed": 0,
        "min": low,
        "max": 1100 + place,
        "sum": sum(ticks * count for ticks, count in hist),
        "hist": hist,
    }
    parameters = {"op": "map_single", "size": 64 << place // len(OPS)}
    return record.measure(frame, parameters, record.Bounce(20000, *[0] * 5), 4)


def archive(runs: Path, nights: int, metrics: int, chance: random.Random) -> None:
    """Make the run folders of an archive."""
    numbers = range(max(1, metrics // PER_CELL))
    texts = {number: [] for number in numbers}
    ends = {}
    for number in numbers:
        for _ in range(TEXTS):
            made = cell(number, chance)
            ends[number] = end(made)
            whole = {"schema": record.CELL_VERSION, **dataclasses.asdict(made)}
            texts[number].append(jsonfile.text(whole).encode())
    for night in range(nights):
        lacks = chance.choice(numbers) if night % 100 == 99 else None
        there = [number for number in numbers if number != lacks]
        begin = BEGIN + datetime.timedelta(days=night)
        run = manifest(begin, night, [ends[number] for number in there])
        folder = runs / run.id
        for number in there:
            path = record.cell_path(folder, ends[number].id)
            path.parent.mkdir(parents=True)
            path.write_bytes(chance.choice(texts[number]))
        whole = {"schema": record.RUN_VERSION, **dataclasses.asdict(run)}
        record.manifest_path(folder).write_text(jsonfile.text(whole), encoding="utf-8")
        hashed = hashing.files(folder.rglob("*.json"), folder)
        text = "".join(f"{sha}  {name}\n" for name, sha in hashed)
        (folder / sums.FILE).write_text(text)
        if night == 0:
            assert len(record.load_run(folder).cells) == len(there)
            assert not sums.damaged(folder) and len(sums.load(folder) or ()) > 1


def end(made: record.Cell) -> record.CellEnd:
    """Return how a cell ended, as a manifest has it."""
    kind = dataclasses.asdict(made.cell.kind)
    return record.CellEnd(id=made.id, **kind, verdict=made.verdict, reason="")


def manifest(
    begin: datetime.datetime, night: int, ends: list[record.CellEnd]
) -> record.Manifest:
    """Return the manifest of a night's run."""
    planned = []
    for one in ends:
        about = dataclasses.asdict(one)
        del about["verdict"], about["reason"]
        planned.append(record.Planned(**about))
    return record.Manifest(
        id=f"{begin.strftime('%Y%m%dT%H%M%S')}-nightly-{night:06x}",
        profile="nightly",
        started=begin.isoformat(timespec="seconds"),
        finished=(begin + datetime.timedelta(hours=1)).isoformat(timespec="seconds"),
        host={"cpus": 2},
        tools={"qemu": "7.2"},
        kernels={},
        config_diff={},
        accelerator="tcg",
        clock="insn",
        debug=False,
        stages={"boot": 3000.0},
        planned=tuple(planned),
        cells=tuple(ends),
        verdict=record.Verdict.PASS,
    )


def grow(path: Path, nights: int) -> None:
    """Repeat the rows of an index, a day later each, until it has so many nights."""
    with store.opened(path) as found:
        row = "name, at, profile, clock, debug, layout, figures, started"
        kept = list(found.connection.execute(f"SELECT {row} FROM runs ORDER BY at"))
        blobs = dict(found.connection.execute("SELECT id, metrics FROM layouts"))
        with found.writing():
            for night in range(len(kept), nights):
                _, _, *known, layout, figures, _ = kept[night % len(kept)]
                begin = BEGIN + datetime.timedelta(days=night)
                name = f"{begin.strftime('%Y%m%dT%H%M%S')}-nightly-{night:06x}"
                about = (name, begin.timestamp(), *known)
                crc = store.crc(about, blobs[layout], figures)
                rest = (begin.isoformat(), "finished", "", "", layout, figures, crc)
                found.connection.execute(
                    "INSERT INTO runs (name, at, profile, clock, debug, started, state,"
                    " stamp, sha, layout, figures, crc)"
                    f" VALUES ({', '.join('?' * 12)})",
                    (*about, *rest),
                )


def read(path: str, nights: int) -> Took:
    """Read an index as one array, in this process."""

    def do() -> None:
        with store.opened(Path(path)) as found:
            made = storequery.arrays(found)
        assert made.values.shape == (len(made.metrics), nights), made.values.shape

    return timed("arrays", do)


def as_rows(path: Path, folder: Path) -> list[Took]:
    """Return what one row a point takes to write and to read."""
    with store.opened(path) as found:
        points = list(storequery.rows(found))
    db = sqlite3.connect(folder / "rows.sqlite")
    db.execute("PRAGMA synchronous = OFF")
    db.execute(
        "CREATE TABLE points (metric INT, run INT, value REAL,"
        " PRIMARY KEY (metric, run)) WITHOUT ROWID"
    )
    metrics = {name: n for n, name in enumerate(dict.fromkeys(p[0] for p in points))}
    runs = {name: n for n, name in enumerate(dict.fromkeys(p[1] for p in points))}
    rows = [(metrics[one], runs[other], value) for one, other, value in points]

    def put() -> None:
        with db:
            db.executemany("INSERT INTO points VALUES (?, ?, ?)", rows)

    def get() -> None:
        list(db.execute("SELECT metric, run, value FROM points"))

    return [timed("rows in", put), timed("rows out", get)]


def measure(folder: Path, nights: int, metrics: int, readings: int) -> list[Took]:
    """Make an archive in a folder and return what all takes."""
    runs, path = folder / "runs", folder / "index.sqlite"
    found = [timed("make", lambda: archive(runs, nights, metrics, random.Random(1)))]

    def update() -> None:
        with store.opened(path) as opened:
            done = indexing.update(opened, runs, {})
        assert not done.problems, done.problems[0]

    def one() -> None:
        with store.opened(path) as opened:
            metric = next(iter(storequery.metrics(opened)))
            assert len(storequery.history(opened, metric)) > nights * 0.9

    found += [timed("rebuild", update), timed("update", update), timed("history", one)]
    if nights * metrics <= 10**6:
        found += as_rows(path, folder)
    grow(path, readings)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        found.append(pool.apply(read, (str(path), max(nights, readings))))
    return found


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="how fast the index is")
    parser.add_argument("--nights", type=int, default=365, metavar="N")
    parser.add_argument("--metrics", type=int, default=2000, metavar="M")
    parser.add_argument("--read", type=int, default=3650, metavar="N")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="keep it there")
    parser.add_argument("--limit", type=float, metavar="S", help="of the rebuild")
    parser.add_argument("--json", type=Path, metavar="FILE", help="instead of a table")
    options = parser.parse_args()
    if min(options.nights, options.metrics, options.read) < 1:
        parser.error("allowed are numbers from 1")
    if options.limit is not None:
        LIMITS["rebuild"] = (options.limit, None)
    asked = (options.nights, options.metrics, options.read)
    if options.folder:
        found = measure(options.folder, *asked)
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = measure(Path(folder), *asked)
    if options.json:
        made = [dataclasses.asdict(one) | {"is_missed": one.is_missed} for one in found]
        options.json.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    else:
        print(f"{options.nights} nights, {options.metrics} metrics; arrays: {asked[2]}")
        print(f"{'':10} {'seconds':>8} {'cpu':>8} {'MB':>6}")
        for one in found:
            missed = "  MISSED" if one.is_missed else ""
            figures = f"{one.seconds:8.2f} {one.cpu:8.2f} {one.memory:6.0f}"
            print(f"{one.what:10} {figures}{missed}")
    return 4 if any(one.is_missed for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
