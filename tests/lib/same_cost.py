# SPDX-License-Identifier: GPL-2.0-only
"""Check that two runs of the same steps cost the same.  same_cost.py RUNS RUNS

Minima, medians and bounces are equal. An interrupt, a tick or the hypervisor's, may
fall into a rare sample of one of them; it moves neither minimum nor median.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import record  # noqa: E402
from harness.record import Measurement  # noqa: E402

Cost = tuple[object, ...]


def cost(one: Measurement) -> Cost:
    """Return what must be equal of one measurement."""
    return (one.step, one.series, one.count, one.failed, one.min, one.p50, one.bounce)


def costs(runs: Path) -> dict[str, list[Cost]]:
    """Return the costs of the one run of a folder, by variant."""
    (folder,) = runs.iterdir()
    cells = record.load_run(folder).cells
    assert all(cell.verdict.value == "PASS" for cell in cells), cells
    return {
        cell.cell.variant: [cost(one) for one in cell.measurements] for cell in cells
    }


def main(one: Path, other: Path) -> None:
    """Compare every measurement of every cell."""
    left, right = costs(one), costs(other)
    assert left.keys() == right.keys()
    for variant, figures in left.items():
        assert len(figures) > 20
        for a, b in zip(figures, right[variant], strict=True):
            assert a == b, (variant, a, b)
        print(variant, len(figures), "series cost the same")


main(*map(Path, sys.argv[1:]))
