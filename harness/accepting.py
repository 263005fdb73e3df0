# SPDX-License-Identifier: GPL-2.0-only
"""The command accept, and the file of accepted changes that it adds a line to."""

import argparse
import datetime
import os
from pathlib import Path

from harness import accepted, comparing, lock, paths, record, series, workload
from harness.accepted import Acceptance
from harness.errors import UsageError
from harness.jsonfile import RecordError
from harness.record import Verdict


def read(path: Path) -> tuple[Acceptance, ...]:
    """Return the acceptances of a file, none if there is no such file.

    RecordError with the line if one is damaged: then nothing is known of the others.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ()
    except OSError as problem:
        raise RecordError(path, "", problem.strerror or str(problem)) from problem
    except UnicodeDecodeError as problem:
        raise RecordError(path, f"byte {problem.start}", "is not UTF-8") from problem
    return accepted.parse(text, path)


def append(path: Path, acceptance: Acceptance) -> None:
    """Add an acceptance; it is on the disk afterwards. RecordError, and no change, if
    the file is damaged; OSError if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock.locked(path.with_name(f".{path.name}.lock")):
        read(path)
        before = path.stat().st_size if path.exists() else 0
        with path.open("ab") as stream:
            try:
                stream.write(accepted.line(acceptance).encode("utf-8"))
                stream.flush()
                os.fsync(stream.fileno())
            except OSError:
                # Half a line would damage the file.
                os.truncate(path, before)
                raise


def accept(options: argparse.Namespace) -> int:
    """Record that a metric's value since a run is what it should be."""
    if not options.why.strip():
        raise UsageError("accept: --why: must say why the change is accepted")
    runs = paths.runs(options.results)
    run = record.load_run(comparing.find_run(options.since, runs))
    now = datetime.datetime.now(datetime.timezone.utc)
    acceptance = Acceptance(
        metric=options.metric,
        since=run.manifest.id,
        why=options.why.strip(),
        when=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        who=options.who,
    )
    known = workload.load_all(paths.repo().workloads)
    names = {str(metric) for metric, _, _ in series.points(run, known)}
    covered = [name for name in names if acceptance.covers(name)]
    if not covered:
        if "*" not in options.metric:
            series.parse(options.metric)
        raise UsageError(
            f"metric {options.metric}: run {run.manifest.id} has none of that name"
        )
    path = paths.accepted(options.results)
    append(path, acceptance)
    count = f"{len(covered)} metric{'s' if len(covered) > 1 else ''}"
    print(f"accepted: {count} since {run.manifest.id}; recorded in {path}")
    return Verdict.PASS.exit_code
