# SPDX-License-Identifier: GPL-2.0-only
"""A blame and its evidence, as text and as plain data. Nothing here reads or writes."""

from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from harness import bisectrule
from harness.bisectrule import REPEAT, Boot
from harness.gittree import Commit
from harness.nighttext import change


@dataclass(frozen=True)
class Blame:
    """The commit that did it. before, after: all boots of its parent and of it."""

    metric: str
    cell: str
    culprit: Commit
    parent: str
    before: tuple[Boot, ...]
    after: tuple[Boot, ...]
    boots: int
    skipped: Mapping[str, str]


def text(blame: Blame, folder: str) -> str:
    """Return a blame with its evidence."""
    one = blame.culprit
    lines = [
        f"blame: {one.sha}",
        f"       {one.subject}",
        f"       {one.author}, {one.date}",
        f"{blame.metric}",
        f"  {_difference(blame)}",
    ]
    for name, boots in (("parent", blame.before), ("commit", blame.after)):
        fresh = [boot for boot in boots if boot.purpose == REPEAT]
        told = ", ".join(_told(boot) for boot in fresh)
        count = f"{len(fresh)} fresh boot{'s' if len(fresh) != 1 else ''}"
        lines.append(f"  {name} in {count}: {told}")
    lines.append(f"  {blame.boots} boots of {blame.cell} in all")
    for sha, why in blame.skipped.items():
        lines.append(f"  skipped {sha[:12]}: {_first(why)}")
    return "\n".join([*lines, f"log, records: {folder}"])


def to_json(blame: Blame) -> dict[str, Any]:
    """Return a blame as plain data."""
    return {
        "metric": blame.metric,
        "cell": blame.cell,
        "commit": blame.culprit.sha,
        "subject": blame.culprit.subject,
        "author": blame.culprit.author,
        "date": blame.culprit.date,
        "parent": blame.parent,
        "before": bisectrule.plain(blame.before),
        "after": bisectrule.plain(blame.after),
        "boots": blame.boots,
        "skipped": dict(blame.skipped),
    }


def only_skipped(left: Sequence[Commit], skipped: Mapping[str, str]) -> str:
    """Return that it cannot be told which of some commits it is, and why."""
    lines = [f"it is one of {len(left)} commits, and which cannot be told:"]
    for one in left:
        why = skipped.get(one.sha)
        said = f": skipped: {_first(why)}" if why else ""
        lines.append(f"    {one.sha[:12]}  {one.subject}{said}")
    return "\n".join(lines)


def _difference(blame: Blame) -> str:
    was, now = bisectrule.median(blame.before), bisectrule.median(blame.after)
    if was is None or now is None:
        return f"{_told(blame.before[-1])} -> {_told(blame.after[-1])}"
    return change(was, now, "").replace("  ", " ")


def _told(boot: Boot) -> str:
    if boot.value is not None:
        return f"{boot.value:.10g}"
    return boot.verdict.value + (f" ({_first(boot.reason)})" if boot.reason else "")


def _first(text: str) -> str:
    return text.splitlines()[0] if text else ""
