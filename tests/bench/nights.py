#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure how long judging one new night takes; exit status 4: too long, too much.

nights.py [--nights N] [--metrics N] [--seed N] [--json]

An archive of 10 years is made in a process of its own and written to a temporary
folder: the figures as they are judged (a float64 array, metrics x nights) and a file
of accepted changes. This process reads it, judges the last night, draws the fresh
boots of what needs them, and confirms. Measured are its seconds from the first read
to the last finding, and the most memory it ever had, Python and libraries included.
CPU seconds are shown as well: where they are far fewer the host had other work.

Of the metrics 7 in 10 are exact and change once in two years, by an accepted change;
2 in 10 have noise of 1 %, 1 in 10 is neutral. One value in 50 is missing. Planted are
5 exact changes in the last night, and 5 steps of 5 sigma three nights ago; all of them
must be found, or it is no judgement: exit status 4.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from harness import accepting, nightjudge, nightrule  # noqa: E402
from harness.accepted import Acceptance, line  # noqa: E402
from harness.exact import What  # noqa: E402
from harness.series import Kind, Metric  # noqa: E402

MOST_SECONDS = 5.0
MOST_MIB = 500
LIMIT_STATUS = 4
PLANTED = 5
SIGMA = 0.01
YEARS_OF_CHANGE = 2


@dataclass(frozen=True)
class Times:
    """What one night took; the findings are those that hold."""

    metrics: int
    nights: int
    read_seconds: float
    judge_seconds: float
    cpu_seconds: float
    most_mib: float
    findings: int
    regressions: int
    candidates: int
    planted_found: int

    @property
    def seconds(self) -> float:
        """Return the seconds of reading and judging."""
        return self.read_seconds + self.judge_seconds


def metric(row: int, metrics: int) -> tuple[Metric, Kind]:
    """Return the metric of a row: the first 7 in 10 exact, then noise, then neutral."""
    exact, noisy = metrics * 7 // 10, metrics * 9 // 10
    clock = "insn" if row < exact or row >= noisy else "wall"
    name = "map.p50" if row < exact else f"figure{row}"
    kind = Kind("ticks", "none" if row >= noisy else "lower")
    variant = ("native-plain", "dom0-iommu", "dom0-hook", "dom0-pool")[row % 4]
    return Metric(variant, "micro", "linear", 2048, clock, f"step-{row}", name), kind


def planted(metrics: int) -> list[int]:
    """Return the rows with a planted change: exact ones, then noisy ones."""
    noisy = metrics * 7 // 10
    return [*range(PLANTED), *range(noisy, noisy + PLANTED)]


def generate(folder: Path, metrics: int, nights: int, seed: int) -> None:
    """Write values.npy, runs.json and accepted.jsonl."""
    rng = np.random.default_rng(seed)
    exact, noisy = metrics * 7 // 10, metrics * 9 // 10
    runs = [f"night-{night:05}" for night in range(nights)]
    values = np.empty((metrics, nights))
    accepted = []
    for row in range(metrics):
        level = float(rng.integers(100, 100_000))
        if row < exact:
            values[row] = level
            for begin in np.flatnonzero(rng.random(nights) < 1 / 365 / YEARS_OF_CHANGE):
                # Not in the night that is judged: what is planted is alone there.
                if 0 < begin < nights - 1:
                    values[row, begin:] += int(rng.integers(1, 50))
                    name = str(metric(row, metrics)[0])
                    one = Acceptance(name, runs[begin], "meant", "2026-01-01T00:00:00Z")
                    accepted.append(line(one))
        else:
            share = SIGMA if row < noisy else 0.3
            values[row] = level * (1 + rng.normal(0, share, nights))
    # A gap of neither the run that is accepted nor of the last nights.
    gaps = rng.random(values.shape) < 0.02
    gaps[:, -nightrule.RECENT :] = False
    values[gaps] = np.nan
    for row in planted(metrics):
        if row < exact:
            values[row, -1] += 1
        else:
            values[row, -nightrule.RECENT :] *= 1 + 5 * SIGMA
    np.save(folder / "values.npy", values)
    (folder / "runs.json").write_text(json.dumps(runs))
    (folder / "accepted.jsonl").write_text("".join(accepted))


