# SPDX-License-Identifier: GPL-2.0-only
"""Which driver works in which variant: the compatibility matrix of a run.

Everything here decides; nothing reads or writes.
"""

from dataclasses import dataclass
from typing import Mapping

from harness.record import Cell, Run, Verdict
from harness.workload import Workload

MISSING = "missing"
_ORDER = [verdict.value for verdict in Verdict]


@dataclass(frozen=True)
class Works:
    """How a device fared in a variant: its worst cell.

    verdict: a Verdict's word, or MISSING: planned, and it never ended. bits: of the
    DMA masks its driver asked for, in the order of the steps. reason: of the
    verdict, or empty.
    """

    verdict: str
    bits: tuple[int, ...]
    reason: str

    @property
    def text(self) -> str:
        """Return the verdict and the bits."""
        return " ".join([self.verdict, *(f"{bits} bit" for bits in self.bits)])


@dataclass(frozen=True)
class Matrix:
    """The devices that a run drove, and how each fared in each variant.

    cells: device -> variant -> Works; a pair that was not planned is not in it.
    """

    variants: tuple[str, ...]
    cells: Mapping[str, Mapping[str, Works]]


def matrix(run: Run, workloads: Mapping[str, Workload]) -> Matrix:
    """Return the matrix of a run; without cells if it drove no device.

    workloads: by name; they tell the device of a cell that has no record.
    """
    records = {cell.id: cell for cell in run.cells}
    found: dict[str, dict[str, Works]] = {}
    variants: dict[str, None] = {}
    for planned in run.manifest.planned:
        cell = records.get(planned.id)
        device = _device(cell, workloads.get(planned.workload))
        if not device:
            continue
        variants.setdefault(planned.variant)
        row = found.setdefault(device, {})
        new = _works(cell)
        old = row.get(planned.variant, new)
        row[planned.variant] = max(old, new, key=_badness)
    return Matrix(tuple(variants), found)


def _device(cell: Cell | None, work: Workload | None) -> str:
    if cell:
        return str(cell.cell.parameters.get("driven", ""))
    return work.driven.name if work and work.driven else ""


def _works(cell: Cell | None) -> Works:
    if cell is None:
        return Works(MISSING, (), "has no record")
    bits = [v.value for v in cell.values if v.name == "dma_mask_bits"]
    known = tuple(int(one) for one in bits if not isinstance(one, str))
    return Works(cell.verdict.value, known, cell.reason)


def _badness(works: Works) -> int:
    return _ORDER.index(works.verdict) if works.verdict in _ORDER else len(_ORDER)
