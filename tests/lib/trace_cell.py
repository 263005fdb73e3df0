# SPDX-License-Identifier: GPL-2.0-only
"""Boot a counted cell with a trace of its cache model.  trace_cell.py FOLDER

FOLDER/trace is what the model saw: see struct access_trace in bench/plugin.
"""

import dataclasses
import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from harness import build, counting, paths, profile, record, run, workload  # noqa: E402
from harness.progress import Progress  # noqa: E402


WORK = "counted"
STEPS = ("map_single-64", "map_sg-bounced", "coherent-mask32", "read")


def main(folder: Path) -> None:
    """Run the cell; it must pass."""
    repo, cache = paths.repo(), paths.cache()
    works = workload.load_all(repo.root / "tests/vm/workloads")
    # Large copies are millions of accesses that are all alike.
    steps = [step for step in works[WORK].steps if step.name in STEPS]
    work = dataclasses.replace(works[WORK], steps=tuple(steps))
    levels = (*counting.LEVELS.items(), ("trace", str(folder / "trace")))
    bench = run.Bench(
        repo=repo,
        cache=cache,
        profile=profile.Profile(
            "trace", "", "insn", ("linear",), (WORK,), ("dom0-iommu",)
        ),
        workloads={WORK: work},
        kernel=None,
        accelerator="tcg",
        runs=folder / "runs",
        counting=counting.Counting(build.plugin(repo, cache), levels),
    )
    made = run.execute(bench, Progress(io.StringIO(), folder / "durations", 1))
    (cell,) = record.load_run(made).cells
    assert cell.verdict is record.Verdict.PASS, cell.reason


main(Path(sys.argv[1]))
