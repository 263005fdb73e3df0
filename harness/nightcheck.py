# SPDX-License-Identifier: GPL-2.0-only
"""Judge a night: hold it against the nights before, and boot again what it finds."""

import dataclasses
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

import numpy as np

from harness import (
    accepting,
    cellname,
    findings,
    nightjudge,
    nightrule,
    nights,
    nightverdict,
    onecell,
    paths,
    series,
    storequery,
)
from harness.bench import Bench
from harness.errors import HarnessError
from harness.findings import Finding, Night
from harness.history import History
from harness.nights import Account
from harness.nightverdict import Unrepeatable
from harness.record import Run
from harness.series import Metric
from harness.storecmd import up_to_date
from harness.storequery import Chosen

# The runs of cells that boot again: no part of the history.
AGAIN = "again"


@dataclass(frozen=True)
class Checked:
    """What holds of a night's findings. nights: how many it was held against."""

    findings: tuple[Finding, ...]
    unrepeatable: tuple[Unrepeatable, ...]
    judged: int
    nights: int
    notes: tuple[str, ...]


def check(
    given: Path | None, bench: Bench, tonight: Run, earlier: Sequence[Account]
) -> Checked:
    """Judge a run by those before it; boot once more what is not what it was.

    given: the folder of runs, if it is not the checkout's; earlier: accounts of the
    nights of this clock. HarnessError when what is needed for it cannot be read.
    """
    history, notes = _history(given, bench, tonight, earlier)
    history = _believed(history, earlier)
    if not history.metrics:
        return Checked((), (), 0, len(history.runs) - 1, notes)
    accepted = nights.improvements(earlier) + accepting.read(paths.accepted(given))
    reported = [one for account in earlier for one in account.reported]
    night = nightjudge.judge(history, accepted, reported)
    folder = paths.nights(given) / AGAIN
    exact = nightverdict.to_repeat(night.findings)
    again = _boots(bench, tonight, folder, [one.metric for one in exact], 1)
    held, lost = nightverdict.repeated(
        night.findings, {metric: values[0] for metric, values in again.items()}
    )
    wanted = findings.needed(held)
    fresh = _boots(bench, tonight, folder, wanted, nightrule.CONFIRM_BOOTS)
    found = findings.confirm(held, fresh)
    return Checked(
        findings=found,
        unrepeatable=lost,
        judged=night.exact + night.noisy if len(history.runs) > 1 else 0,
        nights=len(history.runs) - 1,
        notes=(*notes, *_said(night)),
    )


def _history(
    given: Path | None, bench: Bench, tonight: Run, earlier: Sequence[Account]
) -> tuple[History, tuple[str, ...]]:
    """Return the nights of this clock with tonight's as the last, and what to say."""
    chosen = Chosen(bench.profile.name, bench.profile.clock)
    with up_to_date(given) as (store, done):
        arrays = storequery.arrays(store, chosen)
        notes = [*store.notes, *map(str, done.problems)]
    # A run that somebody made of this profile, or a night that was cut off, is none.
    known, mine = {one.measured for one in earlier}, tonight.manifest.id
    order = [place for place, run in enumerate(arrays.runs) if run in known]
    runs = (*(arrays.runs[place] for place in order), mine)
    if mine not in arrays.runs:
        # Nothing was measured tonight.
        return History((), (), runs, np.empty((0, len(runs)))), tuple(notes)
    last = arrays.runs.index(mine)
    if order and order[-1] > last:
        after = arrays.runs[order[-1]]
        notes.append(f"the clock was set back: {after} seems to be later than tonight")
    values = arrays.values[:, [*order, last]]
    # The index knows no floors; the workloads of tonight do.
    kinds = {
        metric: kind for metric, kind, _ in series.points(tonight, bench.workloads)
    }
    made = History(
        arrays.metrics,
        tuple(kinds.get(m, kind) for m, kind in zip(arrays.metrics, arrays.kinds)),
        runs,
        values,
    )
    return made, tuple(notes)


def _believed(history: History, earlier: Sequence[Account]) -> History:
    """Return a history without what got better while it was wrong."""
    rows = {str(metric): row for row, metric in enumerate(history.metrics)}
    columns = {run: column for column, run in enumerate(history.runs)}
    values = history.values.copy()
    for account in earlier:
        column = columns.get(account.measured)
        for name in account.doubtful:
            if column is not None and name in rows:
                values[rows[name], column] = np.nan
    return dataclasses.replace(history, values=values)


def _boots(
    bench: Bench, tonight: Run, folder: Path, metrics: Sequence[Metric], times: int
) -> dict[Metric, list[float]]:
    """Boot the cells of metrics again, so many times; return what they measured."""
    kinds = dict.fromkeys(map(cellname.of_metric, metrics))
    wanted = set(metrics)
    measured: dict[Metric, list[float]] = {}
    for kind in kinds:
        once = onecell.alone(dataclasses.replace(bench, runs=folder), kind)
        for _ in range(times):
            print(f"once more: {cellname.name(kind)}", file=sys.stderr, flush=True)
            run, cell = onecell.boot(once)
            _unchanged(tonight, run, cell.cell.design)
            for metric, _kind, point in series.points(run, bench.workloads):
                if metric in wanted:
                    measured.setdefault(metric, []).append(point.value)
    return measured


def _unchanged(tonight: Run, run: Run, design: str) -> None:
    was, now = (one.manifest.kernels.get(design) for one in (tonight, run))
    if was and now and was.key != now.key:
        raise HarnessError(
            f"{design} kernel: the sources changed while the night was running; "
            "give it a tree that nobody works on, or TREE@REF"
        )


def _said(night: Night) -> list[str]:
    """Return what a judgement has to say beside its findings."""
    notes = []
    if night.missing:
        names = ", ".join(map(str, night.missing[:3]))
        more = f" and {len(night.missing) - 3} more" if len(night.missing) > 3 else ""
        notes.append(f"had a value the night before and have none now: {names}{more}")
    if night.unsteady:
        names = ", ".join(map(str, night.unsteady[:3]))
        notes.append(f"should be exact, and change all the time: {names}")
    for one in night.without:
        notes.append(f"accepted since {one.since}, which is no night: {one.metric}")
    return notes
