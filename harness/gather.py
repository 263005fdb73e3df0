# SPDX-License-Identifier: GPL-2.0-only
"""What reports need of the disk: a run, its workloads, its validation, its mutants."""

from pathlib import Path

from harness import digest, mutants, paths, profile, record, running, workload
from harness.digest import Digest
from harness.errors import UsageError
from harness.mutants import Mutant, Result
from harness.profile import Profile
from harness.record import Manifest, RecordError, Run
from harness.validation import PROFILE as VALIDATE
from harness.validation import Validations


def gathered(
    folder: Path,
    runs: Path,
    before: Path | None = None,
    seen: Validations | None = None,
) -> Digest:
    """Return the digest of a run; RecordError if one of its files is damaged.

    runs: the folder of all runs, for validations; before: the run compared with;
    seen: what was read of the validations for another run.
    """
    seen = seen or Validations()
    run = record.load_run(folder)
    other = record.load_run(before) if before else None
    return digest.digest(
        run,
        running.workloads(None),
        running.states(run, runs, seen),
        _profile(run.manifest),
        _tried() if run.manifest.profile == VALIDATE else (),
        other,
        running.states(other, runs, seen) if other else (),
    )


def _profile(made: Manifest) -> Profile | None:
    """Return the run's profile as it is now; None if there is none of that name."""
    path = paths.repo().profiles / f"{made.profile}.toml"
    try:
        return profile.load(path) if path.parent == paths.repo().profiles else None
    except (UsageError, OSError, ValueError):
        return None


def _tried() -> tuple[Result, ...]:
    """Return what became of the mutants there are: of each, its latest record."""
    repo = paths.repo()
    if not repo.mutant_runs.is_dir():
        return ()
    known = mutants.load_all(repo.mutants, workload.load_all(repo.workloads))
    found = []
    for mutant in known.values():
        cells = _latest(repo.mutant_runs, mutant)
        if cells is not None:
            found.append(mutants.judged(mutant, cells.cells[0]))
    return tuple(found)


def _latest(runs: Path, mutant: Mutant) -> Run | None:
    """Return a mutant's latest run that ended; None if there is none."""
    for path in sorted(runs.glob(f"*-mutant-{mutant.name}-*/run.json"), reverse=True):
        try:
            run = record.load_run(path.parent)
        except RecordError:
            continue
        if run.manifest.profile == f"mutant-{mutant.name}" and run.cells:
            return run
    return None
