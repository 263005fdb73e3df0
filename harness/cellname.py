# SPDX-License-Identifier: GPL-2.0-only
"""What users call a cell: WORKLOAD@VARIANT/P2M/MEMORY. Nothing here reads or writes."""

from dataclasses import dataclass

from harness import designs
from harness.errors import UsageError
from harness.record import Kind
from harness.series import Metric
from harness.workload import LAYOUTS

FORM = "CASE@VARIANT or CASE@VARIANT/P2M/MEMORY"


@dataclass(frozen=True)
class Named:
    """What a name says of cells; p2m and memory_mib are None where it says nothing."""

    workload: str
    variant: str
    p2m: str | None
    memory_mib: int | None


def name(kind: Kind) -> str:
    """Return the name of a cell."""
    return f"{kind.workload}@{kind.variant}/{kind.p2m}/{kind.memory_mib}"


def of_metric(metric: Metric) -> Kind:
    """Return the cell that a metric is measured in."""
    return Kind(metric.variant, metric.workload, metric.p2m, metric.memory_mib)


def parse(text: str) -> Named:
    """Return what a name says; UsageError says what a name looks like."""
    workload, _, where = text.partition("@")
    variant, *rest = where.split("/")
    good = len(rest) in (0, 2) and workload
    if not good or (rest and (rest[0] not in LAYOUTS or not rest[1].isdecimal())):
        raise UsageError(f"case {text}: allowed is {FORM}")
    designs.variant(variant)
    if not rest:
        return Named(workload, variant, None, None)
    return Named(workload, variant, rest[0], int(rest[1]))