def measure(folder: Path, metrics: int, seed: int) -> Times:
    """Read what generate() wrote, judge its last night, and say what that took."""
    begin, cpu = time.monotonic(), time.process_time()
    values = np.load(folder / "values.npy")
    runs = tuple(json.loads((folder / "runs.json").read_text()))
    known = [metric(row, metrics) for row in range(metrics)]
    history = nightjudge.History(
        tuple(one for one, _ in known), tuple(kind for _, kind in known), runs, values
    )
    acceptances = accepting.read(folder / "accepted.jsonl")
    read = time.monotonic()
    night = nightjudge.judge(history, acceptances)
    asked = nightjudge.needed(night.findings)
    rng = np.random.default_rng(seed + 1)
    rows = {one: row for row, (one, _) in enumerate(known)}
    shifted = set(planted(metrics))
    boots = {}
    for one in asked:
        row = rows[one]
        level = float(np.nanmedian(values[row, : -nightrule.RECENT]))
        level *= 1 + 5 * SIGMA * (row in shifted)
        noise = rng.normal(0, SIGMA, nightrule.CONFIRM_BOOTS)
        boots[one] = tuple(level * (1 + noise))
    held = nightjudge.confirm(night.findings, boots)
    done = time.monotonic()
    bad = {one.metric for one in held if one.what is What.REGRESSION and one.new}
    return Times(
        metrics=metrics,
        nights=len(runs),
        read_seconds=read - begin,
        judge_seconds=done - read,
        cpu_seconds=time.process_time() - cpu,
        most_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        findings=len(held),
        regressions=len(bad),
        candidates=len(asked),
        planted_found=sum(known[row][0] in bad for row in shifted),
    )


def misses(times: Times) -> list[str]:
    """Return which targets are missed, a sentence each."""
    found = []
    if times.seconds > MOST_SECONDS:
        found.append(f"{times.seconds:.2f} s, allowed are {MOST_SECONDS:g}")
    if times.most_mib > MOST_MIB:
        found.append(f"{times.most_mib:.0f} MiB, allowed are {MOST_MIB}")
    if times.planted_found < 2 * PLANTED:
        found.append(f"found {times.planted_found} of {2 * PLANTED} planted changes")
    return found


def text(times: Times) -> str:
    """Return what was measured."""
    return (
        f"{times.nights} nights x {times.metrics} metrics: "
        f"read {times.read_seconds:.2f} s, judged {times.judge_seconds:.2f} s, "
        f"CPU {times.cpu_seconds:.2f} s, {times.most_mib:.0f} MiB\n"
        f"findings {times.findings}, of them {times.regressions} new regressions; "
        f"{times.candidates} needed fresh boots; "
        f"planted {2 * PLANTED}, found {times.planted_found}"
    )


def main() -> int:
    """Make the archive, judge its last night, print; return the exit status."""
    words = argparse.ArgumentParser(description="how long judging a night takes")
    words.add_argument("--nights", type=int, default=3650, metavar="N")
    words.add_argument("--metrics", type=int, default=2000, metavar="N")
    words.add_argument("--seed", type=int, default=1, metavar="N")
    words.add_argument("--json", action="store_true", help="the same for machines")
    words.add_argument("--generate", type=Path, help=argparse.SUPPRESS)
    options = words.parse_args()
    if options.metrics < 100 or options.nights < 2 * nightrule.BASELINE:
        words.error("allowed are 100 metrics and 60 nights, and more")
    if options.generate:
        generate(options.generate, options.metrics, options.nights, options.seed)
        return 0
    with tempfile.TemporaryDirectory(prefix="bouncemark-nights-") as folder:
        command = [sys.executable, __file__, "--generate", folder]
        for name in ("nights", "metrics", "seed"):
            command += [f"--{name}", str(getattr(options, name))]
        subprocess.run(command, check=True)
        times = measure(Path(folder), options.metrics, options.seed)
    missed = misses(times)
    if options.json:
        print(json.dumps({**asdict(times), "missed": missed}, indent=1))
    else:
        print(text(times))
    for sentence in missed:
        print(f"nights.py: {sentence}", file=sys.stderr)
    return LIMIT_STATUS if missed else 0


if __name__ == "__main__":
    sys.exit(main())
