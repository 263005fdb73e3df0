# SPDX-License-Identifier: GPL-2.0-only
"""A made-up history for the site: seeded, with steps, alarms and hostile names."""

import dataclasses
import datetime
import random
from typing import Callable

import fixtures
from harness import digest, sitedata
from harness.record import Run, Verdict
from harness.series import LOWER, NEUTRAL, Kind, Metric, Point
from harness.workload import CLOCKS

BEGIN = datetime.datetime(2026, 1, 1, 1, 30, tzinfo=datetime.timezone.utc)
_STATISTICS = ("min", "p50")
_WORSE = (sitedata.ALARM, sitedata.ACCEPTED)
_BETTER = (sitedata.CHANGE, sitedata.FIXED)


def run_of(night: int, bad: bool = False) -> Run:
    """Return the run of a night; bad: a variant of it crashed."""
    ends = {"dom0-hook": (Verdict.CRASH, "panic: not syncing")} if bad else {}
    made = fixtures.run(1, ends=ends)
    started = BEGIN + datetime.timedelta(days=night)
    name = f"{started:%Y%m%dT%H%M%S}-nightly-{night:06x}"
    ended = started + datetime.timedelta(minutes=20)
    manifest = dataclasses.replace(
        made.manifest,
        id=name,
        profile="nightly",
        started=started.isoformat(),
        finished=ended.isoformat(),
    )
    return dataclasses.replace(made, manifest=manifest)


def metrics(number: int) -> list[Metric]:
    """Return so many different metrics, named as real ones are."""
    found = [
        Metric(variant, work, p2m, 2048, clock, step, f"{series}.{what}")
        for work in ("micro", "dma32", "cold", "contiguity")
        for p2m in ("linear", "scattered")
        for variant in fixtures.VARIANTS
        for step, series in fixtures.OPERATIONS
        for what in _STATISTICS
        for clock in CLOCKS
    ]
    if number > len(found):
        raise ValueError(f"at most {len(found)} metrics")
    return found[:number]


def trend(metric: Metric, runs: list[Run], seed: int) -> sitedata.Trend:
    """Return a metric's history: flat, with a step or two that are marked.

    In the wall clock it is noisy. In some nights the cell did not pass.
    """
    dice = random.Random(seed)
    value = float(dice.randrange(50, 20000))
    points, marks = [], []
    for run in runs:
        name = run.manifest.id
        if points and dice.random() < 1 / 200:
            step = dice.choice((-1, 1)) * max(1.0, value // 50)
            value += step
            kind = dice.choice(_WORSE if step > 0 else _BETTER)
            marks.append(sitedata.Mark(kind, name, f"{step:+g} ticks"))
        if dice.random() < 0.01:
            continue
        noise = dice.gauss(0, value / 400) if metric.clock == "wall" else 0.0
        points.append(Point(name, run.manifest.started, round(value + noise)))
    direction = NEUTRAL if seed % 7 == 6 else LOWER
    return sitedata.Trend(metric, Kind("ticks", direction), tuple(points), tuple(marks))


def history(
    nights: int, number: int
) -> tuple[sitedata.History, Callable[[str], digest.Digest | None]]:
    """Return a history of so many nights and metrics, and what makes its digests.

    Every 50th run is a bad one.
    """
    runs = [run_of(night, bad=night % 50 == 49) for night in range(nights)]
    by_id = {run.manifest.id: run for run in runs}

    def digest_of(name: str) -> digest.Digest | None:
        return digest.digest(by_id[name], {})

    made = tuple(
        sitedata.night(digest_of(name), f"../records/{name}") for name in by_id
    )
    found = enumerate(metrics(number))
    trends = tuple(trend(metric, runs, seed) for seed, metric in found)
    return sitedata.History(made, trends), digest_of
