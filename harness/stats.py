# SPDX-License-Identifier: GPL-2.0-only
"""Percentiles of a sparse log-linear histogram.

The histogram is the one of the dmabench interface: every tick value below 2048
has a bucket of its own; above, each power of two is divided into 128 buckets,
so a bucket is at most 1/128 of its lower bound wide. It is written as a list of
(lower bound, count), ascending, without empty buckets.
"""

from typing import Sequence

EXACT_BITS = 11
EXACT = 1 << EXACT_BITS
SUB_BITS = 7
MAX_BITS = 40

Histogram = Sequence[tuple[int, int]]


def exact(ticks: int) -> bool:
    """Tell whether a figure taken from a histogram is exact, not a lower bound."""
    return ticks < EXACT


def bucket(ticks: int) -> int:
    """Return the smallest tick value that shares a bucket with ticks (>= 0).

    Values at or above 2^40 ticks share the last bucket.
    """
    if ticks < 0:
        raise ValueError(f"ticks must not be negative: {ticks}")
    if ticks < EXACT:
        return ticks
    ticks = min(ticks, (1 << MAX_BITS) - 1)
    shift = ticks.bit_length() - 1 - SUB_BITS
    return ticks >> shift << shift


def percentile(hist: Histogram, percent: int, minimum: int = 0) -> int:
    """Return a percentile in ticks, by the nearest-rank definition.

    The percentile of n samples is the smallest value v such that at least
    ceil(percent / 100 * n) samples are <= v: always a value that occurred, never
    a mean of two. The rank is computed in integers, so no rounding can move it.

    Resolution: exact below 2048 ticks. Above, it is the lower bound of the
    bucket that holds the value, which is at most 1/128 below it. Where the exact
    minimum of the samples is known and given, the result is never below it.

    Raises ValueError when the histogram is empty or percent is not 1 to 100.
    """
    if not 1 <= percent <= 100:
        raise ValueError(f"percent must be 1 to 100: {percent}")
    total = sum(count for _, count in hist)
    if total == 0:
        raise ValueError("an empty histogram has no percentiles")
    rank = -(-percent * total // 100)
    seen = 0
    value = 0
    for value, count in hist:
        seen += count
        if seen >= rank:
            break
    return max(value, minimum)
