# SPDX-License-Identifier: GPL-2.0-only
"""Mutants: bugs that are planted to see whether the validation finds them.

A mutant is a patch of tests/mutants/ for a design's kernel or module. Its head
says which case has to find it, where, and under the name of which rule. A mutant
is never expected to pass: what finds it counts, and that it says the right thing.

Nothing here runs or prints.
"""

import dataclasses
import enum
import re
from pathlib import Path
from typing import Mapping, Sequence

from harness import tomlfile
from harness.designs import DESIGNS, Variant, variants
from harness.errors import UsageError
from harness.profile import Profile
from harness.record import Cell, Verdict
from harness.workload import VALIDATION, Workload

KEYS = ("Design", "Variant", "Case", "P2m", "Memory", "Symptom")
_LINE = re.compile(r"([A-Za-z0-9-]+): *(.*)")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_CAUGHT = (Verdict.FAIL, Verdict.CRASH)


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A planted bug; case: on the one machine it is to be found on."""

    name: str
    patch: Path
    variant: Variant
    case: Workload
    p2m: str
    symptom: re.Pattern[str]

    @property
    def module(self) -> bool:
        """Tell whether a module is patched, and not a kernel."""
        return bool(DESIGNS[self.variant.design].module)


class Outcome(enum.Enum):
    """What became of a mutant."""

    CAUGHT = "caught "
    NOT_CAUGHT = "NOT CAUGHT"
    NOT_BUILT = "NOT BUILT"


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of a mutant, and what was said of it."""

    name: str
    outcome: Outcome
    reason: str

    @property
    def line(self) -> str:
        """Return the result as a line of text."""
        return f"{self.outcome.value} {self.name}: {self.reason}"


def load_all(folder: Path, cases: Mapping[str, Workload]) -> dict[str, Mutant]:
    """Return every mutant of a folder, by name."""
    return {path.stem: load(path, cases) for path in sorted(folder.glob("*.patch"))}


def load(path: Path, cases: Mapping[str, Workload]) -> Mutant:
    """Return the mutant of a file; UsageError says what is wrong where."""
    if not _NAME.fullmatch(path.stem):
        raise UsageError(f"{path}: name: allowed are 1 to 61 of a-z 0-9 _ -")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise UsageError(f"{path}: {problem.strerror}")
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path}: not UTF-8: {problem}")
    head, rest = _parts(text, path)
    _body(rest, path)
    variant = _variant(head, path)
    work = _case(head, variant, cases, path)
    tomlfile.among(head["P2m"], work.p2m, "P2m", path)
    machines = {str(machine.memory_mib): machine for machine in work.machines}
    tomlfile.among(head["Memory"], tuple(machines), "Memory", path)
    return Mutant(
        name=path.stem,
        patch=path,
        variant=variant,
        case=dataclasses.replace(work, machines=(machines[head["Memory"]],)),
        p2m=head["P2m"],
        symptom=_symptom(head["Symptom"], path),
    )


