# SPDX-License-Identifier: GPL-2.0-only
"""One at a time: lock files of the cache, and of a run while it is being made."""

import fcntl
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from harness.errors import HarnessError

LOCK_SECONDS = 3600
# Who only asks holds it for an instant.
_INSTANT_SECONDS = 0.5


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold a lock file; HarnessError if another bouncemark does not let go of it.

    Yield its file descriptor: a child that has it holds the lock as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + LOCK_SECONDS
    with path.open("w") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise HarnessError(f"{path}: held by another run for too long")
                time.sleep(0.5)
        yield stream.fileno()


@contextmanager
def owned(path: Path, what: str) -> Iterator[None]:
    """Own a lock file, which then has our process id; HarnessError says whose it is.

    what: what is being run while it is owned. It ends with the process, however
    that ends; the file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + _INSTANT_SECONDS
    with path.open("a+") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    stream.seek(0)
                    process = stream.read(20).strip() or "unknown"
                    raise HarnessError(f"{what} is being run by process {process}")
                time.sleep(0.05)
        stream.truncate(0)
        stream.write(f"{os.getpid()}\n")
        stream.flush()
        yield


def is_owned(path: Path) -> bool:
    """Tell whether a living process owns a lock file; False where there is none."""
    try:
        with path.open("r") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
