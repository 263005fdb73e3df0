# SPDX-License-Identifier: GPL-2.0-only
"""What the counting plugin wrote: instructions by block, node and series.

A file is JSON, an object a line, from a line of type head to one of type end. It is
believed as a whole or not at all: load() checks every line, and that the cells of a
series hold as many instructions as the series has.
"""

import dataclasses
import gc
import json
from pathlib import Path
from typing import Callable, Mapping, Sequence

from harness.counterfields import (
    LONGEST_INSTRUCTION,
    Bad,
    Json,
    address,
    bad,
    cache,
    members,
    numbers,
    whole,
)
from harness.countershapes import (
    ROOT,
    Block,
    Cache,
    Cell,
    Counters,
    Level,
    Node,
    Series,
    Step,
)
from harness.errors import HarnessError

__all__ = [
    "ROOT",
    "Block",
    "Cache",
    "Cell",
    "Counters",
    "Level",
    "Node",
    "Series",
    "Step",
    "load",
]

FORMAT = 1
KINDS = ("windows", "whole")
MEMBERS: Mapping[str, frozenset[str]] = {
    "head": frozenset(("type", "format", "plugin_api", "vcpus", "cache")),
    "step": frozenset(("type", "step", "kind")),
    "series": frozenset(("type", "step", "series", "windows", "insns")),
    "block": frozenset(("type", "block", "vaddr", "sizes")),
    "node": frozenset(("type", "step", "node", "parent", "entry")),
    "calls": frozenset(("type", "step", "series", "node", "calls")),
    "cell": frozenset(("type", "step", "series", "vcpu", "node", "block", "execs")),
    "end": frozenset(("type", "steps")),
}
CELL = MEMBERS["cell"] | {"reads", "writes", "l1", "llc"}


def load(path: Path) -> Counters:
    """Return what a counters file holds; HarnessError names the line that is wrong."""
    collecting = gc.isenabled()
    # Nothing here is garbage, and looking for some takes longer than all the rest.
    gc.disable()
    try:
        return _load(path)
    finally:
        if collecting:
            gc.enable()


def _load(path: Path) -> Counters:
    reader = _Reader()
    number = 0
    line = ""
    try:
        with path.open(encoding="ascii", newline="\n") as stream:
            for number, line in enumerate(stream, 1):
                reader.take(number, line)
        return reader.done(line)
    except OSError as problem:
        raise HarnessError(f"{path}: {problem.strerror}")
    except UnicodeDecodeError:
        raise HarnessError(f"{path}: behind line {number}: not ASCII")
    except Bad as problem:
        line_said = problem.line or number
        place = f"line {line_said}: " if line_said else ""
        raise HarnessError(f"{path}: {place}{problem}")


class _Building:
    """A step of which more lines may come."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.nodes: dict[int, Node] = {}
        self.heads: dict[int, tuple[int, int, int]] = {}
        self.calls: dict[int, dict[int, int]] = {}
        self.cells: dict[int, list[Cell]] = {}
        self.insns: dict[int, int] = {}
        self.first: dict[int, int] = {}

    def done(self) -> Step:
        """Return the step; the series' own lines and their cells must agree."""
        for number, line in self.first.items():
            if number not in self.heads:
                raise Bad(f"series {number} of its step has no line of its own", line)
        for number, (_, insns, line) in self.heads.items():
            found = self.insns.get(number, 0)
            if found != insns:
                what = f"the series has {insns} instructions, its cells {found}"
                raise Bad(what, line)
        series = {
            number: Series(
                windows, insns, self.calls.get(number, {}), self.cells.get(number, [])
            )
            for number, (windows, insns, _) in sorted(self.heads.items())
        }
        return Step(self.kind, self.nodes, series)


