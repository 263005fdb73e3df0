# SPDX-License-Identifier: GPL-2.0-only
"""What a bisection asks, and what boots of a commit answer.

Commits are told apart by one metric's value, or by how one cell ends. One whose boots
say neither is skipped, with the reason. Nothing here reads or writes.
"""

import dataclasses
import statistics
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from harness import cellname, series
from harness.cellname import Named
from harness.errors import HarnessError, UsageError
from harness.record import Kind, Verdict
from harness.series import Metric

GOOD, BAD, SKIP = "good", "bad", "skip"
# Boots of a commit: in the insn clock one is exact; in the wall clock the median.
BOOTS = {"insn": 1, "wall": 3}
# What boots are for: the ends, the commits between them, parent and culprit once more.
SEARCH, REPEAT = "search", "repeat"
_WRONG = (Verdict.FAIL, Verdict.CRASH)


@dataclass(frozen=True)
class Question:
    """What tells commits apart: a metric's value, or else how a named cell ends."""

    text: str
    metric: Metric | None
    named: Named | None

    @property
    def clock(self) -> str:
        """Return the clock to boot in."""
        return self.metric.clock if self.metric else "insn"


@dataclass(frozen=True)
class Boot:
    """What one boot of a commit gave.

    purpose: SEARCH or REPEAT; cell: its name; value: of the metric, None without one;
    built: the kernel could be built; run: where the record is.
    """

    commit: str
    purpose: str
    cell: str
    verdict: Verdict
    reason: str
    value: float | None
    built: bool
    run: str


@dataclass(frozen=True)
class Ends:
    """What the good and the bad end gave, in the one cell that is booted from then on.

    good, bad: the metric's medians, or None of a case; wrong: how the case ends.
    """

    kind: Kind
    good: float | None
    bad: float | None
    wrong: Verdict | None


def parse(text: str) -> Question:
    """Return what --metric asks for; UsageError says what is allowed."""
    if "@" in text:
        return Question(text, None, cellname.parse(text))
    try:
        return Question(text, series.parse(text), None)
    except UsageError as problem:
        raise UsageError(f"{problem}; or {cellname.FORM}")


def ends(
    question: Question, kinds: Sequence[Kind], good: Sequence[Boot], bad: Sequence[Boot]
) -> Ends:
    """Return how the ends differ; HarnessError if they do not, or one has no answer.

    kinds: the cells that the question is about; boots: of the ends, all cells.
    """
    if question.metric:
        return _of_metric(question, kinds[0], good, bad)
    for kind in kinds:
        name = cellname.name(kind)
        was = [boot for boot in good if boot.cell == name]
        now = [boot for boot in bad if boot.cell == name]
        if _all(was, Verdict.PASS) and now and now[0].verdict in _WRONG:
            if _all(now, now[0].verdict):
                return Ends(kind, None, None, now[0].verdict)
    said = [f"good is {_ended(good)}", f"bad is {_ended(bad)}"]
    raise HarnessError(
        f"{question.text}: no cell passes at the good end and is FAIL or CRASH at the "
        f"bad one: {', '.join(said)}"
    )


def _of_metric(
    question: Question, kind: Kind, good: Sequence[Boot], bad: Sequence[Boot]
) -> Ends:
    was, now = _values(good), _values(bad)
    for word, boots, values in (("good", good, was), ("bad", bad, now)):
        if len(values) < len(boots) or not values:
            raise HarnessError(
                f"{question.text}: the {word} end has no value of it: {_ended(boots)}"
            )
    if max(was) >= min(now) and max(now) >= min(was):
        raise HarnessError(
            f"{question.text}: the ends do not differ: good {_list(was)}, "
            f"bad {_list(now)}"
        )
    middle = statistics.median(was), statistics.median(now)
    return Ends(kind, middle[0], middle[1], None)


def side(boots: Sequence[Boot], of: Ends) -> tuple[str, str]:
    """Return on which side boots of a commit put it, and why.

    By a metric it is on the side whose value is nearer. By a case: PASS is good, what
    the bad end ended as is bad. SKIP: it says neither.
    """
    built = [boot for boot in boots if boot.built]
    if not built:
        return SKIP, f"does not build: {boots[0].reason}" if boots else "no boot"
    if of.good is None or of.bad is None:
        verdicts = {boot.verdict for boot in built}
        if verdicts == {Verdict.PASS}:
            return GOOD, "PASS"
        if verdicts == {of.wrong}:
            return BAD, f"{built[0].verdict.value}: {built[0].reason}"
        return SKIP, _ended(built)
    values = _values(built)
    if not values:
        return SKIP, _ended(built)
    middle = statistics.median(values)
    is_bad = abs(middle - of.bad) <= abs(middle - of.good)
    return BAD if is_bad else GOOD, _list(values)


def wanted(boots: Sequence[Boot], clock: str) -> bool:
    """Tell whether a commit must boot (again) before side() can say where it is.

    One that ended as ERROR gets another chance: that may have been the harness's fault,
    and is not likely to be twice.
    """
    if any(not boot.built for boot in boots):
        return False
    errors = sum(boot.verdict is Verdict.ERROR for boot in boots)
    return len(boots) < BOOTS[clock] + min(errors, 1)


def boots_of(data: Sequence[Mapping[str, Any]]) -> tuple[Boot, ...]:
    """Return the boots of plain data; KeyError, TypeError, ValueError if it is not."""
    found = []
    for one in data:
        members: dict[str, Any] = {**one, "verdict": Verdict(one["verdict"])}
        found.append(Boot(**members))
    return tuple(found)


def plain(boots: Sequence[Boot]) -> list[dict[str, Any]]:
    """Return boots as plain data."""
    return [dataclasses.asdict(boot) for boot in boots]


def median(boots: Sequence[Boot]) -> float | None:
    """Return the median of what boots measured; None if none did."""
    values = _values(boots)
    return statistics.median(values) if values else None


def _values(boots: Sequence[Boot]) -> list[float]:
    return [boot.value for boot in boots if boot.value is not None]


def _all(boots: Sequence[Boot], verdict: Verdict) -> bool:
    return bool(boots) and all(boot.verdict is verdict for boot in boots)


def _list(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.10g}" for value in values)


def _ended(boots: Sequence[Boot]) -> str:
    """Return how boots ended, each with its first line of reason."""
    told = []
    for boot in boots:
        reason = boot.reason.splitlines()[0] if boot.reason else ""
        told.append(f"{boot.verdict.value}{f' ({reason})' if reason else ''}")
    return "; ".join(dict.fromkeys(told)) or "not booted"
