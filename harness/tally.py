# SPDX-License-Identifier: GPL-2.0-only
"""Steps of a comparison gathered for a sentence: a point per step, none invented."""

import dataclasses
from typing import Mapping, Protocol, Sequence

from harness.operations import (
    NOT_PLANNED,
    Figure,
    Key,
    Known,
    Unknown,
    comparable,
    is_coherent,
    unlike,
)


class Row(Protocol):
    """What a sentence needs of a row of the comparison."""

    @property
    def key(self) -> Key:
        """Return what the operation is."""

    @property
    def op(self) -> str:
        """Return the operation of the step the row belongs to."""

    @property
    def figures(self) -> Mapping[str, Known]:
        """Return the figure of each variant."""


@dataclasses.dataclass(frozen=True)
class Point:
    """The two costs of a step, in ticks, both its series added up."""

    base: int
    other: int
    exact: bool
    size: int | None


@dataclasses.dataclass(frozen=True)
class Tally:
    """The points of a group of steps, and how many steps gave none."""

    points: tuple[Point, ...]
    unlike: int
    unknown: int

    @property
    def steps(self) -> int:
        """Return how many steps the group has."""
        return len(self.points) + self.unlike + self.unknown


def tally(
    rows: Sequence[Row],
    pair: tuple[str, str],
    ops: Sequence[str],
    series: Sequence[str],
    kinds: Sequence[str],
) -> Tally:
    """Gather the steps with these operations (none: any), series and kinds.

    pair: the variants to compare. kinds: 'no' (did not bounce), 'yes', 'coherent'.
    A step that bounced in one variant only, or is known in none, counts as 'no'.
    """
    steps: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.key.series in series and (not ops or row.op in ops):
            key = dataclasses.astuple(dataclasses.replace(row.key, series=""))
            steps.setdefault(key, []).append(row)
    found = [
        _point(members, pair)
        for members in steps.values()
        if _kind(members, pair) in kinds
    ]
    points = tuple(item for item in found if isinstance(item, Point))
    return Tally(points, found.count("unlike"), found.count("unknown"))


def _point(rows: Sequence[Row], pair: tuple[str, str]) -> Point | str:
    """Return a step's point, or why it has none: 'unlike' or 'unknown'."""
    base = other = 0
    exact = True
    size: int | None = None
    result = ""
    for row in rows:
        one, two = row.figures.get(pair[0]), row.figures.get(pair[1])
        if not isinstance(one, Figure) or not isinstance(two, Figure):
            return "unknown"
        if unlike(pair[0], one, pair[1], two):
            result = "unlike"
        # All sentences are of designs that have swiotlb's pool.
        left, right, medians = comparable(one, two, same_pool=True)
        base, other = base + left, other + right
        exact = exact and medians
        given = one.parameters.get("size")
        size = given if isinstance(given, int) else None
    return result or Point(base, other, exact, size)


def _kind(rows: Sequence[Row], pair: tuple[str, str]) -> str:
    """Return how a step counts: 'no', 'yes', 'coherent'; '' if it was not planned."""
    if is_coherent(rows[0].key):
        kind = "coherent"
    else:
        kind = "no"
    figures = [row.figures.get(name) for row in rows for name in pair]
    known = [figure for figure in figures if isinstance(figure, Figure)]
    reasons = {figure.reason for figure in figures if isinstance(figure, Unknown)}
    if not known and reasons <= {NOT_PLANNED}:
        return ""
    if kind == "no" and known and all(figure.bounce.bounced for figure in known):
        kind = "yes"
    return kind
