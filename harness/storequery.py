# SPDX-License-Identifier: GPL-2.0-only
"""What is read of the index: a metric's series, and all of them as one array.

Runs are in the order of their start, those of one second in that of their ids; a
clock that was set back puts a run where its clock said. Kernels with the kernel's
own checks are left out: their costs mean nothing.
"""

import re
import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Iterator

from harness.indexing import DOUBLES, INTS
from harness.series import Kind, Metric, Point
from harness.store import Store

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

_MEMBERS = "variant, workload, p2m, memory_mib, clock, step, figure, unit, direction"
_DOUBLE = 8


@dataclass(frozen=True)
class Chosen:
    """Which runs are meant; None: of any profile, in any clock."""

    profile: str | None = None
    clock: str | None = None

    @property
    def where(self) -> tuple[str, tuple[str, ...]]:
        """Return the SQL that chooses runs, and its parameters."""
        parts = {"profile": self.profile, "clock": self.clock}
        given = {name: value for name, value in parts.items() if value is not None}
        words = ["debug = 0", *(f"{name} = ?" for name in given)]
        return " AND ".join(words), tuple(given.values())


ALL = Chosen()


@dataclass(frozen=True)
class Arrays:
    """All series. values: metrics x runs, float64, NaN where a run has none.

    A metric that a run has from several boots has their mean.
    """

    metrics: tuple[Metric, ...]
    kinds: tuple[Kind, ...]
    runs: tuple[str, ...]
    started: tuple[str, ...]
    values: "NDArray[numpy.float64]"


def metrics(store: Store, pattern: str = "*") -> dict[Metric, Kind]:
    """Return the metrics whose name fits a pattern with *, by name, with their kind."""
    parts = pattern.split("*")
    fits = re.compile(".*".join(map(re.escape, parts)))
    found = store.connection.execute(
        f"SELECT name, {_MEMBERS} FROM metrics ORDER BY name"
    )
    return {
        Metric(*about): Kind(unit, direction)
        for name, *about, unit, direction in found
        if fits.fullmatch(name)
    }


def history(store: Store, metric: Metric, chosen: Chosen = ALL) -> list[Point]:
    """Return the points of a metric, in the order of the runs; none if unknown."""
    row = store.connection.execute(
        "SELECT id FROM metrics WHERE name = ?", (str(metric),)
    ).fetchone()
    if row is None:
        return []
    where, words = chosen.where
    found = []
    for layout, blob in _layouts(store):
        places = [place for place, number in enumerate(blob) if number == row[0]]
        for place in places:
            points = store.connection.execute(
                "SELECT at, name, started, substr(figures, ?, ?) FROM runs"
                f" WHERE layout = ? AND {where}",
                (place * _DOUBLE + 1, _DOUBLE, layout, *words),
            )
            for at, name, started, figure in points:
                (value,) = _numbers(DOUBLES, figure)
                found.append((at, name, Point(name, started, value)))
    return [point for _, _, point in sorted(found, key=lambda item: item[:2])]


def rows(store: Store, chosen: Chosen = ALL) -> Iterator[tuple[str, str, float]]:
    """Yield (metric's name, run's id, value) of every point, run after run."""
    names = dict(store.connection.execute("SELECT id, name FROM metrics"))
    layouts = dict(_layouts(store))
    for name, _, layout, figures in _runs(store, chosen):
        for number, value in zip(layouts[layout], _numbers(DOUBLES, figures)):
            yield names[number], name, value


def arrays(store: Store, chosen: Chosen = ALL) -> Arrays:
    """Return every series of the runs that are chosen as one array."""
    import numpy

    about = {
        number: (Metric(*members), Kind(unit, direction))
        for number, *members, unit, direction in store.connection.execute(
            f"SELECT id, {_MEMBERS} FROM metrics"
        )
    }
    layouts = dict(_layouts(store))
    found = list(_runs(store, chosen))
    there = {number for key in {item[2] for item in found} for number in layouts[key]}
    order = sorted(there, key=lambda number: about[number][0])
    column = {number: place for place, number in enumerate(order)}
    places = {
        layout: numpy.array([column.get(n, -1) for n in numbers], dtype=int)
        for layout, numbers in layouts.items()
    }
    whole = {
        layout: len(set(numbers)) == len(numbers) for layout, numbers in layouts.items()
    }
    values = numpy.full((len(found), len(order)), numpy.nan)
    for line, (_, _, layout, figures) in zip(values, found):
        read = numpy.frombuffer(figures, dtype="<f8")
        where = places[layout]
        if whole[layout]:
            line[where] = read
            continue
        counts = numpy.bincount(where, minlength=len(order))
        sums = numpy.bincount(where, weights=read, minlength=len(order))
        line[counts > 0] = sums[counts > 0] / counts[counts > 0]
    return Arrays(
        metrics=tuple(about[number][0] for number in order),
        kinds=tuple(about[number][1] for number in order),
        runs=tuple(item[0] for item in found),
        started=tuple(item[1] for item in found),
        values=numpy.ascontiguousarray(values.T),
    )


def _runs(store: Store, chosen: Chosen) -> Iterator[tuple[str, str, int, bytes]]:
    where, words = chosen.where
    yield from store.connection.execute(
        f"SELECT name, started, layout, figures FROM runs WHERE {where}"
        " ORDER BY at, name",
        words,
    )


def _layouts(store: Store) -> Iterator[tuple[int, "array[int]"]]:
    for number, blob in store.connection.execute("SELECT id, metrics FROM layouts"):
        yield number, _numbers(INTS, blob)


def _numbers(kind: str, blob: bytes) -> "array[int]":
    found: "array[int]" = array(kind)
    found.frombytes(blob)
    if sys.byteorder == "big":
        found.byteswap()
    return found
