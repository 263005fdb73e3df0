# SPDX-License-Identifier: GPL-2.0-only
"""A run as KCIDB data, for the kernel's common CI database: schema 5.0 of kcidb-io.

Everything here decides; nothing reads or writes. github.com/kernelci/kcidb-io has
the schema; results/kcidb.schema.json what of it is used here.
"""

import json
import re
from typing import Any

from harness import inert
from harness.digest import Digest, Ended
from harness.record import Cell, Verdict
from harness.series import NEUTRAL

VERSION = {"major": 5, "minor": 0}
ORIGIN = "bouncemark"
# The database's own limit is 16384.
_EXCERPT, _LINES, _LINE = 16000, 40, 200
_STATUS = {
    Verdict.PASS: "PASS",
    Verdict.SKIP: "SKIP",
    Verdict.ERROR: "ERROR",
    Verdict.FAIL: "FAIL",
    Verdict.CRASH: "FAIL",
    None: "MISS",
}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}

Json = dict[str, Any]


def text(digest: Digest) -> str:
    """Return the data as JSON; it ends with a newline."""
    return json.dumps(data(digest), indent=1) + "\n"


def data(digest: Digest) -> Json:
    """Return checkouts, builds and tests; the first test is the run as a whole.

    A cell without a kernel belongs to a build of which nothing is known.
    """
    checkouts: dict[str, Json] = {}
    builds: dict[str, Json] = {}
    made = digest.run.manifest
    compiler = made.tools.get("gcc")
    for kernel in made.kernels.values():
        name = _id(inert.plain(kernel.key))
        # Designs may share a kernel: one differs from another by its module alone.
        same = [n for n, other in made.kernels.items() if other.key == kernel.key]
        said = f"{kernel.source}, {len(kernel.patches)} patches of {same[0]}"
        checkouts[name] = {
            "id": name,
            "origin": ORIGIN,
            "comment": inert.plain(said),
            "valid": True,
        }
        builds[name] = {
            "checkout_id": name,
            "id": name,
            "origin": ORIGIN,
            "architecture": "x86_64",
            "config_name": inert.plain(", ".join(same)),
            "status": "PASS",
            "misc": {"config_sha256": kernel.config_sha256},
        }
        if compiler:
            builds[name]["compiler"] = inert.plain(compiler)
    records = {cell.id: cell for cell in digest.run.cells}
    tests = [_whole(digest)]
    for cell in digest.cells:
        tests.append(_test(digest, cell, records.get(cell.id)))
    tests += _numbers(digest)
    for test in tests:
        if test["build_id"] not in builds:
            name = test["build_id"]
            checkouts[name] = {"id": name, "origin": ORIGIN}
            builds[name] = {"checkout_id": name, "id": name, "origin": ORIGIN}
    return {
        "version": VERSION,
        "checkouts": list(checkouts.values()),
        "builds": list(builds.values()),
        "tests": tests,
    }


def _whole(digest: Digest) -> Json:
    made = digest.run.manifest
    first = next(iter(made.kernels.values()), None)
    return {
        "build_id": _id(inert.plain(first.key) if first else digest.id),
        "id": _id(digest.id),
        "origin": ORIGIN,
        "path": _path("bouncemark", made.profile),
        # Cut off, or not all there: what it would have said is not known.
        "status": _STATUS[_VERDICTS.get(digest.standing)],
        "start_time": made.started,
        "comment": inert.plain(" ".join([digest.headline, *digest.cautions])),
        "environment": _environment(digest),
    }


def _environment(digest: Digest) -> Json:
    rows = {
        inert.plain(f"{fact.group}: {fact.name}", _LINE): inert.plain(fact.value, _LINE)
        for fact in digest.environment
        if fact.group in ("host", "tools", "run")
    }
    return {"comment": "QEMU; what is known of its host", "misc": rows}


def _test(digest: Digest, cell: Ended, record: Cell | None) -> Json:
    kind = cell.kind
    test: Json = {
        "build_id": _build(digest, record, kind.variant),
        "id": _id(f"{digest.id}/{cell.id}"),
        "origin": ORIGIN,
        "path": _path("bouncemark", kind.workload, kind.variant),
        "status": _STATUS[cell.verdict],
        "comment": inert.plain(cell.name),
        "misc": {
            "verdict": cell.word,
            "p2m": kind.p2m,
            "memory_mib": kind.memory_mib,
            "clock": digest.run.manifest.clock,
        },
    }
    if cell.seconds is not None:
        test["duration"] = cell.seconds
    tail = record.console_tail[-_LINES:] if record else ()
    lines = [inert.plain(line, _LINE) for line in (cell.reason, *tail) if line]
    if lines:
        test["log_excerpt"] = "\n".join(lines)[:_EXCERPT]
    return test


def _build(digest: Digest, record: Cell | None, variant: str) -> str:
    design = variant.partition("-")[2].partition("+")[0]
    kernel = digest.run.manifest.kernels.get(design)
    if record and record.inputs.kernel:
        return _id(inert.plain(record.inputs.kernel))
    return _id(inert.plain(kernel.key) if kernel else f"{digest.id}/{design}")


def _numbers(digest: Digest) -> list[Json]:
    """Return the figures that a direction is declared of: the others are no result."""
    kinds = {cell.kind: cell for cell in digest.cells}
    records = {cell.id: cell for cell in digest.run.cells}
    cells = {
        (kind.variant, kind.workload, kind.p2m, kind.memory_mib): cell.id
        for kind, cell in kinds.items()
    }
    found = []
    for number, (metric, kind, point) in enumerate(digest.points):
        if kind.direction == NEUTRAL:
            continue
        where = (metric.variant, metric.workload, metric.p2m, metric.memory_mib)
        record = records.get(cells.get(where, ""))
        output: Json = {"value": point.value}
        if kind.unit not in ("", "1"):
            output["unit"] = inert.plain(kind.unit)
        path = ("bouncemark", metric.workload, metric.variant, metric.step, metric.name)
        found.append(
            {
                "build_id": _build(digest, record, metric.variant),
                "id": _id(f"{digest.id}/{number}"),
                "origin": ORIGIN,
                "path": _path(*path),
                "status": "DONE",
                "number": output,
                "misc": {"metric": inert.plain(str(metric)), "better": kind.direction},
            }
        )
    return found


def _id(name: str) -> str:
    return f"{ORIGIN}:{name}"


def _path(*names: str) -> str:
    """Return a path of a test: of each name what a path may have, joined by dots."""
    shown = [inert.bounded(name, _LINE) for name in names]
    return ".".join(re.sub(r"[^A-Za-z0-9_-]", "_", name) or "_" for name in shown)
