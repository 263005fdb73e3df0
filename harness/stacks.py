# SPDX-License-Identifier: GPL-2.0-only
"""Stacks of functions and their instructions, in the folded format.

A stack is the functions that the call tree's nodes were entered by, from where the
window began. Where an instruction lies in another function than the one that was
called, which has jumped there (a tail call), that function stands behind it. What
ran where the window began is a stack of one function.
"""

import dataclasses
import math
from typing import Mapping

from harness.costs import Places, cost, series_of, spent
from harness.counters import ROOT, Step
from harness.symbols import Symbol, Symbols

# What ends a frame or a line of the format, and what a flame graph's script is
# confused by.
HOSTILE = frozenset(";'\\`")

Stack = tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Folded:
    """Instructions by stack, in order of the stacks, in so many operations."""

    operations: int
    counts: Mapping[Stack, int]


@dataclasses.dataclass(frozen=True)
class FoldedPair:
    """Instructions by stack in a and in b, both in so many operations."""

    operations: int
    counts: Mapping[Stack, tuple[int, int]]


def fold(places: Places, step: int, series: int) -> Folded:
    """Return the stacks of a series; their sum is the series' instructions."""
    made, counted = series_of(places.counters, step, series)
    paths = _paths(made, places.symbols)
    counts: dict[Stack, int] = {}
    for node, symbol, cell, piece in spent(places, step, series):
        insns = cost(cell, piece).insns
        if insns:
            path = paths[node]
            name = frame(symbol)
            stack = path if path and path[-1] == name else (*path, name)
            counts[stack] = counts.get(stack, 0) + insns
    return Folded(counted.windows, dict(sorted(counts.items())))


def pair(a: Folded, b: Folded) -> FoldedPair:
    """Return the stacks of a beside those of b, in the same number of operations.

    That is the least common multiple of what the two had, so all stays whole.
    """
    operations = math.lcm(a.operations, b.operations)
    one, two = operations // a.operations, operations // b.operations
    counts = {
        stack: (one * a.counts.get(stack, 0), two * b.counts.get(stack, 0))
        for stack in sorted({*a.counts, *b.counts})
    }
    return FoldedPair(operations, counts)


def text(folded: Folded) -> str:
    """Return the folded format: a line per stack, a;b;c and its instructions."""
    return "".join(f"{';'.join(s)} {count}\n" for s, count in folded.counts.items())


def pair_text(both: FoldedPair) -> str:
    """Return the differential folded format: a;b;c, instructions in b, those in a.

    It is read as before and after: a flame graph is red where a costs more.
    """
    return "".join(f"{';'.join(s)} {b} {a}\n" for s, (a, b) in both.counts.items())


def frame(symbol: Symbol) -> str:
    """Return a function's label without what the format or a script would read."""
    return "".join(
        char if " " <= char <= "~" and char not in HOSTILE else "?"
        for char in symbol.label
    )


def _paths(step: Step, symbols: Symbols) -> Mapping[int, Stack]:
    """Return by node the functions that were entered to come there."""
    paths: dict[int, Stack] = {ROOT: ()}
    for number, node in step.nodes.items():
        paths[number] = (*paths[node.parent], frame(symbols.find(node.entry)))
    return paths
