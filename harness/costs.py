# SPDX-License-Identifier: GPL-2.0-only
"""What the cells of a series cost, function by function."""

import dataclasses
from typing import Iterator, Sequence

from harness.counters import Block, Cell, Counters, Series, Step
from harness.errors import HarnessError
from harness.symbols import Symbol, Symbols

# As callgrind's cycle estimation weighs misses of the first and the last level.
L1_CYCLES = 10
LLC_CYCLES = 100


@dataclasses.dataclass(frozen=True, slots=True)
class Cost:
    """Instructions, data reads and writes, misses of the L1 data cache and the last.

    Whole numbers; those of a difference may be negative.
    """

    insns: int = 0
    reads: int = 0
    writes: int = 0
    l1: int = 0
    llc: int = 0

    def __add__(self, other: "Cost") -> "Cost":
        """Return the sum."""
        return Cost(
            self.insns + other.insns,
            self.reads + other.reads,
            self.writes + other.writes,
            self.l1 + other.l1,
            self.llc + other.llc,
        )

    def __mul__(self, factor: int) -> "Cost":
        """Return so many times the cost."""
        return Cost(*(factor * number for number in dataclasses.astuple(self)))

    def __sub__(self, other: "Cost") -> "Cost":
        """Return the difference."""
        return self + other * -1

    @property
    def cycles(self) -> int:
        """Return the estimated cycles; of use only where a cache was modelled."""
        return self.insns + L1_CYCLES * self.l1 + LLC_CYCLES * self.llc


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """Instructions of a block that are of one function: the first, and behind them."""

    symbol: Symbol
    begin: int
    end: int


class Places:
    """The functions of the blocks of a file; each block is looked up once."""

    def __init__(self, counters: Counters, symbols: Symbols) -> None:
        """Keep what is needed to look blocks up."""
        self.counters = counters
        self.symbols = symbols
        self._pieces: dict[int, Sequence[Piece]] = {}

    def pieces(self, number: int) -> Sequence[Piece]:
        """Return the pieces of a block, in order; nearly always there is one."""
        found = self._pieces.get(number)
        if found is None:
            found = _pieces(self.counters.blocks[number], self.symbols)
            self._pieces[number] = found
        return found


def _pieces(block: Block, symbols: Symbols) -> Sequence[Piece]:
    found: list[Piece] = []
    for place, address in enumerate(block.addresses()):
        if not found or address >= found[-1].symbol.end:
            found.append(Piece(symbols.find(address), place, place + 1))
        else:
            found[-1] = dataclasses.replace(found[-1], end=place + 1)
    return found


def series_of(counters: Counters, step: int, series: int) -> tuple[Step, Series]:
    """Return a step and its series; HarnessError when it was not counted."""
    found = counters.steps[step] if 0 <= step < len(counters.steps) else None
    if found is None or series not in found.series:
        raise HarnessError(f"step {step}, series {series}: was not counted")
    return found, found.series[series]


def spent(
    places: Places, step: int, series: int
) -> Iterator[tuple[int, Symbol, Cell, Piece]]:
    """Yield what a series spent: by node and function, a piece of a cell."""
    for cell in series_of(places.counters, step, series)[1].cells:
        for piece in places.pieces(cell.block):
            yield cell.node, piece.symbol, cell, piece


def by_address(places: Places, step: int, series: int) -> dict[Symbol, dict[int, Cost]]:
    """Return what each instruction of a series cost, by function and address."""
    found: dict[Symbol, dict[int, Cost]] = {}
    for _, symbol, cell, piece in spent(places, step, series):
        own = found.setdefault(symbol, {})
        for address, here in instructions(places, cell, piece):
            own[address] = own.get(address, Cost()) + here
    return found


def instructions(places: Places, cell: Cell, piece: Piece) -> list[tuple[int, Cost]]:
    """Return the address and the cost of each instruction of a piece of a cell."""
    addresses = places.counters.blocks[cell.block].addresses()
    return [
        (addresses[n], cost(cell, Piece(piece.symbol, n, n + 1)))
        for n in range(piece.begin, piece.end)
    ]


def cost(cell: Cell, piece: Piece) -> Cost:
    """Return what a piece of a cell cost."""
    begin, end = piece.begin, piece.end
    execs = cell.execs
    return Cost(
        execs * (end - begin) if isinstance(execs, int) else sum(execs[begin:end]),
        sum(cell.reads[begin:end]) if cell.reads else 0,
        sum(cell.writes[begin:end]) if cell.writes else 0,
        sum(cell.l1[begin:end]) if cell.l1 else 0,
        sum(cell.llc[begin:end]) if cell.llc else 0,
    )
