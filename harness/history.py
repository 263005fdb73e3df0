# SPDX-License-Identifier: GPL-2.0-only
"""The figures of many nights as one array. Nothing here reads or writes."""

from dataclasses import dataclass

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
