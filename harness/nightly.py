# SPDX-License-Identifier: GPL-2.0-only
"""The command nightly: run, prove, judge what is new, and tell who has to know.

A night is two runs, of what it measures and of what it proves, with the same kernels.
They are runs as any others; results/nightly/NIGHT/ has the night's own account.
"""

import argparse
import dataclasses
import sys
import traceback
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Sequence

from harness import (
    account,
    atomic,
    gittree,
    lock,
    nightcheck,
    nights,
    nighttext,
    nightverdict,
    notify,
    paths,
    plan,
    profile,
    reporting,
    running,
    validate,
    validation,
)
from harness.designs import needed
from harness.errors import HarnessError, UsageError, sentence
from harness.nights import Account
from harness.nighttext import Subject
from harness.nightverdict import Outcome
from harness.record import RecordError, Run, Verdict
from harness.run import Bench

PROFILE = "nightly"
_REPORTS = ("text", "json", "junit")


def nightly(options: argparse.Namespace) -> int:
    """Do a night's work; return 0, 1 a regression, 3 not known, 4 the subject wrong."""
    root = paths.nights(options.results)
    folder = root / account.run_id("night")
    try:
        with lock.owned(root / ".lock", "a night"):
            status, said = _whole(options, root, folder)
    except OSError as problem:
        # Not even the lock can be had.
        status, said = _broken(problem, folder)
    if options.notify:
        # First of all: standard output may be nobody's by now.
        failed = notify.tell(options.notify, said)
        if failed:
            print(f"bouncemark: {failed}", file=sys.stderr)
    print(said, end="")
    return status


def _whole(options: argparse.Namespace, root: Path, folder: Path) -> tuple[int, str]:
    """Return the status of a night and its summary, also where it came to no end.

    UsageError if its options are wrong. A kernel that cannot be had is none of these:
    the tree may have been there last night, and somebody has to hear of it.
    """
    try:
        benches = _benches(options)
    except UsageError:
        raise
    except Exception as problem:
        return _broken(problem, folder)
    try:
        return _night(options, benches, root, folder)
    except Exception as problem:
        return _broken(problem, folder)


def _broken(problem: Exception, folder: Path) -> tuple[int, str]:
    """Return what is said of a night that came to no end; keep it if it can be.

    What should not have happened at all is said with where it did: the interpreter's
    own end would be status 1, a regression.
    """
    what = sentence(problem)
    if isinstance(problem, OSError) and not problem.filename:
        what = f"{folder}: {what}"
    if not isinstance(problem, (HarnessError, RecordError, OSError, TimeoutExpired)):
        traceback.print_exception(problem)
        what = f"{type(problem).__name__}: {what}"
    print(f"bouncemark: {what}", file=sys.stderr)
    said = f"bouncemark nightly: ERROR\n\n{what}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic.write(folder / nights.SUMMARY, said.encode("utf-8"))
    except OSError:
        # Where nothing can be written standard error and --notify have to do.
        pass
    return nightverdict.ERROR, said


def _night(
    options: argparse.Namespace, benches: tuple[Bench, Bench], root: Path, folder: Path
) -> tuple[int, str]:
    """Return the status of a night and its summary, which is on the disk by then."""
    known = nights.load_all(root)
    # Before hours are spent: can the night be kept at all?
    folder.mkdir(parents=True)
    kernel, started = gittree.named(options.kernel), account.now()
    measure, prove = benches
    done = (running.execute(measure)[0], running.execute(prove)[0])
    _same_kernels(done)
    earlier = nights.of_clock(known, measure.profile.clock)
    checked = nightcheck.check(options.results, measure, done[0], earlier)
    ended = nightverdict.ended(done, nights.before(earlier))
    outcome = Outcome(
        planned=sum(len(one.manifest.planned) for one in done),
        wrong=_of(ended, Verdict.FAIL, Verdict.CRASH),
        unknown=_of(ended, Verdict.ERROR),
        skipped=len(_of(ended, Verdict.SKIP)),
        findings=checked.findings,
        unrepeatable=checked.unrepeatable,
        judged=checked.judged,
        first=checked.nights == 0,
        notes=(*checked.notes, *_notes(done, earlier, options.kernel)),
    )
    subject = Subject(
        id=folder.name,
        kernel=options.kernel,
        tree=str(kernel[0]) if kernel else None,
        commit=kernel[1] if kernel else None,
        good=_good(earlier, kernel),
        clock=measure.profile.clock,
        nights=checked.nights,
        folder=str(folder),
        options=_where(options),
    )
    said = nighttext.text(outcome, subject)
    atomic.write(folder / nights.SUMMARY, said.encode("utf-8"), durable=True)
    runs = paths.runs(options.results)
    for name in _REPORTS:
        reporting.write(runs / done[0].manifest.id, runs, name, folder)
    made = Account(
        id=folder.name,
        started=started,
        tree=paths.kernel(options.kernel),
        commit=subject.commit,
        clock=subject.clock,
        measured=done[0].manifest.id,
        proved=done[1].manifest.id,
        status=outcome.status,
        cells=nightverdict.verdicts(done),
        improved=nightverdict.improved(outcome.improvements),
        doubtful=tuple(str(one.metric) for one in outcome.doubtful),
        reported=nightverdict.reported(checked.findings),
    )
    nights.save(made, folder, nightverdict.told(outcome))
    return outcome.status, said


