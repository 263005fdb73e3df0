# SPDX-License-Identifier: GPL-2.0-only
"""What a guest may say: one record per type of payload, checked when it is made.

A payload is a JSON object. from_payload() is the only way from one to a record;
whatever does not fit exactly raises PayloadError with one sentence.
"""

import dataclasses
import json
import re
from typing import Any, Callable, Dict, List, Mapping, Tuple, Type, Union

from harness import stats

PROTOCOL = 1
U64_MAX = 2**64 - 1

SERIES = frozenset(
    ("map", "unmap", "sync_for_cpu", "sync_for_device", "alloc", "free", "probe")
)
_TOOLS = "fio.json fio.stderr iperf3.json iperf3.stderr perf.csv perf.stderr"
OUTPUTS = frozenset(_TOOLS.split())
STATUSES = frozenset(("ok", "fail", "skip", "error"))
NAME = re.compile(r"[a-z0-9_.+-]{1,80}")
CELL = re.compile(r"[0-9a-f]{0,64}")
LONGEST_NAME = 256
LONGEST_PART = 65536

Scalar = Union[str, int, bool]
Figure = Union[int, str]
Hist = Tuple[Tuple[int, int], ...]


class PayloadError(Exception):
    """A payload that cannot be meant: what is wrong with it."""


def _need(truth: bool, what: str) -> None:
    if not truth:
        raise PayloadError(what)


def _check_name(text: str, what: str) -> None:
    _need(NAME.fullmatch(text) is not None, f"{what} is not a name")


@dataclasses.dataclass(frozen=True)
class Hello:
    """What booted. cell is empty when the guest could not read its job; KiB of RAM."""

    protocol: int
    cell: str
    release: str
    version: str
    cmdline: str
    clocksource: str
    cpus: int
    memory_kib: int

    def __post_init__(self) -> None:
        """Check the values."""
        _need(self.protocol == PROTOCOL, f"protocol is not {PROTOCOL}")
        _need(CELL.fullmatch(self.cell) is not None, "cell is not a hex id")
        _need(self.cpus > 0, "cpus is 0")


@dataclasses.dataclass(frozen=True)
class Fact:
    """Something that is true of the whole boot."""

    name: str
    value: Scalar

    def __post_init__(self) -> None:
        """Check the values."""
        _need(0 < len(self.name) <= LONGEST_NAME, "the fact has no usable name")


@dataclasses.dataclass(frozen=True)
class Begin:
    """A step begins; kind is the one its job line has."""

    step: str
    kind: str

    def __post_init__(self) -> None:
        """Check the values."""
        _check_name(self.step, "step")
        _check_name(self.kind, "kind")


@dataclasses.dataclass(frozen=True)
class Series:
    """The timings of one operation, in ticks, the probe's own cost included.

    failed operations have no timing and are not in count. hist: pairs of the
    smallest tick value of a bucket and the operations in it, ascending.
    """

    step: str
    series: str
    count: int
    failed: int
    min: int
    max: int
    sum: int
    hist: Hist

    def __post_init__(self) -> None:
        """Check that the figures can be those of one series."""
        _check_name(self.step, "step")
        _need(self.series in SERIES, "series is none of those known")
        lows = [low for low, _ in self.hist]
        _need(all(a < b for a, b in zip(lows, lows[1:])), "hist does not ascend")
        _need(all(low == stats.bucket(low) for low in lows), "hist has no such bucket")
        _need(all(count for _, count in self.hist), "hist has an empty bucket")
        total = sum(count for _, count in self.hist)
        _need(total == self.count, "hist does not hold count operations")
        if not self.count:
            _need(self.min == self.max == self.sum == 0, "nothing was timed, yet ticks")
            return
        fits = stats.bucket(self.min) == lows[0] and stats.bucket(self.max) == lows[-1]
        _need(fits and self.min <= self.max, "min and max do not fit hist")
        least = self.min * (self.count - 1) + self.max
        most = self.min + self.max * (self.count - 1)
        # sum is a 64-bit counter; only a sum that cannot have wrapped is judged.
        if most <= U64_MAX:
            _need(least <= self.sum <= most, "sum does not fit min and max")


@dataclasses.dataclass(frozen=True)
class Counts:
    """Mappings of a step, of them bounced by reason, and its duration in ns.

    missed: mappings that did not bounce although they had to.
    """

    step: str
    mapped: int
    forced: int
    mask: int
    contiguity: int
    unexplained: int
    missed: int
    nsecs: int

    def __post_init__(self) -> None:
        """Check the values."""
        _check_name(self.step, "step")
        bounced = self.forced + self.mask + self.contiguity + self.unexplained
        _need(bounced + self.missed <= self.mapped, "more bounced than was mapped")


