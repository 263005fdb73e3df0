# SPDX-License-Identifier: GPL-2.0-only
"""A run seen by operations: which figure has which variant, and why one has none."""

import dataclasses
import json
from typing import Iterable, Mapping

from harness import stats
from harness.record import Bounce, Cell, Kind, Measurement, Run, Scalar, Verdict

COHERENT = ("alloc", "free")
NOT_PLANNED = "not in the plan"


@dataclasses.dataclass(frozen=True)
class Key:
    """What an operation is, whatever the variant: one series of one step."""

    workload: str
    parameters: str
    clock: str
    p2m: str
    step: str
    series: str

    def kind(self, variant: str) -> Kind:
        """Return which cell of a run measures it in a variant."""
        memory = json.loads(self.parameters).get("memory_mib", 0)
        return Kind(variant, self.workload, self.p2m, memory)


@dataclasses.dataclass(frozen=True)
class Figure:
    """What an operation cost, in ticks with the probe's cost included.

    exact is False when p50 comes from a bucket wider than one tick.
    """

    p50: int
    min: int
    exact: bool
    count: int
    failed: int
    probe: int | None
    bounce: Bounce
    parameters: Mapping[str, Scalar]


@dataclasses.dataclass(frozen=True)
class Unknown:
    """No figure, with the reason. Never to be taken for 0."""

    reason: str


Known = Figure | Unknown
Index = dict[str, dict[Key, Known]]


@dataclasses.dataclass(frozen=True)
class Difference:
    """Minuend minus base, in ticks and in percent of the base.

    Of the medians (exact), or of what comparable() gives. percent is of the base's
    median. ticks is None, with the reason, when one is unknown or when both
    did not do the same work; percent is None then too, and when the base is 0.
    """

    minuend: str
    base: str
    ticks: int | None
    percent: float | None
    exact: bool
    reason: str


def index(run: Run, withheld: Mapping[str, str] = {}) -> Index:
    """Return the operations of a run's cells that passed, by variant and key.

    An operation that several cells measured is kept when they agree; else it is
    Unknown, for neither figure is more right than the other. withheld: variants
    that get no figures, with the reason.
    """
    table: Index = {}
    for cell in run.cells:
        name = cell.cell.variant
        column = table.setdefault(name, {})
        for measurement in cell.measurements:
            key = _key(cell, measurement)
            new = _figure(measurement)
            if name in withheld:
                new = Unknown(withheld[name])
            old = column.get(key, new)
            column[key] = new if old == new else _disagree(old, new)
    return table


def _key(cell: Cell, measurement: Measurement) -> Key:
    return Key(
        workload=cell.cell.workload,
        parameters=json.dumps(dict(cell.cell.parameters), sort_keys=True),
        clock=cell.cell.clock,
        p2m=cell.cell.p2m,
        step=measurement.step,
        series=measurement.series,
    )


def _figure(measurement: Measurement) -> Known:
    if measurement.p50 is None or measurement.min is None:
        return Unknown(f"all {measurement.failed} operations failed")
    single = measurement.min == measurement.max
    return Figure(
        p50=measurement.p50,
        min=measurement.min,
        exact=single or stats.exact(measurement.p50),
        count=measurement.count,
        failed=measurement.failed,
        probe=measurement.probe,
        bounce=measurement.bounce,
        parameters=measurement.parameters,
    )


def _disagree(old: Known, new: Known) -> Unknown:
    if isinstance(old, Figure) and isinstance(new, Figure):
        return Unknown(f"boots of this run disagree: p50 {old.p50} and {new.p50}")
    return Unknown("boots of this run disagree")


def seen(variant: str, key: Key) -> Key:
    """Return an operation as a variant has it: natively p2m is always linear."""
    if not variant.startswith("native") or key.p2m == "linear":
        return key
    parameters = {
        name: value
        for name, value in json.loads(key.parameters).items()
        if not name.startswith("scatter_")
    }
    text = json.dumps(parameters, sort_keys=True)
    return dataclasses.replace(key, parameters=text, p2m="linear")


def absent(run: Run, kind: Kind) -> str:
    """Say why a run has no figure of the operations of this kind of cell."""
    if kind not in run.manifest.kinds:
        return NOT_PLANNED
    passed = False
    for cell in run.cells:
        if cell.cell.kind != kind:
            continue
        if cell.verdict is not Verdict.PASS:
            return ended(cell)
        passed = True
    return "not measured" if passed else "never run"


def ended(cell: Cell) -> str:
    """Say how a cell ended: its verdict and reason."""
    return f"{cell.verdict.value}: {cell.reason}"


def is_coherent(key: Key) -> bool:
    """Tell whether an operation is on coherent memory, where nothing can bounce."""
    return key.series in COHERENT


