# SPDX-License-Identifier: GPL-2.0-only
"""The rule for a metric that is exact: every change counts, by whatever little.

In the insn clock a tick is an instruction, and the same kernel gives the same figure.
A figure is held against the last value that was accepted: the first one known, or the
one of the run since which a change is accepted. Nothing here reads or writes.
"""

import enum
from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from harness.ranks import Floats
from harness.series import LOWER, NEUTRAL, Metric

# What a series' metric is called, in the insn clock: these are exact by themselves.
_EXACT_NAMES = (".min", ".p50")
_INSN = "insn"
# How many nights tell whether a metric is exact, and how often it may change in them:
# a kernel that is worked on changes it now and then, noise changes it every night.
STEADY_NIGHTS = 30
STEADY_SHARE = 0.1
# So often at least, however young, one may change that is declared exact.
STEADY_CHANGES = 3


class What(str, enum.Enum):
    """What a change is. Only REGRESSION is bad news."""

    REGRESSION = "regression"
    IMPROVEMENT = "improvement"
    CHANGED = "changed"
    FIXED = "fixed"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Change:
    """A metric that is not what it was; since: index of the night where it began.

    CHANGED: it has no direction, so nobody says whether that is good. FIXED: a worse
    or accepted value has gone back to the one before it. before: what it is compared
    with; of a value that has gone it is that one. new: it began in the last night.
    """

    metric: Metric
    what: What
    since: int
    before: float
    after: float
    new: bool

    @property
    def difference(self) -> float:
        """Return after - before, in the metric's unit: instructions."""
        return self.after - self.before

    @property
    def percent(self) -> float | None:
        """Return the difference in percent of before; None if that is 0."""
        return percent(self.before, self.after)


def percent(before: float, after: float) -> float | None:
    """Return a difference in percent of the value before; None if that is 0."""
    return 100 * (after - before) / abs(before) if before else None


def direction(before: float, after: float, better: str) -> What:
    """Return what a change is, where better is LOWER, HIGHER or NEUTRAL."""
    if better == NEUTRAL:
        return What.CHANGED
    good = after < before if better == LOWER else after > before
    return What.IMPROVEMENT if good else What.REGRESSION


def declared(metric: Metric) -> bool:
    """Tell whether a metric is exact by what it is: of a series, in the insn clock."""
    return metric.clock == _INSN and metric.name.endswith(_EXACT_NAMES)


def steady(
    values: Floats, metrics: Sequence[Metric]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which metrics to judge as exact, by the nights before the new one.

    values: metrics x nights, without the new night; as nightrule.last_known gives
    them. In the insn clock one is that did not change more often than allowed. One
    that is declared exact is from its first night; if it changes more often, noise is
    in it, and ranks judge it.
    """
    known = ~np.isnan(values)
    pairs = known[:, 1:] & known[:, :-1]
    changes = np.count_nonzero(pairs & (values[:, 1:] != values[:, :-1]), axis=1)
    counted = np.count_nonzero(pairs, axis=1)
    insn = np.array([metric.clock == _INSN for metric in metrics], dtype=bool)
    by_name = np.array([declared(metric) for metric in metrics], dtype=bool)
    # Of others two nights that agree are asked for first.
    allowed = np.where(by_name, STEADY_CHANGES, np.where(counted >= 2, 1, 0))
    allowed = np.maximum(allowed, np.where(counted >= 2, STEADY_SHARE * counted, 0))
    found: np.ndarray[tuple[int], np.dtype[np.bool_]]
    found = insn & (changes <= allowed) & (by_name | (counted >= 1))
    return found


def judge(metric: Metric, better: str, values: Floats, start: int = 0) -> Change | None:
    """Return what the last night's value is, None if it is the accepted one.

    values: all nights, the new one last, NaN where unknown; start: the night since
    which the value is accepted, 0 if none is. A change is told as long as it stands,
    with new=False after its first night. That one has gone is told once: as FIXED, or
    if it was good as REGRESSION. None, too, where the new night has no value: that is
    not known.
    """
    known = np.flatnonzero(~np.isnan(values))
    accepted = known[known >= start]
    if not accepted.size or known[-1] != len(values) - 1:
        return None
    earlier = known[known < start]
    gone_to = float(values[earlier[-1]]) if earlier.size else None
    levels = _levels(values, accepted)
    reference = before = levels[0][1]
    for since, value in levels:
        what = direction(reference, value, better)
        if value == gone_to and what is not What.REGRESSION:
            # The accepted change is gone: what was before it counts again.
            reference, gone_to = value, None
        last = since == levels[-1][0]
        new = since == known[-1]
        if last and value != reference:
            return Change(metric, what, since, reference, value, new)
        if last and new and len(levels) > 1:
            back = direction(before, value, better)
            what = back if back is What.REGRESSION else What.FIXED
            return Change(metric, what, since, before, value, new)
        before = value
    return None


def _levels(
    values: Floats, nights: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[tuple[int, float]]:
    """Return where each level begins, and its value, for the nights of a series."""
    found = values[nights]
    begins = np.flatnonzero(np.concatenate([[True], found[1:] != found[:-1]]))
    return [(int(nights[index]), float(found[index])) for index in begins]


def deviating(values: Floats, starts: Mapping[int, int]) -> list[int]:
    """Return the rows of which any night since its start is not the accepted value.

    For the others judge() has nothing to say. values: metrics x nights; starts: row ->
    night.
    """
    found = []
    for row, start in starts.items():
        known = values[row, start:]
        known = known[~np.isnan(known)]
        if known.size and np.any(known != known[0]):
            found.append(row)
    return found
