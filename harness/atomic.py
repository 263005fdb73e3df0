# SPDX-License-Identifier: GPL-2.0-only
"""Files that are there whole or not at all, whoever else writes them just now."""

import os
import tempfile
from pathlib import Path


def write(path: Path, data: bytes, mode: int = 0o644, durable: bool = False) -> None:
    """Write a file under another name and give it its own; OSError as usual.

    durable: it is on the disk before it has its name.
    """
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        os.chmod(fresh, mode)
        os.replace(fresh, path)
    except BaseException:
        os.unlink(fresh)
        raise
