# SPDX-License-Identifier: GPL-2.0-only
"""Where the steps of a whole series are: to date a change, never to raise an alarm.

A value that stands alone is taken out first (Hampel's filter: further than 3 robust
sigmas from the median of the 7 nights around it). Then the series is cut so that the
squared distance to the segments' means, in units of the noise, plus a price for each
step is the least possible (PELT). Nothing here reads or writes.

Sources: Hampel 1974; Killick, Fearnhead, Eckley, "Optimal detection of changepoints
with a linear computational cost", 2012; the price is that of Zhang and Siegmund 2007.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from harness.ranks import Floats

# Nights to each side. What lasts up to so many nights, and ends, is no level.
_AROUND = 3
_FAR = 3.0
# 1 / the 3/4 quantile of the normal distribution: from a median deviation to sigma.
_SIGMA = 1.4826
# Nights that a level lasts at least.
_LEAST = 3
# Of log(nights), for each step. 2 is BIC's; 3 counts in where the step may be.
_PRICE = 3.0


@dataclass(frozen=True)
class Step:
    """A step: index of its first night, the level before it and since (medians)."""

    index: int
    before: float
    after: float

    @property
    def size(self) -> float:
        """Return after - before, in the metric's unit."""
        return self.after - self.before


def steps(values: Floats) -> tuple[Step, ...]:
    """Return the steps of a series, oldest first; NaN is skipped, indices count it.

    Of a series without noise, in which most nights equal the one before, every change
    of the value is a step. Drift without end is cut into stairs.
    """
    nights = np.flatnonzero(~np.isnan(values))
    known = values[nights]
    if known.size < 2:
        return ()
    noise = float(np.median(np.abs(np.diff(known)))) * _SIGMA / np.sqrt(2)
    if noise == 0:
        begins = [int(night) + 1 for night in np.flatnonzero(np.diff(known))]
    else:
        begins = _cut(_filtered(known) / noise)
    edges = [0, *begins, known.size]
    levels = [
        float(np.median(known[begin:end])) for begin, end in zip(edges, edges[1:])
    ]
    return tuple(
        Step(int(nights[begin]), before, after)
        for begin, before, after in zip(edges[1:], levels, levels[1:])
        if before != after
    )


def _filtered(values: Floats) -> Floats:
    """Return a series with what stands alone replaced by the median around it."""
    padded = np.pad(values, _AROUND, constant_values=np.nan)
    windows = sliding_window_view(padded, 2 * _AROUND + 1)
    middle = np.nanmedian(windows, axis=1)
    spread = np.nanmedian(np.abs(windows - middle[:, np.newaxis]), axis=1)
    alone = np.abs(values - middle) > _FAR * _SIGMA * spread
    found: Floats = np.where(alone & (spread > 0), middle, values)
    return found


def _cut(values: Floats) -> list[int]:
    """Return where segments begin, the first one not told; values in sigmas."""
    size = values.size
    # Centred, so that the squares lose no digits.
    centred = values - np.median(values)
    sums = np.concatenate([[0.0], np.cumsum(centred)])
    squares = np.concatenate([[0.0], np.cumsum(centred**2)])
    price = _PRICE * np.log(size)
    best = np.full(size + 1, np.inf)
    best[0] = -price
    origin = np.zeros(size + 1, dtype=np.int64)
    # Begins of a last segment that may still be the best ones.
    open_ = np.array([0])
    for end in range(_LEAST, size + 1):
        lengths = end - open_
        costs = squares[end] - squares[open_]
        costs = best[open_] + costs - (sums[end] - sums[open_]) ** 2 / lengths
        least = int(np.argmin(costs))
        best[end] = costs[least] + price
        origin[end] = open_[least]
        # The next segment may begin so late that it still has _LEAST nights.
        open_ = np.append(open_[costs <= best[end]], end + 1 - _LEAST)
    begins: list[int] = []
    end = size
    while end > 0:
        end = int(origin[end])
        begins.append(end)
    return begins[-2::-1]
