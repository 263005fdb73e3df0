# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages: the lists in ci/, and which of them are not installed."""

import subprocess
from pathlib import Path
from typing import Sequence

from harness import command
from harness.errors import HarnessError
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


def version_of(path: Path) -> str | None:
    """Return the version of the installed package a file is of; None if of none."""
    try:
        owner = command.output(["dpkg-query", "-S", str(path)]).rpartition(": ")[0]
        return command.output(["dpkg-query", "-W", "-f", "${Version}", owner])
    except HarnessError:
        return None
