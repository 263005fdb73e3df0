# SPDX-License-Identifier: GPL-2.0-only
"""One at a time: lock files of the cache."""

import fcntl
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from harness.errors import HarnessError

LOCK_SECONDS = 3600


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; HarnessError if another bouncemark does not let go of it."""
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
        yield
