# SPDX-License-Identifier: GPL-2.0-only
"""The cells of all runs of a folder that drove one workload, and their figures."""

from pathlib import Path

from harness import record


def cells(folder: str, work: str, count: int) -> list[record.Cell]:
    """Return the cells of a workload, so many, in the order they were run."""
    found = [
        cell
        for run in sorted(Path(folder).iterdir())
        for cell in record.load_run(run).cells
        if cell.cell.workload == work
    ]
    assert len(found) == count, (work, len(found), "expected", count)
    return found


def figures(cell: record.Cell) -> dict[str, dict[str, float]]:
    """Return the numbers of each step, by name."""
    found: dict[str, dict[str, float]] = {}
    for value in cell.values:
        if not isinstance(value.value, str):
            found.setdefault(value.step, {})[value.name] = value.value
    return found
