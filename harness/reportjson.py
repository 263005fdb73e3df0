# SPDX-License-Identifier: GPL-2.0-only
"""The report of a run as JSON: results/report.schema.json is its schema.

Everything here decides; nothing reads or writes.
"""

import json
from typing import Any

from harness import compare, inert
from harness.digest import Digest, Ended

SCHEMA = 1

Json = dict[str, Any]


def text(digest: Digest) -> str:
    """Return the report as JSON; it ends with a newline."""
    return json.dumps(data(digest), indent=1, allow_nan=False) + "\n"


def data(digest: Digest) -> Json:
    """Return the report as plain data; every string of it is inert."""
    made: Json = {
        "schema": SCHEMA,
        "kind": "report",
        "run": digest.id,
        "standing": digest.standing,
        "good": digest.good,
        "headline": digest.headline,
        "troubles": [_ended(cell) for cell in digest.troubles],
        "cautions": list(digest.cautions),
        "answer": list(digest.answer),
        "notes": list(digest.notes),
        "command": digest.command or None,
        "environment": [
            {"group": fact.group, "name": fact.name, "value": fact.value}
            for fact in digest.environment
        ],
        "cells": [_ended(cell) for cell in digest.cells],
        "designs": compare.to_json(digest.designs),
        "drivers": {
            device: {
                name: {
                    "verdict": one.verdict,
                    "bits": list(one.bits),
                    "reason": one.reason,
                }
                for name, one in row.items()
            }
            for device, row in digest.matrix.cells.items()
        },
        "validation": _validation(digest),
        "mutants": [
            {
                "name": one.name,
                "outcome": one.outcome.value.strip(),
                "reason": one.reason,
            }
            for one in digest.mutants
        ],
        "change": compare.to_json(digest.change) if digest.change else None,
        "figures": [
            {
                "metric": str(metric),
                "unit": kind.unit,
                "direction": kind.direction,
                "value": point.value,
            }
            for metric, kind, point in digest.points
        ],
    }
    safe: Json = _inert(made)
    return safe


def _ended(cell: Ended) -> Json:
    return {
        "id": cell.id,
        "name": cell.name,
        "variant": cell.kind.variant,
        "workload": cell.kind.workload,
        "p2m": cell.kind.p2m,
        "memory_mib": cell.kind.memory_mib,
        "ended": cell.word,
        "reason": cell.reason,
        "seconds": cell.seconds,
    }


def _validation(digest: Digest) -> Json | None:
    if digest.validation is None:
        return None
    cases = [
        {
            "name": case.name,
            "proves": case.proves,
            "verdict": case.verdict.value,
            "passed": case.passed,
            "cells": case.cells,
        }
        for case in digest.validation.cases
    ]
    known = [
        {"id": one.id, "said": one.said, "where": [list(pair) for pair in one.where]}
        for one in digest.validation.known
    ]
    return {"cases": cases, "known": known}


def _inert(data: Any) -> Any:
    """Return data with every string, names of members too, bounded and visible."""
    if isinstance(data, str):
        return inert.plain(data)
    if isinstance(data, dict):
        return {inert.plain(str(key)): _inert(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_inert(value) for value in data]
    return data
