#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Make a git tree of the real kernel with 16 commits over its DMA code: two do harm.

kernelgit.py TREE   The files are links to those of the cache; nothing writes to them.
"""

import subprocess
import sys
from pathlib import Path

from harness import paths, source

SLOWER, WRONG, COMMITS = 6, 11, 16
# What the harmless ones append a comment to, by turns.
FILES = (
    "kernel/dma/direct.c",
    "drivers/xen/swiotlb-xen.c",
    "kernel/dma/mapping.c",
    "kernel/dma/swiotlb.c",
)
MAP = ("drivers/xen/swiotlb-xen.c", "\tBUG_ON(dir == DMA_NONE);\n")
WORK = MAP[1] + "\tWARN_ON_ONCE(!READ_ONCE(dev->dma_mask));\n"
COPY = (
    "kernel/dma/swiotlb.c",
    "\tswiotlb_bounce(dev, tlb_addr, mapping_size, DMA_TO_DEVICE, pool);\n"
    "\treturn tlb_addr;\n",
)


def git(tree: Path, *words: str) -> None:
    """Run git in the tree, whatever the user's configuration."""
    about = ["-c", "user.name=A. Planter", "-c", "user.email=a@example.org"]
    quick = [
        "-c",
        "core.compression=0",
        "-c",
        "core.looseCompression=0",
        "-c",
        "gc.auto=0",
    ]
    subprocess.run(["git", "-C", str(tree), *about, *quick, *words], check=True)


def put(tree: Path, name: str, text: str) -> None:
    """Write a file anew: the old one is the cache's as well."""
    (tree / name).unlink()
    (tree / name).write_text(text)


def replaced(tree: Path, name: str, old: str, new: str) -> str:
    """Return a file's text with something else in the first place where old is."""
    text = (tree / name).read_text()
    assert old in text, f"{name} has no {old!r}"
    return text.replace(old, new, 1)


def main(place: str) -> None:
    """Make the tree; commits are tagged c0 to c16."""
    tree, cache = Path(place), paths.cache()
    origin = source.resolve(None, cache, cache.folder("logs") / "source.log")
    subprocess.run(["cp", "-al", str(origin.root), str(tree)], check=True)
    git(tree, "init", "-q")
    git(tree, "add", "-A", "-f")
    git(tree, "commit", "-q", "-m", "Linux, as Debian has it")
    git(tree, "tag", "c0")
    for number in range(1, COMMITS + 1):
        name, subject = FILES[number % len(FILES)], f"a remark, number {number}"
        text = f"{(tree / name).read_text()}/* {subject} */\n"
        if number == SLOWER:
            name, subject = MAP[0], "xen/swiotlb: be careful in map"
            text = replaced(tree, *MAP, WORK)
        if number == WRONG:
            name, subject = COPY[0], "swiotlb: save a copy"
            text = replaced(tree, *COPY, "\tif (dir != DMA_FROM_DEVICE)\n\t" + COPY[1])
        put(tree, name, text)
        git(tree, "commit", "-q", "-a", "-m", subject)
        git(tree, "tag", f"c{number}")


if __name__ == "__main__":
    main(*sys.argv[1:])