class _Reader:
    """Takes lines in their order; each must fit what came before it."""

    def __init__(self) -> None:
        self.head: Counters | None = None
        self.blocks: dict[int, Block] = {}
        self.steps: list[_Building] = []
        self.steps_said: int | None = None
        self.line = 0
        self.takers: Mapping[str, Callable[[Json], None]] = {
            "head": self._head,
            "step": self._step,
            "series": self._series,
            "block": self._block,
            "node": self._node,
            "calls": self._calls,
            "cell": self._cell,
            "end": self._end,
        }

    def take(self, number: int, line: str) -> None:
        """Take the next line; Bad when it does not fit."""
        self.line = number
        try:
            data = json.loads(line)
        except (ValueError, RecursionError):
            bad("not JSON" if line.endswith("\n") else "the file was cut off here")
        name = data.get("type") if type(data) is dict else None
        taker = self.takers.get(name) if type(name) is str else None
        if taker is None or name is None:
            bad(f"its type is none of {', '.join(MEMBERS)}")
        if (name == "head") != (number == 1):
            bad("head is not the first line, and the first only")
        if self.steps_said is not None:
            bad("something follows the line of type end")
        members(data, MEMBERS[name], CELL if name == "cell" else MEMBERS[name])
        taker(data)

    def done(self, last: str) -> Counters:
        """Return what the lines hold; last: the last one."""
        if self.head is None:
            bad("the file is empty")
        if self.steps_said is None or not last.endswith("\n"):
            bad("the file was cut off: its last line is not of type end")
        if self.steps_said != len(self.steps):
            bad(f"end counts {self.steps_said} steps, there are {len(self.steps)}")
        steps = tuple(step.done() for step in self.steps)
        return dataclasses.replace(self.head, blocks=self.blocks, steps=steps)

    def _head(self, data: Json) -> None:
        if data["format"] != FORMAT:
            bad(f"format {data['format']} is unknown here, {FORMAT} is known")
        vcpus = whole(data, "vcpus", 1)
        caches = cache(data["cache"])
        self.head = Counters(whole(data, "plugin_api"), vcpus, caches, {}, ())

    def _step(self, data: Json) -> None:
        if whole(data, "step") != len(self.steps):
            bad(f"step {data['step']} follows {len(self.steps)} steps")
        if data["kind"] not in KINDS:
            bad(f"kind {data['kind']}: allowed are {', '.join(KINDS)}")
        self.steps.append(_Building(data["kind"]))

    def _series(self, data: Json) -> None:
        step, number = self._where(data), data["series"]
        if number in step.heads:
            bad(f"series {number} of the step for the second time")
        windows = whole(data, "windows")
        if step.kind == "whole" and windows != 1:
            bad(f"a step of kind whole has {windows} windows")
        step.heads[number] = (windows, whole(data, "insns"), self.line)

    def _block(self, data: Json) -> None:
        if whole(data, "block") in self.blocks:
            bad(f"block {data['block']} for the second time")
        sizes = data["sizes"]
        if type(sizes) is not list or not sizes:
            bad("sizes is not a list with an instruction")
        numbers(sizes, "sizes", len(sizes))
        if min(sizes) < 1 or max(sizes) > LONGEST_INSTRUCTION:
            bad(f"sizes: an instruction has 1 to {LONGEST_INSTRUCTION} bytes")
        vaddr = address(data, "vaddr")
        if vaddr + sum(sizes) > 1 << 64:
            bad("the block goes beyond the last address")
        self.blocks[data["block"]] = Block(vaddr, tuple(sizes))

    def _node(self, data: Json) -> None:
        step = self._step_of(data)
        if whole(data, "node") in step.nodes or data["node"] == ROOT:
            bad(f"node {data['node']} of the step for the second time")
        _known(step, whole(data, "parent"), "parent")
        node = Node(data["parent"], address(data, "entry"))
        step.nodes[data["node"]] = node

    def _calls(self, data: Json) -> None:
        step = self._where(data)
        _known(step, whole(data, "node"), "node")
        calls = step.calls.setdefault(data["series"], {})
        if data["node"] in calls:
            bad(f"calls of node {data['node']} for the second time")
        calls[data["node"]] = whole(data, "calls")
        step.first.setdefault(data["series"], self.line)

    def _cell(self, data: Json) -> None:
        step, series = self._where(data), data["series"]
        vcpu, node = whole(data, "vcpu"), whole(data, "node")
        block = self.blocks.get(whole(data, "block"))
        if block is None:
            bad(f"block {data['block']} is not known")
        if self.head is None or vcpu >= self.head.vcpus:
            bad(f"vcpu {vcpu} is not there")
        _known(step, node, "node")
        execs, length = data["execs"], len(block.sizes)
        if type(execs) is list:
            numbers(execs, "execs", length)
            insns = sum(execs)
        else:
            insns = whole(data, "execs") * length
        step.insns[series] = step.insns.get(series, 0) + insns
        step.first.setdefault(series, self.line)
        cell = Cell(vcpu, node, data["block"], execs)
        if len(data) > len(MEMBERS["cell"]):
            self._lists(data, length, cell)
        step.cells.setdefault(series, []).append(cell)

    def _lists(self, data: Json, length: int, cell: Cell) -> None:
        """Give a cell its lists of accesses and misses."""
        if "reads" in data:
            cell.reads = numbers(data["reads"], "reads", length)
        if "writes" in data:
            cell.writes = numbers(data["writes"], "writes", length)
        if "l1" in data:
            cell.l1 = self._misses(data, "l1", length)
        if "llc" in data:
            cell.llc = self._misses(data, "llc", length)
            pairs = zip(cell.l1 or [0] * length, cell.llc)
            if any(l1 < llc for l1, llc in pairs):
                bad("llc has more misses than l1")

    def _misses(self, data: Json, name: str, length: int) -> Sequence[int]:
        if self.head is None or self.head.cache is None:
            bad(f"{name} is given, but no cache was modelled")
        return numbers(data[name], name, length)

    def _end(self, data: Json) -> None:
        self.steps_said = whole(data, "steps")

    def _step_of(self, data: Json) -> _Building:
        number = data.get("step")
        if type(number) is not int or not 0 <= number < len(self.steps):
            bad(f"step {number} is not known")
        return self.steps[number]

    def _where(self, data: Json) -> _Building:
        """Return the step of a line whose series can be one of the step's."""
        step, number = self._step_of(data), data.get("series")
        most = 3 if step.kind == "windows" else 1
        if type(number) is not int or not 0 <= number < most:
            bad(f"series {number}: a step of kind {step.kind} has 0 to {most - 1}")
        return step


def _known(step: _Building, node: int, key: str) -> None:
    if node != ROOT and node not in step.nodes:
        bad(f"{key} {node} is not known in the step")
