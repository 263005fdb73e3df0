# SPDX-License-Identifier: GPL-2.0-only
"""A run in words: what it measured, proved and drove, a sentence each.

Everything here decides; nothing reads or writes.
"""

from typing import Sequence

from harness import mutants, validate
from harness.changes import RunsDiff
from harness.compare import Designs
from harness.drivers import Matrix
from harness.iotable import Shown
from harness.record import Verdict

# What a comparison ends as where nothing is wrong: in the wall clock as SKIP.
SOUND = (Verdict.PASS, Verdict.SKIP)


def against(change: RunsDiff) -> str:
    """Return the verdict of a comparison and what it found."""
    return f"{change.verdict.value} against {change.a}: {change.summary}"


def answer(
    designs: Designs,
    io: Sequence[Shown],
    matrix: Matrix,
    cases: validate.Report | None,
    change: RunsDiff | None,
    tried: Sequence[mutants.Result],
) -> tuple[str, ...]:
    """Return what a run says, a sentence each, the most important first.

    change: against the run before, where that is no caution. tried: mutants.
    """
    found: list[str] = []
    if change and change.verdict in SOUND:
        found.append(against(change))
    if designs.rows:
        found += designs.sentences
    if cases:
        found += _proved(cases)
    if io:
        names = ", ".join(shown.metric.name for shown in io)
        found.append(f"Metrics of I/O, a table each: {names}.")
    if matrix.cells:
        found += _driven(matrix)
    if tried:
        found.append(f"{mutants.score(tried)}.")
    return tuple(found) or ("The run measured nothing that a report could answer.",)


def _proved(cases: validate.Report) -> list[str]:
    good = sum(case.passed == case.cells for case in cases.cases)
    text = f"{good} of {len(cases.cases)} cases passed wherever they were planned"
    bad = [case.name for case in cases.cases if case.passed != case.cells]
    found = [f"{text}; not: {', '.join(bad)}." if bad else f"{text}."]
    if cases.known:
        names = ", ".join(dict.fromkeys(known.id for known in cases.known))
        found.append(f"Known defects of upstream code showed: {names}.")
    return found


def _driven(matrix: Matrix) -> list[str]:
    """Say which drivers work everywhere, and of the others where they do not."""
    good, found = [], []
    for device, row in matrix.cells.items():
        wrong: dict[str, list[str]] = {}
        for variant, one in row.items():
            if one.verdict != Verdict.PASS.value:
                wrong.setdefault(one.verdict, []).append(variant)
        if not wrong:
            good.append(device)
        texts = [f"{word} in {', '.join(names)}" for word, names in wrong.items()]
        if texts:
            found.append(f"{device}: {'; '.join(texts)}.")
    if good:
        text = f"Drivers that work wherever they were planned: {', '.join(good)}."
        found.insert(0, text)
    return found
