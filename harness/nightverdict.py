# SPDX-License-Identifier: GPL-2.0-only
"""What a night comes to: its exit status, and what has to be said of it.

The status is the worst that holds: 4 the subject is wrong (a cell failed or crashed),
3 the harness could not tell, 1 a regression, 0 nothing of it. A wrong subject comes
first: its costs mean nothing. Whatever holds is said. Nothing here reads or writes.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Sequence

from harness import cellname
from harness.exact import What
from harness.findings import Finding, Reported, State
from harness.record import Kind, Run, Verdict
from harness.series import Metric

GOOD, REGRESSION, ERROR, WRONG = 0, 1, 3, 4
_WORDS = {
    GOOD: "no regression",
    REGRESSION: "REGRESSION",
    ERROR: "ERROR",
    WRONG: "WRONG",
}


@dataclass(frozen=True)
class Ended:
    """A cell that did not pass. before: how it ended when it last said something."""

    kind: Kind
    verdict: Verdict
    reason: str
    before: Verdict | None

    @property
    def is_new(self) -> bool:
        """Tell whether it passed before."""
        return self.before is Verdict.PASS


@dataclass(frozen=True)
class Unrepeatable:
    """An exact metric whose second boot is not what the first was; None: no value."""

    metric: Metric
    before: float | None
    first: float
    second: float | None


@dataclass(frozen=True)
class Outcome:
    """A night as it is told. first: there was no night to hold it against.

    planned: cells of both runs; wrong: FAIL or CRASH; unknown: ERROR; skipped: how
    many; findings: those that hold; judged: metrics that were held against earlier
    nights; notes: what else has to be said, and changes no status.
    """

    planned: int
    wrong: tuple[Ended, ...]
    unknown: tuple[Ended, ...]
    skipped: int
    findings: tuple[Finding, ...]
    unrepeatable: tuple[Unrepeatable, ...]
    judged: int
    first: bool
    notes: tuple[str, ...]

    def of(self, what: What) -> tuple[Finding, ...]:
        """Return the findings of a sort, the largest in percent first."""
        found = [one for one in self.findings if one.what is what]
        found = [one for one in found if one.state is not State.CANDIDATE]
        return tuple(sorted(found, key=lambda one: -abs(one.percent or 0.0)))

    @property
    def regressions(self) -> tuple[Finding, ...]:
        """Return the regressions that are sure, the largest first."""
        return tuple(one for one in self.of(What.REGRESSION) if one.is_bad)

    @property
    def improvements(self) -> tuple[Finding, ...]:
        """Return what got better, and is believed: of variants that were not wrong."""
        found = self.of(What.IMPROVEMENT)
        return tuple(one for one in found if not self.is_doubtful(one))

    @property
    def doubtful(self) -> tuple[Finding, ...]:
        """Return what got better with a variant that was wrong."""
        return tuple(one for one in self.of(What.IMPROVEMENT) if self.is_doubtful(one))

    def is_doubtful(self, one: Finding) -> bool:
        """Tell whether a finding is of a variant that was wrong: fast means nothing."""
        return one.metric.variant in {cell.kind.variant for cell in self.wrong}

    @property
    def status(self) -> int:
        """Return the command's exit status."""
        if self.wrong:
            return WRONG
        if self.unknown or self.unrepeatable or self.skipped == self.planned:
            return ERROR
        return REGRESSION if self.regressions else GOOD

    @property
    def word(self) -> str:
        """Return the status as a word."""
        return _WORDS[self.status]


def ended(runs: Sequence[Run], before: Mapping[str, Verdict]) -> tuple[Ended, ...]:
    """Return the cells of a night that did not pass, with how they ended before."""
    kinds = {i.id: i.kind for run in runs for i in run.manifest.planned}
    return tuple(
        Ended(
            kinds[end.id],
            end.verdict,
            end.reason,
            before.get(cellname.name(kinds[end.id])),
        )
        for run in runs
        for end in run.manifest.cells
        if end.verdict is not Verdict.PASS
    )


def verdicts(runs: Sequence[Run]) -> dict[str, Verdict]:
    """Return how every cell of a night ended, by the cell's name."""
    kinds = {i.id: i.kind for run in runs for i in run.manifest.planned}
    return {
        cellname.name(kinds[end.id]): end.verdict
        for run in runs
        for end in run.manifest.cells
    }


def to_repeat(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the exact findings that are new: these cells boot once more."""
    return tuple(one for one in findings if one.state is State.EXACT and one.new)


def repeated(
    findings: Sequence[Finding], again: Mapping[Metric, float]
) -> tuple[tuple[Finding, ...], tuple[Unrepeatable, ...]]:
    """Return the findings that hold, and those whose second boot says otherwise.

    again: what the second boots measured; a metric that is not there had no value.
    """
    held, lost = [], []
    asked = set(one.metric for one in to_repeat(findings))
    for one in findings:
        second = again.get(one.metric)
        if one.metric in asked and second != one.after:
            lost.append(Unrepeatable(one.metric, one.before, one.after, second))
            continue
        if one.metric in asked:
            one = dataclasses.replace(one, boots=(one.after,))
        held.append(one)
    return tuple(held), tuple(lost)


def improved(found: Iterable[Finding]) -> dict[str, str]:
    """Return of improvements what is sure and of tonight: metric -> run since which."""
    sure = (State.EXACT, State.CONFIRMED)
    told = [one for one in found if one.new and one.state in sure]
    return {str(one.metric): one.since for one in told}


def reported(found: Iterable[Finding]) -> tuple[Reported, ...]:
    """Return what later nights must know of the noisy metrics."""
    told = [one.reported() for one in found if one.state is State.CONFIRMED]
    return tuple(one for one in told if one)


def told(outcome: Outcome) -> dict[str, Any]:
    """Return a night's outcome for machines, as plain data."""
    return {
        "word": outcome.word,
        "planned": outcome.planned,
        "judged": outcome.judged,
        "first": outcome.first,
        "skipped": outcome.skipped,
        "wrong": [_cell(one) for one in outcome.wrong],
        "unknown": [_cell(one) for one in outcome.unknown],
        "unrepeatable": [
            {**dataclasses.asdict(one), "metric": str(one.metric)}
            for one in outcome.unrepeatable
        ],
        "findings": [_finding(one) for one in outcome.findings],
        "notes": list(outcome.notes),
    }


def _cell(one: Ended) -> dict[str, Any]:
    return {
        "cell": cellname.name(one.kind),
        "verdict": one.verdict.value,
        "before": one.before.value if one.before else None,
        "reason": one.reason,
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "metric": str(one.metric),
        "what": one.what.value,
        "state": one.state.value,
        "since": one.since,
        "before": one.before,
        "after": one.after,
        "unit": one.unit,
        "new": bool(one.new),
        "boots": list(one.boots),
        "why": one.why,
    }
