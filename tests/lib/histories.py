# SPDX-License-Identifier: GPL-2.0-only
"""Made-up histories of nights for the tests."""

from typing import Sequence

import numpy as np

from harness import series
from harness.accepted import Acceptance
from harness.history import History
from harness.ranks import Floats
from harness.series import Kind, Metric


def metric(clock: str, step: str, name: str = "map.p50") -> Metric:
    """Return a metric of dom0-hook."""
    return series.parse(f"dom0-hook/micro/linear/2048/{clock}/{step}/{name}")


def history(*rows: tuple[Metric, str, Sequence[float]]) -> History:
    """Return the history of rows: metric, direction, values. Runs are r000, ..."""
    values = np.array([values for _, _, values in rows], dtype=float)
    runs = tuple(f"r{night:03}" for night in range(values.shape[1]))
    kinds = tuple(Kind("ticks", direction) for _, direction, _ in rows)
    return History(tuple(one for one, _, _ in rows), kinds, runs, values)


def accept(pattern: str, since: str, why: str = "meant") -> Acceptance:
    """Return an acceptance."""
    return Acceptance(pattern, since, why, "2026-01-01T00:00:00Z")


def noise(
    nights: int = 40, seed: int = 1, level: float = 1000.0, sigma: float = 10.0
) -> Floats:
    """Return nights of normal noise."""
    return np.random.default_rng(seed).normal(level, sigma, nights)
