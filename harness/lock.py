# SPDX-License-Identifier: GPL-2.0-only
"""One at a time: lock files of the cache, and of a run while it is being made."""

import fcntl
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, TextIO

from harness.errors import HarnessError

LOCK_SECONDS = 3600
# Who only asks holds it for an instant.
_INSTANT_SECONDS = 0.5
_PAUSE_SECONDS = 0.05


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Hold a lock file; HarnessError if another bouncemark does not let go of it.

    Yield its file descriptor: a child that has it holds the lock as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        if not _taken(stream, LOCK_SECONDS):
            raise HarnessError(f"{path}: held by another run for too long")
        yield stream.fileno()


@contextmanager
def owned(path: Path, what: str) -> Iterator[None]:
    """Own a lock file, which then has our process id; HarnessError says whose it is.

    what: what is being run while it is owned. It ends with the process, however
    that ends; the file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as stream:
        if not _taken(stream, _INSTANT_SECONDS):
            stream.seek(0)
            process = stream.read(20).strip() or "unknown"
            raise HarnessError(f"{what} is being run by process {process}")
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


def _taken(stream: TextIO, seconds: float) -> bool:
    """Lock an open file; return whether that was possible in so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
