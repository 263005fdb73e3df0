# SPDX-License-Identifier: GPL-2.0-only
"""The command mutants: build each of them, boot its one cell, say what found it.

What a mutant leaves is of no use to anybody: kernel, modules and initramfs are
made in a cache of its own, which is gone afterwards. Sources, the build tree and
the compiler's cache are the shared ones; the next build brings the tree back.
"""

import argparse
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from harness import mutants, paths, profile, record, run, source, validation, workload
from harness.errors import HarnessError
from harness.mutants import Mutant, Outcome, Result
from harness.paths import Cache, Repo
from harness.progress import Progress

_SHARED = ("sources", "trees", "ccache", "bin", "guest", "xen", "logs")
# Guest, kernel, boot.
_UNITS = 3


def run_mutants(options: argparse.Namespace) -> int:
    """Try mutants, all or those named; say of each what found it."""
    repo, cache = paths.repo(), paths.cache()
    known = mutants.load_all(repo.mutants, workload.load_all(repo.workloads))
    chosen = mutants.chosen(known, options.names)
    runs = options.results.absolute() if options.results else repo.mutant_runs
    history = cache.folder() / "durations.json"
    results = []
    for mutant in chosen:
        progress = Progress(sys.stderr, history, _UNITS)
        with progress.showing():
            result = attempt(mutant, repo, cache, runs, progress)
        print(result.line)
        results.append(result)
    print(mutants.score(results))
    return mutants.status(results)


def attempt(
    mutant: Mutant, repo: Repo, cache: Cache, runs: Path, progress: Progress
) -> Result:
    """Build and boot a mutant; return what became of it."""
    found = profile.load(repo.profiles / f"{validation.PROFILE}.toml")
    try:
        with planted(mutant, repo, cache) as (patched, own):
            bench = run.Bench(
                repo=patched,
                cache=own,
                profile=mutants.single(found, mutant),
                workloads={mutant.case.name: mutant.case},
                kernel=None,
                accelerator="tcg",
                runs=runs,
                further=() if mutant.module else (mutant.patch,),
            )
            folder = run.execute(bench, progress)
    except HarnessError as problem:
        return Result(mutant.name, Outcome.NOT_BUILT, str(problem))
    return mutants.judged(mutant, record.load_run(folder).cells[0])


@contextmanager
def planted(mutant: Mutant, repo: Repo, cache: Cache) -> Iterator[tuple[Repo, Cache]]:
    """Give the checkout with a module's mutant in it, and a cache for what it makes.

    A kernel's mutant is in no checkout: it is one more patch.
    """
    with tempfile.TemporaryDirectory(dir=cache.folder(), prefix=".mutant-") as place:
        own = Cache(Path(place) / "cache")
        own.root.mkdir()
        # A module is planted into the kernel as it is, which is worth keeping.
        for name in _SHARED + ("kernels",) * mutant.module:
            os.symlink(cache.folder(name), own.root / name)
        if mutant.module:
            repo = _checkout(mutant, repo, Path(place) / "checkout")
            folder = repo.designs / mutant.variant.design
            log = cache.folder("logs") / f"mutant-{mutant.name}.log"
            source.apply(mutant.patch, folder, folder.name, log)
        yield repo, own


def _checkout(mutant: Mutant, repo: Repo, root: Path) -> Repo:
    """Return a checkout that has the folder of a mutant's design for itself."""
    made = Repo(root)
    made.designs.mkdir(parents=True)
    for name in ("kconfigs", "bench/modules", "bench/guest"):
        os.symlink(repo.root / name, root / name)
    for path in repo.designs.iterdir():
        if path.name == mutant.variant.design:
            shutil.copytree(path, made.designs / path.name)
        else:
            os.symlink(path, made.designs / path.name)
    return made
