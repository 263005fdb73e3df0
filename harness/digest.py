# SPDX-License-Identifier: GPL-2.0-only
"""The digest of a run: what every report is made from, so that all say the same.

Everything here decides, from records alone; nothing reads or writes. Texts of a
record are as the record has them: who prints them makes them inert (inert.py).
"""

from dataclasses import dataclass
from typing import Mapping, Sequence

from harness import again, changes, compare, drivers, environment, iotable
from harness import mutants, series, validate
from harness.changes import RunsDiff
from harness.compare import Designs
from harness.drivers import MISSING, Matrix
from harness.environment import Fact
from harness.figures import validated as validations
from harness.iotable import Shown
from harness.profile import Profile
from harness.record import Kind, Run, Verdict, title, worst
from harness.summary import SOUND, against, answer
from harness.validation import PROFILE as VALIDATE
from harness.validation import State, trusted
from harness.workload import Workload

UNFINISHED = "UNFINISHED"
INCOMPLETE = "INCOMPLETE"
_YET = " What is wrong all the same:"
Figure = tuple[series.Metric, series.Kind, series.Point]


@dataclass(frozen=True)
class Ended:
    """A cell of the plan; name: as people read it, alone in its run.

    verdict: None when it has none, for it never ended. seconds: of real time in
    all, None where no record tells. A reason may stand beside PASS: a known defect.
    """

    id: str
    kind: Kind
    name: str
    verdict: Verdict | None
    reason: str
    seconds: float | None

    @property
    def word(self) -> str:
        """Return the verdict in one word; MISSING where there is none."""
        return self.verdict.value if self.verdict else MISSING


@dataclass(frozen=True)
class Digest:
    """What there is to say of a run, the most important first.

    headline: begins with standing: UNFINISHED if the run was cut off, INCOMPLETE if
    it ended without all of its cells, else the worst verdict there is: its own, of
    its designs' validation, of its change.
    good: it ended, all cells passed, no design failed its validation, and no figure
    that must not change did.
    A report that is not good says headline, troubles and cautions before anything
    else. troubles: the cells that did not pass, missing ones first, then the worst.
    cautions: sentences on why numbers are missing or mean less than they seem to.
    answer: the run in words. notes: which designs were validated, and by what.
    designs: cost per operation; it has no rows where nothing was measured. io:
    metrics of tools, a table each. matrix: which driver works in which variant.
    points: every figure of a cell that passed, with what is declared of it. In io
    and points a design that failed validation has no figures. validation: of a run
    of cases, else None. mutants: what became of each planted bug, where a record tells.
    change: against the run before; None if it was not asked for.
    command: makes the run again; "" where the record does not tell how.
    run: the record itself, for what is drawn (histograms, values, config_diff).
    """

    id: str
    standing: str
    good: bool
    headline: str
    troubles: tuple[Ended, ...]
    cautions: tuple[str, ...]
    answer: tuple[str, ...]
    notes: tuple[str, ...]
    cells: tuple[Ended, ...]
    environment: tuple[Fact, ...]
    designs: Designs
    io: tuple[Shown, ...]
    matrix: Matrix
    points: tuple[Figure, ...]
    validation: validate.Report | None
    mutants: tuple[mutants.Result, ...]
    change: RunsDiff | None
    command: str
    run: Run

    @property
    def score(self) -> str:
        """Return the mutation score as a sentence; empty where no record tells."""
        return mutants.score(self.mutants) if self.mutants else ""


