# SPDX-License-Identifier: GPL-2.0-only
"""The rank test of Mann and Whitney, exact, for many pairs of samples at once.

U counts the pairs in which the sample that should be the larger one is not. scipy's
mannwhitneyu(method="exact") has the same distribution; it takes no ties and no rows
of different lengths. Nothing here reads or writes.

Source: Mann, Whitney, "On a Test of Whether one of Two Random Variables is
Stochastically Larger than the Other", 1947.
"""

import functools

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@functools.cache
def tail(first: int, second: int) -> tuple[float, ...]:
    """Return P(U <= u) for u from 0 to first x second, if nothing differs.

    The number of orders with a given U is a coefficient of the Gaussian binomial:
    the product over i of (1 - q^(second + i)) / (1 - q^i). Integers, so exact.
    """
    counts = [1]
    for i in range(1, first + 1):
        grown = counts + [0] * (second + i)
        for u, count in enumerate(counts):
            grown[u + second + i] -= count
        for u in range(i, len(grown)):
            grown[u] += grown[u - i]
        counts = grown[: i * second + 1]
    total, seen, shares = sum(counts), 0, []
    for count in counts:
        seen += count
        shares.append(seen / total)
    return tuple(shares)


def violations(low: Floats, high: Floats) -> Ints:
    """Return U for each row: in how many pairs low is not below high.

    low: rows x m, high: rows x n; NaN is in no pair. A tie counts in full against
    the claim: as if broken the worst way, so that it makes no alarm.
    """
    found = np.zeros(low.shape[:-1], dtype=np.int64)
    for column in range(high.shape[-1]):
        found += np.count_nonzero(low >= high[..., column, np.newaxis], axis=-1)
    return found


def one_sided(low: Floats, high: Floats) -> Floats:
    """Return p of each row for the claim that high is above low.

    1 where either side is empty. low: rows x m, high: rows x n, NaN: not there.
    """
    found = violations(low, high)
    sizes = np.stack([_known(low), _known(high)], axis=-1)
    chances = np.ones(found.shape)
    for m, n in np.unique(sizes.reshape(-1, 2), axis=0):
        if m and n:
            rows = (sizes[..., 0] == m) & (sizes[..., 1] == n)
            chances[rows] = np.array(tail(int(n), int(m)))[found[rows]]
    return chances


def _known(values: Floats) -> Ints:
    known: Ints = np.count_nonzero(~np.isnan(values), axis=-1)
    return known
