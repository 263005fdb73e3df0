# SPDX-License-Identifier: GPL-2.0-only
"""Workload files for the tests: a good one, and how to spoil it."""

from pathlib import Path

from harness import workload
from harness.errors import UsageError

GOOD = """\
description = "made up"
device = "edu"
pci = "1234:11e8"
modules = ["dmabench"]
deadline = 30

[machine]
memory_mib = 2048
low_mib = 1024

[[metric]]
name = "ticks"
unit = "instructions"
direction = "lower"
good_for = "tests"

[[step]]
kind = "dmabench"
name = "map-{size}"
op = "map_single"
size = [64, 4096]
"""


def written(folder: Path, *changes: tuple[str, str], name: str = "work") -> Path:
    """Write a workload, each change being a text and what stands in its place."""
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return path


def driving(folder: Path, devices: str, steps: str, *changes: tuple[str, str]) -> Path:
    """Write io, a workload that drives devices, a list of TOML; changes as above."""
    return written(
        folder,
        ('device = "edu"\npci = "1234:11e8"', f"drives = {devices}"),
        ('modules = ["dmabench"]', "modules = []"),
        (GOOD[GOOD.index("[[step]]") :], steps),
        *changes,
        name="io",
    )


def refused(path: Path) -> str:
    """Return the one sentence with which a workload is refused, without its path."""
    try:
        workload.load(path)
    except UsageError as problem:
        said = str(problem)
        assert said.startswith(f"{path}: ") and "\n" not in said, said
        return said.removeprefix(f"{path}: ")
    raise AssertionError(f"accepted:\n{path.read_text()}")
