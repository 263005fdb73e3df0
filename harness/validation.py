# SPDX-License-Identifier: GPL-2.0-only
"""Validation: which designs were proved right, and by which run.

A kernel that fails a case may be fast for being wrong. What was found is found
of a kernel, by its key: another kernel has to be validated again.
"""

import dataclasses
from pathlib import Path
from typing import Iterable, Mapping, Sequence

from harness import record
from harness.designs import DESIGNS, variant
from harness.record import RecordError, Run, Verdict

PROFILE = "validate"

# Case -> where it boots.
Cases = Mapping[str, Sequence[str]]


@dataclasses.dataclass(frozen=True)
class State:
    """What the latest validation of a variant's kernel found.

    verdict: None when there is none; run: its id, or empty.
    """

    variant: str
    verdict: Verdict | None
    run: str

    @property
    def refusal(self) -> str:
        """Return why the variant gets no figures; empty when it gets them."""
        if self.verdict in (None, Verdict.PASS):
            return ""
        if self.verdict is Verdict.ERROR:
            return f"no verdict, its validation in run {self.run} ended as ERROR"
        return f"no verdict, it failed validation in run {self.run}"


def load(folders: Iterable[Path]) -> list[Run]:
    """Return the finished validations in folders of runs, the oldest first."""
    found: dict[str, Run] = {}
    for folder in folders:
        for path in folder.glob(f"*-{PROFILE}-*/run.json"):
            try:
                run = record.load_run(path.parent)
            except RecordError:
                # Of another version, or damaged: it proves nothing.
                continue
            if run.manifest.profile == PROFILE and run.manifest.finished:
                found[run.manifest.id] = run
    return [found[name] for name in sorted(found)]


def states(run: Run, validations: Sequence[Run], cases: Cases) -> tuple[State, ...]:
    """Return what is known of the variants of a run.

    validations: the oldest first. cases: all there are now, and where they boot.
    """
    names = dict.fromkeys(planned.variant for planned in run.manifest.planned)
    return tuple(_state(name, run, validations, cases) for name in names)


def _state(name: str, run: Run, validations: Sequence[Run], cases: Cases) -> State:
    for other in reversed(validations):
        if not _same(name, run, other) or not _whole(name, other, cases):
            continue
        ends = [e.verdict for e in other.manifest.cells if e.variant == name]
        told = [verdict for verdict in ends if verdict is not Verdict.SKIP]
        if told:
            return State(name, record.worst(told), other.manifest.id)
    return State(name, None, "")


def _same(name: str, run: Run, other: Run) -> bool:
    """Tell whether both runs had the same kernel, and module, of a variant's design."""
    design = variant(name).design
    keys = [made.manifest.kernels.get(design) for made in (run, other)]
    if keys[0] is None or keys[1] is None or keys[0].key != keys[1].key:
        return False
    if not DESIGNS[design].module:
        return True
    one, two = _modules(name, run), _modules(name, other)
    return len(one) == 1 and one == two


def _modules(name: str, run: Run) -> set[str | None]:
    return {cell.inputs.modules for cell in run.cells if cell.cell.variant == name}


def _whole(name: str, other: Run, cases: Cases) -> bool:
    """Tell whether a validation ran all the cases that a variant boots for."""
    wanted = {case for case, boots in cases.items() if variant(name).boot in boots}
    planned = [item for item in other.manifest.planned if item.variant == name]
    ended = {end.id for end in other.manifest.cells}
    here = {item.workload for item in planned if item.id in ended}
    return bool(planned) and wanted <= here and all(p.id in ended for p in planned)


def withheld(found: Iterable[State]) -> dict[str, str]:
    """Return the variants that get no figures, with the reason."""
    return {state.variant: state.refusal for state in found if state.refusal}
