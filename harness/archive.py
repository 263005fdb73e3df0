# SPDX-License-Identifier: GPL-2.0-only
"""The initramfs: newc cpio archives, as the kernel unpacks them.

Written here and not by cpio(1) because each cell needs one of a few hundred
bytes, the same bytes for the same content, and without being root. Format:
Documentation/driver-api/early-userspace/buffer-format.rst of the kernel.
"""

import stat
from typing import Mapping

_ALIGN = 4


def newc(files: Mapping[str, bytes], executable: frozenset[str] = frozenset()) -> bytes:
    """Return an archive of files and the folders above them.

    files: path without leading slash -> content; executable: those of mode 0755.
    Times, owners and inode numbers are fixed.
    """
    folders = {
        "/".join(path.split("/")[:depth])
        for path in files
        for depth in range(1, path.count("/") + 1)
    }
    archive = bytearray()
    number = 1
    for path in sorted(folders):
        archive += _entry(path, stat.S_IFDIR | 0o755, b"", number)
        number += 1
    for path in sorted(files):
        mode = 0o755 if path in executable else 0o644
        archive += _entry(path, stat.S_IFREG | mode, files[path], number)
        number += 1
    archive += _entry("TRAILER!!!", 0, b"", 0)
    return bytes(archive)


def _entry(path: str, mode: int, data: bytes, number: int) -> bytes:
    name = path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(mode) else 1
    fields = (number, mode, 0, 0, links, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _pad(head + name) + _pad(data)


def _pad(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % _ALIGN)
