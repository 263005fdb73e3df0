# SPDX-License-Identifier: GPL-2.0-only
"""Made-up runs for the tests: small, deterministic, saved and loaded for real."""

import collections
import dataclasses
import hashlib
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

from harness import designs, record, stats

VARIANTS = (
    "native-plain",
    "native-iommu",
    "native-hook",
    "native-plain+force",
    "dom0-iommu",
    "dom0-hook",
)
COUNT = 1000
MAP = ("map", "unmap")
SYNC = ("sync_for_cpu", "sync_for_device")
ALLOC = ("alloc", "free")
STEPS: tuple[tuple[str, dict[str, Any], tuple[str, str]], ...] = (
    ("map_single-64", {"op": "map_single", "size": 64}, MAP),
    ("map_single-4096", {"op": "map_single", "size": 4096}, MAP),
    ("map_single-65536", {"op": "map_single", "size": 65536}, MAP),
    ("map_sg-4096x16", {"op": "map_sg", "size": 4096, "nents": 16}, MAP),
    ("sync-4096", {"op": "sync", "size": 4096}, SYNC),
    ("map_single-4096-mask32", {"op": "map_single", "size": 4096, "bits": 32}, MAP),
    ("coherent-65536", {"op": "coherent", "size": 65536}, ALLOC),
)
OPERATIONS = tuple((step, name) for step, _, series in STEPS for name in series)
UNBOUNCED = 10
# What of a cell's kind is the same in a run: workload, p2m layout, memory.
PLACE = ("micro", "linear", 2048)
Ticks = Mapping[tuple[str, str, str], int]


def cost(variant: str, step: str, series: str) -> int:
    """Return the made-up cost in ticks: different for each, hook cheaper in dom0."""
    number = OPERATIONS.index((step, series))
    base = {"native-plain": 40, "native-iommu": 43, "native-hook": 45}
    dom0 = {"dom0-iommu": 260, "dom0-hook": 110, "native-plain+force": 900}
    dom0 |= {"dom0-pool": 150, "dom0-exchange": 265}
    ticks = {**base, **dom0}[variant] + 7 * number
    if step.startswith("map_sg"):
        ticks *= 16
    if step.startswith("coherent") or step.endswith("mask32"):
        ticks += 1500
    return ticks


def bounce(variant: str, step: str) -> record.Bounce:
    """Return what bounces: all of +force, all of the mask32 steps, nothing else."""
    none = record.Bounce(COUNT, 0, 0, 0, 0, 0)
    if step.startswith("coherent"):
        return record.Bounce(0, 0, 0, 0, 0, 0)
    if variant.endswith("+force"):
        return dataclasses.replace(none, forced=COUNT)
    return dataclasses.replace(none, mask=COUNT * step.endswith("mask32"))


def measurement(
    step: str,
    series: str,
    parameters: Mapping[str, Any],
    ticks: int,
    counts: record.Bounce,
    low: int | None = None,
    failed: int = 0,
) -> record.Measurement:
    """Return a measurement with p50 ticks; low: one sample that took so many."""
    samples = [ticks] * (COUNT - failed)
    if low is not None and samples:
        samples[0] = low
    frame = series_frame(step, series, samples, failed)
    return record.measure(frame, parameters, counts, 4)


def series_frame(
    step: str, series: str, samples: Sequence[int], failed: int = 0
) -> dict[str, Any]:
    """Return the channel's series frame of these samples, in ticks."""
    hist: dict[int, int] = {}
    for ticks, count in sorted(collections.Counter(samples).items()):
        hist[stats.bucket(ticks)] = hist.get(stats.bucket(ticks), 0) + count
    return {
        "type": "series",
        "step": step,
        "series": series,
        "count": len(samples),
        "failed": failed,
        "min": min(samples, default=0),
        "max": max(samples, default=0),
        "sum": sum(samples),
        "hist": [[low, count] for low, count in hist.items()],
    }


def identity(*parts: str) -> str:
    """Return a made-up cell id."""
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def spec(
    variant: str,
    workload: str = "micro",
    clock: str = "insn",
    p2m: str = "linear",
    memory_mib: int = 2048,
) -> record.CellSpec:
    """Return what a cell of this variant is."""
    boot, _, rest = variant.partition("-")
    design, plus, _ = rest.partition("+")
    scatter = {"scatter_seed": 1, "scatter_share": 50} if p2m == "scattered" else {}
    return record.CellSpec(
        variant=variant,
        design=design,
        boot=boot,
        force=bool(plus),
        workload=workload,
        parameters={"memory_mib": memory_mib, "low_mib": 1024, **scatter},
        clock=clock,
        p2m=p2m,
    )


def cell(
    variant: str = "dom0-hook",
    measurements: Sequence[record.Measurement] = (),
    verdict: record.Verdict = record.Verdict.PASS,
    reason: str = "",
    clock: str = "insn",
    inputs: Mapping[str, str] = {},
    p2m: str = "linear",
    memory_mib: int = 2048,
    workload: str = "micro",
) -> record.Cell:
    """Return a cell; one that did not pass has no numbers."""
    passed = verdict is record.Verdict.PASS
    dom0 = variant.startswith("dom0")
    known = record.Inputs(
        kernel=f"kernel-{variant.partition('-')[2]}",
        modules="modules",
        guest="guest",
        workload="workload",
        qemu="7.2.17",
        xen="4.17.5" if dom0 else None,
        cmdline="console=ttyS0",
    )
    return record.Cell(
        id=identity(variant, clock, p2m, str(memory_mib), workload),
        cell=spec(variant, workload, clock, p2m, memory_mib),
        verdict=verdict,
        reason=reason,
        inputs=dataclasses.replace(known, **inputs),
        seconds=record.Seconds(boot=3.5, total=9.25),
        engagement=(record.Engagement("dma ops", "direct", "direct", passed),),
        facts={"dma.ops": "", "tsc_khz": 1000000, "xen_pv": dom0},
        measurements=tuple(measurements) if passed else (),
    )


