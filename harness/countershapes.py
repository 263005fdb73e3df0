# SPDX-License-Identifier: GPL-2.0-only
"""The shapes of what the counting plugin wrote. Import them from harness.counters."""

import dataclasses
import itertools
from typing import Mapping, Sequence

ROOT = 0


@dataclasses.dataclass(frozen=True)
class Level:
    """A cache: its size in bytes, and how many ways it has."""

    bytes: int
    ways: int


@dataclasses.dataclass(frozen=True)
class Cache:
    """The caches that were modelled; line: bytes of a line."""

    line: int
    l1d: Level
    llc: Level


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """Instructions that execute after each other: where, and the bytes of each."""

    vaddr: int
    sizes: Sequence[int]

    def addresses(self) -> list[int]:
        """Return the address of each instruction."""
        return list(itertools.accumulate(self.sizes[:-1], initial=self.vaddr))


@dataclasses.dataclass(frozen=True, slots=True)
class Node:
    """A node of a step's call tree: the address that was called, and from which."""

    parent: int
    entry: int


# Not frozen: there are hundreds of thousands, and frozen ones take thrice the time.
@dataclasses.dataclass(slots=True)
class Cell:
    """A block in a node of the call tree.

    execs: executions of every instruction, or a number per instruction. The others
    are a number per instruction, None: all zeros. l1: misses of the L1 data cache.
    llc: those of them that missed the last-level cache too.
    """

    vcpu: int
    node: int
    block: int
    execs: int | Sequence[int]
    reads: Sequence[int] | None = None
    writes: Sequence[int] | None = None
    l1: Sequence[int] | None = None
    llc: Sequence[int] | None = None


@dataclasses.dataclass(frozen=True)
class Series:
    """What was counted in one series; calls: by node, how often it was entered."""

    windows: int
    insns: int
    calls: Mapping[int, int]
    cells: Sequence[Cell]


@dataclasses.dataclass(frozen=True)
class Step:
    """One step; nodes: by number, a parent before its children, without the root."""

    kind: str
    nodes: Mapping[int, Node]
    series: Mapping[int, Series]


@dataclasses.dataclass(frozen=True)
class Counters:
    """A file, whole; cache: None when none was modelled."""

    plugin_api: int
    vcpus: int
    cache: Cache | None
    blocks: Mapping[int, Block]
    steps: Sequence[Step]
