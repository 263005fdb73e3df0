# SPDX-License-Identifier: GPL-2.0-only
"""Changes that are known and accepted: a JSON object a line, added and never edited.

    {"metric": "dom0-hook/*", "since": RUN, "why": "...", "when": "...", "who": null}

metric: a metric's name, or a pattern with * for many; since: the run that has the new
value; when: UTC; who may be null. Nothing here reads or writes: accepting.py does.
"""

import dataclasses
import json
import re
from pathlib import Path
from typing import Any, Mapping, Sequence

from harness.jsonfile import RecordError

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@dataclasses.dataclass(frozen=True)
class Acceptance:
    """That a metric's value since a run is what it should be."""

    metric: str
    since: str
    why: str
    when: str
    who: str | None = None

    def covers(self, metric: str) -> bool:
        """Tell whether a metric of this name is meant; * is any text, also with /."""
        parts = [re.escape(part) for part in self.metric.split("*")]
        return re.fullmatch(".*".join(parts), metric) is not None


@dataclasses.dataclass(frozen=True)
class Start:
    """Since when a metric's value counts: index of the night, and the acceptance."""

    night: int
    by: Acceptance


def line(acceptance: Acceptance) -> str:
    """Return an acceptance as the line that parse() reads."""
    return json.dumps(dataclasses.asdict(acceptance), ensure_ascii=False) + "\n"


def parse(text: str, path: Path) -> tuple[Acceptance, ...]:
    """Return the acceptances of a file's text; RecordError names path and line."""
    found = []
    for number, entry in enumerate(text.split("\n")[:-1], 1):
        found.append(_acceptance(entry, path, f"line {number}"))
    if text and not text.endswith("\n"):
        raise RecordError(path, f"line {len(found) + 1}", "is cut off")
    return tuple(found)


def starts(
    acceptances: Sequence[Acceptance], metrics: Sequence[str], runs: Sequence[str]
) -> dict[int, Start]:
    """Return for each metric's index the latest night since which it is accepted.

    runs: oldest first. Of two acceptances of the same run the later line counts. One
    that names a run that is not among runs has no effect: see unknown().
    """
    nights = {run: night for night, run in enumerate(runs)}
    places = {metric: index for index, metric in enumerate(metrics)}
    found: dict[int, Start] = {}
    for acceptance in acceptances:
        night = nights.get(acceptance.since)
        if night is None:
            continue
        for index in _covered(acceptance, places):
            known = found.get(index)
            if not known or night >= known.night:
                found[index] = Start(night, acceptance)
    return found


def unknown(
    acceptances: Sequence[Acceptance], runs: Sequence[str]
) -> tuple[Acceptance, ...]:
    """Return the acceptances whose run is not there; they must be told of."""
    known = set(runs)
    return tuple(one for one in acceptances if one.since not in known)


def _covered(acceptance: Acceptance, places: Mapping[str, int]) -> list[int]:
    """Return the indices of the metrics that are meant; a whole name is looked up."""
    if acceptance.metric in places:
        return [places[acceptance.metric]]
    if "*" not in acceptance.metric:
        return []
    return [index for name, index in places.items() if acceptance.covers(name)]


def _acceptance(entry: str, path: Path, where: str) -> Acceptance:
    try:
        data = json.loads(entry)
    except (ValueError, RecursionError) as problem:
        raise RecordError(path, where, f"is not JSON: {problem}") from problem
    if not isinstance(data, dict):
        raise RecordError(path, where, "is no object")
    members = [field.name for field in dataclasses.fields(Acceptance)]
    for key in data:
        if key not in members:
            allowed = ", ".join(members)
            raise RecordError(path, f"{where}: {key}", f"allowed are {allowed}")
    for key in members[:4]:
        _text(data, key, path, where)
    if data.get("who") is not None:
        _text(data, "who", path, where)
    if not _TIME.fullmatch(data["when"]):
        what = f"{data['when']}: must be UTC like 2026-01-31T23:59:59Z"
        raise RecordError(path, f"{where}: when", what)
    return Acceptance(**data)


def _text(data: Mapping[str, Any], key: str, path: Path, where: str) -> None:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RecordError(path, f"{where}: {key}", "must be a string, and not empty")
