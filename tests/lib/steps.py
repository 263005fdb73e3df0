# SPDX-License-Identifier: GPL-2.0-only
"""Print what each step of the one cell of a run said at its end.

steps.py RUNS WORKLOAD
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import frames, record  # noqa: E402


def main(runs: str, workload: str) -> None:
    """Print "step status message" lines, as they came over the channel."""
    for folder in sorted(Path(runs).iterdir()):
        for cell in record.load_run(folder).cells:
            if cell.cell.workload == workload:
                raw = record.cell_path(folder, cell.id).with_name("channel.raw")
                for step in frames.parse(raw.read_bytes()).steps:
                    end = step.end
                    print(step.name, *((end.status, end.message) if end else ()))


if __name__ == "__main__":
    main(*sys.argv[1:])
