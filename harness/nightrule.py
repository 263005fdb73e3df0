# SPDX-License-Identifier: GPL-2.0-only
"""The rule for a metric that is not exact: the last nights against those before.

The last 3 nights are held against the previous 30 by a rank test. What it finds is a
candidate and no alarm yet: the same night's kernel boots 5 times more, and the alarm
is raised if these boots, without the nights that made the candidate, say the same.
tests/bench/alarms.py measures the rule as a whole; docs/measuring.md has its figures.

Everything is done for all metrics at once: arrays are metrics x nights, oldest first,
NaN where a night has no value. Nothing here reads or writes.
"""

from dataclasses import dataclass

import numpy as np

from harness import ranks
from harness.ranks import Floats, Ints

# One boot a night. Three of them, because one night alone is an outlier as often as
# a step (apache/otava#150), and because a step is to be told within three nights.
RECENT = 3
# Long enough for p down to 1/5456, short enough that it is the same host and tools.
BASELINE = 30
# With fewer nights 3 values cannot reach CANDIDATE_P: 1/220 does, 1/165 does not.
LEAST = 9
# Nights without a value are skipped, but what is older than this many is not asked.
LOOK_BACK = 120
# One-sided. In 30 x 3 pairs at most 6 are out of order: 23 of 5456 orders, so 0.84
# candidates in 100 nights of unchanged Gaussian noise. At .002 (two pairs) a step of
# 3 sigma is seen within 3 nights in 79 % of series, at .005 in 93 %: the confirmation
# and not this p is what keeps false alarms away, and .01 costs twice the boots.
CANDIDATE_P = 0.005
# Fresh boots of a candidate. With 3 at the same p, 89 % instead of 93 % of steps of 3
# sigma are through within 3 nights; each boot costs a minute or two.
CONFIRM_BOOTS = 5
# One-sided, of 5 boots against 30 nights: at most 22 of 150 pairs out of order.
CONFIRM_P = 0.005
# In percent, of a metric whose declaration has no floor of its own: what is smaller
# is not told, however sure it is. asv has 5, criterion 1.
FLOOR = 1.0


@dataclass(frozen=True, eq=False)
class Shifts:
    """What the rule found, an entry for each metric.

    sign: +1 the values went up, -1 down, 0 nothing, or too few nights to tell; p:
    one-sided, of the way that they went; before, after: the medians of the previous
    and the last nights, NaN without any; baseline: the previous nights, metrics x
    BASELINE, NaN in front where there are fewer; enough: LEAST of them and RECENT.
    """

    sign: Ints
    p: Floats
    before: Floats
    after: Floats
    baseline: Floats
    enough: np.ndarray[tuple[int], np.dtype[np.bool_]]


def last_known(values: Floats, count: int) -> Floats:
    """Return the last count values of each row that are known, NaN in front."""
    recent = values[:, -LOOK_BACK:]
    order = np.argsort(~np.isnan(recent), axis=1, kind="stable")
    packed = np.take_along_axis(recent, order, axis=1)[:, -count:]
    missing = max(0, count - packed.shape[1])
    return np.pad(packed, ((0, 0), (missing, 0)), constant_values=np.nan)


def candidates(values: Floats, floors: Floats) -> Shifts:
    """Return where the last nights differ from the previous ones.

    values: metrics x nights, the new night last; a metric that it has no value of is
    not judged. floors: in percent of the median before, one for each metric.
    """
    window = last_known(values, BASELINE + RECENT)
    base, recent = window[:, :BASELINE], window[:, BASELINE:]
    known = np.count_nonzero(~np.isnan(base), axis=1) >= LEAST
    enough = known & ~np.isnan(recent).any(axis=1) & ~np.isnan(values[:, -1])
    before, after = medians(base), medians(recent)
    sign = np.where(enough, np.sign(after - before), 0).astype(np.int64)
    p = _chance(base, recent, sign)
    told = (p <= CANDIDATE_P) & _above_floor(before, after, floors)
    return Shifts(np.where(told, sign, 0), p, before, after, base, enough)


def confirmed(
    baseline: Floats, fresh: Floats, sign: Ints, floors: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which candidates their fresh boots confirm: same way, floor and p.

    baseline: candidates x nights, without the nights that made the candidate; fresh:
    candidates x boots, NaN for one that failed; sign: which way the candidate went.
    With fewer boots the same p is asked for, and of fewer than RECENT none will do.
    """
    before, after = medians(baseline), medians(fresh)
    same = (np.sign(after - before) == sign) & (sign != 0)
    many = np.count_nonzero(~np.isnan(fresh), axis=1) >= RECENT
    told = _chance(baseline, fresh, sign) <= CONFIRM_P
    good: np.ndarray[tuple[int], np.dtype[np.bool_]]
    good = same & many & told & _above_floor(before, after, floors)
    return good


def gone(recent: Floats, level: float, earlier: float) -> bool:
    """Tell whether a level is gone, and the earlier one is back: a candidate.

    recent: the last RECENT nights; each of them must be nearer to the earlier level.
    If the step is of 3 sigma, noise alone does so once in 3,000 nights, and the fresh
    boots, of which back() must be true, once in 400 of these.
    """
    nearer = np.abs(recent - earlier) < np.abs(recent - level)
    return recent.size >= RECENT and bool(nearer.all())


def back(fresh: Floats, level: float, earlier: float) -> bool:
    """Tell whether fresh boots confirm that the earlier level is back: their median.

    fresh: at least as many as RECENT.
    """
    middle = float(np.median(fresh)) if fresh.size >= RECENT else np.nan
    return bool(abs(middle - earlier) < abs(middle - level))


def medians(values: Floats) -> Floats:
    """Return the median of each row's known values, NaN if there is none."""
    if not np.isnan(values).any():
        middle: Floats = np.median(values, axis=-1)
        return middle
    known = np.count_nonzero(~np.isnan(values), axis=-1)
    # NaN sorts to the end.
    ordered = np.sort(values, axis=-1)
    low = np.maximum(known - 1, 0) // 2
    high = np.minimum(known // 2, np.maximum(known - 1, 0))
    pair = np.take_along_axis(ordered, np.stack([low, high], axis=-1), axis=-1)
    halves: Floats = pair.mean(axis=-1)
    return halves


def _chance(base: Floats, recent: Floats, sign: Ints) -> Floats:
    """Return the one-sided p of each row, the way of its sign; 1 where it is 0."""
    way = np.where(sign < 0, -1.0, 1.0)[:, np.newaxis]
    return np.where(sign == 0, 1.0, ranks.one_sided(base * way, recent * way))


def _above_floor(
    before: Floats, after: Floats, floors: Floats
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    large: np.ndarray[tuple[int], np.dtype[np.bool_]]
    large = np.abs(after - before) >= floors / 100 * np.abs(before)
    return large
