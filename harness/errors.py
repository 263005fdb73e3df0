# SPDX-License-Identifier: GPL-2.0-only
"""What can go wrong on the harness's side, each with its verdict."""

import shutil
import subprocess

from harness.record import Verdict


class HarnessError(Exception):
    """Something the harness needed did not work: ERROR. One sentence."""

    verdict = Verdict.ERROR


class Failed(HarnessError):
    """A program ran to its end and reported failure."""


class Stopped(Exception):
    """The user wants no more of it. No verdict: it says nothing of the subject."""


class UsageError(HarnessError):
    """Bad input: one sentence that says what, where, and what is allowed."""


class Missing(HarnessError):
    """A requirement is not met here: SKIP, with what is missing."""

    verdict = Verdict.SKIP


class ToolError(HarnessError):
    """What a tool printed cannot be used: which tool, what is wrong, and where."""


class ToolFailed(ToolError):
    """A tool ran, and what it drove did not do as it must: FAIL."""

    verdict = Verdict.FAIL


def sentence(problem: Exception) -> str:
    """Return what went wrong in a sentence; where a file is to blame, that first."""
    if isinstance(problem, subprocess.TimeoutExpired):
        name = problem.cmd if isinstance(problem.cmd, str) else problem.cmd[0]
        return f"{name}: not done after {problem.timeout:.0f} s"
    if isinstance(problem, shutil.Error) and isinstance(problem.args[0], list):
        # Of all the files of a folder that could not be copied, the first.
        _, target, why = problem.args[0][0]
        return f"{target}: {why}"
    if isinstance(problem, OSError):
        where = f"{problem.filename}: " if problem.filename else ""
        return f"{where}{problem.strerror or problem}"
    return str(problem)
