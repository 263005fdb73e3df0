# SPDX-License-Identifier: GPL-2.0-only
"""Check the verdict and the reason of one cell of the one run in a folder.

cell.py RUNS WORKLOAD VERDICT PATTERN [VARIANT]
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import record  # noqa: E402


def main(runs: str, workload: str, verdict: str, pattern: str, variant: str) -> int:
    """Return 0 when the cell is there and ended as expected, else say how."""
    found = [
        cell
        for folder in sorted(Path(runs).iterdir())
        for cell in record.load_run(folder).cells
        if cell.cell.workload == workload and variant in ("", cell.cell.variant)
    ]
    if len(found) != 1:
        print(f"{len(found)} cells of {workload}, expected 1")
        return 1
    cell = found[0]
    print(f"{cell.verdict.value}: {cell.reason}")
    print("\n".join(cell.console_tail))
    good = cell.verdict.value == verdict and re.search(pattern, cell.reason)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5], "".join(sys.argv[5:6])))
