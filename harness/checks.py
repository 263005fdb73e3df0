# SPDX-License-Identifier: GPL-2.0-only
"""The checks of the records: the JSON Schema files, and what a schema cannot say."""

import datetime
import json
from pathlib import Path
from typing import Any

from harness import jsonfile, stats
from harness.jsonfile import RecordError
from harness.shapes import Bounce, Verdict

SCHEMAS = Path(__file__).resolve().parent.parent / "results"
CELL_SCHEMA = SCHEMAS / "cell.schema.json"
RUN_SCHEMA = SCHEMAS / "run.schema.json"

# Of the parameters of a cell those that are counted with; 64 bits and less.
_NUMBERS = ("memory_mib", "low_mib", "vcpus", "scatter_seed", "scatter_share")
_MOST = 2**63 - 1

Json = dict[str, Any]


def cell(data: Any, path: Path) -> None:
    """Raise RecordError unless data is the record of a cell."""
    jsonfile.check(_brief(data), CELL_SCHEMA, path)
    spec = data["cell"]
    variant = f"{spec['boot']}-{spec['design']}" + "+force" * spec["force"]
    if spec["variant"] != variant:
        what = f"is {spec['variant']}, but boot, design and force make {variant}"
        raise RecordError(path, "cell.variant", what)
    for name in _NUMBERS:
        given = spec["parameters"].get(name, 0)
        if type(given) is not int or not 0 <= given <= _MOST:
            what = f"{json.dumps(given)[:40]} is no whole number from 0"
            raise RecordError(path, f"cell.parameters.{name}", what)
    for number, item in enumerate(data["values"]):
        # A 1 and 400 digits is valid JSON, and none that a float can be.
        if not isinstance(item["value"], str) and not abs(item["value"]) < 1e300:
            raise RecordError(path, f"values[{number}].value", "is not finite")
    seen = set()
    for number, item in enumerate(data["measurements"]):
        where = f"measurements[{number}]"
        key = (item["step"], item["series"])
        if key in seen:
            raise RecordError(path, where, f"{' '.join(key)} is there twice")
        seen.add(key)
        _check_measurement(item, path, where)


def _brief(data: Any) -> Any:
    """Return a record without its sound histograms, of which a schema is slow.

    Sound is what the schema demands of one; any other stays, to be refused.
    """
    if not isinstance(data, dict) or not isinstance(data.get("measurements"), list):
        return data
    brief = []
    for item in data["measurements"]:
        hist = item.get("hist") if isinstance(item, dict) else None
        if isinstance(hist, list) and all(map(_sound, hist)):
            item = {**item, "hist": []}
        brief.append(item)
    return {**data, "measurements": brief}


def _sound(pair: Any) -> bool:
    if type(pair) is not list or len(pair) != 2:
        return False
    low, count = pair
    return type(low) is int and type(count) is int and low >= 0 and count >= 1


def _check_measurement(item: Json, path: Path, where: str) -> None:
    def demand(holds: bool, member: str, what: str) -> None:
        if not holds:
            raise RecordError(path, f"{where}.{member}", what)

    hist, count = item["hist"], item["count"]
    lows = [low for low, _ in hist]
    ascending = all(one < other for one, other in zip(lows, lows[1:]))
    demand(ascending, "hist", "is not ascending")
    stray = [low for low in lows if stats.bucket(low) != low]
    demand(not stray, "hist", f"{stray[:1]} is no bucket's lower bound")
    counted = sum(number for _, number in hist)
    demand(counted == count, "hist", f"counts {counted} operations, count is {count}")
    names = ("min", "p50", "p90", "p99", "max")
    if count == 0:
        for name in names:
            demand(item[name] is None, name, "must be null when count is 0")
        demand(item["sum"] == 0, "sum", "must be 0 when count is 0")
    else:
        for name in names:
            demand(item[name] is not None, name, "must not be null")
        low, high = item["min"], item["max"]
        ends = [stats.bucket(low), stats.bucket(high)]
        demand([lows[0], lows[-1]] == ends, "hist", "does not reach from min to max")
        for percent in (50, 90, 99):
            right = stats.percentile(hist, percent, low)
            name = f"p{percent}"
            demand(item[name] == right, name, f"is {item[name]}, hist says {right}")
        possible = low * count <= item["sum"] <= high * count
        demand(possible, "sum", "cannot be, by min, max and count")
    bounce = Bounce(**item["bounce"])
    fits = bounce.bounced + bounce.missed <= bounce.mapped
    demand(fits, "bounce", "has more mappings by reason than were made")


def _check_time(text: str, path: Path, where: str) -> None:
    """Raise RecordError unless a text of the form of a time is one, in UTC, too."""
    try:
        datetime.datetime.fromisoformat(text).astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        what = f"{text} is no time; allowed is one like 2026-01-31T23:59:59Z"
        raise RecordError(path, where, what) from None


def manifest(data: Any, path: Path) -> None:
    """Raise RecordError unless data is the manifest of a run."""
    jsonfile.check(data, RUN_SCHEMA, path)
    _check_time(data["started"], path, "started")
    if data["finished"] is not None:
        _check_time(data["finished"], path, "finished")
    planned = {item["id"]: item for item in data["planned"]}
    for name in ("planned", "cells"):
        ids = [item["id"] for item in data[name]]
        if len(set(ids)) != len(ids):
            raise RecordError(path, name, "has a cell twice")
    for number, item in enumerate(data["cells"]):
        where = f"cells[{number}]"
        plan = planned.get(item["id"])
        if plan is None:
            raise RecordError(path, where, f"{item['id']} is not in the plan")
        for member in ("variant", "workload", "p2m", "memory_mib"):
            if item[member] != plan[member]:
                what = f"is {item[member]}, planned was {plan[member]}"
                raise RecordError(path, f"{where}.{member}", what)
        if item["verdict"] != Verdict.PASS and not item["reason"]:
            raise RecordError(path, f"{where}.reason", "must say why")
