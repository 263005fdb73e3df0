# SPDX-License-Identifier: GPL-2.0-only
"""What a night says: which metrics are not what they were.

    judge(history, accepted changes, what was told) -> Night, with findings
    needed(findings) -> metrics that must boot again; boot them
    confirm(findings, their boots) -> what is told; reported() of each is kept

A metric is judged by exact.py if it is exact, and by nightrule.py if there is noise in
it. What was told and is not accepted stands until it is gone or accepted. Nothing here
reads or writes.
"""

from typing import Mapping, Sequence

import numpy as np

from harness import accepted, exact, nightrule, noisy
from harness.accepted import Acceptance, Start
from harness.exact import What
from harness.findings import Finding, Night, Reported, State, confirm, needed
from harness.history import History
from harness.series import NEUTRAL

__all__ = [
    "Finding",
    "History",
    "Night",
    "Reported",
    "State",
    "What",
    "confirm",
    "judge",
    "needed",
]


def judge(
    history: History,
    acceptances: Sequence[Acceptance] = (),
    reported: Sequence[Reported] = (),
) -> Night:
    """Judge the last night of a history. ValueError without any night.

    reported: what earlier nights have told of noisy metrics, in their order. An
    acceptance of the same run or a later one takes its place.
    """
    if not history.runs:
        raise ValueError("there is no night to judge")
    metrics, values = history.metrics, history.values
    names = [str(metric) for metric in metrics]
    starts = accepted.starts(acceptances, names, history.runs)
    known = ~np.isnan(values[:, -1])
    earlier = nightrule.last_known(values[:, :-1], exact.STEADY_NIGHTS)
    steady = exact.steady(earlier, metrics)
    neutral = np.array([kind.direction == NEUTRAL for kind in history.kinds], bool)
    by_rank = _rows(known & ~steady & ~neutral)
    steps = noisy.steps(history, by_rank, reported, starts)
    found, enough = noisy.judge(history, by_rank, steps)
    found += _exact(history, _rows(known & steady), starts)
    found += _accepted_now(history, starts)
    was_known = ~np.isnan(values[:, -2:-1]).all(axis=1)
    return Night(
        findings=tuple(sorted(found, key=lambda one: one.metric)),
        exact=int(np.count_nonzero(known & steady)),
        noisy=enough,
        young=len(by_rank) - enough,
        neutral=int(np.count_nonzero(known & ~steady & neutral)),
        unknown=int(np.count_nonzero(~known)),
        unsteady=tuple(
            metrics[row]
            for row in _rows(known & ~steady)
            if exact.declared(metrics[row])
        ),
        missing=tuple(metrics[row] for row in _rows(~known & was_known)),
        without=accepted.unknown(acceptances, history.runs),
    )


def _rows(chosen: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[int]:
    return [int(row) for row in np.flatnonzero(chosen)]


def _exact(
    history: History, rows: Sequence[int], starts: Mapping[int, Start]
) -> list[Finding]:
    """Return the findings of metrics that are exact."""
    nights = {row: starts[row].night if row in starts else 0 for row in rows}
    found = []
    for row in exact.deviating(history.values, nights):
        kind = history.kinds[row]
        change = exact.judge(
            history.metrics[row], kind.direction, history.values[row], nights[row]
        )
        if change:
            found.append(
                Finding(
                    metric=change.metric,
                    unit=kind.unit,
                    what=change.what,
                    state=State.EXACT,
                    since=history.runs[change.since],
                    before=change.before,
                    after=change.after,
                    new=change.new,
                )
            )
    return found


def _accepted_now(history: History, starts: Mapping[int, Start]) -> list[Finding]:
    """Return the changes that are accepted since this very night."""
    last = len(history.runs) - 1
    found = []
    for row, start in starts.items():
        if start.night != last or np.isnan(history.values[row, last]):
            continue
        before = history.values[row, :last]
        before = before[~np.isnan(before)]
        found.append(
            Finding(
                metric=history.metrics[row],
                unit=history.kinds[row].unit,
                what=What.ACCEPTED,
                state=State.CONFIRMED,
                since=start.by.since,
                before=float(before[-1]) if before.size else None,
                after=float(history.values[row, last]),
                new=True,
                why=start.by.why,
            )
        )
    return found
