# SPDX-License-Identifier: GPL-2.0-only
"""Judge: how did a cell end, and is that good?

Everything here decides; nothing reads or writes.
"""

import re
from typing import Sequence

from harness import console, frames
from harness.boot import Boot
from harness.plan import PlannedCell
from harness.record import Engagement, Verdict
from harness.workload import Step

# What QEMU says of a device that was handed an address beyond its mask.
_CLAMPED = "clamping DMA"
# How the reason of a cell tells of a known defect: its id, and what was said.
KNOWN = r"known defect (F\d+) \(docs/findings\.md\): ([^;]*)"
# Slots of a pool in use, before the first step and after the last.
_USED = ("swiotlb.used", "pool.used")


def outcome(
    cell: PlannedCell,
    boot: Boot,
    stream: frames.Stream,
    proofs: Sequence[Engagement],
) -> tuple[Verdict, str]:
    """Return a cell's verdict and the reason; a cell that passed rarely needs one."""
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
    verdict, reason, known = _steps(cell, stream)
    if verdict is Verdict.ERROR:
        return verdict, reason
    # What the device was handed may be why a step failed: it goes before.
    clamped = _clamped(boot)
    if clamped:
        return Verdict.FAIL, clamped
    if verdict is Verdict.FAIL:
        return verdict, reason
    wrong = _splat(cell, boot) or _leak(cell, stream)
    if wrong:
        return Verdict.FAIL, wrong
    return verdict, reason or "; ".join(known)


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
    # A guest that went on to its good-bye is dead only if it says so.
    if death and (not stream.complete or console.fatal(boot.console)):
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


def _clamped(boot: Boot) -> str:
    """Return what QEMU says of an address beyond the device's mask; "" if nothing."""
    for line in console.clean(boot.stderr):
        if _CLAMPED in line:
            return f"the device was handed an address beyond its mask: {line}"
    return ""


def _splat(cell: PlannedCell, boot: Boot) -> str:
    """Return what the console complains of unexpectedly; "" if there is nothing."""
    for line in console.splats(boot.console):
        if not any(re.search(shown, line) for shown in cell.workload.console):
            return f"console: {line}"
    return ""


def _leak(cell: PlannedCell, stream: frames.Stream) -> str:
    """Return of which pool slots are still in use; "" if there is none.

    Of a device that is driven none may be: in the end its driver has given it up.
    """
    for name in _USED:
        used, after = (stream.facts.get(name + end) for end in ("", "_after"))
        wanted = 0 if cell.workload.driven and used is not None else used
        if after != wanted:
            return f"slots in use went from {used} to {after} ({name})"
    return ""


def _steps(
    cell: PlannedCell, stream: frames.Stream
) -> tuple[Verdict, str, Sequence[str]]:
    """Return the verdict on what the steps of a complete stream reported.

    With the reason, and the known defects that showed as they must.
    """
    reported = {step.name: step for step in stream.steps}
    for name in reported:
        if name not in [planned.name for planned in cell.workload.steps]:
            return Verdict.ERROR, f"step {name}: nobody planned it", ()
    skipped, failures, known = [], [], []
    for planned in cell.workload.steps:
        step = reported.get(planned.name)
        wrong = _harness_error(planned, step)
        if wrong or step is None or step.end is None:
            return Verdict.ERROR, f"step {planned.name}: {wrong}", ()
        said = f"step {planned.name}: {step.end.message or step.end.status}"
        shown, lost = _findings(cell, planned, step.end.status, step.end.message)
        known += shown
        failures += lost
        if step.end.status == "fail" and not shown and not lost:
            failures.append(said)
        if step.end.status == "skip":
            skipped.append(said)
        failures += [f"step {planned.name}: {text}" for text in _bounces(step)]
    if failures:
        return Verdict.FAIL, failures[0], ()
    if len(skipped) == len(cell.workload.steps):
        return Verdict.SKIP, skipped[0], ()
    return Verdict.PASS, "", known


def _harness_error(planned: Step, step: frames.Step | None) -> str:
    """Return why nothing can be told of a step; "" if something can."""
    if step is None or step.end is None:
        return "nothing was reported"
    if step.end.status == "error":
        return step.end.message or step.end.status
    if step.end.status == "ok" and planned.measures and not step.series:
        return "ended well without a number"
    return ""


def _findings(
    cell: PlannedCell, planned: Step, status: str, message: str
) -> tuple[list[str], list[str]]:
    """Return the known defects that a step shows, and those it no longer does."""
    shown, lost = [], []
    for finding in cell.workload.findings:
        if finding.step != planned.name or cell.variant.name not in finding.variants:
            continue
        if status == "fail" and re.search(finding.shows, message):
            shown.append(f"known defect {finding.id} (docs/findings.md): {message}")
        else:
            said = f"{status}: {message}" if message else status
            lost.append(
                f"step {planned.name}: finding {finding.id} no longer shows: {said}"
            )
    return shown, lost


def _bounces(step: frames.Step) -> list[str]:
    """Return what is wrong with the mappings of a step that bounced or did not."""
    counts, wrong = step.counts, []
    if counts and counts.unexplained:
        wrong.append(
            f"{counts.unexplained} of {counts.mapped} "
            "mappings bounced and nothing demanded it"
        )
    if counts and counts.missed:
        wrong.append(
            f"{counts.missed} of {counts.mapped} mappings had to bounce and did not"
        )
    return wrong
