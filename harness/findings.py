# SPDX-License-Identifier: GPL-2.0-only
"""What is found in a night, and which of it holds. Nothing here reads or writes."""

import dataclasses
import enum
from dataclasses import dataclass
from typing import Mapping, Sequence

import numpy as np

from harness import exact, nightrule
from harness.accepted import Acceptance
from harness.exact import What
from harness.ranks import Floats, Ints
from harness.series import Metric


class State(str, enum.Enum):
    """How sure a finding is.

    CANDIDATE: not to be told. STANDING: told before, and not gone.
    """

    EXACT = "exact"
    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    STANDING = "standing"


@dataclass(frozen=True)
class Reported:
    """What an earlier night has told of a noisy metric, confirmed.

    since: the run where it began, before and after: its levels then.
    """

    metric: Metric
    what: What
    since: str
    before: float
    after: float


@dataclass(frozen=True)
class Finding:
    """A metric that is not what it was.

    since: the run where the change began (of noise: by change points, or the first of
    the last nights); p: one-sided, of a candidate; boots: the fresh boots' figures that
    confirmed it; why: of an accepted change. before is None where no night was before.
    baseline, floor: what a candidate's fresh boots are held against.
    """

    metric: Metric
    unit: str
    what: What
    state: State
    since: str
    before: float | None
    after: float
    new: bool
    p: float | None = None
    boots: tuple[float, ...] = ()
    why: str = ""
    baseline: tuple[float, ...] = dataclasses.field(default=(), repr=False)
    floor: float = nightrule.FLOOR

    @property
    def difference(self) -> float | None:
        """Return after - before, in the metric's unit."""
        return None if self.before is None else self.after - self.before

    @property
    def percent(self) -> float | None:
        """Return the difference in percent of before; None if that is 0."""
        return None if self.before is None else exact.percent(self.before, self.after)

    @property
    def is_bad(self) -> bool:
        """Tell whether it is a regression that is sure: reason for FAIL."""
        return self.state is not State.CANDIDATE and self.what is What.REGRESSION

    def reported(self) -> Reported | None:
        """Return what later nights must know of it; None if they find it themselves.

        Only what was confirmed of a noisy metric: an exact one tells it by itself.
        """
        if self.state is not State.CONFIRMED or self.before is None:
            return None
        if self.what is What.ACCEPTED:
            return None
        return Reported(self.metric, self.what, self.since, self.before, self.after)


@dataclass(frozen=True)
class Night:
    """What a night's judgement found, and how many metrics were judged how.

    exact, noisy: judged; young: too few nights yet; neutral: noise, and no direction;
    unknown: the night has no value. They add up to all metrics. unsteady: declared
    exact, yet there is noise in them; missing: the night before had a value and this
    one has none; without: acceptances of runs that are not there: they had no effect.
    """

    findings: tuple[Finding, ...]
    exact: int
    noisy: int
    young: int
    neutral: int
    unknown: int
    unsteady: tuple[Metric, ...]
    missing: tuple[Metric, ...]
    without: tuple[Acceptance, ...]


def needed(findings: Sequence[Finding]) -> tuple[Metric, ...]:
    """Return the metrics that need nightrule.CONFIRM_BOOTS fresh boots of tonight's."""
    return tuple(one.metric for one in findings if one.state is State.CANDIDATE)


def confirm(
    findings: Sequence[Finding], boots: Mapping[Metric, Sequence[float]]
) -> tuple[Finding, ...]:
    """Return the findings that hold: candidates only as their fresh boots say.

    boots: a figure for each fresh boot of tonight's kernels that passed; a metric
    without any is not confirmed. A step back to a known level holds if the median of
    the boots is nearer to that level than to the one that has gone.
    """
    held = []
    for one in findings:
        if one.state is not State.CANDIDATE:
            held.append(one)
            continue
        fresh = tuple(boots.get(one.metric, ()))
        if _holds(one, np.array(fresh, dtype=float)):
            held.append(dataclasses.replace(one, state=State.CONFIRMED, boots=fresh))
    return tuple(held)


def _holds(one: Finding, fresh: Floats) -> bool:
    if one.before is None or not fresh.size:
        return False
    if not one.baseline:
        return nightrule.back(fresh, one.before, one.after)
    base, floor = np.array([one.baseline]), np.array([one.floor])
    rows = (base, fresh[np.newaxis, :], _sign(one), floor)
    return bool(nightrule.confirmed(*rows)[0])


def _sign(one: Finding) -> Ints:
    return np.array([np.sign(one.difference or 0.0)], dtype=np.int64)
