# SPDX-License-Identifier: GPL-2.0-only
"""A made-up kernel's git tree of 16 commits, two of which do harm; for the nights."""

import subprocess
from pathlib import Path
from typing import Sequence

import trees

# What each commit makes of init/main.c, after a line that is its own; None: it adds the
# file that breaks the build. Commits are counted from 1.
SLOWER, UNBUILT, MENDED, WRONG, DEAD, ALIVE = 6, 8, 9, 11, 13, 14
COMMITS = 16


def text(number: int) -> str:
    """Return init/main.c of a commit."""
    lines = [f"int commit = {number};"]
    lines += ["plus 7"] * (number >= SLOWER)
    lines += ["wrong"] * (number >= WRONG)
    lines += ["dies"] * (DEAD <= number < ALIVE)
    return "\n".join(lines) + "\n"


def tree(root: Path) -> Path:
    """Make the tree at root; its commits are tagged c0, which is the first, to c16."""
    trees.kernel(root, **{"init/main.c": text(0)})
    trees.repository(root)
    trees.git(root, "tag", "c0")
    for number in range(1, COMMITS + 1):
        (root / "init/main.c").write_text(text(number))
        if number == UNBUILT:
            (root / "broken").write_text("")
        if number == MENDED:
            (root / "broken").unlink()
        trees.git(root, "add", "-A")
        trees.git(root, "commit", "-q", "-m", f"number {number}")
        trees.git(root, "tag", f"c{number}")
    return root


def at(root: Path, revision: str) -> None:
    """Check a commit out, as a pull does."""
    trees.git(root, "checkout", "-q", revision)


def commit(root: Path, text: str) -> None:
    """Make a commit whose init/main.c is this."""
    (root / "init/main.c").write_text(text)
    trees.git(root, "commit", "-q", "-a", "-m", text.replace("\n", " "))


def sha(root: Path, revision: str) -> str:
    """Return the hash of a commit."""
    words: Sequence[str] = ["git", "-C", str(root), "rev-parse", revision]
    return subprocess.run(words, capture_output=True, text=True).stdout.strip()
