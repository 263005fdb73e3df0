# SPDX-License-Identifier: GPL-2.0-only
"""What the figures of a step mean: metrics derived from what was counted.

A step's figures are name -> number: scope.* of the module dmascope, fio.*, iperf3.*
and perf.* of the tools, busy_instructions of the plugin. A metric that cannot be
told of them is absent, with a reason. It is never 0.
"""

import dataclasses
from typing import Callable, Collection, Mapping, Sequence

from harness.tooltext import Reading

Figures = Mapping[str, int | float]

# A step of this name does less of the same work than the one it is named after.
SHORT = "-short"
_MIB = 1 << 20
_WAYS = ("read", "write", "trim")
_MOVED = ("fio.read_bytes", "fio.write_bytes", "iperf3.bytes")


# What adds up to the same number of the same things, whoever counted.
_Sums = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
_REASONS = ("scope.forced", "scope.mask", "scope.contiguity", "scope.unexplained")
_OF_SCOPE: _Sums = ((("scope.bounced",), _REASONS),)
_OF_SWIOTLB: _Sums = (
    (
        ("scope.swiotlb_bounced",),
        ("scope.bounced", "scope.failed_bounced", "scope.refused_entries"),
    ),
)
_SYNCS = tuple(
    f"perf.dma_sync_{what}_for_{whom}"
    for what in ("single", "sg")
    for whom in ("cpu", "device")
)
# A single mapping that was refused has an event, a scatterlist has none.
_OF_PERF: _Sums = (
    (("perf.swiotlb_bounced",), ("scope.swiotlb_bounced",)),
    (("perf.dma_map_page", "perf.dma_map_sg"), ("scope.maps", "scope.failed")),
    (("perf.dma_map_sg",), ("scope.sg_maps",)),
    (("perf.dma_unmap_page", "perf.dma_unmap_sg"), ("scope.unmaps",)),
    (_SYNCS, ("scope.syncs",)),
)


class _Absent(Exception):
    """A metric cannot be told: why."""


@dataclasses.dataclass(frozen=True)
class Metric:
    """A metric of one step; direction: which of two is the better one."""

    name: str
    unit: str
    direction: str
    of: Callable[[Figures], float]


@dataclasses.dataclass(frozen=True)
class Slope:
    """A metric of two steps that differ in how much they do, and in nothing else.

    What a tool costs to start and to end is in both: the difference is without it.
    """

    name: str
    unit: str
    direction: str
    of: Callable[[Figures, Figures], float]


@dataclasses.dataclass(frozen=True)
class Derived:
    """The metrics of a step; absent: name -> why it could not be told."""

    values: tuple[Reading, ...]
    absent: Mapping[str, str]


def _get(figures: Figures, name: str) -> int | float:
    if name not in figures:
        raise _Absent(f"there is no {name}")
    return figures[name]


def _ratio(over: float, under: float, what: str) -> float:
    if not under:
        raise _Absent(f"{what} is 0")
    return over / under


def _share(figures: Figures, part: str, whole: str) -> float:
    return _ratio(_get(figures, part), _get(figures, whole), whole)


def ios(figures: Figures) -> int | float:
    """Return how many I/Os fio did, reads that verify included."""
    done = [figures[n] for n in (f"fio.{way}_ios" for way in _WAYS) if n in figures]
    if not done:
        raise _Absent("there are no I/Os of fio's")
    return sum(done)


def moved(figures: Figures) -> int | float:
    """Return how many bytes a tool moved: read, written, sent or received."""
    done = [figures[name] for name in _MOVED if name in figures]
    if not done:
        raise _Absent("there are no bytes of fio's or iperf3's")
    return sum(done)


def bounce_rate(figures: Figures) -> float:
    """Return which share of the mapped entries bounced, 0 to 1.

    Good for: how often the design could not hand out the buffer itself.
    """
    return _share(figures, "scope.bounced", "scope.entries")


def bounced_byte_share(figures: Figures) -> float:
    """Return which share of the mapped bytes lay in mappings that bounced, 0 to 1.

    Good for: whether it is the large buffers that bounce.
    """
    return _share(figures, "scope.bounced_bytes", "scope.bytes")


def copies_per_byte(figures: Figures) -> float:
    """Return how often a mapped byte was copied on the average.

    A bounced mapping is copied to its slot, whatever its direction; one that the
    device may write to is copied back, too, and a sync is a copy more.
    Good for: what bouncing costs in memory bandwidth.
    """
    return _share(figures, "scope.copied_bytes", "scope.bytes")


def mapping_failures(figures: Figures) -> float:
    """Return how many mappings were refused.

    Good for: whether the pool is large enough.
    """
    if figures.get("scope.refused_entries"):
        raise _Absent("scatterlists were refused, and nobody counts how many")
    return _get(figures, "scope.failed")


