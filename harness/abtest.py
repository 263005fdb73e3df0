# SPDX-License-Identifier: GPL-2.0-only
"""Two kernels in the wall clock: do their boots differ, by how much, how surely.

The boot is the unit. What varies from boot to boot (where memory lies, what the host
does) does not vary within one, so many samples of one boot are one sample: with boot
noise as large as the noise within, a test on samples says of 54 in 100 equal kernels
that they differ; on boots' means it says so of 5. Nothing here reads or writes.

Source: Welch, "The generalization of Student's problem when several different
population variances are involved", 1947; by scipy.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Sequence

import numpy as np
from scipy import optimize, stats  # type: ignore[import]

from harness.ranks import Floats

# Below, nothing is known of how boots vary.
LEAST_BOOTS = 2
# With 5 a side a difference of 2 sigma of the boots is found in 8 of 10 comparisons.
ADVISED_BOOTS = 5
CONFIDENCE = 0.95
# How often the smallest detectable effect would be found.
POWER = 0.8


@dataclass(frozen=True)
class NoVerdict:
    """Why nothing can be said: one sentence."""

    reason: str


@dataclass(frozen=True)
class Difference:
    """B less A, of boots' means, in the metric's unit.

    low, high: the 95 % interval of effect; p: two-sided; detectable: the smallest
    effect that as many boots with as much noise show in 8 of 10 comparisons. Where no
    boot of a side differs from another there is no noise to test against: p is None,
    low, high and effect are the same, and detectable is 0.
    """

    boots: tuple[int, int]
    before: float
    after: float
    effect: float
    low: float
    high: float
    p: float | None
    detectable: float

    @property
    def different(self) -> bool:
        """Tell whether the two differ: 0 is not in the interval."""
        if self.p is None:
            return self.effect != 0
        return self.p < 1 - CONFIDENCE

    @property
    def percent(self) -> float | None:
        """Return the effect in percent of A; None if that is 0."""
        return self.of_before(self.effect)

    def of_before(self, amount: float) -> float | None:
        """Return an amount in percent of A; None if that is 0."""
        return 100 * amount / abs(self.before) if self.before else None


def welch(before: Sequence[float], after: Sequence[float]) -> Difference | NoVerdict:
    """Compare the boots of two kernels, one figure for each boot.

    ValueError if a figure is not finite: leave out boots that failed, and say so.
    """
    one, other = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise ValueError("a boot's figure is not finite")
    if min(one.size, other.size) < LEAST_BOOTS:
        return NoVerdict(
            f"no verdict from {one.size} and {other.size} boots: what varies from "
            f"boot to boot is not known; {ADVISED_BOOTS} a side are advised"
        )
    sizes = one.size, other.size
    means = _mean(one), _mean(other)
    parts = tuple(
        float(side.var(ddof=1)) / side.size if np.ptp(side) else 0.0
        for side in (one, other)
    )
    error, effect = math.sqrt(sum(parts)), means[1] - means[0]
    if not error:
        return Difference(sizes, *means, effect, effect, effect, None, 0.0)
    with warnings.catch_warnings():
        # Of boots that are almost all the same: there is little noise, and that is so.
        warnings.simplefilter("ignore", RuntimeWarning)
        p = float(stats.ttest_ind(one, other, equal_var=False).pvalue)
        freedom = sum(parts) ** 2 / sum(
            part**2 / (n - 1) for part, n in zip(parts, sizes)
        )
        half = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * error
        seen = detectable(error, freedom)
    return Difference(
        boots=sizes,
        before=means[0],
        after=means[1],
        effect=effect,
        low=effect - half,
        high=effect + half,
        p=p,
        detectable=seen,
    )


def _mean(side: Floats) -> float:
    """Return the mean; of equal figures the figure, which a sum of them may round."""
    return float(side.mean() if np.ptp(side) else side[0])


def detectable(error: float, freedom: float) -> float:
    """Return the smallest effect that the test finds in POWER of all comparisons.

    error: the standard error of the effect; freedom: its degrees of freedom. Under an
    effect the statistic is a noncentral t.
    """
    limit = float(stats.t.ppf((1 + CONFIDENCE) / 2, freedom))

    def lacking(shift: float) -> float:
        missed = stats.nct.cdf(limit, freedom, shift)
        missed -= stats.nct.cdf(-limit, freedom, shift)
        return float(1 - missed) - POWER

    top = 2 * limit + 4
    return error * float(optimize.brentq(lacking, 0.0, top, xtol=1e-6))
