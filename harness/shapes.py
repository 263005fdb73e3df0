# SPDX-License-Identifier: GPL-2.0-only
"""The shapes of the records, member for member as in results/*.schema.json.

Import them from harness.record, which also loads, checks and saves them.
"""

import dataclasses
import enum
from pathlib import Path
from typing import Any, Iterable, Mapping

from harness import stats

Scalar = str | int | float | bool


class Verdict(str, enum.Enum):
    """How a cell, a run or a comparison ended. Listed from best to worst."""

    PASS = "PASS"
    SKIP = "SKIP"
    ERROR = "ERROR"
    FAIL = "FAIL"
    CRASH = "CRASH"

    @property
    def exit_code(self) -> int:
        """Return the command's exit status; 1 and 2 are left to Python and usage."""
        return {"PASS": 0, "ERROR": 3, "FAIL": 4, "CRASH": 5, "SKIP": 6}[self.value]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of verdicts; ERROR when there is none, for nothing is known."""
    order = list(Verdict)
    return max(verdicts, key=order.index, default=Verdict.ERROR)


@dataclasses.dataclass(frozen=True)
class Kind:
    """What tells the cells of one run apart."""

    variant: str
    workload: str
    p2m: str
    memory_mib: int


@dataclasses.dataclass(frozen=True)
class CellSpec:
    """What a cell is: variant x workload x parameters x clock x p2m layout."""

    variant: str
    design: str
    boot: str
    force: bool
    workload: str
    parameters: Mapping[str, Scalar]
    clock: str
    p2m: str

    @property
    def kind(self) -> Kind:
        """Return what tells the cell from the others of its run."""
        memory = int(self.parameters.get("memory_mib", 0))
        return Kind(self.variant, self.workload, self.p2m, memory)


@dataclasses.dataclass(frozen=True)
class Inputs:
    """Content hashes and versions of what went in; None: not known, or not used.

    plugin: what counted the instructions; it changes no figure.
    """

    kernel: str | None
    modules: str | None
    guest: str | None
    workload: str | None
    qemu: str | None
    xen: str | None
    cmdline: str | None
    plugin: str | None = None


@dataclasses.dataclass(frozen=True)
class Seconds:
    """Real time in seconds; boot is None when the guest never answered."""

    boot: float | None
    total: float


@dataclasses.dataclass(frozen=True)
class Engagement:
    """One proof that the design under test is the one that ran."""

    what: str
    expected: str
    found: str
    ok: bool


@dataclasses.dataclass(frozen=True)
class Bounce:
    """Streaming mappings of a step and, of them, those that bounced, by reason."""

    mapped: int
    forced: int
    mask: int
    contiguity: int
    unexplained: int
    missed: int

    @property
    def bounced(self) -> int:
        """Return how many mappings bounced, for whatever reason."""
        return self.forced + self.mask + self.contiguity + self.unexplained


@dataclasses.dataclass(frozen=True)
class Measurement:
    """One series of one step. Ticks; None when no operation succeeded."""

    step: str
    series: str
    parameters: Mapping[str, Scalar]
    unit: str
    count: int
    failed: int
    min: int | None
    p50: int | None
    p90: int | None
    p99: int | None
    max: int | None
    sum: int
    hist: tuple[tuple[int, int], ...]
    probe: int | None
    bounce: Bounce


@dataclasses.dataclass(frozen=True)
class Value:
    """A figure of a step, finite and not negative; or a text that it reported."""

    step: str
    name: str
    unit: str
    value: int | float | str


@dataclasses.dataclass(frozen=True)
class Cell:
    """The record of one cell."""

    id: str
    cell: CellSpec
    verdict: Verdict
    reason: str
    inputs: Inputs
    seconds: Seconds
    engagement: tuple[Engagement, ...] = ()
    facts: Mapping[str, Scalar] = dataclasses.field(default_factory=dict)
    measurements: tuple[Measurement, ...] = ()
    values: tuple[Value, ...] = ()
    console_tail: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Kernel:
    """The kernel of one design."""

    key: str
    source: str
    release: str
    config_sha256: str
    patches: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Planned:
    """A cell of the plan."""

    id: str
    variant: str
    workload: str
    p2m: str
    memory_mib: int

    @property
    def kind(self) -> Kind:
        """Return what tells the cell from the others of its run."""
        return Kind(self.variant, self.workload, self.p2m, self.memory_mib)


@dataclasses.dataclass(frozen=True)
class CellEnd:
    """How a cell of the plan ended; a known defect is a reason to have passed."""

    id: str
    variant: str
    workload: str
    p2m: str
    memory_mib: int
    verdict: Verdict
    reason: str


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a run was made of; finished and verdict are None until it ends.

    debug: its kernels have the kernel's own checks, and their costs mean nothing.
    """

    id: str
    profile: str
    started: str
    finished: str | None
    host: Mapping[str, Scalar | None]
    tools: Mapping[str, str | None]
    kernels: Mapping[str, Kernel]
    config_diff: Mapping[str, tuple[str, ...]]
    accelerator: str
    clock: str
    debug: bool
    stages: Mapping[str, float]
    planned: tuple[Planned, ...]
    cells: tuple[CellEnd, ...]
    verdict: Verdict | None

    @property
    def kinds(self) -> list[Kind]:
        """Return what tells the cells of the plan apart, in its order."""
        return [item.kind for item in self.planned]


@dataclasses.dataclass(frozen=True)
class Run:
    """A manifest with its cells, in the plan's order."""

    path: Path
    manifest: Manifest
    cells: tuple[Cell, ...]


def work(kind: Kind, plan: Iterable[Kind]) -> str:
    """Return a cell's workload with as much as tells it from others of a plan."""
    text = kind.workload
    if kind.p2m != "linear":
        text += f" {kind.p2m}"
    sizes = {other.memory_mib for other in plan if other.workload == kind.workload}
    return f"{text} {kind.memory_mib} MiB" if len(sizes) > 1 else text


def title(kind: Kind, plan: Iterable[Kind]) -> str:
    """Return the name of a cell with as much as tells it from others of a plan."""
    return f"{kind.variant} {work(kind, plan)}"


def measure(
    frame: Mapping[str, Any],
    parameters: Mapping[str, Scalar],
    bounce: Bounce,
    probe: int | None,
) -> Measurement:
    """Return the measurement of a series frame; percentiles come from its histogram.

    probe: p50 of the step's probe series, in ticks; None when it has none.
    """
    hist = tuple((int(low), int(count)) for low, count in frame["hist"])
    p50 = p90 = p99 = low = high = None
    if hist:
        low, high = int(frame["min"]), int(frame["max"])
        p50, p90, p99 = (stats.percentile(hist, p, low) for p in (50, 90, 99))
    return Measurement(
        step=str(frame["step"]),
        series=str(frame["series"]),
        parameters=dict(parameters),
        unit="ticks",
        count=int(frame["count"]),
        failed=int(frame["failed"]),
        min=low,
        p50=p50,
        p90=p90,
        p99=p99,
        max=high,
        sum=int(frame["sum"]),
        hist=hist,
        probe=probe,
        bounce=bounce,
    )
