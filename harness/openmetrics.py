# SPDX-License-Identifier: GPL-2.0-only
"""A run as OpenMetrics, for the folder of node exporter's textfile collector.

Everything here decides; nothing reads or writes. The collector reads the older
Prometheus format: there are gauges only, and no timestamps, which fit both. No
label of a figure changes from run to run, so that its series goes on.
"""

import datetime
from typing import Iterable, Mapping

from harness import inert
from harness.digest import Digest
from harness.series import NEUTRAL

Sample = tuple[Mapping[str, str], float]


def text(digest: Digest) -> str:
    """Return the exposition; what is not known has no sample."""
    made = digest.run.manifest
    profile = {"profile": made.profile}
    about = {"run": digest.id, "standing": digest.standing, "clock": made.clock}
    parts = [
        _family("run_good", "1: it ended, all passed.", [(profile, digest.good)]),
        _family("run_info", "Which run it is.", [({**profile, **about}, 1)]),
        _family("run_cells", "Cells of the plan, by their end.", _counts(digest)),
    ]
    for name, when in (("started", made.started), ("finished", made.finished)):
        if when:
            sample = (profile, _seconds(when))
            help_text = f"When the run {name}, since 1970."
            parts.append(_family(f"run_{name}_seconds", help_text, [sample]))
    parts.append(_family("cell_passed", "1: the cell passed.", _cells(digest)))
    parts.append(_family("figure", "A figure of a cell that passed.", _figures(digest)))
    return "".join(parts) + "# EOF\n"


def _family(name: str, help_text: str, samples: Iterable[Sample]) -> str:
    name = f"bouncemark_{name}"
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
    for labels, value in samples:
        pairs = [f'{key}="{inert.label(text)}"' for key, text in labels.items()]
        lines.append(f"{name}{{{','.join(pairs)}}} {float(value)!r}")
    return "\n".join(lines) + "\n"


def _counts(digest: Digest) -> list[Sample]:
    profile = digest.run.manifest.profile
    counts: dict[str, int] = {}
    for cell in digest.cells:
        counts[cell.word] = counts.get(cell.word, 0) + 1
    return [({"profile": profile, "ended": w}, n) for w, n in counts.items()]


def _cells(digest: Digest) -> list[Sample]:
    """Return 0 or 1 for each cell that ended; of a missing one nothing is known."""
    profile = {"profile": digest.run.manifest.profile}
    return [
        (
            {
                **profile,
                "variant": cell.kind.variant,
                "workload": cell.kind.workload,
                "p2m": cell.kind.p2m,
                "memory_mib": str(cell.kind.memory_mib),
            },
            cell.word == "PASS",
        )
        for cell in digest.cells
        if cell.verdict
    ]


def _figures(digest: Digest) -> list[Sample]:
    """Return the figures that a direction is declared of: the others nobody watches.

    One that is there twice, and not the same, is left out.
    """
    found: dict[tuple[tuple[str, str], ...], set[float]] = {}
    for metric, kind, point in digest.points:
        if kind.direction == NEUTRAL:
            continue
        labels = {
            "variant": metric.variant,
            "workload": metric.workload,
            "p2m": metric.p2m,
            "memory_mib": str(metric.memory_mib),
            "clock": metric.clock,
            "step": metric.step,
            "name": metric.name,
            "unit": kind.unit,
        }
        found.setdefault(tuple(labels.items()), set()).add(point.value)
    return [
        (dict(labels), min(values))
        for labels, values in found.items()
        if len(values) == 1
    ]


def _seconds(when: str) -> float:
    return datetime.datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp()
