# SPDX-License-Identifier: GPL-2.0-only
"""The command: take the user's words, do it, and end with the right status."""

import argparse
import io
import os
import signal
import subprocess
import sys
from typing import Callable, Sequence

from harness.commands import UNREAD_STATUS, USAGE_STATUS, parser
from harness.errors import HarnessError, UsageError, sentence
from harness.record import RecordError, Verdict

__all__ = ["main", "parser"]


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    # A terminal that is closed; nohup has it ignored.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, _interrupt)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # So that what goes to standard error stands where it was said.
        sys.stdout.reconfigure(line_buffering=True)
    try:
        status = _command(words)
        sys.stdout.flush()
        return status
    except UsageError as problem:
        print(f"bouncemark: {problem}", file=sys.stderr)
        return USAGE_STATUS
    except HarnessError as problem:
        print(f"bouncemark: {problem}", file=sys.stderr)
        return problem.verdict.exit_code
    except RecordError as problem:
        print(f"bouncemark: {problem}", file=sys.stderr)
        return Verdict.ERROR.exit_code
    except KeyboardInterrupt:
        print("bouncemark: interrupted; what was finished is kept", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Nobody reads any more: what is left in the buffer goes nowhere. How the
        # command would have ended is not known, so it is no success.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD_STATUS
    except (OSError, subprocess.TimeoutExpired) as problem:
        print(f"bouncemark: {sentence(problem)}", file=sys.stderr)
        return Verdict.ERROR.exit_code


def _command(words: Sequence[str] | None) -> int:
    try:
        options = _options(words)
    except SystemExit as done:
        # --help, or a word that was refused.
        return int(done.code or 0)
    do: Callable[[argparse.Namespace], int] = options.do
    return do(options)


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    """Return what the user said. Words of a list may stand before and after options."""
    known = parser()
    options, rest = known.parse_known_args(words)
    if rest and (not hasattr(options, "words") or rest[0].startswith("-")):
        known.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        options.words += rest
    return options


def _interrupt(*_: object) -> None:
    """Take a signal as Ctrl-C: guests and builds are stopped on the way out."""
    raise KeyboardInterrupt
