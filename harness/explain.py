# SPDX-License-Identifier: GPL-2.0-only
"""Where the instructions of an operation went, and those of a difference.

Decided from counters and symbols alone: nothing here prints or reads a file. All is
exact. A figure is a whole number of so many operations, never a quotient.
"""

import dataclasses
import math
from fractions import Fraction
from typing import Mapping, Sequence

from harness.costs import Cost, Places, cost, series_of, spent
from harness.counters import Cache
from harness.errors import HarnessError
from harness.symbols import label

NOTHING = Cost()
# What a CPU executes on its way to sleep and back: the idle loops' own functions.
# What an interrupt makes it do between is not idle.
IDLE = {
    "kernel": (
        "arch_cpu_idle",
        "arch_cpu_idle_enter",
        "arch_cpu_idle_exit",
        "cpu_startup_entry",
        "cpuidle_idle_call",
        "default_idle",
        "default_idle_call",
        "do_idle",
        "native_safe_halt",
        "pv_native_safe_halt",
        "tick_nohz_idle_enter",
        "tick_nohz_idle_exit",
        "tick_nohz_idle_restart_tick",
        "tick_nohz_idle_stop_tick",
        "xen_safe_halt",
    ),
    "xen": ("default_idle", "idle_loop", "safe_halt"),
}

Function = tuple[str, str]


@dataclasses.dataclass(frozen=True)
class Name:
    """What is explained, in words: dom0-hook, map_single-4096, map."""

    variant: str
    step: str
    series: str


@dataclasses.dataclass(frozen=True)
class Measured:
    """What the guest itself says of a series: how many operations, ticks in all."""

    count: int
    sum: int


@dataclasses.dataclass(frozen=True)
class Row:
    """A function: what it cost in all operations together.

    cycles: estimated, None where no cache was modelled. share: of all
    instructions, in percent.
    """

    name: str
    origin: str
    cost: Cost
    cycles: int | None
    share: float

    @property
    def label(self) -> str:
        """Return the name, and whose it is where that is not the kernel."""
        return label(self.name, self.origin)


@dataclasses.dataclass(frozen=True)
class Explanation:
    """One series of one step; rows: those with most instructions first.

    operations: of how many all costs are the sum. whole: a step was counted from its
    begin to its end, as one operation. idle: instructions of the idle loops.
    """

    name: Name
    whole: bool
    operations: int
    cache: Cache | None
    total: Cost
    cycles: int | None
    idle: int
    rows: tuple[Row, ...]

    @property
    def busy(self) -> int:
        """Return the instructions without those of the idle loops."""
        return self.total.insns - self.idle


@dataclasses.dataclass(frozen=True)
class Change:
    """A function in two explanations: a, b and a - b; None: it did not run there."""

    name: str
    origin: str
    a: Cost | None
    b: Cost | None
    difference: Cost
    cycles: int | None

    @property
    def label(self) -> str:
        """Return the name, and whose it is where that is not the kernel."""
        return label(self.name, self.origin)


@dataclasses.dataclass(frozen=True)
class Difference:
    """Explanation a less explanation b; rows: what differs most first.

    operations: of how many all costs are the sum, on both sides: the least common
    multiple of what the two had. difference is the sum of all rows' differences.
    """

    a_name: Name
    b_name: Name
    whole: bool
    operations: int
    cache: Cache | None
    a: Cost
    b: Cost
    difference: Cost
    cycles: int | None
    rows: tuple[Change, ...]


def per_operation(number: int, operations: int) -> Fraction:
    """Return what one operation has of a number, exactly."""
    return Fraction(number, operations)


