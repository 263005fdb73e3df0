# SPDX-License-Identifier: GPL-2.0-only
"""What git says of a kernel tree, and a private clone of it that is bisected.

The user's tree is only read: the clone borrows its objects and has a work tree, and
bisection state, of its own. It is built where the tree is built: see source.py.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness import command, source
from harness.errors import HarnessError, UsageError

# A kernel has 80,000 files.
_SECONDS = 900
_FOUND = re.compile(r"^# first bad commit: \[([0-9a-f]{40,64})\]", re.MULTILINE)
_LEFT = re.compile(r"^# possible first bad commit: \[([0-9a-f]{40,64})\]", re.MULTILINE)


@dataclass(frozen=True)
class Commit:
    """A commit: its hash, subject, author, and when it was written (ISO 8601)."""

    sha: str
    subject: str
    author: str
    date: str


@dataclass(frozen=True)
class Next:
    """Where a bisection is: the next commit, or the culprit, or who it may be."""

    ask: str | None = None
    culprit: str | None = None
    left: tuple[str, ...] = ()


def git(tree: Path, *words: str) -> str:
    """Return what git prints in a tree; HarnessError with its last line."""
    return command.output(["git", "-C", str(tree), *words], seconds=_SECONDS).strip()


def top(tree: Path) -> bool:
    """Tell whether a folder is the top of a git tree."""
    try:
        return git(tree, "rev-parse", "--show-prefix") == ""
    except HarnessError:
        return False


def named(kernel: str | None) -> tuple[Path, str] | None:
    """Return the git tree and the commit that a KERNEL= names; None if it has none.

    A tree with changes is no commit; git's own errors are no reason to stop.
    """
    if not kernel:
        return None
    folder, ref = Path(kernel).expanduser().absolute(), "HEAD"
    if not folder.exists():
        name, _, ref = kernel.rpartition("@")
        folder = Path(name).expanduser().absolute()
    elif not folder.is_dir() or not top(folder):
        return None
    try:
        if ref == "HEAD" and git(folder, "status", "--porcelain"):
            return None
        return folder, git(folder, "rev-parse", "--verify", ref + "^{commit}")
    except HarnessError:
        return None


def commit_of(tree: Path, revision: str) -> str:
    """Return the hash of a revision; UsageError if the tree has no such commit."""
    words = ("rev-parse", "--verify", "--end-of-options", revision + "^{commit}")
    try:
        return git(tree, *words)
    except HarnessError:
        raise UsageError(f"{revision}: {tree} has no such git commit")


def is_ancestor(tree: Path, one: str, other: str) -> bool:
    """Tell whether a commit comes before another."""
    return git(tree, "merge-base", one, other) == one and one != other


def about(tree: Path, sha: str) -> Commit:
    """Return what git says of a commit."""
    form = "--format=%H%x00%s%x00%an <%ae>%x00%aI"
    return Commit(*git(tree, "log", "-1", form, sha).split("\0"))


def between(tree: Path, good: str, bad: str) -> int:
    """Return how many commits are to be searched."""
    return int(git(tree, "rev-list", "--count", f"{good}..{bad}"))


def clone(tree: Path, place: Path) -> None:
    """Have a private clone of a tree at place, whatever a killed one has left there."""
    marker = place / ".git" / source.ORIGIN
    if not marker.exists():
        shutil.rmtree(place, ignore_errors=True)
        words = ["git", "clone", "-q", "--shared", "--no-checkout"]
        command.output([*words, str(tree), str(place)], seconds=_SECONDS)
        marker.write_text(f"{tree.resolve()}\n", encoding="utf-8")
    for path in (place / ".git").rglob("*.lock"):
        path.unlink()


def check_out(place: Path, sha: str) -> None:
    """Bring a clone's work tree to a commit, and to nothing else."""
    git(place, "checkout", "-q", "--force", "--detach", sha)
    git(place, "clean", "-ffdxq")


def begin(place: Path, good: str, bad: str) -> Next:
    """Begin a bisection in a clone, or begin it anew."""
    git(place, "bisect", "reset")
    git(place, "bisect", "start", "--no-checkout", bad, good)
    return _next(place)


def answer(place: Path, word: str) -> Next:
    """Say of the commit that is asked for that it is "good", "bad", or to "skip"."""
    try:
        git(place, "bisect", word, "BISECT_HEAD")
    except HarnessError:
        # git leaves with 2 when only skipped ones are left; its log tells them.
        found = _next(place)
        if not found.left:
            raise
        return found
    return _next(place)


def log(place: Path) -> str:
    """Return the log of the bisection, as git bisect replay reads it."""
    return git(place, "bisect", "log") + "\n"


def _next(place: Path) -> Next:
    said = log(place)
    found = _FOUND.search(said)
    if found:
        return Next(culprit=found[1])
    left = tuple(_LEFT.findall(said))
    return Next(left=left) if left else Next(ask=git(place, "rev-parse", "BISECT_HEAD"))
