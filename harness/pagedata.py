# SPDX-License-Identifier: GPL-2.0-only
"""The tables of a run's page, decided from its digest. Nothing here reads or writes."""

from harness.chartdata import Table
from harness.digest import Digest
from harness.drivers import Works
from harness.figures import DIFFERENCES, difference
from harness.iotable import NONE
from harness.record import Verdict
from harness.troubles import grouped
from harness.validation import withheld

# Rows of those that did not pass; all cells stand at the end of the page.
MOST_TROUBLES = 12


def troubles(digest: Digest) -> Table:
    """Return the cells that did not pass, those that ended alike in one row."""
    rows = tuple(
        (one.word, one.reason, f"{len(one.names)}", ", ".join(one.names))
        for one in grouped(digest.troubles)[:MOST_TROUBLES]
    )
    return Table(("verdict", "why", "cells", "which"), rows, verdicts=(0,))


def differences(digest: Digest) -> Table:
    """Return what the designs differ by, an operation a row.

    A difference from a design that failed validation has no column.
    """
    designs = digest.designs
    refused = withheld(designs.validated)
    shown = [
        (" ".join(heading.split()), pick)
        for heading, pair, _, pick in DIFFERENCES
        if not set(pair) & set(refused)
    ]
    rows = []
    for row in designs.rows:
        texts = [
            " ".join(filter(None, difference(pick(row), "+,"))) for _, pick in shown
        ]
        rows.append((row.label, row.key.series, row.bounced, *texts))
    names = tuple(heading for heading, _ in shown)
    return Table(("operation", "series", "bounced", *names), tuple(rows), len(names))


def io(digest: Digest) -> list[tuple[str, str, Table]]:
    """Return the metrics of tools: of each its name with unit, its use, its table."""
    found = []
    for shown in digest.io:
        unit = "" if shown.metric.unit == "1" else f", {shown.metric.unit}"
        names = tuple(" ".join(column.split()) for column in shown.columns)
        rows = tuple(
            (work, step, *(row.get(column, NONE) for column in shown.columns))
            for (work, step), row in shown.rows.items()
        )
        table = Table(("workload", "step", *names), rows, len(names))
        found.append((f"{shown.metric.name}{unit}", shown.metric.good_for, table))
    return found


def matrix(digest: Digest) -> Table:
    """Return which driver works in which variant."""
    variants = digest.matrix.variants
    rows = tuple(
        (device, *(_works(row.get(name)) for name in variants))
        for device, row in digest.matrix.cells.items()
    )
    columns = tuple(range(1, len(variants) + 1))
    return Table(("device", *variants), rows, verdicts=columns)


def _works(one: Works | None) -> str:
    if one is None:
        return NONE
    bits = ", ".join(f"{number} bit" for number in dict.fromkeys(one.bits))
    return f"{one.verdict} {bits}".rstrip()


def validation(digest: Digest) -> Table:
    """Return the cases of a validation: what each proves, and in how many cells."""
    cases = digest.validation.cases if digest.validation else ()
    rows = tuple(
        (case.verdict.value, case.name, case.proves, f"{case.passed}/{case.cells}")
        for case in cases
    )
    return Table(("verdict", "case", "what it proves", "cells"), rows, 1, (0,))


def defects(digest: Digest) -> Table:
    """Return the known defects of upstream code that showed, and where."""
    known = digest.validation.known if digest.validation else ()
    rows = tuple(
        (one.id, one.said, ", ".join(f"{work} in {name}" for work, name in one.where))
        for one in known
    )
    return Table(("finding", "what was said", "where"), rows)


def validated(digest: Digest) -> Table:
    """Return what is known of the validation of the run's designs."""
    rows = []
    for state in digest.designs.validated:
        verdict = state.verdict.value if state.verdict else "not validated"
        rows.append((verdict, state.variant, state.run or NONE))
    return Table(("verdict", "variant", "by run"), tuple(rows), verdicts=(0,))


def mutants(digest: Digest) -> Table:
    """Return what became of each planted bug."""
    rows = tuple((one.outcome.value, one.name, one.reason) for one in digest.mutants)
    return Table(("outcome", "mutant", "what was said"), rows)


def environment(digest: Digest) -> Table:
    """Return what the run was made of and where it ran, exactly."""
    rows = [(fact.group, fact.name, fact.value) for fact in digest.environment]
    made = digest.run.manifest
    rows += [("seconds", name, f"{value:g}") for name, value in made.stages.items()]
    return Table(("", "what", "value"), tuple(rows))


def engagements(digest: Digest) -> Table:
    """Return the proofs that each cell's design was the one that ran."""
    records = {cell.id: cell for cell in digest.run.cells}
    rows = tuple(
        (
            (Verdict.PASS if proof.ok else Verdict.ERROR).value,
            ended.name,
            proof.what,
            proof.expected,
            proof.found,
        )
        for ended in digest.cells
        if ended.id in records
        for proof in records[ended.id].engagement
    )
    return Table(("proof", "cell", "of", "expected", "found"), rows, verdicts=(0,))