def explain(
    places: Places, step: int, series: int, name: Name, measured: Measured | None
) -> Explanation:
    """Return where the instructions of a series went.

    measured: what the guest says of the series; None for a step counted as a whole,
    of which it says nothing. HarnessError when it says otherwise than the plugin,
    when the functions' instructions do not add up, or when there was no operation.
    """
    made, counted = series_of(places.counters, step, series)
    cache = places.counters.cache
    functions: dict[Function, Cost] = {}
    for _, symbol, cell, piece in spent(places, step, series):
        key = symbol.name, symbol.origin
        functions[key] = functions.get(key, NOTHING) + cost(cell, piece)
    total = sum(functions.values(), NOTHING)
    _agree(name, total.insns, counted.insns, counted.windows, measured)
    rows = [
        Row(*key, spent_here, _cycles(spent_here, cache), _share(spent_here, total))
        for key, spent_here in functions.items()
        if spent_here != NOTHING
    ]
    rows.sort(key=lambda row: (-row.cost.insns, row.name, row.origin))
    return Explanation(
        name=name,
        whole=made.kind == "whole",
        operations=counted.windows,
        cache=cache,
        total=total,
        cycles=_cycles(total, cache),
        idle=sum(
            row.cost.insns for row in rows if row.name in IDLE.get(row.origin, ())
        ),
        rows=tuple(rows),
    )


def subtract(a: Explanation, b: Explanation) -> Difference:
    """Return explanation a less b, operation for operation, function by function.

    HarnessError when different caches were modelled, or when one is of a whole step
    and the other is not.
    """
    both = f"{_words(a.name)} and {_words(b.name)}"
    if a.cache != b.cache:
        raise HarnessError(f"{both}: different caches were modelled")
    if a.whole != b.whole:
        raise HarnessError(f"{both}: only one of them is a step as a whole")
    operations = math.lcm(a.operations, b.operations)
    one, two = _scaled(a, operations), _scaled(b, operations)
    rows = [_change(key, one, two, a.cache) for key in dict.fromkeys([*one, *two])]
    rows.sort(key=lambda row: (-abs(row.difference.insns), row.name, row.origin))
    left = a.total * (operations // a.operations)
    right = b.total * (operations // b.operations)
    return Difference(
        a_name=a.name,
        b_name=b.name,
        whole=a.whole,
        operations=operations,
        cache=a.cache,
        a=left,
        b=right,
        difference=left - right,
        cycles=_cycles(left - right, a.cache),
        rows=tuple(rows),
    )


def _agree(
    name: Name, rows: int, insns: int, windows: int, measured: Measured | None
) -> None:
    """Raise HarnessError unless all who counted say the same."""
    what = _words(name)
    if rows != insns:
        raise HarnessError(
            f"{what}: the functions have {rows} instructions, the series {insns}"
        )
    if not windows:
        raise HarnessError(f"{what}: no operation was counted")
    if measured is None:
        return
    if windows != measured.count:
        raise HarnessError(
            f"{what}: {windows} operations were counted, the guest says "
            f"{measured.count}"
        )
    if insns != measured.sum:
        raise HarnessError(
            f"{what}: {insns} instructions were counted, the guest says {measured.sum}"
        )


def _words(name: Name) -> str:
    return f"{name.variant} {name.step} {name.series}"


def _cycles(spent_here: Cost, cache: Cache | None) -> int | None:
    return spent_here.cycles if cache else None


def _share(part: Cost, total: Cost) -> float:
    return 100 * part.insns / total.insns if total.insns else 0.0


def _scaled(explanation: Explanation, operations: int) -> Mapping[Function, Cost]:
    """Return the functions' costs in so many operations, a multiple of those made."""
    factor = operations // explanation.operations
    return {(row.name, row.origin): row.cost * factor for row in explanation.rows}


def _change(
    key: Function,
    one: Mapping[Function, Cost],
    two: Mapping[Function, Cost],
    cache: Cache | None,
) -> Change:
    a, b = one.get(key), two.get(key)
    difference = (a or NOTHING) - (b or NOTHING)
    return Change(*key, a, b, difference, _cycles(difference, cache))


def others(rows: Sequence[Row | Change], top: int) -> tuple[int, int]:
    """Return how many rows to show of at most top, and how many stand for the rest.

    One row alone is shown itself: 'others' would take as much room.
    """
    shown = len(rows) if len(rows) <= top + 1 else top
    return shown, len(rows) - shown