def digest(
    run: Run,
    workloads: Mapping[str, Workload],
    validated: Sequence[State] = (),
    known: Profile | None = None,
    tried: Sequence[mutants.Result] = (),
    before: Run | None = None,
    validated_before: Sequence[State] = (),
) -> Digest:
    """Return the digest of a run.

    workloads: by name, as they are now; they name metrics and cases. validated:
    what is known of the run's designs. known: the run's profile as it is now.
    tried: mutants, from their records. before: the run that this one is compared
    with, validated_before what is known of its designs.
    """
    cells = _cells(run)
    troubles = _troubles(cells)
    change = None
    if before:
        change = changes.runs(before, run, validated_before, validated)
    cautions = _cautions(run, validated, change)
    wrong = [s.verdict for s in validated if s.verdict and s.refusal]
    wrong += [change.verdict] if change and change.verdict not in SOUND else []
    standing = _standing(run, cells, wrong)
    believed = trusted(run, validated)
    designs = compare.designs(run, validated=validated)
    io = tuple(iotable.metrics(believed, workloads))
    matrix = drivers.matrix(run, workloads)
    proves = {name: work.description for name, work in workloads.items()}
    cases = None
    if run.manifest.profile == VALIDATE:
        cases = validate.report(run.manifest, proves)
    return Digest(
        id=run.manifest.id,
        standing=standing,
        good=standing == Verdict.PASS.value and not troubles,
        headline=_headline(standing, cells) + (_YET if wrong and not troubles else ""),
        troubles=troubles,
        cautions=cautions,
        answer=answer(designs, io, matrix, cases, change, tried),
        notes=tuple(validations(validated)),
        cells=cells,
        environment=environment.facts(run),
        designs=designs,
        io=io,
        matrix=matrix,
        points=tuple(series.points(believed, workloads)),
        validation=cases,
        mutants=tuple(tried),
        change=change,
        command=again.command(run.manifest, known, workloads),
        run=run,
    )


def _cells(run: Run) -> tuple[Ended, ...]:
    """Return every cell of the plan, in its order, with how it ended."""
    records = {cell.id: cell for cell in run.cells}
    kinds = run.manifest.kinds
    found = []
    for planned in run.manifest.planned:
        cell = records.get(planned.id)
        found.append(
            Ended(
                id=planned.id,
                kind=planned.kind,
                name=title(planned.kind, kinds),
                verdict=cell.verdict if cell else None,
                reason=cell.reason if cell else "has no record: it never ended",
                seconds=cell.seconds.total if cell else None,
            )
        )
    return tuple(found)


def _troubles(cells: Sequence[Ended]) -> tuple[Ended, ...]:
    order = [verdict.value for verdict in Verdict] + [MISSING]
    bad = [cell for cell in cells if cell.verdict is not Verdict.PASS]
    return tuple(sorted(bad, key=lambda cell: -order.index(cell.word)))


def _standing(run: Run, cells: Sequence[Ended], wrong: Sequence[Verdict]) -> str:
    if run.manifest.finished is None or run.manifest.verdict is None:
        return UNFINISHED
    if any(cell.verdict is None for cell in cells):
        return INCOMPLETE
    verdicts = [cell.verdict for cell in cells if cell.verdict]
    return worst([run.manifest.verdict, *verdicts, *wrong]).value


def _headline(standing: str, cells: Sequence[Ended]) -> str:
    """Say in one sentence how the run stands: how many cells ended how."""
    counts: dict[str, int] = {}
    for cell in cells:
        counts[cell.word] = counts.get(cell.word, 0) + 1
    passed = counts.pop(Verdict.PASS.value, 0)
    missing = counts.pop(MISSING, 0)
    text = f"{standing}: {passed} of {len(cells)} cells passed"
    parts = [f"{count} ended as {word}" for word, count in counts.items()]
    parts += [f"{missing} never ended"] if missing else []
    return f"{', '.join([text, *parts])}."


def _cautions(
    run: Run, validated: Sequence[State], change: RunsDiff | None
) -> tuple[str, ...]:
    found = [f"{s.variant}: {s.refusal}." for s in validated if s.refusal]
    if change and change.verdict not in SOUND:
        found.insert(0, against(change))
    if run.manifest.debug:
        text = "The kernels have the kernel's own checks: their costs mean nothing."
        found.append(text)
    return tuple(found)
