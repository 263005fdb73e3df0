# SPDX-License-Identifier: GPL-2.0-only
"""Check that two runs measured the same, to the last bucket.  same_figures.py A B"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import record  # noqa: E402


def main(one: Path, two: Path) -> None:
    """Compare every measurement and every value of the cells of both runs."""
    sides = [record.load_run(folder).cells for folder in (one, two)]
    assert [cell.id for cell in sides[0]] == [cell.id for cell in sides[1]], sides
    for left, right in zip(*sides):
        assert left.measurements and left.measurements == right.measurements, left.cell
        plugins = [cell.inputs.plugin is not None for cell in (left, right)]
        assert plugins == [True, False], plugins
        print(left.cell.variant, len(left.measurements), "series are the same")


main(*map(Path, sys.argv[1:]))
