# SPDX-License-Identifier: GPL-2.0-only
"""What `perf stat -x ,` says: a line for each event, of perf 6.1 or later.

The fields of a line: count, unit, event, how long it was counted in ns, how much of
the time that was in percent, and a derived figure with its unit, which is not read.
The version is not among them: see harness.tools.
"""

import dataclasses
import re

from harness.errors import ToolError
from harness.tooltext import Reading

_FIELDS = 5
_COUNT = re.compile(r"\d{1,20}(\.\d{1,9})?")
_EVENT = re.compile(r"[A-Za-z0-9_.:/=-]{1,200}")
_MODIFIERS = re.compile(r"[ukhGHpPSDIWeb]+")
_UNKNOWN = ("<not counted>", "<not supported>")
_UNITS = {"": "1", "msec": "ms", "Bytes": "B"}


@dataclasses.dataclass(frozen=True)
class Event:
    """An event: count is None when perf could not count it, which is not 0.

    unit: perf's own, "" for a plain count. running: percent of the time in which it
    was counted; below 100 perf has scaled the count up, and it is an estimate.
    """

    event: str
    count: int | float | None
    unit: str
    nsecs: int
    running: float

    @property
    def name(self) -> str:
        """Return the event's name, of a tracepoint without its group."""
        group, _, name = self.event.partition(":")
        return group if not name or _MODIFIERS.fullmatch(name) else name


def parse(text: str) -> tuple[Event, ...]:
    """Return the events in perf's order; ToolError when the text cannot be used."""
    if not text.strip():
        raise ToolError("perf: printed nothing")
    if not text.endswith("\n"):
        raise ToolError(f"perf: its output is cut off after {len(text)} characters")
    events: list[Event] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        event = _event(line, f"perf: line {number}")
        if event.name in [other.name for other in events]:
            raise ToolError(f"perf: line {number}: a second {event.name}")
        events.append(event)
    if not events:
        raise ToolError("perf: counted no event")
    return tuple(events)


def _event(line: str, where: str) -> Event:
    fields = line.split(",")
    if len(fields) < _FIELDS:
        raise ToolError(f"{where}: has {len(fields)} fields, not {_FIELDS} or more")
    count, unit, event, nsecs, running = fields[:_FIELDS]
    if not _EVENT.fullmatch(event):
        raise ToolError(f"{where}: is no event: {event[:40]!r}")
    if not re.fullmatch(r"\d{1,20}", nsecs):
        raise ToolError(f"{where}: {event}: is no time: {nsecs[:40]!r}")
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", running) or float(running) > 100:
        raise ToolError(f"{where}: {event}: is no percentage: {running[:40]!r}")
    figure: int | float | None = None
    if count not in _UNKNOWN:
        if not _COUNT.fullmatch(count):
            raise ToolError(f"{where}: {event}: is no count: {count[:40]!r}")
        figure = float(count) if "." in count else int(count)
    return Event(event, figure, unit, int(nsecs), float(running))


def values(result: tuple[Event, ...]) -> tuple[Reading, ...]:
    """Return what was counted; with the running percentage if it is an estimate."""
    found = []
    for event in result:
        if event.count is None:
            continue
        unit = _UNITS.get(event.unit, event.unit)
        found.append(Reading(f"perf.{event.name}", unit, event.count))
        if event.running < 100:
            found.append(Reading(f"perf.{event.name}.running", "%", event.running))
    return tuple(found)