def labels(keys: Iterable[Key]) -> dict[Key, str]:
    """Return names for people, each with as much as tells it from the others.

    The step map_single-4096 is 'map_single 4096'.
    """
    found = {}
    groups: dict[str, dict[Key, Kind]] = {}
    for key in keys:
        groups.setdefault(key.workload, {})[key] = key.kind("")
    for workload, kinds in groups.items():
        sizes = {kind.memory_mib for kind in kinds.values()}
        layouts = {kind.p2m for kind in kinds.values()}
        parameters = {key.parameters for key in kinds}
        for key, kind in kinds.items():
            text = label(key.step)
            if len(groups) > 1:
                text = f"{workload}: {text}"
            if len(sizes) > 1:
                text += f" {kind.memory_mib} MiB"
            if len(layouts) > 1:
                text += f" {kind.p2m}"
            if len(parameters) > len(set(kinds.values())):
                text += f" {key.parameters}"
            found[key] = text
    return found


def label(step: str) -> str:
    """Return a step's name for people: map_single-4096 is 'map_single 4096'."""
    return step.replace("-", " ")


def reasons(bounce: Bounce) -> list[tuple[str, int]]:
    """Return the counts that are not 0 of bounced mappings, by reason."""
    counts = [
        ("forced", bounce.forced),
        ("mask", bounce.mask),
        ("contiguity", bounce.contiguity),
        ("unexplained", bounce.unexplained),
    ]
    return [(word, count) for word, count in counts if count]


def bounced(figure: Figure) -> str:
    """Say whether the mappings bounced and why: 'no', 'all mask', or a mix."""
    bounce = figure.bounce
    found = reasons(bounce)
    if not bounce.mapped:
        return "-"
    if not found and not bounce.missed:
        return "no"
    if not bounce.missed and len(found) == 1 and found[0][1] == bounce.mapped:
        return f"all {found[0][0]}"
    if bounce.missed:
        found.append(("missed", bounce.missed))
    shares = (f"{word} {share(count, bounce.mapped)}" for word, count in found)
    return ", ".join(shares)


def share(count: int, total: int) -> str:
    """Return a share as whole percent; never 0% or 100% unless it is just that."""
    percent = round(100 * count / total)
    if percent == 0 and count:
        return "<1%"
    if percent == 100 and count != total:
        return ">99%"
    return f"{percent}%"


def unlike(one_name: str, one: Figure, other_name: str, other: Figure) -> str:
    """Say how the work of two figures differs; empty when it is the same."""
    for name, figure in ((one_name, one), (other_name, other)):
        if figure.failed:
            return f"{figure.failed} operations of {name} failed"
    if dict(one.parameters) != dict(other.parameters) or one.count != other.count:
        return f"{one_name} and {other_name} had different parameters"
    if one.bounce != other.bounce:
        texts = (bounced(one), bounced(other))
        if texts[0] == texts[1]:
            texts = (f"{one.bounce.bounced}", f"{other.bounce.bounced}")
        return f"bounced: {one_name} {texts[0]}, {other_name} {texts[1]}"
    return ""


def comparable(one: Figure, other: Figure, same_pool: bool) -> tuple[int, int, bool]:
    """Return the figures of two operations to compare, and whether exact medians.

    Minima, which are exact, where a median is known to its bucket only: two such
    would differ by whole buckets or by nothing. And where both bounced in the same
    pool: what a slot costs goes by its place among the others, a median lies between
    two such places, and a single sample more moves it from one to the other. But
    medians where pools are different ones: the least that a slot costs in one says
    nothing of what it usually does.
    """
    exact = one.exact and other.exact
    minima = same_pool if one.bounce.bounced and other.bounce.bounced else not exact
    if minima:
        return one.min, other.min, False
    return one.p50, other.p50, exact


def coarse(known: Iterable[Known], changes: Iterable[Difference]) -> bool:
    """Tell whether a figure is known to its bucket, or a difference not of medians."""
    return any(isinstance(one, Figure) and not one.exact for one in known) or any(
        item.ticks is not None and not item.exact for item in changes
    )


def subtract(
    minuend: str, one: Known, base: str, other: Known, same_pool: bool = True
) -> Difference:
    """Return what minuend costs more than base; only for figures of equal work.

    same_pool: both have their slots from swiotlb.
    """

    def none(reason: str) -> Difference:
        return Difference(minuend, base, None, None, False, reason)

    if isinstance(one, Unknown):
        return none(f"{minuend}: {one.reason}")
    if isinstance(other, Unknown):
        return none(f"{base}: {other.reason}")
    work = unlike(minuend, one, base, other)
    if work:
        return none(f"differs in work: {work}")
    left, right, medians = comparable(one, other, same_pool)
    ticks = left - right
    percent = 100 * ticks / other.p50 if other.p50 else None
    return Difference(minuend, base, ticks, percent, medians, "")
