# SPDX-License-Identifier: GPL-2.0-only
"""Profiles: which workloads run on which variants, and how. TOML files."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from harness import tomlfile
from harness.errors import UsageError
from harness.workload import CLOCKS, LAYOUTS, PURPOSES

SEEDS = range(2**32)
SHARES = range(1, 101)
_NAME = re.compile(r"[A-Za-z0-9_.+-]{1,80}")
_MEMBERS = (
    "description",
    "clock",
    "p2m",
    "scatter_seed",
    "scatter_share",
    "counting",
    "purpose",
    "workloads",
    "variants",
)


@dataclass(frozen=True)
class Profile:
    """Which workloads run on which variants, in which clock and p2m layouts.

    purpose: all workloads that have it, when none is named. scatter_seed and
    scatter_share (percent of RAM): how p2m is scattered where it is. counting: the
    instructions of its cells are counted, where QEMU can.
    """

    name: str
    description: str
    clock: str
    p2m: tuple[str, ...]
    workloads: tuple[str, ...]
    variants: tuple[str, ...]
    purpose: str = ""
    scatter_seed: int = 1
    scatter_share: int = 50
    counting: bool = False


def load(path: Path) -> Profile:
    """Return the profile of a file; UsageError says what is wrong where."""
    if not _NAME.fullmatch(path.stem):
        # Its runs are named by it.
        raise UsageError(f"{path}: its name may have letters, digits and _.+- only")
    data = tomlfile.read(path)
    tomlfile.only(data, _MEMBERS, path)
    description = tomlfile.text(data, "description", path)
    clock = tomlfile.text(data, "clock", path)
    tomlfile.among(clock, CLOCKS, "clock", path)
    layouts = _layouts(data, path)
    purpose, workloads = _work(data, path)
    given = {"scatter_seed": 1, "scatter_share": 50, **data}
    return Profile(
        path.stem,
        description,
        clock,
        layouts,
        workloads,
        tomlfile.names(data, "variants", path),
        purpose,
        tomlfile.number(given, "scatter_seed", SEEDS, path),
        tomlfile.number(given, "scatter_share", SHARES, path),
        tomlfile.truth(data, "counting", path),
    )


def _layouts(data: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """Return the p2m layouts: a string, or a list of them."""
    if isinstance(data.get("p2m"), list):
        found = tomlfile.names(data, "p2m", path)
    else:
        found = (tomlfile.text(data, "p2m", path),)
    for layout in found:
        tomlfile.among(layout, LAYOUTS, "p2m", path)
    return found


def _work(data: Mapping[str, Any], path: Path) -> tuple[str, tuple[str, ...]]:
    """Return the purpose or the workloads, of which exactly one must be given."""
    if "purpose" not in data:
        return "", tomlfile.names(data, "workloads", path)
    if "workloads" in data:
        raise UsageError(f"{path}: purpose: must not be given beside workloads")
    purpose = tomlfile.text(data, "purpose", path)
    tomlfile.among(purpose, PURPOSES, "purpose", path)
    return purpose, ()
