# SPDX-License-Identifier: GPL-2.0-only
"""Where things lie: in the checkout, and in the cache."""

import dataclasses
import os
from pathlib import Path
from typing import Mapping


@dataclasses.dataclass(frozen=True)
class Repo:
    """The checkout."""

    root: Path

    @property
    def kconfigs(self) -> Path:
        """Return the folder of config fragments."""
        return self.root / "kconfigs"

    @property
    def designs(self) -> Path:
        """Return the folder of the designs' patch series."""
        return self.root / "bench" / "designs"

    @property
    def modules(self) -> Path:
        """Return the folder of kernel modules."""
        return self.root / "bench" / "modules"

    @property
    def guest(self) -> Path:
        """Return the folder of the guest's init."""
        return self.root / "bench" / "guest"

    @property
    def plugin(self) -> Path:
        """Return the folder of QEMU's plugin."""
        return self.root / "bench" / "plugin"

    @property
    def marks(self) -> Path:
        """Return the header that tells plugin and guest what a mark is."""
        return self.modules / "include" / "uapi" / "bouncemark_marks.h"

    @property
    def workloads(self) -> Path:
        """Return the folder with one file per workload."""
        return self.root / "bench" / "workloads"

    @property
    def devices(self) -> Path:
        """Return the folder with one file per device that workloads drive."""
        return self.root / "bench" / "devices"

    @property
    def jobs(self) -> Path:
        """Return the folder of fio's job files."""
        return self.root / "bench" / "jobs"

    @property
    def profiles(self) -> Path:
        """Return the folder with one file per profile."""
        return self.root / "bench" / "profiles"

    @property
    def questions(self) -> Path:
        """Return the folder with one file per question."""
        return self.root / "bench" / "questions"

    @property
    def mutants(self) -> Path:
        """Return the folder with one patch per mutant."""
        return self.root / "tests" / "mutants"

    @property
    def runs(self) -> Path:
        """Return the folder the runs go to."""
        return self.root / "results" / "runs"

    @property
    def mutant_runs(self) -> Path:
        """Return the folder the runs of mutants go to, which prove nothing."""
        return self.root / "results" / "mutants"


@dataclasses.dataclass(frozen=True)
class Cache:
    """What is kept between runs: everything in it can be made again."""

    root: Path

    def folder(self, *names: str) -> Path:
        """Return a folder of the cache; it is there afterwards."""
        path = self.root.joinpath(*names)
        path.mkdir(parents=True, exist_ok=True)
        return path

    def used(self, place: Path) -> Path:
        """Return a thing of the cache; it was used now, and is not pruned for long."""
        try:
            os.utime(place)
        except OSError:
            # Gone since, or another user's: it can be made again.
            pass
        return place


def repo() -> Repo:
    """Return the checkout that this file belongs to."""
    return Repo(Path(__file__).resolve().parent.parent)


def cache(environment: Mapping[str, str] = os.environ) -> Cache:
    """Return the user's cache: $XDG_CACHE_HOME/bouncemark, else ~/.cache/bouncemark."""
    base = environment.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Cache(Path(base).absolute() / "bouncemark")


def kernel(given: str | None) -> str | None:
    """Return what KERNEL= names as it is named from any folder; None without it."""
    return os.path.abspath(os.path.expanduser(given)) if given else None


def runs(given: Path | None) -> Path:
    """Return the folder the runs are in: the one given, else the checkout's."""
    return given.absolute() if given else repo().runs


def accepted(given: Path | None) -> Path:
    """Return the file of accepted changes: beside the checkout's runs, or in given."""
    return (given.absolute() if given else repo().runs.parent) / "accepted.jsonl"


def index(given: Path | None) -> Path:
    """Return where the index over the runs is: beside runs/, or in the folder given."""
    folder = given.absolute() if given else repo().runs.parent
    return folder / "index.sqlite"


def nights(given: Path | None) -> Path:
    """Return the folder the nights' accounts are in: beside the index."""
    return index(given).parent / "nightly"


def bisections(given: Path | None) -> Path:
    """Return the folder of what is, or was, bisected: beside the index."""
    return index(given).parent / "bisect"
