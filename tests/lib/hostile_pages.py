# SPDX-License-Identifier: GPL-2.0-only
"""A run whose every string wants to be something else: HTML, shell, a terminal."""

import dataclasses

import fixtures
from harness.record import Engagement, Run, Value, Verdict
from harness.series import Kind, Metric, Point
from harness.sitedata import ALARM, Mark, Trend

OWNED = "document.documentElement.dataset.owned=1"
TEXT = (
    f'<script>{OWNED}</script><img src=x onerror="{OWNED}">"\'></title></style>'
    f"<svg/onload={OWNED}> {{{{7*7}}}} $(touch x) =1+1 $x^2$ ]]> --> &lt;b&gt; "
    "\x1b[31m\u202e\x00\x85\u2028 end"
)
LONG = 10_000_000


def run() -> Run:
    """Return a run that is hostile wherever a record may hold a text."""
    made = fixtures.run(1, more=[("dom0-hook", "scattered", 2048)])
    cells = []
    for number, cell in enumerate(made.cells):
        spec = cell.cell
        if number == 0:
            spec = dataclasses.replace(spec, variant=TEXT[:200], workload=TEXT[:200])
        steps = [
            dataclasses.replace(one, step=f"{one.step}{TEXT[:200]}")
            for one in cell.measurements[:4]
        ]
        cells.append(
            dataclasses.replace(
                cell,
                cell=dataclasses.replace(
                    spec, parameters={**spec.parameters, "driven": TEXT}
                ),
                reason=TEXT + "A" * LONG,
                verdict=Verdict.FAIL if number == 1 else cell.verdict,
                engagement=(Engagement(TEXT, TEXT, TEXT, False),),
                facts={TEXT: TEXT},
                measurements=(*steps, *cell.measurements[4:]),
                values=(
                    Value(TEXT, "bounce_rate", TEXT[:40], 0.5),
                    Value(TEXT, "instructions_per_io", TEXT[:40], 1234.5),
                    Value(TEXT, TEXT, TEXT[:40], TEXT),
                ),
                console_tail=(TEXT,),
            )
        )
    kernels = {
        name: dataclasses.replace(kernel, source=TEXT, release=TEXT, patches=(TEXT,))
        for name, kernel in made.manifest.kernels.items()
    }
    ends = [
        dataclasses.replace(end, reason=TEXT, verdict=cell.verdict)
        for end, cell in zip(made.manifest.cells, cells)
    ]
    planned = list(made.manifest.planned)
    first = cells[0].cell
    planned[0] = dataclasses.replace(
        planned[0], variant=first.variant, workload=first.workload
    )
    manifest = dataclasses.replace(
        made.manifest,
        profile=TEXT,
        host={TEXT: TEXT, "model": TEXT + "B" * LONG},
        tools={TEXT: TEXT},
        kernels=kernels,
        config_diff={TEXT: (TEXT, "C" * LONG)},
        accelerator=TEXT,
        stages={TEXT: 1.0},
        planned=tuple(planned),
        cells=tuple(ends),
        verdict=Verdict.FAIL,
    )
    return dataclasses.replace(made, manifest=manifest, cells=tuple(cells))


def trend(runs: list[Run]) -> Trend:
    """Return a metric whose names and marks are hostile."""
    metric = Metric(TEXT, TEXT, "linear", 2048, TEXT, TEXT, TEXT)
    points = tuple(
        Point(run.manifest.id, run.manifest.started, float(100 + number))
        for number, run in enumerate(runs)
    )
    mark = Mark(ALARM, runs[-1].manifest.id, TEXT + "D" * LONG)
    return Trend(metric, Kind(TEXT[:40], TEXT), points, (mark,))
