# SPDX-License-Identifier: GPL-2.0-only
"""A series in callgrind's format, for callgrind_annotate and KCachegrind.

The objects are the origins: kernel, xen, a module. A function [window] that does
nothing itself calls what ran where the window began. The cost of a call is all that
ran below it, but where the callee is below itself already it is nothing: so the sum
of the calls of a function is its inclusive cost, also where functions recur.
"""

import dataclasses
from typing import Mapping, Sequence

from harness.costs import (
    Cost,
    Piece,
    Places,
    cost,
    instructions,
    series_of,
    spent,
)
from harness.counters import ROOT, Cell, Node
from harness.stacks import frame
from harness.symbols import Symbol, Symbols

NOTHING = Cost()
WINDOW = Symbol("[window]", "window", 0, 1)


@dataclasses.dataclass
class _Call:
    """All calls of a function by another, and what they cost."""

    calls: int = 0
    spent: Cost = NOTHING


@dataclasses.dataclass
class _Graph:
    """Functions: by address what each cost itself, and what it called."""

    own: dict[Symbol, dict[int, Cost]] = dataclasses.field(default_factory=dict)
    calls: dict[tuple[Symbol, Symbol], _Call] = dataclasses.field(default_factory=dict)

    def call(self, caller: Symbol, callee: Symbol, calls: int, below: Cost) -> None:
        """Add calls; there was at least one where there is a cost."""
        found = self.calls.setdefault((caller, callee), _Call())
        found.calls += max(calls, 1)
        found.spent += below

    def run(self, symbol: Symbol, address: int, what: Cost) -> None:
        """Add what an instruction of a function cost itself."""
        own = self.own.setdefault(symbol, {})
        own[address] = own.get(address, NOTHING) + what


def text(places: Places, step: int, series: int, description: str) -> str:
    """Return the file: totals are the series'; description: one line of it.

    Events: Ir, instructions; Dr and Dw, reads and writes, where there were any; D1m
    and LLm, misses of the L1 data cache and the last, where caches were modelled.
    """
    graph = _graph(places, step, series)
    every = [what for own in graph.own.values() for what in own.values()]
    total = sum(every, NOTHING)
    events = _events(total, places.counters.cache is not None)
    names = _Names()
    lines = [
        "# callgrind format",
        "version: 1",
        "creator: bouncemark",
        f"desc: {' '.join(description.split())}",
        "positions: instr",
        f"events: {' '.join(event for event, _ in events)}",
    ]
    called: dict[Symbol, list[tuple[Symbol, _Call]]] = {}
    for (caller, callee), call in graph.calls.items():
        called.setdefault(caller, []).append((callee, call))
    for symbol in sorted({*graph.own, *called}, key=_order):
        lines += ["", *names.here(symbol)]
        for address, what in sorted(graph.own.get(symbol, {}).items()):
            lines.append(f"{address:#x} {_values(what, events)}")
        for callee, call in sorted(
            called.get(symbol, []), key=lambda one: _order(one[0])
        ):
            lines += names.there(callee)
            lines.append(f"calls={call.calls} {callee.start:#x}")
            lines.append(f"{symbol.start:#x} {_values(call.spent, events)}")
    return "\n".join([*lines, "", f"totals: {_values(total, events)}", ""])


class _Names:
    """The format's names: a number each, with the name where it is said first.

    A name itself could be taken for such a number.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def here(self, symbol: Symbol) -> list[str]:
        """Return the lines before a function's own costs."""
        return [
            self._name("ob", "ob", symbol.origin),
            "fl=???",
            self._function("fn", symbol),
        ]

    def there(self, symbol: Symbol) -> list[str]:
        """Return the lines before a call of a function."""
        return [self._name("cob", "ob", symbol.origin), self._function("cfn", symbol)]

    def _function(self, key: str, symbol: Symbol) -> str:
        return self._name(key, "fn", frame(symbol))

    def _name(self, key: str, space: str, name: str) -> str:
        known = self._numbers.get((space, name))
        if known:
            return f"{key}=({known})"
        number = self._numbers[space, name] = len(self._numbers) + 1
        return f"{key}=({number}) {name}"


class _Functions:
    """One symbol for all that have a name and an origin: a reader tells no more."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Symbol] = {}

    def one(self, symbol: Symbol) -> Symbol:
        """Return the symbol that stands for this one."""
        return self._known.setdefault((frame(symbol), symbol.origin), symbol)


def _graph(places: Places, step: int, series: int) -> _Graph:
    made, counted = series_of(places.counters, step, series)
    functions = _Functions()
    above = _above(made.nodes, places.symbols, functions)
    graph = _Graph()
    below: dict[int, Cost] = {}
    jumps: dict[tuple[int, Symbol], _Call] = {}
    for at, found, cell, piece in spent(places, step, series):
        symbol, here = functions.one(found), cost(cell, piece)
        below[at] = below.get(at, NOTHING) + here
        if above[at][-1] != symbol:
            jump = jumps.setdefault((at, symbol), _Call())
            jump.spent += here
            jump.calls += _entered(places, cell, piece)
        for address, what in instructions(places, cell, piece):
            graph.run(symbol, address, what)
    for (at, symbol), jump in jumps.items():
        stack = above[at]
        calls = counted.windows if at == ROOT else jump.calls
        graph.call(stack[-1], symbol, calls, NOTHING if symbol in stack else jump.spent)
    for number, node in reversed(made.nodes.items()):
        here = below.get(number, NOTHING)
        calls = counted.calls.get(number, 0)
        if calls or here != NOTHING:
            below[node.parent] = below.get(node.parent, NOTHING) + here
            stack, symbol = above[node.parent], above[number][-1]
            inside = NOTHING if symbol in stack else here
            graph.call(stack[-1], symbol, calls, inside)
    return graph


def _above(
    nodes: Mapping[int, Node], symbols: Symbols, functions: _Functions
) -> Mapping[int, Sequence[Symbol]]:
    """Return by node the functions that were entered to come there, [window] first."""
    found: dict[int, Sequence[Symbol]] = {ROOT: (WINDOW,)}
    for number, node in nodes.items():
        symbol = functions.one(symbols.find(node.entry))
        found[number] = (*found[node.parent], symbol)
    return found


def _entered(places: Places, cell: Cell, piece: Piece) -> int:
    """Return how often a piece ran that is the beginning of its function, else 0."""
    addresses = places.counters.blocks[cell.block].addresses()
    if addresses[piece.begin] != piece.symbol.start:
        return 0
    return cell.execs if isinstance(cell.execs, int) else cell.execs[piece.begin]


def _events(total: Cost, cached: bool) -> list[tuple[str, str]]:
    """Return the events there are, each with its member of a cost."""
    events = [("Ir", "insns")]
    if total.reads or total.writes:
        events += [("Dr", "reads"), ("Dw", "writes")]
    if cached:
        events += [("D1m", "l1"), ("LLm", "llc")]
    return events


def _values(what: Cost, events: Sequence[tuple[str, str]]) -> str:
    return " ".join(str(getattr(what, member)) for _, member in events)


def _order(symbol: Symbol) -> tuple[str, str, int]:
    return symbol.origin, symbol.name, symbol.start
