# SPDX-License-Identifier: GPL-2.0-only
"""A night's findings of metrics with noise: candidates, what is gone, what stands.

What was told or accepted moves the baseline: only nights since then count, and as long
as there are fewer than nightrule.LEAST + RECENT of them the metric is young again. The
levels before and since are kept to tell when it is gone. Nothing here reads or writes.
"""

from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from harness import changepoints, exact, nightrule
from harness.accepted import Start
from harness.exact import What
from harness.findings import Finding, Reported, State
from harness.history import History
from harness.ranks import Floats


@dataclass(frozen=True)
class Known:
    """A known step of a metric: night where it began; NaN: no such level is known.

    report: who told of it; None: it is accepted, and does not stand open.
    """

    night: int
    before: float
    after: float
    report: Reported | None


def steps(
    history: History,
    wanted: Sequence[int],
    reported: Sequence[Reported],
    starts: Mapping[int, Start],
) -> dict[int, Known]:
    """Return for each wanted index of a metric its latest step, reported or accepted.

    An acceptance of the reported run, or of a later one, takes the report's place. A
    report of a metric or run that the history does not have is of no use: left out.
    """
    rows = {history.metrics[row]: row for row in wanted}
    nights = {run: night for night, run in enumerate(history.runs)}
    found = {
        row: _of_start(history, row, starts[row]) for row in wanted if row in starts
    }
    for one in reported:
        row, night = rows.get(one.metric), nights.get(one.since)
        if row is None or night is None:
            continue
        known = found.get(row)
        if known and (
            night < known.night or (night == known.night and not known.report)
        ):
            continue
        found[row] = Known(night, one.before, one.after, one)
    return found


def judge(
    history: History, rows: Sequence[int], known: Mapping[int, Known]
) -> tuple[list[Finding], int]:
    """Return the findings of these rows, and how many had enough nights."""
    tail = history.values[rows, -nightrule.LOOK_BACK :].copy()
    first = len(history.runs) - tail.shape[1]
    floors = np.array([_floor(history, row) for row in rows], dtype=float)
    for place, row in enumerate(rows):
        if row in known:
            tail[place, : max(0, known[row].night - first)] = np.nan
    shifts = nightrule.candidates(tail, floors)
    found = []
    for place, row in enumerate(rows):
        shifted = shifts.sign[place] != 0
        if not shifted and row not in known:
            continue
        step = known.get(row)
        finding = _gone(history, row, step) if step else None
        if not finding and shifted:
            finding = _candidate(history, row, place, shifts)
        if not finding and step and step.report:
            finding = _standing(history, row, step.report)
        if finding:
            found.append(finding)
    return found, int(np.count_nonzero(shifts.enough))


def _of_start(history: History, row: int, start: Start) -> Known:
    """Return an accepted step with its levels, by the nights before and since."""
    values = history.values[row]
    before = values[: start.night]
    since = values[start.night :]
    return Known(
        start.night,
        _level(before[~np.isnan(before)][-nightrule.BASELINE :]),
        _level(since[~np.isnan(since)][: nightrule.RECENT]),
        None,
    )


def _level(values: Floats) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _floor(history: History, row: int) -> float:
    declared = history.kinds[row].floor
    return nightrule.FLOOR if declared is None else declared


def _candidate(
    history: History, row: int, place: int, shifts: nightrule.Shifts
) -> Finding:
    before, after = float(shifts.before[place]), float(shifts.after[place])
    base = shifts.baseline[place]
    kind = history.kinds[row]
    return Finding(
        metric=history.metrics[row],
        unit=kind.unit,
        what=exact.direction(before, after, kind.direction),
        state=State.CANDIDATE,
        since=history.runs[_began(history.values[row])],
        before=before,
        after=after,
        new=True,
        p=float(shifts.p[place]),
        baseline=tuple(float(value) for value in base[~np.isnan(base)]),
        floor=_floor(history, row),
    )


def _began(values: Floats) -> int:
    """Return the night where a fresh step began: the last step of the last nights.

    If change points see none in the last half of a baseline, it is the first of the
    nights that the rule has looked at.
    """
    first = max(0, len(values) - nightrule.LOOK_BACK)
    known = np.flatnonzero(~np.isnan(values))
    latest = int(known[-min(nightrule.BASELINE // 2, known.size)])
    found = changepoints.steps(values[first:])
    if found and first + found[-1].index >= latest:
        return first + found[-1].index
    return int(known[-min(nightrule.RECENT, known.size)])


def _standing(history: History, row: int, report: Reported) -> Finding | None:
    """Return what was told and is neither gone nor accepted; what is fixed is done."""
    if report.what is What.FIXED:
        return None
    return Finding(
        metric=report.metric,
        unit=history.kinds[row].unit,
        what=report.what,
        state=State.STANDING,
        since=report.since,
        before=report.before,
        after=report.after,
        new=False,
    )


def _gone(history: History, row: int, step: Known) -> Finding | None:
    """Return the finding that a known step is gone, a candidate: FIXED, or worse.

    So a step that was fixed and comes again is found without a new baseline.
    """
    values = history.values[row]
    since = values[step.night :]
    # The step's own first nights: without them nothing has gone.
    recent = since[~np.isnan(since)][nightrule.RECENT :][-nightrule.RECENT :]
    if not nightrule.gone(recent, step.after, step.before):
        return None
    back = exact.direction(step.after, step.before, history.kinds[row].direction)
    return Finding(
        metric=history.metrics[row],
        unit=history.kinds[row].unit,
        what=What.REGRESSION if back is What.REGRESSION else What.FIXED,
        state=State.CANDIDATE,
        since=history.runs[_began(values)],
        before=step.after,
        after=step.before,
        new=True,
    )
