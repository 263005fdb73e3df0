# SPDX-License-Identifier: GPL-2.0-only
"""What changed between two runs, and whether that is a verdict.

In the insn clock an unbounced operation must cost the same to the instruction:
the comparison is for equality and knows no tolerance. Bounced operations search
for slots, coherent ones go through the page allocator: a difference there is
reported and fails nothing. In the wall clock one boot a side decides nothing.
"""

import dataclasses
from typing import Sequence

from harness.inputs import Input, Turn, inputs, refusal, silent, turned
from harness.pairs import Change, Lone, match
from harness.record import Run, Verdict, worst
from harness.validation import State, withheld

NAMED = 3
GRAVE = (Verdict.FAIL, Verdict.CRASH)


@dataclasses.dataclass(frozen=True)
class RunsDiff:
    """Run b against run a.

    refused: why the two are not compared at all, or empty. equal, coarse: how
    many unbounced operations are equal, and how many of them are so large that
    p50 was compared by its bucket and by the exact minimum. equal_other: equal
    bounced and coherent ones. changed: unbounced operations that differ. varied:
    bounced and coherent ones that do. informational: every difference in the
    wall clock. turned: cells that no longer pass. neither: what has no figure in
    either run, with the reason. validated_a, validated_b: what is known of the
    variants' designs; one that failed validation has no figures.
    """

    a: str
    b: str
    clock: str
    unit: str
    verdict: Verdict
    summary: str
    refused: str
    inputs: tuple[Input, ...] = ()
    equal: int = 0
    coarse: int = 0
    equal_other: int = 0
    changed: tuple[Change, ...] = ()
    varied: tuple[Change, ...] = ()
    informational: tuple[Change, ...] = ()
    turned: tuple[Turn, ...] = ()
    only_a: tuple[Lone, ...] = ()
    only_b: tuple[Lone, ...] = ()
    neither: tuple[str, ...] = ()
    validated_a: tuple[State, ...] = ()
    validated_b: tuple[State, ...] = ()


def runs(
    a: Run, b: Run, before: Sequence[State] = (), now: Sequence[State] = ()
) -> RunsDiff:
    """Compare run b with run a, by variant and operation.

    The verdict is FAIL when an unbounced operation differs, the verdict of the
    worst cell that passed in a and is FAIL or CRASH in b, ERROR when the runs
    cannot be compared or an operation that both planned is missing in one, SKIP
    in the wall clock, and PASS otherwise. before, now: what is known of the
    validation of the variants of a and of b.
    """
    names = (a.manifest.id, b.manifest.id)
    clock = a.manifest.clock
    unit = "instructions" if clock == "insn" else "ticks"
    refused = refusal(a, b)
    if refused:
        error = Verdict.ERROR
        return RunsDiff(*names, clock, unit, error, refused, refused, inputs(a, b))
    matched = match(a, b, withheld(before), withheld(now))
    changes = matched.changes
    insn = [change for change in changes if change.key.clock == "insn"]
    gated = [change for change in insn if change.kind == "unbounced"]
    other = [change for change in insn if change.kind != "unbounced"]
    wall = [change for change in changes if change.key.clock != "insn"]
    result = RunsDiff(
        *names,
        clock,
        unit,
        Verdict.PASS,
        "",
        "",
        inputs=inputs(a, b),
        equal=sum(not _differs(change) for change in gated),
        coarse=sum(change.basis == "min" and not change.ticks for change in gated),
        equal_other=sum(not _differs(change) for change in other),
        changed=tuple(filter(_differs, gated)),
        varied=tuple(filter(_differs, other)),
        informational=tuple(filter(_differs, wall)),
        turned=turned(a, b),
        only_a=matched.only_a,
        only_b=matched.only_b,
        neither=silent(a, b) + matched.neither,
        validated_a=tuple(before),
        validated_b=tuple(now),
    )
    verdict, summary = _judge(result)
    return dataclasses.replace(result, verdict=verdict, summary=summary)


def describe(change: Change, unit: str) -> str:
    """Say what changed: variant, operation, amount in ticks and percent."""
    what = f"{change.variant} {change.label} {change.key.series}"
    if change.ticks is None:
        return f"{what} ({change.note})"
    amount = f"{change.ticks:+,} {unit.rstrip('s') if abs(change.ticks) == 1 else unit}"
    basis = " by the minimum" if change.basis == "min" else ""
    return f"{what} {amount}{basis} ({percent(change.percent)})"


def percent(value: float | None) -> str:
    """Return a signed percentage; a change never reads as +0.0%."""
    if value is None:
        return "from 0"
    if value and abs(value) < 0.05:
        return "+<0.1%" if value > 0 else "-<0.1%"
    return f"{value:+.1f}%"


def _differs(change: Change) -> bool:
    return change.ticks != 0


def _judge(diff: RunsDiff) -> tuple[Verdict, str]:
    """Return the verdict of a comparison and its summary in one line."""
    lost = [lone for lone in diff.only_a + diff.only_b if lone.expected]
    bad = [turn for turn in diff.turned if turn.verdict in GRAVE]
    said: list[str] = []
    if diff.changed:
        names = dict.fromkeys(change.variant for change in diff.changed)
        first = [describe(change, diff.unit) for change in diff.changed[:NAMED]]
        more = len(diff.changed) - len(first)
        said.append(
            f"difference: {len(diff.changed)} of {diff.equal + len(diff.changed)} "
            f"unbounced operations, in {', '.join(names)}: {', '.join(first)}"
            + (f" and {more} more" if more else "")
        )
    for turn in bad:
        said.append(
            f"{turn.name} passed in {diff.a} and ended as "
            f"{turn.verdict.value} in {diff.b}: {turn.reason}"
        )
    if said:
        verdicts = [turn.verdict for turn in bad] + [Verdict.FAIL] * bool(diff.changed)
        return worst(verdicts), "; ".join(said)
    if diff.clock != "insn":
        count = len(diff.informational)
        text = (
            f"wall clock, one boot a side: for information, {count} operations differ"
        )
        return Verdict.SKIP, f"no verdict: {text}"
    if diff.turned:
        turn = diff.turned[0]
        text = f"{turn.name} passed in {diff.a} and not in {diff.b}"
        return Verdict.ERROR, f"no verdict: {text}, {turn.verdict.value}: {turn.reason}"
    if lost:
        text = f"{len(lost)} operations have a figure in one run only"
        return Verdict.ERROR, f"no verdict: {text}, {lost[0].variant} {lost[0].reason}"
    if not diff.equal:
        text = "the runs have no unbounced operation in common"
        return Verdict.ERROR, f"no verdict: {text}"
    return Verdict.PASS, _equal(diff)


def _equal(diff: RunsDiff) -> str:
    exact = diff.equal - diff.coarse
    parts = [
        f"{exact} operations equal to the instruction" if exact else "",
        f"{diff.coarse} operations equal by bucket and by minimum"
        if diff.coarse
        else "",
    ]
    text = f"no difference: {', '.join(filter(None, parts))}"
    if diff.equal_other or diff.varied:
        text += f"; bounced and coherent: {diff.equal_other} equal, "
        text += f"{len(diff.varied)} differ"
    if diff.neither:
        text += f"; without a figure in either run: {len(diff.neither)}"
    return text
