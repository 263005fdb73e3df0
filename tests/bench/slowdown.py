#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measure how much slower a guest is that is counted; exit status 4: too slow.

slowdown.py [--variant V ...] [--repeat N] [--kernel KERNEL] [--json FILE]

Real guests are booted without the plugin, with it, and with its cache model, in turn,
one at a time. What is measured is the CPU time of QEMU: a host that has other work
disturbs that less than real time. The workload trivial is all boot, and its step is
over at once; long has the same boot and steps that take as long. So

    outside   trivial, against trivial without the plugin
    run       long, from power-on to power-off
    micro     the workload micro, likewise: many short steps, at whose begin and end
              QEMU translates everything again
    inside    long minus trivial, against the same without the plugin: the steps alone,
              a small difference of large figures. The limits of 2 and 6 are for this;
              run and micro have none

each of the least that was measured; the table has the medians, too. A guest whose own
figures are others with the plugin than without it is an error.
"""

import argparse
import dataclasses
import json
import resource
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from harness import (  # noqa: E402
    archive,
    boot,
    build,
    collect,
    counters,
    counting,
    hypervisor,
    paths,
    plan,
    profile,
    qemu,
    run,
    workload,
)
from harness.designs import needed  # noqa: E402
from harness.errors import HarnessError  # noqa: E402
from harness.progress import Progress  # noqa: E402
from harness.record import Cell, Inputs, Verdict  # noqa: E402

MODES = ("none", "count", "cache")
BOOT, WORK, LONG = "trivial", "micro", "long"
VARIANTS = ("native-plain", "dom0-iommu")
# How many times the CPU time without the plugin; None: as it is.
LIMITS: Mapping[tuple[str, str], float | None] = {
    ("outside", "count"): 1.10,
    ("outside", "cache"): 1.10,
    ("inside", "count"): 2.0,
    ("inside", "cache"): 6.0,
    ("run", "count"): None,
    ("run", "cache"): None,
    ("micro", "count"): None,
    ("micro", "cache"): None,
}


@dataclass(frozen=True)
class Booted:
    """A boot: its cell's record, and the seconds of CPU time that QEMU took."""

    cell: Cell
    seconds: float


@dataclass(frozen=True)
class Ratio:
    """How much slower a mode is, and how slow it may be; where: see above."""

    variant: str
    where: str
    mode: str
    least: float
    median: float
    limit: float | None

    @property
    def is_missed(self) -> bool:
        """Tell whether it is slower than it may be."""
        return self.limit is not None and self.least > self.limit


class Bench:
    """Boots the cells of a variant in any mode."""

    def __init__(self, kernel: str | None, variants: Sequence[str]) -> None:
        """Build what is not there yet."""
        repo, self._cache = paths.repo(), paths.cache()
        known = workload.load_all(repo.workloads)
        known |= workload.load_all(Path(__file__).parent / "workloads")
        chosen = profile.Profile(
            "slowdown", "", "insn", ("linear",), (BOOT, WORK, LONG), tuple(variants)
        )
        bench = run.Bench(
            repo=repo,
            cache=self._cache,
            profile=chosen,
            workloads=known,
            kernel=kernel,
            accelerator="tcg",
            runs=repo.runs,
        )
        designs = needed(variants)
        plans, failed = run.kernel_plans(bench, designs)
        progress = Progress(
            sys.stderr, self._cache.folder() / "durations.json", 1 + len(designs)
        )
        with progress.showing():
            self._built = run.build_all(bench, plans, failed, progress)
        for problem in self._built.failed.values():
            raise problem
        keys = {name: made.key for name, made in plans.items()}
        found = plan.cells(chosen, known, keys)
        self.cells = {(one.variant.name, one.workload.name): one for one in found}
        plugin = build.plugin(repo, self._cache)
        self._counting = {
            "none": None,
            "count": counting.Counting(plugin),
            "cache": counting.Counting(plugin, tuple(counting.LEVELS.items())),
        }

    def boot(self, cell: plan.PlannedCell, mode: str, folder: Path) -> Booted:
        """Boot a cell; HarnessError unless it passed, and was counted or was not."""
        design = cell.variant.design
        job = folder / "job.cpio"
        job.write_bytes(archive.newc({"bouncemark/job": plan.job(cell).encode()}))
        target = qemu.Target(
            image=self._built.kernels[design].image,
            initramfs=(run.initramfs(self._built, design, self._cache), job),
            xen=hypervisor.image(self._cache) if cell.variant.boot == "dom0" else None,
            arguments=cell.workload.arguments,
            machine=cell.machine,
            clock=cell.spec.clock,
            accelerator="tcg",
            counting=self._counting[mode],
        )
        begin = _children()
        ended = boot.boot(target, folder, cell.workload.deadline * counting.SLOWNESS)
        seconds = _children() - begin
        made = collect.record(cell, ended, Inputs(*[None] * 7))
        what = f"{cell.variant.name} {cell.workload.name} {mode}"
        if made.verdict is not Verdict.PASS:
            raise HarnessError(f"{what}: {made.verdict.value}: {made.reason}")
        if mode != "none":
            counted = counters.load(folder / counting.FILE)
            if len(counted.steps) != len(cell.workload.steps):
                raise HarnessError(f"{what}: {len(counted.steps)} steps were counted")
        return Booted(made, seconds)


