# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages: the lists in ci/, and which of them are not installed."""

import subprocess
from typing import Sequence

from harness.paths import Repo

INSTALL = "apt-get install --no-install-recommends"


def wanted(repo: Repo, tests: bool) -> list[str]:
    """Return the packages a run needs, with those the tests need if asked."""
    names = ["packages.txt"] + ["packages-test.txt"] * tests
    lines = [
        line.split("#", 1)[0].strip()
        for name in names
        for line in (repo.root / "ci" / name).read_text("utf-8").splitlines()
    ]
    return [line for line in lines if line]


def absent(names: Sequence[str]) -> list[str]:
    """Return those of the packages that are not installed."""
    words = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *names]
    done = subprocess.run(words, capture_output=True, timeout=60)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    there = {line.split()[0] for line in lines if line.endswith(" installed")}
    return [name for name in names if name not in there]


def version(name: str) -> str | None:
    """Return the version of an installed package; None if it is not there."""
    words = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", name]
    done = subprocess.run(words, capture_output=True, timeout=60)
    state, _, found = done.stdout.decode("utf-8", "replace").partition(" ")
    return found if state == "installed" else None
