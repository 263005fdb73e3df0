# SPDX-License-Identifier: GPL-2.0-only
"""Hand a text to a command of the user's: a mail, a chat, whatever takes it."""

import subprocess

from harness import command

SECONDS = 60.0


def tell(words: str, text: str, seconds: float = SECONDS) -> str:
    """Give a text to a shell command's standard input; return what went wrong, or "".

    The command and what it has started are killed after so many seconds. Its own
    output goes where ours goes.
    """
    try:
        process = subprocess.Popen(
            ["sh", "-c", words], stdin=subprocess.PIPE, start_new_session=True
        )
    except OSError as problem:
        return f"--notify: sh cannot be started: {problem.strerror}"
    try:
        process.communicate(text.encode("utf-8"), timeout=seconds)
    except subprocess.TimeoutExpired:
        return f"--notify: {words}: not done after {seconds:.0f} s"
    finally:
        command.stop(process)
    if process.returncode:
        return f"--notify: {words}: exit status {process.returncode}"
    return ""
