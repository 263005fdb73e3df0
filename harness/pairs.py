# SPDX-License-Identifier: GPL-2.0-only
"""The operations of two runs, matched: what both have, and what one lacks."""

import dataclasses
from typing import Mapping

from harness.operations import (
    NOT_PLANNED,
    Figure,
    Key,
    Unknown,
    absent,
    index,
    is_coherent,
    labels,
    unlike,
)
from harness.record import Run


@dataclasses.dataclass(frozen=True)
class Change:
    """One operation of one variant in both runs.

    kind: 'unbounced', 'bounced' or 'coherent'. ticks: b - a by basis, which is
    'p50', 'min' (where p50 shares a bucket wider than a tick), or 'work' when
    the runs did not do the same: then ticks is None and note says what differs.
    minimum: b - a of the minima.
    """

    variant: str
    key: Key
    label: str
    kind: str
    basis: str
    a: int
    b: int
    ticks: int | None
    percent: float | None
    minimum: int
    note: str


@dataclasses.dataclass(frozen=True)
class Lone:
    """An operation with a figure in one run only, and why the other has none.

    expected: the other run's plan had it, so that its absence is no answer.
    """

    variant: str
    key: Key
    label: str
    reason: str
    expected: bool


@dataclasses.dataclass(frozen=True)
class Matched:
    """The operations of run a and run b; neither: those without a figure in both."""

    changes: tuple[Change, ...]
    only_a: tuple[Lone, ...]
    only_b: tuple[Lone, ...]
    neither: tuple[str, ...]


def match(
    a: Run, b: Run, withheld_a: Mapping[str, str], withheld_b: Mapping[str, str]
) -> Matched:
    """Match the operations of two runs; those of one run come with the reason.

    withheld_a, withheld_b: variants that get no figures, with the reason.
    """
    left, right = index(a, withheld_a), index(b, withheld_b)
    names = labels(
        key for table in (left, right) for column in table.values() for key in column
    )
    changes: list[Change] = []
    only_a: list[Lone] = []
    only_b: list[Lone] = []
    neither: list[str] = []
    for variant in dict.fromkeys([*left, *right]):
        if variant in withheld_a and variant in withheld_b:
            neither.append(f"{variant}: {withheld_b[variant]}")
            continue
        one, two = left.get(variant, {}), right.get(variant, {})
        for key in dict.fromkeys([*one, *two]):
            old = one.get(key) or Unknown(absent(a, key.kind(variant)))
            new = two.get(key) or Unknown(absent(b, key.kind(variant)))
            if isinstance(old, Figure) and isinstance(new, Figure):
                changes.append(_change(variant, key, names[key], old, new))
            elif isinstance(old, Figure) and isinstance(new, Unknown):
                only_a.append(_lone(variant, key, names[key], new))
            elif isinstance(old, Unknown) and isinstance(new, Figure):
                only_b.append(_lone(variant, key, names[key], old))
            elif isinstance(new, Unknown):
                what = f"{variant} {names[key]} {key.series}"
                neither.append(f"{what}: {new.reason}")
    return Matched(tuple(changes), tuple(only_a), tuple(only_b), tuple(neither))


def _lone(variant: str, key: Key, label: str, why: Unknown) -> Lone:
    return Lone(variant, key, label, why.reason, why.reason != NOT_PLANNED)


def _change(variant: str, key: Key, label: str, a: Figure, b: Figure) -> Change:
    if is_coherent(key):
        kind = "coherent"
    else:
        both = a.bounce.bounced and b.bounce.bounced
        kind = "bounced" if both else "unbounced"
    note = _work(a, b)
    basis, one, two = "p50", a.p50, b.p50
    if note:
        basis = "work"
    elif one == two and not (a.exact and b.exact):
        basis, one, two = "min", a.min, b.min
    ticks = None if note else two - one
    return Change(
        variant=variant,
        key=key,
        label=label,
        kind=kind,
        basis=basis,
        a=one,
        b=two,
        ticks=ticks,
        percent=100 * ticks / one if ticks is not None and one else None,
        minimum=b.min - a.min,
        note=note,
    )


def _work(a: Figure, b: Figure) -> str:
    """Say how the work of a variant changed between the runs; empty if it did not."""
    if a.failed != b.failed:
        return f"{a.failed} operations failed, now {b.failed}"
    sound = [dataclasses.replace(figure, failed=0) for figure in (a, b)]
    return unlike("before", sound[0], "now", sound[1])
