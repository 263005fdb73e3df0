# SPDX-License-Identifier: GPL-2.0-only
"""Check that a comparison blames one added instruction on the right operations.

one_instruction.py DIFF.JSON
"""

import json
import sys
from pathlib import Path


def main(path: str) -> None:
    """An AssertionError says which blame is wrong or missing."""
    diff = json.loads(Path(path).read_text(encoding="utf-8"))
    changed = diff["changed"]
    for change in changed:
        step, series = change["key"]["step"], change["key"]["series"]
        print(change["variant"], step, series, change["ticks"])
        assert change["variant"] == "dom0-iommu", change
        assert series == "map", change
        if not step.startswith("map_sg"):
            assert change["ticks"] == 1, change
    steps = {change["key"]["step"] for change in changed}
    for wanted in ("map_single-64", "map_single-4096", "map_page-4096"):
        assert wanted in steps, (wanted, steps)


if __name__ == "__main__":
    main(*sys.argv[1:])
