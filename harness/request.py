# SPDX-License-Identifier: GPL-2.0-only
"""What a run was asked for, kept as request.json beside its manifest.

With it the run is planned again when it is resumed. RecordError as in record.py.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from harness import jsonfile
from harness.checks import SCHEMAS
from harness.profile import Profile

FILE = "request.json"
REQUEST_SCHEMA = SCHEMAS / "request.schema.json"
_VERSION = 1


@dataclass(frozen=True)
class Request:
    """What a run was asked for, and of what it was planned.

    kernel, workloads_from: absolute, as the user named them. busy: busy
    instructions are counted. whole: this is all it takes; not for a run of mutants
    or explain. kernels, workloads: content keys by design and by workload.
    """

    profile: Profile
    kernel: str | None
    accelerator: str
    debug: bool
    workloads_from: str | None
    busy: bool
    whole: bool
    kernels: Mapping[str, str]
    workloads: Mapping[str, str]


def save(request: Request, run: Path) -> None:
    """Write the request of a run into its folder, whole or not at all."""
    data = {"schema": _VERSION, **dataclasses.asdict(request)}
    jsonfile.write(run / FILE, data)


def load(run: Path) -> Request:
    """Return the request of a run's folder; RecordError unless every check holds."""
    path = run / FILE
    data = jsonfile.read(path)
    jsonfile.check(data, REQUEST_SCHEMA, path)
    members = {name: value for name, value in data.items() if name != "schema"}
    parts = dict(data["profile"])
    for name in ("p2m", "workloads", "variants"):
        parts[name] = tuple(parts[name])
    members["profile"] = Profile(**parts)
    return Request(**members)


def changes(then: Request, now: Request) -> list[str]:
    """Return what of a run's plan is another one by now, a phrase for each."""
    found = []
    for what, old, new in (
        ("kernel of", then.kernels, now.kernels),
        ("workload", then.workloads, now.workloads),
    ):
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                was, is_now = old.get(name, "none"), new.get(name, "none")
                found.append(f"{what} {name} was {was} and is {is_now}")
    if then.busy != now.busy:
        found.append(f"counting of instructions was {then.busy} and is {now.busy}")
    return found
