# SPDX-License-Identifier: GPL-2.0-only
"""Validation: which designs were proved right, and by which run.

A kernel that fails a case may be fast for being wrong. What was found is found
of a kernel, by its key: another kernel has to be validated again.
"""

import dataclasses
import functools
from pathlib import Path
from typing import Callable, Iterable, Iterator, Mapping, Sequence

from harness import jsonfile, record
from harness.designs import DESIGNS, variant
from harness.record import Cell, Manifest, RecordError, Run, Verdict

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


@dataclasses.dataclass(frozen=True)
class Proof:
    """A finished validation; cells: loads its records, none if one is damaged."""

    manifest: Manifest
    cells: Callable[[], Sequence[Cell]]


# Kernel's key -> the validations that had it, the latest first.
Proofs = Callable[[str], Iterable[Proof]]


class Validations:
    """The validations on the disk. Each is read when it is asked for, and once.

    A year of nights has hundreds, of a second each with all their cells: a kernel's
    key comes first, then the manifest, and cells only where a module tells more.
    """

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._keys: dict[Path, frozenset[str]] = {}
        self._proofs: dict[Path, Proof | None] = {}

    def among(self, folders: Iterable[Path]) -> Proofs:
        """Return the finished validations in folders of runs, to be asked by key."""
        found = {
            path.parent.name: path.parent
            for folder in folders
            for path in folder.glob(f"*-{PROFILE}-*/run.json")
        }
        ordered = [found[name] for name in sorted(found, reverse=True)]

        def proofs(key: str) -> Iterator[Proof]:
            for folder in ordered:
                proof = self._proof(folder) if key in self._known(folder) else None
                if proof:
                    yield proof

        return proofs

    def _known(self, folder: Path) -> frozenset[str]:
        """Return the keys of a validation's kernels, not checked yet."""
        if folder not in self._keys:
            try:
                data = jsonfile.read(record.manifest_path(folder))
                keys = frozenset(one["key"] for one in data["kernels"].values())
            except (RecordError, KeyError, TypeError, AttributeError):
                # Of another version, or damaged: it proves nothing.
                keys = frozenset()
            self._keys[folder] = keys
        return self._keys[folder]

    def _proof(self, folder: Path) -> Proof | None:
        if folder not in self._proofs:
            self._proofs[folder] = _load(folder)
        return self._proofs[folder]


def _load(folder: Path) -> Proof | None:
    try:
        made = record.load_manifest(record.manifest_path(folder))
    except RecordError:
        return None
    if made.profile != PROFILE or not made.finished:
        return None
    return Proof(made, functools.cache(lambda: _cells(folder)))


def _cells(folder: Path) -> Sequence[Cell]:
    try:
        return record.load_run(folder).cells
    except RecordError:
        return ()


def states(run: Run, proofs: Proofs, cases: Cases) -> tuple[State, ...]:
    """Return what is known of the variants of a run.

    cases: all there are now, and where they boot.
    """
    names = dict.fromkeys(planned.variant for planned in run.manifest.planned)
    return tuple(_state(name, run, proofs, cases) for name in names)


def _state(name: str, run: Run, proofs: Proofs, cases: Cases) -> State:
    kernel = run.manifest.kernels.get(variant(name).design)
    for proof in proofs(kernel.key) if kernel else ():
        if not _whole(name, proof.manifest, cases) or not _same(name, run, proof):
            continue
        ends = [e.verdict for e in proof.manifest.cells if e.variant == name]
        told = [verdict for verdict in ends if verdict is not Verdict.SKIP]
        if told:
            return State(name, record.worst(told), proof.manifest.id)
    return State(name, None, "")


def _same(name: str, run: Run, proof: Proof) -> bool:
    """Tell whether both had the same kernel, and module, of a variant's design."""
    design = variant(name).design
    one, two = (made.kernels.get(design) for made in (run.manifest, proof.manifest))
    if one is None or two is None or one.key != two.key:
        return False
    if not DESIGNS[design].module:
        return True
    modules = _modules(name, run.cells)
    return len(modules) == 1 and modules == _modules(name, proof.cells())


def _modules(name: str, cells: Iterable[Cell]) -> set[str | None]:
    return {cell.inputs.modules for cell in cells if cell.cell.variant == name}


def _whole(name: str, made: Manifest, cases: Cases) -> bool:
    """Tell whether a validation ran all the cases that a variant boots for."""
    wanted = {case for case, boots in cases.items() if variant(name).boot in boots}
    planned = [item for item in made.planned if item.variant == name]
    ended = {end.id for end in made.cells}
    here = {item.workload for item in planned if item.id in ended}
    return bool(planned) and wanted <= here and all(p.id in ended for p in planned)


def withheld(found: Iterable[State]) -> dict[str, str]:
    """Return the variants that get no figures, with the reason."""
    return {state.variant: state.refusal for state in found if state.refusal}


def trusted(run: Run, found: Iterable[State]) -> Run:
    """Return a run without the cells of variants that get no figures."""
    refused = withheld(found)
    kept = [cell for cell in run.cells if cell.cell.variant not in refused]
    return dataclasses.replace(run, cells=tuple(kept))
