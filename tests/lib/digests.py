# SPDX-License-Identifier: GPL-2.0-only
"""Digests for the tests of reports: of made-up runs, good ones and others."""

import dataclasses
from typing import Any

import fixtures
from harness import digest, paths, profile, workload
from harness.digest import Digest
from harness.record import Run, Verdict
from harness.validation import State


def of(run: Run, **more: Any) -> Digest:
    """Return the digest of a run with this checkout's workloads and profile."""
    repo = paths.repo()
    known = profile.load(repo.profiles / "quick.toml")
    works = workload.load_all(repo.workloads)
    return digest.digest(run, works, known=known, **more)


def good() -> Digest:
    """Return the digest of a run in which all passed."""
    return of(fixtures.run())


def bad() -> dict[str, Digest]:
    """Return digests of runs that must not look good, by what is wrong with them."""
    made = {
        word: of(fixtures.run(ends={"dom0-hook": (Verdict(word), f"why {word}")}))
        for word in ("CRASH", "ERROR", "FAIL", "SKIP")
    }
    cut = fixtures.run(never=["dom0-hook"])
    open_end = dataclasses.replace(cut.manifest, finished=None, verdict=None)
    made["UNFINISHED"] = of(dataclasses.replace(cut, manifest=open_end))
    made["INCOMPLETE"] = of(cut)
    failed = State("dom0-hook", Verdict.FAIL, "run-v")
    made["failed validation"] = of(fixtures.run(), validated=(failed,))
    before = fixtures.run(2, plus={("dom0-hook", "map_single-64", "map"): 5})
    made["difference"] = of(fixtures.run(), before=before)
    return made
