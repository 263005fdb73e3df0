# SPDX-License-Identifier: GPL-2.0-only
"""Run other programs: always with a deadline, never leaving a child behind."""

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import IO, Mapping, Sequence

from harness.errors import Failed, HarnessError

_TIE = ("setpriv", "--pdeathsig", "KILL", "--")


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Kill a child that leads its own process group, with the group, and reap it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def start(
    argv: Sequence[str],
    output: IO[bytes],
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    tied: bool = False,
    holds: int | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a program that leads a process group of its own, all it says to output.

    environment: all of it; the caller's when left out. tied: it is killed when the
    thread that starts it ends, be that by kill -9. holds: a lock's file descriptor,
    which it and its children have as well, so that the lock lasts as long as they do.
    HarnessError when it cannot be started. Whoever starts it must stop() it.
    """
    if tied and shutil.which(argv[0]):
        argv = [*_TIE, *argv]
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=() if holds is None else (holds,),
        )
    except OSError as problem:
        name = Path(argv[0]).name
        raise HarnessError(f"{name}: cannot be started: {problem.strerror}")


def run(
    argv: Sequence[str],
    *,
    seconds: float,
    log: Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    holds: int | None = None,
) -> None:
    """Run a program with its output appended to log.

    environment: all of it; the caller's when left out. seconds: deadline. holds: as
    in start().
    HarnessError when it is missed, when the program is not there, or when it
    fails: with the last lines it printed.
    """
    name = Path(argv[0]).name
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        begin = output.tell()
        process = start(argv, output, cwd, environment, holds=holds)
        try:
            status = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise HarnessError(f"{name}: not done after {seconds:.0f} s; see {log}")
        finally:
            stop(process)
    if status:
        raise Failed(f"{name}: exit status {status}; see {log}\n{tail(log, begin)}")


def tail(log: Path, start: int = 0, lines: int = 12) -> str:
    """Return the last lines of a log behind byte start, indented."""
    with log.open("rb") as stream:
        stream.seek(start)
        text = stream.read().decode("utf-8", "replace")
    return "\n".join("    " + line for line in text.splitlines()[-lines:])


def output(
    argv: Sequence[str],
    *,
    seconds: float = 60,
    cwd: Path | None = None,
    errors: bool = False,
) -> str:
    """Return what a program prints; HarnessError if it fails or takes too long.

    errors: what a program that succeeds prints as its errors follows, too.
    """
    try:
        done = subprocess.run(
            argv,
            cwd=cwd,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
        )
    except OSError as problem:
        raise HarnessError(f"{argv[0]}: cannot be started: {problem.strerror}")
    except subprocess.TimeoutExpired:
        raise HarnessError(f"{argv[0]}: not done after {seconds:.0f} s")
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Failed(f"{' '.join(argv)}: {words[-1] if words else 'failed'}")
    said = done.stdout + done.stderr if errors else done.stdout
    return said.decode("utf-8", "replace")
