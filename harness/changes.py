# SPDX-License-Identifier: GPL-2.0-only
"""What changed between two runs, and whether that is a verdict.

In the insn clock an unbounced operation must cost the same to the instruction:
the comparison is for equality and knows no tolerance. Bounced operations search
for slots, coherent ones go through the page allocator: a difference there is
reported and fails nothing. In the wall clock one boot a side decides nothing.
"""

import dataclasses

from harness.inputs import Input, Turn, inputs, refusal, silent, turned
from harness.operations import (
    NOT_PLANNED,
    Figure,
    Key,
    Unknown,
    absent,
    index,
    is_coherent,
    label,
    unlike,
)
from harness.record import Run, Verdict, worst

NAMED = 3
GRAVE = (Verdict.FAIL, Verdict.CRASH)


@dataclasses.dataclass(frozen=True)
class Change:
    """One operation of one variant in both runs.

    kind: 'unbounced', 'bounced' or 'coherent'. ticks: b - a by basis, which is
    'p50', 'min' (where p50 shares a bucket wider than a tick), or 'work' when
    the runs did not do the same: then ticks is None and note says what differs.
    minimum: b - a of the minima.
    """

    variant: str
    key: Key
    label: str
    kind: str
    basis: str
    a: int
    b: int
    ticks: int | None
    percent: float | None
    minimum: int
    note: str


@dataclasses.dataclass(frozen=True)
class Lone:
    """An operation with a figure in one run only, and why the other has none.

    expected: the other run's plan had it, so that its absence is no answer.
    """

    variant: str
    key: Key
    label: str
    reason: str
    expected: bool


@dataclasses.dataclass(frozen=True)
class RunsDiff:
    """Run b against run a.

    refused: why the two are not compared at all, or empty. equal, coarse: how
    many unbounced operations are equal, and how many of them are so large that
    p50 was compared by its bucket and by the exact minimum. equal_other: equal
    bounced and coherent ones. changed: unbounced operations that differ. varied:
    bounced and coherent ones that do. informational: every difference in the
    wall clock. turned: cells that no longer pass. neither: what has no figure in
    either run, with the reason.
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


def runs(a: Run, b: Run) -> RunsDiff:
    """Compare run b with run a, by variant and operation.

    The verdict is FAIL when an unbounced operation differs, the verdict of the
    worst cell that passed in a and is FAIL or CRASH in b, ERROR when the runs
    cannot be compared or an operation that both planned is missing in one, SKIP
    in the wall clock, and PASS otherwise.
    """
    names = (a.manifest.id, b.manifest.id)
    clock = a.manifest.clock
    unit = "instructions" if clock == "insn" else "ticks"
    refused = refusal(a, b)
    if refused:
        error = Verdict.ERROR
        return RunsDiff(*names, clock, unit, error, refused, refused, inputs(a, b))
    both, only_a, only_b, neither = _pairs(a, b)
    changes = [_change(variant, key, *pair) for variant, key, pair in both]
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
        only_a=tuple(only_a),
        only_b=tuple(only_b),
        neither=silent(a, b) + tuple(neither),
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


Pair = tuple[str, Key, tuple[Figure, Figure]]


def _pairs(a: Run, b: Run) -> tuple[list[Pair], list[Lone], list[Lone], list[str]]:
    """Match the operations of two runs; those of one run come with the reason."""
    left, right = index(a), index(b)
    both: list[Pair] = []
    only_a: list[Lone] = []
    only_b: list[Lone] = []
    neither: list[str] = []
    for variant in dict.fromkeys([*left, *right]):
        one, two = left.get(variant, {}), right.get(variant, {})
        for key in dict.fromkeys([*one, *two]):
            old = one.get(key) or Unknown(absent(a, variant, key.workload))
            new = two.get(key) or Unknown(absent(b, variant, key.workload))
            if isinstance(old, Figure) and isinstance(new, Figure):
                both.append((variant, key, (old, new)))
            elif isinstance(old, Figure) and isinstance(new, Unknown):
                only_a.append(_lone(variant, key, new))
            elif isinstance(old, Unknown) and isinstance(new, Figure):
                only_b.append(_lone(variant, key, old))
            elif isinstance(new, Unknown):
                what = f"{variant} {label(key.step)} {key.series}"
                neither.append(f"{what}: {new.reason}")
    return both, only_a, only_b, neither


def _lone(variant: str, key: Key, why: Unknown) -> Lone:
    expected = why.reason != NOT_PLANNED
    return Lone(variant, key, label(key.step), why.reason, expected)


def _change(variant: str, key: Key, a: Figure, b: Figure) -> Change:
    if is_coherent(key):
        kind = "coherent"
    else:
        both = a.bounce.bounced and b.bounce.bounced
        kind = "bounced" if both else "unbounced"
    note = _work(a, b)
    basis, one, two = "p50", a.p50, b.p50
    if note:
        basis = "work"
    elif one == two and not (a.exact and b.exact):
        basis, one, two = "min", a.min, b.min
    ticks = None if note else two - one
    return Change(
        variant=variant,
        key=key,
        label=label(key.step),
        kind=kind,
        basis=basis,
        a=one,
        b=two,
        ticks=ticks,
        percent=100 * ticks / one if ticks is not None and one else None,
        minimum=b.min - a.min,
        note=note,
    )


def _work(a: Figure, b: Figure) -> str:
    """Say how the work of a variant changed between the runs; empty if it did not."""
    if a.failed != b.failed:
        return f"{a.failed} operations failed, now {b.failed}"
    sound = [dataclasses.replace(figure, failed=0) for figure in (a, b)]
    return unlike("before", sound[0], "now", sound[1])


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
            f"{turn.variant} {turn.workload} passed in {diff.a} and ended as "
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
        text = f"{turn.variant} {turn.workload} passed in {diff.a} and not in {diff.b}"
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
