# SPDX-License-Identifier: GPL-2.0-only
"""What can go wrong on the harness's side, each with its verdict."""

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
