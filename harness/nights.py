# SPDX-License-Identifier: GPL-2.0-only
"""The accounts of the nights, a folder each: what later nights must know of them.

night.json is written last: a night without it was cut off, and no later one asks it.
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Sequence

from harness import jsonfile, series
from harness.accepted import Acceptance
from harness.errors import UsageError
from harness.exact import What
from harness.findings import Reported
from harness.jsonfile import RecordError
from harness.record import Verdict

FILE = "night.json"
SUMMARY = "summary.txt"
_VERSION = 1


@dataclass(frozen=True)
class Account:
    """What is kept of a night.

    started: ISO 8601, UTC; tree: as the user named the kernel, None for Debian's;
    commit: of the tree, where it is a git tree without changes; measured, proved: ids
    of the runs; cells: cell's name -> verdict, of both runs; improved: metric that got
    better -> run since which it is; doubtful: metrics that got better with a variant
    that was wrong; reported: what was told of noisy ones.
    """

    id: str
    started: str
    tree: str | None
    commit: str | None
    clock: str
    measured: str
    proved: str
    status: int
    cells: Mapping[str, Verdict]
    improved: Mapping[str, str]
    doubtful: tuple[str, ...]
    reported: tuple[Reported, ...]


def save(account: Account, folder: Path, told: Mapping[str, Any]) -> None:
    """Write a night's account; told: what the summary says, for machines."""
    data = dataclasses.asdict(account)
    data["reported"] = [
        {**dataclasses.asdict(one), "metric": str(one.metric)}
        for one in account.reported
    ]
    jsonfile.write(folder / FILE, {"schema": _VERSION, **data, "told": told})


def load(folder: Path) -> Account:
    """Return the account of a night's folder; RecordError if it is damaged."""
    path = folder / FILE
    data = jsonfile.read(path)
    version = data.get("schema") if isinstance(data, dict) else None
    if version != _VERSION:
        what = f"version {version} is unknown here, {_VERSION} is known"
        raise RecordError(path, "schema", what)
    try:
        return _account(data)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as problem:
        what = f"is no account of a night: {type(problem).__name__}: {problem}"
        raise RecordError(path, "", what) from problem


def _account(data: Mapping[str, Any]) -> Account:
    members = {field.name: data[field.name] for field in dataclasses.fields(Account)}
    members["cells"] = {name: Verdict(said) for name, said in members["cells"].items()}
    members["improved"] = dict(members["improved"])
    members["doubtful"] = tuple(map(str, members["doubtful"]))
    members["reported"] = tuple(
        Reported(
            series.parse(one["metric"]),
            What(one["what"]),
            str(one["since"]),
            float(one["before"]),
            float(one["after"]),
        )
        for one in members["reported"]
    )
    return Account(**members)


def load_all(root: Path) -> tuple[Account, ...]:
    """Return the accounts of the nights that were finished, oldest first."""
    return tuple(load(path.parent) for path in sorted(root.glob(f"*/{FILE}")))


def of_clock(accounts: Sequence[Account], clock: str) -> tuple[Account, ...]:
    """Return the nights of one clock: the others have no metric in common."""
    return tuple(one for one in accounts if one.clock == clock)


def before(accounts: Sequence[Account]) -> dict[str, Verdict]:
    """Return of each cell the last verdict that says something of the subject."""
    told: dict[str, Verdict] = {}
    for account in accounts:
        for name, verdict in account.cells.items():
            if verdict not in (Verdict.ERROR, Verdict.SKIP):
                told[name] = verdict
    return told


def improvements(accounts: Sequence[Account]) -> tuple[Acceptance, ...]:
    """Return the improvements that were told: since then they are what counts."""
    return tuple(
        Acceptance(metric, since, "an improvement", account.started)
        for account in accounts
        for metric, since in account.improved.items()
    )
