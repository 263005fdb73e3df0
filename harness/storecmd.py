# SPDX-License-Identifier: GPL-2.0-only
"""The commands of the store: index, history, export and import."""

import argparse
import difflib
import os
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Iterator

from harness import (
    comparing,
    historytext,
    indexing,
    paths,
    running,
    store,
    storequery,
    sums,
    transfer,
)
from harness.errors import UsageError
from harness.historytext import Series
from harness.record import Verdict
from harness.series import Metric, Point
from harness.store import Store
from harness.storequery import Chosen
from harness.transfer import Outcome

_SHOWN = 3


@contextmanager
def up_to_date(
    given: Path | None, rebuild: bool = False
) -> Iterator[tuple[Store, indexing.Updated]]:
    """Open the index over the runs as they are now; what is wrong is said aloud.

    given: the folder of runs, if it is not the checkout's. HarnessError when the
    index can be neither opened nor made.
    """
    path = paths.index(given)
    if rebuild:
        store.remove(path)
    with store.opened(path) as found:
        for note in found.notes:
            print(note, file=sys.stderr)
        done = indexing.update(found, paths.runs(given), running.workloads(None))
        for problem in done.problems:
            print(f"not taken: {problem}", file=sys.stderr)
        yield found, done


def index(options: argparse.Namespace) -> int:
    """Bring the index up to date, or make it anew; say what it has."""
    bad = list(_damaged(paths.runs(options.results))) if options.verify else []
    for line in bad:
        print(line, file=sys.stderr)
    with up_to_date(options.results, options.rebuild) as (found, done):
        count = "SELECT count(*) FROM "
        (runs,) = found.connection.execute(f"{count} runs").fetchone()
        (metrics,) = found.connection.execute(f"{count} metrics").fetchone()
    print(
        f"{found.path}: {runs} runs, {metrics} metrics; {len(done.taken)} taken, "
        f"{len(done.dropped)} dropped, {len(done.problems)} problems"
    )
    good = not done.problems and not bad
    return (Verdict.PASS if good else Verdict.ERROR).exit_code


def history(options: argparse.Namespace) -> int:
    """Print the series of a metric, or of those that fit a pattern."""
    if options.last is not None and options.last < 1:
        raise UsageError("--last: allowed are numbers from 1")
    chosen = Chosen(options.profile, options.clock)
    with up_to_date(options.results) as (found, _):
        known = storequery.metrics(found, options.metric)
        series = [
            Series(metric, kind, _points(found, metric, chosen, options.last))
            for metric, kind in known.items()
        ]
        if not known:
            raise UsageError(_unknown(options.metric, found))
    series = [one for one in series if one.points]
    if options.json:
        print(historytext.to_json(series))
    elif options.csv:
        print(historytext.to_csv(series))
    elif series:
        print(historytext.text(series))
    else:
        print(f"metric {options.metric}: no run that is meant has it", file=sys.stderr)
    return Verdict.PASS.exit_code


def export(options: argparse.Namespace) -> int:
    """Write the whole history as JSON lines; a file is written whole or not at all."""
    folders = comparing.run_folders(paths.runs(options.results))
    if options.file == "-":
        problems = transfer.write(folders, sys.stdout.buffer)
    else:
        path = Path(options.file).absolute()
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            fresh = Path(stream.name)
            try:
                problems = transfer.write(folders, stream)
                stream.flush()
                os.fsync(stream.fileno())
                os.fchmod(stream.fileno(), 0o644)
                os.replace(fresh, path)
            finally:
                fresh.unlink(missing_ok=True)
    for problem in problems:
        print(f"left out: {problem}", file=sys.stderr)
    return (Verdict.ERROR if problems else Verdict.PASS).exit_code


def import_(options: argparse.Namespace) -> int:
    """Make the runs of a history that was exported."""
    runs = paths.runs(options.results)
    if options.file == "-":
        return _import(sys.stdin.buffer, "standard input", runs)
    with Path(options.file).open("rb") as stream:
        return _import(stream, options.file, runs)


def _import(stream: IO[bytes], name: str, runs: Path) -> int:
    done: Counter[Outcome] = Counter()
    try:
        for outcome, said in transfer.read(stream, name, runs):
            done[outcome] += 1
            if outcome is Outcome.REFUSED:
                print(said, file=sys.stderr)
    finally:
        print(
            f"{done[Outcome.MADE]} runs made in {runs}, {done[Outcome.KEPT]} were "
            f"there, {done[Outcome.REFUSED]} refused"
        )
    good = not done[Outcome.REFUSED]
    return (Verdict.PASS if good else Verdict.ERROR).exit_code


def _damaged(runs: Path) -> Iterator[str]:
    """Yield what is wrong with any file that a run has sums of, raw output included."""
    for folder in comparing.run_folders(runs):
        for problem in sums.damaged(folder):
            yield f"damaged: {problem}"


def _points(
    found: Store, metric: Metric, chosen: Chosen, last: int | None
) -> tuple[Point, ...]:
    points = storequery.history(found, metric, chosen)
    return tuple(points[-last:] if last else points)


def _unknown(name: str, found: Store) -> str:
    """Return that there is no such metric, and which have names that are close."""
    names = [str(metric) for metric in storequery.metrics(found)]
    if not names:
        return f"metric {name}: no run has any; make one with: bouncemark run"
    close = difflib.get_close_matches(name, names, _SHOWN, 0.0)
    near = ", ".join(close)
    return f"metric {name}: no run has it; a pattern may have *; near are {near}"
