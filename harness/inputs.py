# SPDX-License-Identifier: GPL-2.0-only
"""Two runs cell by cell: may they be compared, what went in, how each cell ended."""

import dataclasses
import json

from harness.operations import absent
from harness.record import Cell, Run, Verdict, title

CellKey = tuple[str, str, str, str, str]


@dataclasses.dataclass(frozen=True)
class Input:
    """An input that the two runs do not share; None: absent or not known."""

    what: str
    a: str | None
    b: str | None


@dataclasses.dataclass(frozen=True)
class Turn:
    """A cell that passed in run a and did not in run b; name: as b's plan has it."""

    variant: str
    workload: str
    name: str
    verdict: Verdict
    reason: str


def refusal(a: Run, b: Run) -> str:
    """Say in one sentence why two runs must not be compared; empty if they may."""
    clocks = (a.manifest.clock, b.manifest.clock)
    if clocks[0] != clocks[1]:
        return (
            f"{a.manifest.id} is in the {clocks[0]} clock and {b.manifest.id} in the "
            f"{clocks[1]} clock: instructions and time are not compared."
        )
    hashes = _workloads(b)
    for workload, found in _workloads(a).items():
        other = hashes.get(workload, found)
        if found != other:
            return (
                f"Workload {workload} is not the same ({', '.join(found)} in "
                f"{a.manifest.id}, {', '.join(other)} in {b.manifest.id}): numbers of "
                "different work are not compared."
            )
    return ""


def _workloads(run: Run) -> dict[str, list[str]]:
    """Return the hashes of each workload that passed, sorted."""
    found: dict[str, set[str]] = {}
    for cell in run.cells:
        if cell.verdict is Verdict.PASS and cell.inputs.workload:
            found.setdefault(cell.cell.workload, set()).add(cell.inputs.workload)
    return {workload: sorted(hashes) for workload, hashes in found.items()}


def inputs(a: Run, b: Run) -> tuple[Input, ...]:
    """Return what differs of what went in, cells of one kind taken together."""
    found = [Input("clock", a.manifest.clock, b.manifest.clock)]
    found.append(Input("accelerator", a.manifest.accelerator, b.manifest.accelerator))
    left, right = _by_cell(a), _by_cell(b)
    groups: dict[tuple[str, str | None, str | None], list[str]] = {}
    for key in (key for key in left if key in right):
        one = dataclasses.asdict(left[key].inputs)
        two = dataclasses.asdict(right[key].inputs)
        for member in one:
            names = groups.setdefault((member, one[member], two[member]), [])
            if key[0] not in names:
                names.append(key[0])
    for (member, first, second), names in groups.items():
        found.append(Input(f"{member} of {', '.join(names)}", first, second))
    told = {member for member, first, second in groups if first != second}
    for tool in sorted({*a.manifest.tools, *b.manifest.tools} - told):
        versions = a.manifest.tools.get(tool), b.manifest.tools.get(tool)
        found.append(Input(tool, *versions))
    return tuple(item for item in found if item.a != item.b)


def _by_cell(run: Run) -> dict[CellKey, Cell]:
    """Return the cells by what they are; of several boots of one, the first."""
    found: dict[CellKey, Cell] = {}
    for cell in run.cells:
        spec = cell.cell
        parameters = json.dumps(dict(spec.parameters), sort_keys=True)
        key = (spec.variant, spec.workload, parameters, spec.clock, spec.p2m)
        found.setdefault(key, cell)
    return found


def turned(a: Run, b: Run) -> tuple[Turn, ...]:
    """Return the cells that passed in run a and did not in run b."""
    left, right = _by_cell(a), _by_cell(b)
    both = [(left[key], right[key]) for key in left if key in right]
    return tuple(
        Turn(
            new.cell.variant,
            new.cell.workload,
            title(new.cell.kind, b.manifest.kinds),
            new.verdict,
            new.reason,
        )
        for old, new in both
        if old.verdict is Verdict.PASS and new.verdict is not Verdict.PASS
    )


def silent(a: Run, b: Run) -> tuple[str, ...]:
    """Name the cells that passed in neither run, with reasons."""
    kinds = dict.fromkeys([*a.manifest.kinds, *b.manifest.kinds])
    passed = {
        cell.cell.kind for cell in (*a.cells, *b.cells) if cell.verdict is Verdict.PASS
    }
    return tuple(
        f"{title(kind, kinds)}: before {absent(a, kind)}, now {absent(b, kind)}"
        for kind in kinds
        if kind not in passed
    )
