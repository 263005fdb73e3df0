# SPDX-License-Identifier: GPL-2.0-only
"""A run as CSV: a row for the run, one for each cell, one for each figure.

Everything here decides; nothing reads or writes.
"""

import csv
import io

from harness import inert
from harness.digest import Digest

# A row's first field says what it is of: run, cell or figure.
MEMBERS = (
    "what",
    "run",
    "standing",
    "variant",
    "workload",
    "p2m",
    "memory_mib",
    "clock",
    "step",
    "name",
    "unit",
    "direction",
    "value",
    "text",
)


def text(digest: Digest) -> str:
    """Return the table, RFC 4180. standing: the run's, or how the cell ended."""
    out = io.StringIO()
    writer = csv.DictWriter(out, MEMBERS, restval="", lineterminator="\r\n")
    writer.writeheader()
    run = inert.csv(digest.id)
    row: dict[str, str] = {"what": "run", "run": run, "standing": digest.standing}
    row["clock"] = digest.run.manifest.clock
    row["text"] = inert.csv(" ".join([digest.headline, *digest.cautions]))
    writer.writerow(row)
    for cell in digest.cells:
        writer.writerow(
            {
                "what": "cell",
                "run": run,
                "standing": cell.word,
                "variant": inert.csv(cell.kind.variant),
                "workload": inert.csv(cell.kind.workload),
                "p2m": inert.csv(cell.kind.p2m),
                "memory_mib": str(cell.kind.memory_mib),
                "clock": digest.run.manifest.clock,
                "text": inert.csv(cell.reason),
            }
        )
    for metric, kind, point in digest.points:
        writer.writerow(
            {
                "what": "figure",
                "run": run,
                "variant": inert.csv(metric.variant),
                "workload": inert.csv(metric.workload),
                "p2m": inert.csv(metric.p2m),
                "memory_mib": str(metric.memory_mib),
                "clock": metric.clock,
                "step": inert.csv(metric.step),
                "name": inert.csv(metric.name),
                "unit": inert.csv(kind.unit),
                "direction": kind.direction,
                "value": repr(point.value),
            }
        )
    return out.getvalue()
