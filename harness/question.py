# SPDX-License-Identifier: GPL-2.0-only
"""Questions: what is asked of a workload's figures, and the answer from a run.

A question is one file of bench/questions/. Its answer has one row per operation:
what it costs in a baseline variant, and what in others.
"""

import dataclasses
from pathlib import Path
from typing import Sequence

from harness import tomlfile
from harness.designs import same_pool, variant
from harness.errors import UsageError
from harness.operations import (
    Difference,
    Index,
    Key,
    Known,
    Unknown,
    absent,
    index,
    labels,
    seen,
    subtract,
)
from harness.record import Manifest, Run, Verdict
from harness.validation import State, withheld

_MEMBERS = ("text", "workload", "baseline", "variants")


@dataclasses.dataclass(frozen=True)
class Question:
    """One file of bench/questions/."""

    name: str
    text: str
    workload: str
    baseline: str
    variants: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Point:
    """What an operation costs in a variant, and how much more than the baseline."""

    variant: str
    figure: Known
    difference: Difference


@dataclasses.dataclass(frozen=True)
class Row:
    """One operation in the baseline and in the other variants."""

    key: Key
    label: str
    baseline: Known
    points: tuple[Point, ...]


@dataclasses.dataclass(frozen=True)
class Answer:
    """The answer to a question from one run.

    validated: what is known of the variants' validation.
    """

    question: Question
    run: str
    clock: str
    unit: str
    rows: tuple[Row, ...]
    validated: tuple[State, ...]


def load(path: Path) -> Question:
    """Return the question of a file; UsageError says what is wrong where."""
    data = tomlfile.read(path)
    tomlfile.only(data, _MEMBERS, path)
    text, workload, baseline = (
        tomlfile.text(data, key, path) for key in ("text", "workload", "baseline")
    )
    variants = tomlfile.names(data, "variants", path)
    for key, names in (("baseline", (baseline,)), ("variants", variants)):
        for name in names:
            try:
                variant(name)
            except UsageError as problem:
                raise UsageError(f"{path}: {key}: {problem}")
    if baseline in variants:
        raise UsageError(f"{path}: variants: {baseline} is the baseline")
    return Question(path.stem, " ".join(text.split()), workload, baseline, variants)


def answered_by(question: Question, made: Manifest) -> bool:
    """Tell whether a run finished and has passed cells for all of a question.

    What kernels with the kernel's own checks cost is no answer.
    """
    passed = {
        end.variant
        for end in made.cells
        if end.workload == question.workload and end.verdict is Verdict.PASS
    }
    wanted = {question.baseline, *question.variants}
    return made.finished is not None and not made.debug and passed >= wanted


def command(question: Question) -> str:
    """Return the command that makes a run with the answer."""
    names = (question.baseline, *question.variants)
    words = [f"--variant {name}" for name in names]
    return " ".join([f"bouncemark run --workload {question.workload}", *words])


def answer(question: Question, run: Run, validated: Sequence[State]) -> Answer:
    """Return the answer to a question from a run that has it."""
    table = index(run, withheld(validated))
    keys = _keys(question, table)
    names = labels(keys)
    clock = run.manifest.clock
    return Answer(
        question=question,
        run=run.manifest.id,
        clock=clock,
        unit="instructions" if clock == "insn" else "ticks",
        rows=tuple(_row(question, run, table, key, names[key]) for key in keys),
        validated=tuple(validated),
    )


def _keys(question: Question, table: Index) -> list[Key]:
    """Return the operations, as dom0 has them where it has any."""
    found: dict[Key, None] = {}
    for name in (*question.variants, question.baseline):
        for key in table.get(name, {}):
            known = {seen(name, other) for other in found}
            if key.workload == question.workload and key not in known:
                found[key] = None
    return list(found)


def _row(question: Question, run: Run, table: Index, key: Key, label: str) -> Row:
    def figure(name: str) -> Known:
        here = seen(name, key)
        found = table.get(name, {}).get(here)
        return found or Unknown(absent(run, here.kind(name)))

    base = figure(question.baseline)
    points = []
    for name in question.variants:
        here = figure(name)
        shared = same_pool(name, question.baseline)
        less = subtract(name, here, question.baseline, base, shared)
        points.append(Point(name, here, less))
    return Row(key, label, base, tuple(points))