@dataclasses.dataclass(frozen=True)
class Value:
    """A single figure of a step in its unit, or a text with an empty unit."""

    step: str
    name: str
    unit: str
    value: Figure

    def __post_init__(self) -> None:
        """Check the values."""
        _check_name(self.step, "step")
        _need(0 < len(self.name) <= LONGEST_NAME, "the value has no usable name")


@dataclasses.dataclass(frozen=True)
class Output:
    """A part of what a tool printed; name is the file's that all of them make."""

    step: str
    name: str
    part: int
    text: str

    def __post_init__(self) -> None:
        """Check the values."""
        _check_name(self.step, "step")
        _need(self.step not in (".", ".."), "a folder cannot be called like the step")
        _need(self.name in OUTPUTS, "the output is none of those known")
        _need(len(self.text) <= LONGEST_PART, "the part is too long")


@dataclasses.dataclass(frozen=True)
class End:
    """A step ended: ok, fail (the subject), skip, or error (the harness)."""

    step: str
    status: str
    message: str

    def __post_init__(self) -> None:
        """Check the values."""
        _check_name(self.step, "step")
        _need(self.status in STATUSES, "status is none of those known")


@dataclasses.dataclass(frozen=True)
class Bye:
    """The last frame; frames counts all of the stream, itself included."""

    frames: int


Payload = Union[Hello, Fact, Begin, Series, Counts, Value, Output, End, Bye]

TYPES: Mapping[str, Type[Payload]] = {
    "hello": Hello,
    "fact": Fact,
    "begin": Begin,
    "series": Series,
    "counts": Counts,
    "value": Value,
    "output": Output,
    "end": End,
    "bye": Bye,
}


def _integer(digits: str) -> int:
    value = int(digits) if len(digits) <= 20 else -1
    if digits[0] == "-" or not 0 <= value <= U64_MAX:
        raise PayloadError("a number is not an integer from 0 to 2^64-1")
    return value


def _refuse_number(_: str) -> None:
    raise PayloadError("a number is not an integer from 0 to 2^64-1")


def _object(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    result = dict(pairs)
    _need(len(result) == len(pairs), "a key stands twice in an object")
    return result


def decode(text: bytes) -> Dict[str, Any]:
    """Return the JSON object that text is; PayloadError if it is none.

    Stricter than JSON: integers from 0 to 2^64-1 only, no key twice.
    """
    try:
        payload = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except UnicodeDecodeError as error:
        raise PayloadError("it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise PayloadError("it is not JSON") from error
    if not isinstance(payload, dict):
        raise PayloadError("it is not a JSON object")
    return payload


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        raise PayloadError(f"{name} is not a string")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise PayloadError(f"{name} holds half a surrogate pair") from error
    return value


def _count(value: Any, name: str) -> int:
    if type(value) is not int:
        raise PayloadError(f"{name} is not an integer")
    return value


def _figure(value: Any, name: str) -> Figure:
    return _text(value, name) if isinstance(value, str) else _count(value, name)


def _scalar(value: Any, name: str) -> Scalar:
    return value if isinstance(value, bool) else _figure(value, name)


def _hist(value: Any, name: str) -> Hist:
    _need(isinstance(value, list), f"{name} is not a list")
    for pair in value:
        fits = isinstance(pair, list) and [type(item) for item in pair] == [int, int]
        _need(fits, f"{name} is not a list of pairs of integers")
    return tuple((low, count) for low, count in value)


# How the value of a field of a record gets from JSON to the type it has there.
CONVERT: Mapping[Any, Callable[[Any, str], Any]] = {
    str: _text,
    int: _count,
    Figure: _figure,
    Scalar: _scalar,
    Hist: _hist,
}


def from_payload(payload: Mapping[str, Any]) -> Payload:
    """Return the record of a decoded payload; PayloadError if it fits none."""
    kind = payload.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise PayloadError("its type is unknown")
    fields = {field.name: field.type for field in dataclasses.fields(TYPES[kind])}
    missing = sorted(fields.keys() - payload.keys())
    _need(not missing, f"{kind} lacks {', '.join(missing)}")
    extra = payload.keys() - fields.keys() - {"type"}
    _need(not extra, f"{kind} has a field too many")
    values = {
        name: CONVERT[wanted](payload[name], name) for name, wanted in fields.items()
    }
    return TYPES[kind](**values)