def _parts(text: str, path: Path) -> tuple[dict[str, str], str]:
    """Return the head of a mutant, every key once, and what comes after it."""
    lines, _, rest = text.partition("\n\n")
    head: dict[str, str] = {}
    for number, line in enumerate(lines.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if not found:
            raise UsageError(f"{path}: line {number}: must be Key: value, or empty")
        if found[1] in head:
            raise UsageError(f"{path}: {found[1]}: stands twice")
        head[found[1]] = found[2].strip()
    tomlfile.only(head, KEYS, path)
    for key in KEYS:
        tomlfile.text(head, key, path)
    return head, rest


def _body(rest: str, path: Path) -> None:
    """Refuse a mutant without a sentence, or without a patch."""
    words, mark, patch = ("\n" + rest).partition("\n--- ")
    if not words.strip():
        raise UsageError(f"{path}: below the head must stand what is planted")
    names = re.findall(r"^\+\+\+ b/\S+$", patch, re.MULTILINE)
    if not mark or not names or not patch.startswith("a/"):
        raise UsageError(f"{path}: no patch, with names that begin with a/ and b/")


def _variant(head: Mapping[str, str], path: Path) -> Variant:
    design = head["Design"]
    tomlfile.among(design, tuple(DESIGNS), "Design", path)
    known = {found.name: found for found in variants() if found.design == design}
    tomlfile.among(head["Variant"], tuple(known), "Variant", path)
    return known[head["Variant"]]


def _case(
    head: Mapping[str, str],
    variant: Variant,
    works: Mapping[str, Workload],
    path: Path,
) -> Workload:
    """Return the case of a mutant: one that boots where its variant does."""
    cases = {
        name: work
        for name, work in works.items()
        if work.purpose == VALIDATION and variant.boot in work.boots
    }
    tomlfile.among(head["Case"], tuple(cases), "Case", path)
    return cases[head["Case"]]


def _symptom(text: str, path: Path) -> re.Pattern[str]:
    try:
        found = re.compile(text)
    except re.error as problem:
        raise UsageError(
            f"{path}: Symptom: {text!r} is no regular expression: {problem}"
        )
    if found.search(""):
        raise UsageError(f"{path}: Symptom: {text!r} is found in any reason")
    return found


def chosen(known: Mapping[str, Mutant], names: Sequence[str]) -> list[Mutant]:
    """Return the mutants of these names, all without one, in the order to build.

    Those of a module first: they need the kernel as it is. Then one design's
    kernels after each other, for they are built in one tree.
    """
    if not known:
        raise UsageError("mutants: there is none")
    for name in names:
        if name not in known:
            raise UsageError(f"mutant {name}: allowed are {', '.join(known)}")
    order = {name: number for number, name in enumerate(DESIGNS)}
    return sorted(
        (known[name] for name in dict.fromkeys(names or known)),
        key=lambda mutant: (not mutant.module, order[mutant.variant.design]),
    )


def single(validation: Profile, mutant: Mutant) -> Profile:
    """Return the profile of a mutant's one cell, the rest as validations have it."""
    return dataclasses.replace(
        validation,
        name=f"mutant-{mutant.name}",
        p2m=(mutant.p2m,),
        workloads=(mutant.case.name,),
        variants=(mutant.variant.name,),
        purpose="",
    )


def judged(mutant: Mutant, cell: Cell) -> Result:
    """Return what became of a mutant, by how its cell ended."""
    said = cell.reason or "nothing was said"
    if cell.inputs.kernel is None or cell.inputs.modules is None:
        return Result(mutant.name, Outcome.NOT_BUILT, said)
    if cell.verdict is Verdict.PASS:
        what = f"{mutant.case.name} found nothing wrong"
        return Result(mutant.name, Outcome.NOT_CAUGHT, what)
    if cell.verdict not in _CAUGHT:
        what = f"{mutant.case.name} ended as {cell.verdict.value}: {said}"
        return Result(mutant.name, Outcome.NOT_CAUGHT, what)
    if not mutant.symptom.search(cell.reason):
        what = f"{said} is not its symptom, {mutant.symptom.pattern!r}"
        return Result(mutant.name, Outcome.NOT_CAUGHT, what)
    return Result(mutant.name, Outcome.CAUGHT, said)


def score(results: Sequence[Result]) -> str:
    """Return the last line: how many of the mutants were caught."""
    caught = sum(result.outcome is Outcome.CAUGHT for result in results)
    percent = 100 * caught // len(results)
    return f"mutation score: {caught} of {len(results)} ({percent} %)"


def status(results: Sequence[Result]) -> int:
    """Return the exit status: 0 only if every mutant was caught."""
    outcomes = {result.outcome for result in results}
    if Outcome.NOT_CAUGHT in outcomes:
        return Verdict.FAIL.exit_code
    if Outcome.NOT_BUILT in outcomes:
        return Verdict.ERROR.exit_code
    return Verdict.PASS.exit_code