def dma_ops_per_io(figures: Figures) -> float:
    """Return how many maps, unmaps and syncs there were for each of fio's I/Os.

    Good for: what of a difference per I/O is due to the driver.
    """
    names = ("scope.maps", "scope.unmaps", "scope.syncs")
    return _ratio(sum(_get(figures, name) for name in names), ios(figures), "ios")


def cpu_share(figures: Figures) -> float:
    """Return how much of the time the tool ran on a CPU, in percent of one.

    By its own account, user and system; interrupts on other tasks are not in it, and
    where an idle guest's time jumps, as in the insn clock, it means little.
    Good for: whether the CPU or the device was the limit.
    """
    if "iperf3.local_cpu" in figures:
        return figures["iperf3.local_cpu"]
    return _get(figures, "fio.usr_cpu") + _get(figures, "fio.sys_cpu")


def _slope(
    step: Figures, short: Figures, work: Callable[[Figures], int | float], what: str
) -> float:
    over = _get(step, "busy_instructions") - _get(short, "busy_instructions")
    under = work(step) - work(short)
    if under <= 0:
        raise _Absent(f"the step did not do more {what} than its {SHORT} twin")
    if over <= 0:
        raise _Absent(f"the step took no more instructions than its {SHORT} twin")
    return over / under


def instructions_per_io(step: Figures, short: Figures) -> float:
    """Return how many instructions one more I/O takes, idle loops left out.

    Good for: what the whole way from fio to the device costs the CPU.
    """
    return _slope(step, short, ios, "I/Os")


def instructions_per_mib(step: Figures, short: Figures) -> float:
    """Return how many instructions one more MiB takes, idle loops left out.

    Good for: comparing sizes, and block with network.
    """
    return _MIB * _slope(step, short, moved, "bytes")


METRICS = (
    Metric("bounce_rate", "1", "lower", bounce_rate),
    Metric("bounced_byte_share", "1", "lower", bounced_byte_share),
    Metric("copies_per_byte", "1", "lower", copies_per_byte),
    Metric("mapping_failures", "1", "lower", mapping_failures),
    Metric("dma_ops_per_io", "1", "lower", dma_ops_per_io),
    Metric("cpu_share", "%", "lower", cpu_share),
)
SLOPES = (
    Slope("instructions_per_io", "1", "lower", instructions_per_io),
    Slope("instructions_per_mib", "1/MiB", "lower", instructions_per_mib),
)


def derive(step: Figures, short: Figures | None = None) -> Derived:
    """Return all metrics of a step; short: the figures of its -short twin, if any."""
    values, absent = [], {}
    for metric in METRICS:
        try:
            values.append(Reading(metric.name, metric.unit, metric.of(step)))
        except _Absent as why:
            absent[metric.name] = str(why)
    for slope in SLOPES:
        try:
            if short is None:
                raise _Absent(f"the step has no {SHORT} twin")
            values.append(Reading(slope.name, slope.unit, slope.of(step, short)))
        except _Absent as why:
            absent[slope.name] = str(why)
    return Derived(tuple(values), absent)


def of_steps(steps: Mapping[str, Figures]) -> dict[str, Derived]:
    """Return the metrics of each step of a cell, by name; twins are found by theirs."""
    return {
        name: derive(figures, steps.get(name + SHORT))
        for name, figures in steps.items()
    }


def check(
    declared: Sequence[str],
    delivered: Collection[str],
    absent: Mapping[str, str] | None = None,
) -> str:
    """Return which declared metric no step delivered, with the reason; "" if none.

    absent: metric -> why it could not be told, of any step.
    """
    for name in declared:
        if name not in delivered:
            why = (absent or {}).get(name)
            return f"metric {name}: no step delivered it" + (f": {why}" if why else "")
    return ""


def disagreement(figures: Figures, swiotlb: bool, everything: bool) -> str:
    """Return where those who counted the same thing of a step differ; "" if nowhere.

    swiotlb: the design bounces through swiotlb's pool, whose tracepoint sees every
    attempt, also those of mappings that were refused in the end. everything: dmascope
    counted all devices, as perf does; else perf is not compared. What somebody did
    not count is not compared either.
    """
    sums = _OF_SCOPE + _OF_SWIOTLB * swiotlb + _OF_PERF * everything
    for left, right in sums:
        if all(name in figures for name in (*left, *right)):
            one, other = (sum(figures[name] for name in side) for side in (left, right))
            if one != other:
                return (
                    f"{' + '.join(left)} is {one}, "
                    f"and {' + '.join(right)} is {other}"
                )
    return ""
