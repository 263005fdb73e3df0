# SPDX-License-Identifier: GPL-2.0-only
"""The command within this process: many calls in the time of one start."""

import contextlib
import io

from harness import cli


def said(*words: str) -> tuple[int, str, str]:
    """Run bouncemark; return its exit status, and what it printed on both streams."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = cli.main(words)
    return status, out.getvalue(), err.getvalue()


def refused(status: int, text: str, *words: object) -> None:
    """Check that a call ends with a status and one line that holds text."""
    found, out, err = said(*map(str, words))
    assert (found, out) == (status, ""), (words, found, out, err)
    assert err.startswith("bouncemark") and err.count("\n") == 1, err
    assert text in err and err.endswith("\n"), (text, err)
