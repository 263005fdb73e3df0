# SPDX-License-Identifier: GPL-2.0-only
"""What fio's JSON says of the one job, or group of jobs, that it ran.

fio 3.30 or later with --output-format=json. Times are in nanoseconds where fio
says _ns, else in milliseconds.
"""

import dataclasses
import errno
import os
import re
from typing import Mapping, Sequence

from harness import tooltext
from harness.errors import ToolError, ToolFailed
from harness.tooltext import Members, Reading

TOOL = "fio"
LEAST = (3, 30)
_VERSION = r"fio-(\d+)\.(\d+)\S*"
# What it says before its JSON, and of a block that did not verify.
_NOTE = re.compile(r"[a-z0-9-]+: .*| +(Expected|Received) .*")
_LONGEST_NOTE = 150
DIRECTIONS = ("read", "write", "trim")
# Percentiles that are reported, as fio's JSON names them.
PERCENTILES: Mapping[str, str] = {
    "p50": "50.000000",
    "p90": "90.000000",
    "p99": "99.000000",
    "p99.9": "99.900000",
}
# What the kernel answers when the I/O itself went wrong; fio's own answer when data
# read back is not what was written.
_REFUTED = (errno.EIO, errno.EILSEQ, errno.EREMOTEIO)


@dataclasses.dataclass(frozen=True)
class Latency:
    """Of count I/Os, in ns. percentiles: fio's name of each -> ns; {} if none."""

    count: int
    min: int
    max: int
    mean: float
    stddev: float
    percentiles: Mapping[str, int]


@dataclasses.dataclass(frozen=True)
class Direction:
    """What was done in one direction: at least one I/O.

    iops in 1/s and bandwidth in B/s are None when it was over in less than a
    millisecond, fio's unit of runtime_ms. short_ios moved less than was asked for.
    """

    ios: int
    bytes: int
    runtime_ms: int
    iops: float | None
    bandwidth: int | None
    short_ios: int
    dropped_ios: int
    slat: Latency
    clat: Latency
    lat: Latency


@dataclasses.dataclass(frozen=True)
class Disk:
    """What the kernel counted of a disk meanwhile; util in percent of the time."""

    name: str
    read_ios: int
    write_ios: int
    read_merges: int
    write_merges: int
    util: float


@dataclasses.dataclass(frozen=True)
class Fio:
    """The job: None for a direction in which nothing was done.

    errors: how many it went on after, as continue_on_error bids; first_error: errno
    of the first. Without continue_on_error an error is a ToolError. usr_cpu, sys_cpu:
    percent of the job's time. notes: what fio said before its JSON.
    """

    version: str
    jobname: str
    read: Direction | None
    write: Direction | None
    trim: Direction | None
    errors: int
    first_error: int
    usr_cpu: float
    sys_cpu: float
    context_switches: int
    disks: tuple[Disk, ...]
    notes: tuple[str, ...]


def parse(text: str) -> Fio:
    """Return what fio printed; ToolError when it cannot be used, ToolFailed when
    the I/O failed or verification did.

    Several jobs are refused: percentiles cannot be added up. group_reporting lets
    fio do that.
    """
    notes, body = _notes(text)
    if notes and not body:
        raise ToolError(f"fio: printed no JSON: {notes[0][:_LONGEST_NOTE]}")
    top = tooltext.parse(TOOL, body)
    version = tooltext.version(top, "fio version", _VERSION, LEAST)
    jobs = top.items("jobs")
    if len(jobs) != 1:
        raise top.problem(f"holds {len(jobs)} jobs, not one; use group_reporting")
    job = jobs[0]
    name = job.text("jobname")
    errors, first = _errors(job, notes)
    done = {way: _direction(job.inner(way), way) for way in DIRECTIONS}
    if not any(done.values()):
        raise ToolError(f"fio: job {name} did no I/O at all")
    disks = top.items("disk_util") if top.has("disk_util") else []
    return Fio(
        version=version,
        jobname=name,
        read=done["read"],
        write=done["write"],
        trim=done["trim"],
        errors=errors,
        first_error=first,
        usr_cpu=job.number("usr_cpu"),
        sys_cpu=job.number("sys_cpu"),
        context_switches=job.count("ctx"),
        disks=tuple(map(_disk, disks)),
        notes=notes,
    )


def _notes(text: str) -> tuple[tuple[str, ...], str]:
    """Return fio's lines before the JSON, and all from the first other line on."""
    notes = []
    while text:
        line, _, rest = text.partition("\n")
        if line.strip() and not _NOTE.fullmatch(line):
            break
        notes += [line] * bool(line.strip())
        text = rest
    return tuple(notes), text