def measured(
    variant: str,
    plus: Ticks = {},
    lows: Ticks = {},
    failed: Ticks = {},
    bounces: Mapping[tuple[str, str], record.Bounce] = {},
    drop: Sequence[str] = (),
) -> list[record.Measurement]:
    """Return every step's measurements but those of drop, changed as asked.

    plus: ticks to add. lows: the minimum. failed: operations without a timing.
    All by (variant, step, series); bounces by (variant, step).
    """
    found = []
    for step, parameters, names in STEPS:
        for series in names:
            if step in drop:
                continue
            key = (variant, step, series)
            counts = bounces.get((variant, step)) or bounce(variant, step)
            ticks = cost(*key) + plus.get(key, 0)
            more = (lows.get(key), failed.get(key, 0))
            found.append(measurement(step, series, parameters, ticks, counts, *more))
    return found


def saved(folder: Path, number: int = 1, **changes: Any) -> record.Run:
    """Save a run under folder; return it as loaded. The rest is as for run()."""
    made = run(number, **changes)
    path = folder / made.manifest.id
    for one in made.cells:
        record.save_cell(one, path)
    record.save_manifest(made.manifest, path)
    return record.load_run(path)


def run(
    number: int = 1,
    *,
    clock: str = "insn",
    variants: Sequence[str] = VARIANTS,
    ends: Mapping[str, tuple[record.Verdict, str]] = {},
    never: Sequence[str] = (),
    inputs: Mapping[str, Mapping[str, str]] = {},
    tools: Mapping[str, str] = {},
    drops: Mapping[str, Sequence[str]] = {},
    more: Sequence[tuple[str, str, int]] = (),
    **changes: Any,
) -> record.Run:
    """Return a run with one cell per variant.

    ends: variants that end otherwise. never: variants planned and not started.
    inputs: changed inputs, drops: steps left out, by variant. more: variant, p2m
    layout and memory of further cells. changes: as for measured().
    """
    name = f"20261123T1512{number:02d}-quick-{number:06x}"
    cells = []
    for variant in variants:
        if variant not in never:
            numbers = measured(variant, drop=drops.get(variant, ()), **changes)
            end = ends.get(variant, (record.Verdict.PASS, ""))
            about = (clock, inputs.get(variant, {}))
            cells.append(cell(variant, numbers, *end, *about))
    planned = [
        record.Planned(cell(variant, clock=clock).id, variant, *PLACE)
        for variant in variants
    ]
    for variant, p2m, memory in more:
        numbers = measured(variant, **changes)
        added = cell(variant, numbers, clock=clock, p2m=p2m, memory_mib=memory)
        planned.append(record.Planned(added.id, variant, "micro", p2m, memory))
        cells.append(added)
    manifest = record.Manifest(
        id=name,
        profile="quick",
        started="2026-11-23T15:12:00+00:00",
        finished="2026-11-23T15:14:00+00:00",
        host={"machine": "x86_64", "cpus": 2, "model": None},
        tools={"qemu": "7.2.17", "xen": "4.17.5", "gcc": "12.2.0", **tools},
        kernels={
            name: record.Kernel(f"k-{name}", "linux-source-6.12", "6.12", "0" * 64, ())
            for name in designs.DESIGNS
        },
        config_diff={"plain..iommu": ("CONFIG_XEN=y",)},
        accelerator="tcg",
        clock=clock,
        debug=False,
        stages={"packages": 0.0, "build": 2.5, "boot": 60, "judge": 0.1},
        planned=tuple(planned),
        cells=tuple(ended(c) for c in cells),
        verdict=record.worst(c.verdict for c in cells),
    )
    return record.Run(Path(name), manifest, tuple(cells))


def ended(cell: record.Cell) -> record.CellEnd:
    """Return how a cell ended, as a manifest has it."""
    kind = dataclasses.asdict(cell.cell.kind)
    return record.CellEnd(cell.id, **kind, verdict=cell.verdict, reason=cell.reason)


def changed(
    run: record.Run,
    variant: str,
    step: str,
    series: str,
    plus: int,
    low: int | None = None,
) -> record.Run:
    """Return a copy of a run in which one operation costs plus ticks more."""
    cells = []
    for one in run.cells:
        found = []
        for item in one.measurements:
            key = (one.cell.variant, item.step, item.series)
            if key == (variant, step, series):
                ticks = cost(*key) + plus
                item = measurement(
                    step, series, item.parameters, ticks, item.bounce, low
                )
            found.append(item)
        cells.append(dataclasses.replace(one, measurements=tuple(found)))
    return dataclasses.replace(run, cells=tuple(cells))


def refusal(function: Callable[..., object], *arguments: object) -> str:
    """Return the sentence of the RecordError that a call must end with."""
    try:
        function(*arguments)
    except record.RecordError as error:
        text = str(error)
        assert "\n" not in text, text
        return text
    raise AssertionError(f"{function.__name__} accepted what it must refuse")
