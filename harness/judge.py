# SPDX-License-Identifier: GPL-2.0-only
"""Judge: was the design under test the one that ran, and how did the cell end?

Everything here decides; nothing reads or writes.
"""

from typing import Mapping, Sequence

from harness import console, frames
from harness.boot import Boot
from harness.plan import SYMBOLS, PlannedCell
from harness.record import Engagement, Scalar, Verdict

Facts = Mapping[str, Scalar]
UNKNOWN = "unknown"


def engagement(cell: PlannedCell, facts: Facts) -> tuple[Engagement, ...]:
    """Return the proofs that a cell's variant ran; what no fact tells is not ok."""
    variant = cell.variant
    checks: list[tuple[str, Scalar, str]] = [
        (f"kernel has {symbol}", variant.design in there, f"symbol.{symbol}")
        for symbol, there in SYMBOLS.items()
    ]
    dom0 = variant.boot == "dom0"
    ops = "xen_swiotlb_map_page" if dom0 and variant.design == "iommu" else ""
    checks += [
        ("Xen PV domain", dom0, "dma.xen_pv"),
        ("initial domain", dom0, "dma.initial_domain"),
        ("map_page of the dma_map_ops", ops, "dma.ops"),
        ("everything is made to bounce", variant.force, "dma.force_bounce"),
    ]
    proofs = [
        _proof(what, str(expected), _text(facts, name), lambda a, b: a == b)
        for what, expected, name in checks
    ]
    return (*proofs, *_translation(cell, facts))


def _translation(cell: PlannedCell, facts: Facts) -> list[Engagement]:
    """Return the proofs that addresses are made as the design makes them."""

    def number(name: str) -> int | None:
        value = facts.get(name)
        return value if isinstance(value, int) else None

    def proof(what: str, expected: str, names: Sequence[str], good: bool) -> Engagement:
        found = ", ".join(f"{name} {_hex(number(name))}" for name in names)
        known = all(number(name) is not None for name in names)
        return Engagement(what, expected, found if known else UNKNOWN, known and good)

    moved = number("dma.pages_moved") or 0
    phys, machine = number("dma.probe_phys"), number("dma.probe_machine")
    dma, slots = number("dma.probe_dma"), number("dma.pool_slots") or 0
    proofs = []
    if cell.variant.boot == "dom0":
        names = ["dma.pages_moved", "dma.probe_phys", "dma.probe_machine"]
        good = moved > 0 and phys != machine
        proofs.append(proof("p2m", "machine frames are not page frames", names, good))
        proofs.append(proof("pool", "there", ["dma.pool_slots"], slots > 0))
    else:
        names = ["dma.pages_moved"]
        proofs.append(proof("p2m", "none", names, moved == 0))
    if cell.variant.force:
        names = ["dma.probe_dma", "dma.probe_machine", "dma.pool_slots"]
        good = slots > 0 and dma != machine
        proofs.append(proof("mapped page", "bounced into the pool", names, good))
    else:
        names = ["dma.probe_dma", "dma.probe_machine"]
        what = "at its machine address"
        proofs.append(proof("mapped page", what, names, dma == machine))
    return proofs


def _proof(what: str, expected: str, found: str | None, same: object) -> Engagement:
    if found is None:
        return Engagement(what, expected or "none", UNKNOWN, False)
    return Engagement(what, expected or "none", found or "none", expected == found)


def _text(facts: Facts, name: str) -> str | None:
    """Return a fact as text; a flag as True or False however it was sent."""
    value = facts.get(name)
    if value is None:
        return None
    return str(value)


def _hex(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:#x}"


def outcome(
    cell: PlannedCell,
    boot: Boot,
    stream: frames.Stream,
    proofs: Sequence[Engagement],
) -> tuple[Verdict, str]:
    """Return a cell's verdict and, unless it passed, the reason."""
    ended = _ended(boot, stream)
    if ended:
        return ended
    for name, value in stream.facts.items():
        if name.endswith(".error"):
            return Verdict.ERROR, f"{name.removesuffix('.error')}: {value}"
    hello = stream.hello
    if hello is None or hello.cell != cell.id:
        return Verdict.ERROR, "the guest ran another cell's job"
    for proof in proofs:
        if not proof.ok:
            return Verdict.ERROR, (
                f"{cell.variant.name} did not engage: {proof.what}: expected "
                f"{proof.expected}, found {proof.found}"
            )
    return _steps(cell, stream)


def _ended(boot: Boot, stream: frames.Stream) -> tuple[Verdict, str] | None:
    """Return the verdict on a boot that did not run to its end; None if it did."""
    death = console.death(boot.console)
    where = _where(stream)
    if boot.why:
        hang = f"hang: not done after {boot.seconds:.0f} s"
        what = death or (hang if boot.why == "deadline" else boot.why)
        return Verdict.CRASH, f"{what} {where}"
    if boot.status:
        words = boot.stderr.decode("utf-8", "replace").strip().splitlines()
        said = words[-1][:200] if words else "it said nothing"
        how = f"signal {-boot.status}" if boot.status < 0 else f"status {boot.status}"
        return Verdict.ERROR, f"QEMU ended with {how}: {said}"
    if death:
        return Verdict.CRASH, f"{death} {where}"
    if stream.complete:
        return None
    if stream.damage:
        kind = "torn frame" if stream.torn else "channel damaged"
        return Verdict.ERROR, f"{kind}: {stream.damage}"
    how = console.ending(boot.console) or "the guest ended"
    return Verdict.CRASH, f"early exit: {how} before the job was done {where}"


def _where(stream: frames.Stream) -> str:
    """Return in words how far the guest came."""
    if stream.hello is None:
        return "(the guest never answered)"
    steps = stream.steps
    if not steps:
        return "(before the first step)"
    return f"({'in' if steps[-1].end is None else 'after'} step {steps[-1].name})"


def _steps(cell: PlannedCell, stream: frames.Stream) -> tuple[Verdict, str]:
    """Return the verdict on what the steps of a complete stream reported."""
    reported = {step.name: step for step in stream.steps}
    for name in reported:
        if name not in [planned.name for planned in cell.workload.steps]:
            return Verdict.ERROR, f"step {name}: nobody planned it"
    skipped, failures = [], []
    for planned in cell.workload.steps:
        step = reported.get(planned.name)
        if step is None or step.end is None:
            return Verdict.ERROR, f"step {planned.name}: nothing was reported"
        said = f"step {planned.name}: {step.end.message or step.end.status}"
        if step.end.status == "error":
            return Verdict.ERROR, said
        if step.end.status == "fail":
            failures.append(said)
        if step.end.status == "skip":
            skipped.append(said)
        measures = step.kind == "dmabench" and "expect" not in planned.parameters
        if step.end.status == "ok" and measures and not step.series:
            return Verdict.ERROR, f"step {planned.name}: ended well without a number"
        counts = step.counts
        if counts and counts.unexplained:
            failures.append(
                f"step {planned.name}: {counts.unexplained} of {counts.mapped} "
                "mappings bounced and nothing demanded it"
            )
        if counts and counts.missed:
            failures.append(
                f"step {planned.name}: {counts.missed} of {counts.mapped} "
                "mappings had to bounce and did not"
            )
    if failures:
        return Verdict.FAIL, failures[0]
    used, after = (stream.facts.get(f"swiotlb.used{end}") for end in ("", "_after"))
    if used != after:
        return Verdict.FAIL, f"slots in use went from {used} to {after}"
    if len(skipped) == len(cell.workload.steps):
        return Verdict.SKIP, skipped[0]
    return Verdict.PASS, ""
