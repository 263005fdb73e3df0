# SPDX-License-Identifier: GPL-2.0-only
"""Busy instructions: what each step of a guest executed, its idle loops left out.

The plugin bench/plugin/busy.c counts; here is what it is told and what it wrote.
"""

import json
from pathlib import Path
from typing import Any, Sequence

from harness import hypervisor, symbols
from harness.counting import BUSY, BUSY_FILE, Counting
from harness.errors import HarnessError
from harness.explain import IDLE

FORMAT = 1
_HEAD = {"type": "head", "format": FORMAT}
_MEMBERS = frozenset(("type", "step", "busy", "idle"))


def counting(plugins: Path, kernel: Path, is_dom0: bool) -> Counting:
    """Return how the busy instructions of a boot are counted.

    plugins: their folder; kernel: the folder of its kernel. Where Xen's functions
    have no names its idle loop counts as busy.
    """
    regions = symbols.kernel(kernel / "System.map")
    xen = hypervisor.symbols() if is_dom0 else None
    if xen:
        regions += symbols.xen(xen)
    known = symbols.Symbols(regions)
    found = [
        known.find(start)
        for region in regions
        for start, name in zip(region.starts, region.names)
        if name in IDLE.get(region.origin, ())
    ]
    words = tuple(("idle", f"{one.start:x}-{one.end:x}") for one in found)
    return Counting(plugins / BUSY, words, BUSY_FILE)


def load(path: Path, steps: Sequence[str]) -> dict[str, int]:
    """Return the busy instructions of each step; steps: their names, in order.

    HarnessError names what is wrong with the file.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as problem:
        raise HarnessError(f"{path}: {problem}")
    if len(lines) != len(steps) + 2:
        raise HarnessError(f"{path}: has {len(lines)} lines, not {len(steps) + 2}")
    head, *counted, end = [_object(path, n, line) for n, line in enumerate(lines, 1)]
    if {**head, **_HEAD} != head:
        raise HarnessError(f"{path}: line 1: is not its head, of format {FORMAT}")
    if end != {"type": "end", "steps": len(steps)}:
        raise HarnessError(f"{path}: line {len(lines)}: is not the end of all steps")
    found = {}
    for number, (name, line) in enumerate(zip(steps, counted)):
        where = f"{path}: line {number + 2}"
        if line.keys() != _MEMBERS or line["step"] != number:
            raise HarnessError(f"{where}: is not step {number}")
        if type(line["busy"]) is not int or line["busy"] < 0:
            raise HarnessError(f"{where}: busy: is no number of instructions")
        found[name] = line["busy"]
    return found


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise HarnessError(f"{path}: line {number}: is no JSON object")
    return data
