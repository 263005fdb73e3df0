# SPDX-License-Identifier: GPL-2.0-only
"""The figures of many nights as one array. Nothing here reads or writes."""

from dataclasses import dataclass
from typing import Iterable, Sequence

import numpy as np

from harness.ranks import Floats
from harness.series import Kind, Metric


@dataclass(frozen=True, eq=False)
class History:
    """Metrics and nights; one run is one night's, the last one is to be judged.

    metrics, kinds: one for each row, what a night is told of; runs: ids, one for each
    column, oldest first; values: float64, metrics x nights, NaN where not known.
    """

    metrics: tuple[Metric, ...]
    kinds: tuple[Kind, ...]
    runs: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        """Refuse parts that do not fit each other: ValueError."""
        shape = (len(self.metrics), len(self.runs))
        if self.values.shape != shape or len(self.kinds) != len(self.metrics):
            raise ValueError(
                f"{len(self.metrics)} metrics, {len(self.kinds)} kinds and "
                f"{len(self.runs)} runs, but values {self.values.shape}"
            )


def of_rows(
    runs: Sequence[str], rows: Iterable[tuple[Metric, Kind, str, float]]
) -> History:
    """Return the history of figures that come one by one, in any order.

    runs: ids, oldest first; rows: metric, kind, run id, value. Of several figures of a
    metric and run the last one counts, and so does the latest run's kind. ValueError if
    a row's run is not among runs.
    """
    nights = {run: night for night, run in enumerate(runs)}
    places: dict[Metric, int] = {}
    kinds: dict[Metric, tuple[int, Kind]] = {}
    found: list[tuple[int, int, float]] = []
    for metric, kind, run, value in rows:
        if run not in nights:
            raise ValueError(f"run {run} of {metric} is not among the runs")
        night = nights[run]
        found.append((places.setdefault(metric, len(places)), night, value))
        if metric not in kinds or night >= kinds[metric][0]:
            kinds[metric] = (night, kind)
    values = np.full((len(places), len(runs)), np.nan)
    for row, night, value in found:
        values[row, night] = value
    return History(
        tuple(places), tuple(kinds[metric][1] for metric in places), tuple(runs), values
    )
