# SPDX-License-Identifier: GPL-2.0-only
"""The devices that workloads drive: TOML files of bench/devices/, one each."""

from dataclasses import dataclass
from pathlib import Path

from harness import hashing, jsonfile, paths, tomlfile
from harness.errors import UsageError
from harness.record import RecordError

SCHEMA = 1
SCHEMA_FILE = paths.repo().devices / "device.schema.json"
BLOCK, NETWORK = "block", "network"


@dataclass(frozen=True)
class Driven:
    """A device: how QEMU makes it and how the guest finds it.

    kind: BLOCK, with a disk, what that hangs on if it is a device of its own, and
    its path; or NETWORK, with a nic. Device arguments are QEMU's. console: patterns
    of what its driver prints in every design though it looks bad.
    """

    name: str
    description: str
    kind: str
    pci: str
    driver: str
    sha: str
    controller: str = ""
    disk: str = ""
    path: str = ""
    nic: str = ""
    console: tuple[str, ...] = ()


def load(path: Path) -> Driven:
    """Return the device of a file; UsageError says what is wrong where."""
    data = tomlfile.read(path)
    try:
        jsonfile.check({"schema": SCHEMA, **data}, SCHEMA_FILE, path)
    except RecordError as problem:
        raise UsageError(str(problem))
    console = tuple(data.pop("console", ()))
    for number, pattern in enumerate(console):
        tomlfile.pattern(pattern, f"{path}: console[{number}]")
    sha = hashing.file(path)[: hashing.DIGITS]
    return Driven(name=path.stem, sha=sha, console=console, **data)


def load_all(folder: Path) -> dict[str, Driven]:
    """Return every device of a folder, by name."""
    return {path.stem: load(path) for path in sorted(folder.glob("*.toml"))}
