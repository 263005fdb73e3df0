# SPDX-License-Identifier: GPL-2.0-only
"""Manifests: the files of a kernel tree, each with the hash of its content."""

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Iterator

from harness import command

Manifest = dict[str, str]

# What an in-tree build leaves behind: not part of a tree's sources. Most of it
# has a .<name>.cmd beside it (see _made); these have not.
_PRODUCT = re.compile(
    r"\.(o|ko|a|cmd|mod|mod\.c|order|symvers|d|tab\.[ch]|lex\.c)$"
    r"|^vmlinux(\.(o|a|map|symvers|bin|bin\.lz4|relocs|export\.c))?$"
)
_PRODUCT_NAMES = {
    ".config",
    ".config.old",
    ".version",
    "System.map",
    "Module.symvers",
    "bzImage",
    "crc32table.h",
    "devicetable-offsets.h",
    "fixdep",
    "inat-tables.c",
    "utsversion-tmp.h",
}
_PRODUCT_FOLDERS = re.compile(
    r"^(\.git|include/config|(arch/\w+/)?include/generated|tools/\w+/libsubcmd)$"
)


def git_files(tree: Path) -> Manifest:
    """Return a git tree's files as they are in the work tree, ignored ones left out."""

    def lines(*words: str) -> Iterator[str]:
        text = command.output(["git", "-C", str(tree), *words], seconds=300)
        return (line for line in text.split("\0") if line)

    manifest: Manifest = {}
    for line in lines("ls-files", "-s", "-z"):
        about, name = line.split("\t", 1)
        mode, blob, _ = about.split()
        manifest[name] = f"{mode} {blob}"
    changed = set(lines("diff-files", "--name-only", "-z"))
    changed |= set(lines("ls-files", "-o", "--exclude-standard", "-z"))
    for name in changed:
        manifest.pop(name, None)
        path = tree / name
        # A folder here is a repository of its own, or stands in a file's place.
        if path.is_symlink() or path.is_file():
            manifest[name] = content(path)
    return manifest


def walk(root: Path) -> Manifest:
    """Return the files below a folder, without what a build in it left."""
    manifest: Manifest = {}
    for place, folders, names in os.walk(root):
        inside = os.path.relpath(place, root)
        prefix = "" if inside == "." else inside + "/"
        folders[:] = [
            name for name in folders if not _PRODUCT_FOLDERS.search(prefix + name)
        ]
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        there = set(names)
        for name in [*names, *links]:
            path = Path(place) / name
            # A pipe would be waited for, for ever.
            if not _made(name, there) and (path.is_symlink() or path.is_file()):
                manifest[prefix + name] = content(path)
    return manifest


def _made(name: str, beside: set[str]) -> bool:
    """Tell whether a file was made by a build: kbuild keeps the command beside it."""
    if f".{name}.cmd" in beside or f"{name}-in.o" in beside:
        return True
    return name in _PRODUCT_NAMES or _PRODUCT.search(name) is not None


def content(path: Path) -> str:
    """Return mode and hash of a file's content, or a link's, as git has them."""
    status = path.lstat()
    if stat.S_ISLNK(status.st_mode):
        mode, data = "120000", os.fsencode(os.readlink(path))
    else:
        mode = "100755" if status.st_mode & stat.S_IXUSR else "100644"
        data = path.read_bytes()
    blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
    return f"{mode} {blob}"


def write(path: Path, manifest: Manifest) -> None:
    """Write a manifest so that it is there whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps(manifest), encoding="utf-8")
    os.replace(fresh, path)


def read(path: Path) -> Manifest:
    """Return what write() wrote."""
    loaded = json.loads(path.read_text(encoding="utf-8"))
    return {str(name): str(told) for name, told in loaded.items()}
