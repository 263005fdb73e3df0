# SPDX-License-Identifier: GPL-2.0-only
"""What the site over a history is made from. Nothing here reads or writes."""

import datetime
import hashlib
import re
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from harness import inert
from harness.chartdata import Table, count
from harness.digest import Digest
from harness.series import HIGHER, LOWER, Kind, Metric, Point

CHANGE, ALARM, ACCEPTED, FIXED = "change", "alarm", "accepted", "fixed"
# What marks a metric: a change point, an alarm, a change that was accepted by name,
# one that went away again.
KINDS = (CHANGE, ALARM, ACCEPTED, FIXED)
_BETTER = {LOWER: "less is better", HIGHER: "more is better"}
_SPARK = 48


@dataclass(frozen=True)
class Mark:
    """Something that happened to a metric; kind: one of KINDS, run: since which."""

    kind: str
    run: str
    text: str


@dataclass(frozen=True)
class Trend:
    """A metric's history: points, the oldest first, and what is marked on it."""

    metric: Metric
    kind: Kind
    points: tuple[Point, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Night:
    """A run of the history; see Digest. raw: its records, relative to runs/."""

    run: str
    started: str
    profile: str
    standing: str
    good: bool
    headline: str
    raw: str = ""


@dataclass(frozen=True)
class History:
    """All runs, the oldest first, and all metrics in the order they are listed."""

    nights: tuple[Night, ...]
    trends: tuple[Trend, ...]


@dataclass(frozen=True)
class Item:
    """A metric in the index; spark: points of a polyline in a box of 100 by 20."""

    name: str
    slug: str
    latest: str
    unit: str
    difference: str
    mark: str
    spark: str


def night(digest: Digest, raw: str = "") -> Night:
    """Return the night of a run's digest."""
    made = digest.run.manifest
    return Night(
        run=digest.id,
        started=made.started,
        profile=made.profile,
        standing=digest.standing,
        good=digest.good,
        headline=digest.headline,
        raw=raw,
    )


def slug(metric: Metric) -> str:
    """Return a metric's name as a file's: readable, short, and of it alone."""
    name = str(metric)
    words = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")[:80]
    return f"{words}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def item(trend: Trend) -> Item:
    """Return a metric's line of the index."""
    values = [point.value for point in trend.points]
    last = trend.marks[-1] if trend.marks else None
    return Item(
        name=str(trend.metric),
        slug=slug(trend.metric),
        latest=count(values[-1] if values else None),
        unit=unit(trend),
        difference=_difference(values),
        mark=f"{last.kind}: {last.text}" if last else "",
        spark=_spark(values[-_SPARK:]),
    )


def unit(trend: Trend) -> str:
    """Return a metric's unit in words: a tick of the insn clock is an instruction."""
    if trend.kind.unit == "ticks" and trend.metric.clock == "insn":
        return "instructions"
    return "" if trend.kind.unit == "1" else trend.kind.unit


def better(trend: Trend) -> str:
    """Say which of two values is the better one."""
    return _BETTER.get(trend.kind.direction, "neither more nor less is better")


def _difference(values: Sequence[float]) -> str:
    """Return the last value less the one before; empty where there is none."""
    if len(values) < 2:
        return ""
    step = values[-1] - values[-2]
    if not step:
        return "0"
    text = f"{'+' if step > 0 else '-'}{count(abs(step))}"
    return f"{text} ({100 * step / values[-2]:+.1f}%)" if values[-2] else text


def _spark(values: Sequence[float]) -> str:
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    across, tall = 100 / (len(values) - 1), (high - low) or 1.0
    at_rest = 10.0 if low == high else 0.0
    return " ".join(
        f"{number * across:.1f},{19 - 18 * (value - low) / tall - at_rest:.1f}"
        for number, value in enumerate(values)
    )


def milliseconds(started: str) -> int:
    """Return a time of a record as browsers count it, in ms since 1970."""
    return round(datetime.datetime.fromisoformat(started).timestamp() * 1000)


def when(started: str) -> str:
    """Return a time of a record as people read it, in UTC, to the minute."""
    moment = datetime.datetime.fromisoformat(started).astimezone(datetime.timezone.utc)
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def drawn(trend: Trend) -> Mapping[str, Any]:
    """Return what the script draws: points (ms, value), runs, and marks by time.

    A mark of a run in which the metric has no value stands where the next one is.
    """
    runs = [point.run for point in trend.points]
    times = [milliseconds(point.started) for point in trend.points]
    marks = []
    for mark in trend.marks:
        at = next((n for n, run in enumerate(runs) if run >= mark.run), None)
        if at is not None:
            text = inert.plain(mark.text)
            marks.append({"kind": mark.kind, "at": times[at], "text": text})
    return {
        "points": [[ms, point.value] for ms, point in zip(times, trend.points)],
        "runs": [inert.plain(run) for run in runs],
        "marks": marks,
        "unit": inert.plain(unit(trend)),
    }


def by_run(trends: Sequence[Trend]) -> dict[str, Table]:
    """Return what is marked in each run that has a mark."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for trend in trends:
        for mark in trend.marks:
            row = (mark.kind, str(trend.metric), mark.text)
            found.setdefault(mark.run, []).append(row)
    headings = ("what", "metric", "how")
    return {run: Table(headings, tuple(rows)) for run, rows in found.items()}


def latest_marks(trends: Sequence[Trend], most: int) -> list[tuple[Mark, Trend, str]]:
    """Return the latest marks, newest first, with the metric and its file's name."""
    found = [(mark, one, slug(one.metric)) for one in trends for mark in one.marks]
    found.sort(key=lambda entry: entry[0].run, reverse=True)
    return found[:most]