def _children() -> float:
    """Return the CPU time of the children that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(
    bench: Bench, variant: str, repeat: int
) -> Mapping[tuple[str, str], list[float]]:
    """Return the seconds of each workload in each mode, as often as it was booted."""
    found: dict[tuple[str, str], list[float]] = {}
    figures: dict[str, Cell] = {}
    for turn in range(repeat):
        # Twice the boot: what is compared outside of steps is small.
        for name in (BOOT, WORK, BOOT, LONG):
            for mode in MODES:
                with tempfile.TemporaryDirectory() as folder:
                    made = bench.boot(bench.cells[variant, name], mode, Path(folder))
                first = figures.setdefault(name, made.cell)
                if made.cell.measurements != first.measurements:
                    raise HarnessError(
                        f"{variant} {name} {mode}: its figures are not those of the "
                        "first boot"
                    )
                found.setdefault((name, mode), []).append(made.seconds)
                say = f"{variant} {name} {mode} {turn + 1}: {made.seconds:.2f} s"
                print(say, file=sys.stderr, flush=True)
    return found


def ratios(
    variant: str, seconds: Mapping[tuple[str, str], Sequence[float]]
) -> Iterator[Ratio]:
    """Yield how much slower each mode is than none, by where the time went.

    HarnessError where the noise of the host is larger than the steps.
    """
    least = {key: min(values) for key, values in seconds.items()}
    median = {key: statistics.median(values) for key, values in seconds.items()}
    for (where, mode), limit in LIMITS.items():
        slow = _ratio(least, where, mode)
        yield Ratio(variant, where, mode, slow, _ratio(median, where, mode), limit)


def _ratio(seconds: Mapping[tuple[str, str], float], where: str, mode: str) -> float:
    if where == "outside":
        return seconds[BOOT, mode] / seconds[BOOT, "none"]
    if where == "micro":
        return seconds[WORK, mode] / seconds[WORK, "none"]
    if where == "run":
        return seconds[LONG, mode] / seconds[LONG, "none"]
    plain = seconds[LONG, "none"] - seconds[BOOT, "none"]
    if plain <= 0:
        raise HarnessError(f"{LONG} takes no longer than {BOOT}: nothing to compare")
    return (seconds[LONG, mode] - seconds[BOOT, mode]) / plain


def text(
    seconds: Mapping[str, Mapping[tuple[str, str], Sequence[float]]],
    found: Sequence[Ratio],
) -> str:
    """Return the tables."""
    lines = ["CPU seconds of QEMU    workload  mode      n    least   median"]
    for variant, boots in seconds.items():
        for (name, mode), values in boots.items():
            median = statistics.median(values)
            lines.append(
                f"{variant:22} {name:9} {mode:6} {len(values):4} {min(values):8.2f} "
                f"{median:8.2f}"
            )
    lines += ["", "times slower           where     mode       least   median    limit"]
    for one in found:
        limit = "-" if one.limit is None else f"{one.limit:.2f}"
        missed = "  MISSED" if one.is_missed else ""
        lines.append(
            f"{one.variant:22} {one.where:9} {one.mode:6} {one.least:9.2f} "
            f"{one.median:8.2f} {limit:>8}{missed}"
        )
    return "\n".join(lines)


def as_json(
    seconds: Mapping[str, Mapping[tuple[str, str], Sequence[float]]],
    found: Sequence[Ratio],
) -> str:
    """Return the same as JSON."""
    boots = [
        {"variant": variant, "workload": name, "mode": mode, "seconds": list(values)}
        for variant, modes in seconds.items()
        for (name, mode), values in modes.items()
    ]
    made = [dataclasses.asdict(one) | {"is_missed": one.is_missed} for one in found]
    return json.dumps({"boots": boots, "ratios": made})


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description="how much slower counting is")
    parser.add_argument("--variant", action="append", metavar="V")
    parser.add_argument("--repeat", type=int, default=3, metavar="N")
    parser.add_argument("--kernel", help="as bouncemark run takes it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="instead of stdout")
    options = parser.parse_args()
    if options.repeat < 1:
        parser.error("--repeat: allowed are numbers from 1")
    variants = list(dict.fromkeys(options.variant or VARIANTS))
    try:
        counting.require_plugins(qemu.QEMU)
        bench = Bench(options.kernel, variants)
        seconds = {one: measure(bench, one, options.repeat) for one in variants}
        found = [ratio for one in variants for ratio in ratios(one, seconds[one])]
    except HarnessError as problem:
        print(f"slowdown: {problem}", file=sys.stderr)
        return problem.verdict.exit_code
    print(text(seconds, found))
    made = as_json(seconds, found) + "\n"
    if options.json:
        options.json.write_text(made, encoding="utf-8")
    else:
        print(f"\n{made}", end="")
    return 4 if any(one.is_missed for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