def _errors(job: Members, notes: Sequence[str]) -> tuple[int, int]:
    """Return how many errors a job went on after, and the first; else raise."""
    error = job.count("error")
    first = job.count("first_error") if job.has("first_error") else error
    if not error and not first:
        return 0, 0
    number = first or error
    name = job.text("jobname")
    if number == errno.EILSEQ:
        said = f": {notes[0][:_LONGEST_NOTE]}" if notes else ""
        raise ToolFailed(
            f"fio: job {name}: data read back is not what was written{said}"
        )
    if job.has("total_err"):
        return job.count("total_err"), number
    kind = ToolFailed if number in _REFUTED else ToolError
    raise kind(f"fio: job {name}: error {number}: {os.strerror(number)}")


def _direction(part: Members, way: str) -> Direction | None:
    ios, size = part.count("total_ios"), part.count("io_bytes")
    if not ios and not size:
        return None
    if not ios or (not size and way != "trim"):
        raise part.problem(f"{ios} I/Os and {size} bytes cannot be")
    runtime = part.count("runtime")
    iops, bandwidth = part.number("iops"), part.count("bw_bytes")
    if runtime and not (iops and bandwidth):
        raise part.problem(f"{ios} I/Os in {runtime} ms, yet a rate of 0")
    clat = _latency(part.inner("clat_ns"))
    for name in PERCENTILES.values():
        if name not in clat.percentiles:
            raise part.problem("is missing", f"clat_ns.percentile.{name}")
    return Direction(
        ios=ios,
        bytes=size,
        runtime_ms=runtime,
        iops=iops if runtime else None,
        bandwidth=bandwidth if runtime else None,
        short_ios=part.count("short_ios"),
        dropped_ios=part.count("drop_ios"),
        slat=_latency(part.inner("slat_ns")),
        clat=clat,
        lat=_latency(part.inner("lat_ns")),
    )


def _latency(part: Members) -> Latency:
    percentiles = part.inner("percentile") if part.has("percentile") else None
    latency = Latency(
        count=part.count("N"),
        min=part.count("min"),
        max=part.count("max"),
        mean=part.number("mean"),
        stddev=part.number("stddev"),
        percentiles=(
            {name: percentiles.count(name) for name in percentiles.data}
            if percentiles
            else {}
        ),
    )
    if not latency.min <= latency.mean <= latency.max:
        raise part.problem("its mean is not between min and max")
    return latency


def _disk(part: Members) -> Disk:
    return Disk(
        name=part.text("name"),
        read_ios=part.count("read_ios"),
        write_ios=part.count("write_ios"),
        read_merges=part.count("read_merges"),
        write_merges=part.count("write_merges"),
        util=part.number("util"),
    )


def values(result: Fio) -> tuple[Reading, ...]:
    """Return the figures of a job; those of a direction only if it did something."""
    found = []
    for way in DIRECTIONS:
        done: Direction | None = getattr(result, way)
        if done:
            found += _values(f"fio.{way}", done)
    found += [
        Reading("fio.errors", "1", result.errors),
        Reading("fio.usr_cpu", "%", result.usr_cpu),
        Reading("fio.sys_cpu", "%", result.sys_cpu),
        Reading("fio.context_switches", "1", result.context_switches),
    ]
    return tuple(found)


def _values(name: str, done: Direction) -> list[Reading]:
    found = [
        Reading(f"{name}_ios", "1", done.ios),
        Reading(f"{name}_bytes", "B", done.bytes),
        Reading(f"{name}_short_ios", "1", done.short_ios),
        Reading(f"{name}_dropped_ios", "1", done.dropped_ios),
    ]
    if done.iops is not None:
        found.append(Reading(f"{name}_iops", "1/s", done.iops))
    if done.bandwidth is not None:
        found.append(Reading(f"{name}_bw", "B/s", done.bandwidth))
    if done.slat.count:
        found.append(Reading(f"{name}_slat_mean", "ns", done.slat.mean))
    found += [
        Reading(f"{name}_clat_{short}", "ns", done.clat.percentiles[long])
        for short, long in PERCENTILES.items()
    ]
    found.append(Reading(f"{name}_clat_mean", "ns", done.clat.mean))
    found.append(Reading(f"{name}_clat_max", "ns", done.clat.max))
    found.append(Reading(f"{name}_lat_mean", "ns", done.lat.mean))
    return found