def _where(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the words that say where runs are kept, and more workloads are."""
    given = {
        "--results": options.results,
        "--workloads-from": options.workloads_from,
    }
    return tuple(
        word
        for name, path in given.items()
        if path
        for word in (name, str(path.absolute()))
    )


def _benches(options: argparse.Namespace) -> tuple[Bench, Bench]:
    """Return what the night measures, and what it proves."""
    repo, known = paths.repo(), running.workloads(options.workloads_from)
    asked = tuple(options.variant or ())
    measured = profile.load(repo.profiles / f"{PROFILE}.toml")
    measured = dataclasses.replace(
        measured,
        clock=options.clock or measured.clock,
        workloads=tuple(options.workload or measured.workloads),
        variants=asked or measured.variants,
    )
    proved = profile.load(repo.profiles / f"{validation.PROFILE}.toml")
    proved = dataclasses.replace(
        proved,
        workloads=validate.chosen(known, options.case or ()),
        variants=asked or proved.variants,
    )
    for chosen in (measured, proved):
        # Refuses variants and workloads that there are not.
        needed(chosen.variants)
        plan.cells(chosen, known, {})
    return (
        running.bench_for(options, measured, known),
        running.bench_for(options, proved, known),
    )


def _same_kernels(done: Sequence[Run]) -> None:
    """Raise HarnessError if the tree was changed between the runs of a night."""
    one, other = (run.manifest.kernels for run in done)
    for design in {*one} & {*other}:
        if one[design].key != other[design].key:
            raise HarnessError(
                f"{design} kernel: the sources changed while the night was running; "
                "give it a tree that nobody works on, or TREE@REF"
            )


def _of(
    cells: Sequence[nightverdict.Ended], *verdicts: Verdict
) -> tuple[nightverdict.Ended, ...]:
    return tuple(cell for cell in cells if cell.verdict in verdicts)


def _notes(
    done: Sequence[Run], earlier: Sequence[Account], kernel: str | None
) -> list[str]:
    """Return what else has to be said: known defects, skipped cells, another tree."""
    found = []
    for run in done:
        for known in validate.report(run.manifest, {}).known:
            where = ", ".join(f"{case}@{variant}" for case, variant in known.where)
            found.append(f"known defect {known.id}: {known.said} ({where})")
        skipped = [e for e in run.manifest.cells if e.verdict is Verdict.SKIP]
        for reason in dict.fromkeys(end.reason for end in skipped):
            cells = sum(end.reason == reason for end in skipped)
            found.append(f"skipped, {cells} of the cells: {reason}")
    if earlier and earlier[-1].tree != paths.kernel(kernel):
        was = earlier[-1].tree or "Debian's"
        found.append(f"the night before was of another kernel: {was}")
    return found


def _good(earlier: Sequence[Account], kernel: tuple[Path, str] | None) -> str | None:
    """Return the commit of the last night that had another one of the same tree."""
    if kernel is None:
        return None
    for one in reversed(earlier):
        if one.commit and one.commit != kernel[1]:
            try:
                return gittree.commit_of(kernel[0], one.commit)
            except UsageError:
                # Of another tree, or rewritten since.
                continue
    return None
