# SPDX-License-Identifier: GPL-2.0-only
"""Validate: which cases there are, and what a run of them says of the designs.

A case is a workload whose purpose is validation. Nothing here prints or reads.
"""

import dataclasses
import re
from typing import Mapping, Sequence

from harness.errors import UsageError
from harness.judge import KNOWN
from harness.record import CellEnd, Manifest, Verdict, worst
from harness.workload import VALIDATION, Workload

_KNOWN = re.compile(KNOWN)


@dataclasses.dataclass(frozen=True)
class Case:
    """How a case ended: what it proves, and in how many of its cells it did.

    bad: the cells that did not pass, as they ended.
    """

    name: str
    proves: str
    verdict: Verdict
    passed: int
    cells: int
    bad: tuple[CellEnd, ...]


@dataclasses.dataclass(frozen=True)
class Known:
    """A known defect that showed: its id, what was said, and where."""

    id: str
    said: str
    where: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Report:
    """What a validation found; known: defects of upstream code that showed."""

    cases: tuple[Case, ...]
    known: tuple[Known, ...]


def chosen(workloads: Mapping[str, Workload], names: Sequence[str]) -> tuple[str, ...]:
    """Return the cases of these names, all without one; UsageError if one is none."""
    cases = [name for name, work in workloads.items() if work.purpose == VALIDATION]
    if not cases:
        raise UsageError(f"validate: no workload has the purpose {VALIDATION}")
    for name in names:
        if name not in cases:
            raise UsageError(f"case {name}: allowed are {', '.join(cases)}")
    return tuple(names or cases)


def boots(workloads: Mapping[str, Workload]) -> dict[str, tuple[str, ...]]:
    """Return where the cases that there are boot."""
    return {
        name: work.boots
        for name, work in workloads.items()
        if work.purpose == VALIDATION
    }


def report(made: Manifest, proves: Mapping[str, str]) -> Report:
    """Return what a run of cases says; proves: what each of them proves."""
    names = dict.fromkeys(planned.workload for planned in made.planned)
    cases = tuple(_case(name, proves.get(name, ""), made) for name in names)
    return Report(cases, _known(made))


def _case(name: str, proves: str, made: Manifest) -> Case:
    planned = [item.id for item in made.planned if item.workload == name]
    ends = [end for end in made.cells if end.id in planned]
    bad = tuple(end for end in ends if end.verdict is not Verdict.PASS)
    verdicts = [end.verdict for end in ends]
    told = [verdict for verdict in verdicts if verdict is not Verdict.SKIP]
    verdict = worst(told or verdicts)
    return Case(name, proves, verdict, len(ends) - len(bad), len(planned), bad)


def _known(made: Manifest) -> tuple[Known, ...]:
    """Return the known defects that showed, by id and by what was said of them."""
    found: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for end in made.cells:
        if end.verdict is Verdict.PASS:
            for what in _KNOWN.findall(end.reason):
                found.setdefault(what, {})[end.workload, end.variant] = None
    return tuple(
        Known(name, said, tuple(where)) for (name, said), where in sorted(found.items())
    )
