# SPDX-License-Identifier: GPL-2.0-only
"""The results channel as the host reads it: bytes to checked frames.

A frame is one line, 'BM1 <seq> <length> <crc32> <payload>'; nothing stands
between frames. The first byte that does not fit ends the reading: what came
before it is kept, what follows is not looked at.
"""

import dataclasses
import re
import zlib
from typing import (
    Any,
    Dict,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
    Type,
    TypeVar,
)

from harness import payloads
from harness.payloads import (
    Begin,
    Bye,
    Counts,
    End,
    Fact,
    Hello,
    Output,
    Scalar,
    Series,
    Value,
)

MAGIC = b"BM1 "
PAYLOAD_MAX = 1048576
HEADER = re.compile(rb"BM1 (0|[1-9][0-9]{0,18}) ([1-9][0-9]{0,6}) ([0-9a-f]{8}) ")
# No header is longer; behind so many bytes it is not a header cut short.
HEADER_MAX = len("BM1 ") + len("1234567890123456789 1234567 12345678 ")

Kind = TypeVar("Kind", bound=payloads.Payload)


@dataclasses.dataclass(frozen=True)
class Frame:
    """One frame: its number, its payload as sent and as a record, its first byte."""

    seq: int
    payload: Mapping[str, Any]
    record: payloads.Payload
    offset: int


@dataclasses.dataclass(frozen=True)
class Step:
    """What a step sent; counts and end are None where there was no such frame.

    outputs: what its tools printed, by name.
    """

    name: str
    kind: str
    series: Tuple[Series, ...]
    values: Tuple[Value, ...]
    counts: Optional[Counts]
    end: Optional[End]
    outputs: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Stream:
    """What could be read of a channel.

    damage: one sentence, what is wrong at which byte; None when nothing is.
    torn: the bytes end within a frame (damage says so too).
    complete: the guest said good-bye, nothing is missing and nothing follows.
    A stream that is neither damaged nor complete just ends too early.
    """

    frames: Tuple[Frame, ...]
    damage: Optional[str]
    torn: bool
    complete: bool

    def records(self, kind: Type[Kind]) -> Iterator[Kind]:
        """Yield the records of one type, in the order they came."""
        for frame in self.frames:
            if isinstance(frame.record, kind):
                yield frame.record

    @property
    def hello(self) -> Optional[Hello]:
        """Return what booted; None when the guest never said."""
        return next(self.records(Hello), None)

    @property
    def facts(self) -> Mapping[str, Scalar]:
        """Return the facts by name."""
        return {fact.name: fact.value for fact in self.records(Fact)}

    @property
    def steps(self) -> Tuple[Step, ...]:
        """Return the steps that began, in order; the last may lack its end."""
        groups: List[List[payloads.Payload]] = []
        for frame in self.frames:
            if isinstance(frame.record, Begin):
                groups.append([])
            if isinstance(frame.record, (Begin, Series, Counts, Value, Output, End)):
                groups[-1].append(frame.record)
        return tuple(_step(group) for group in groups)


def _step(group: Sequence[payloads.Payload]) -> Step:
    """Return the step whose frames, from begin on, are given."""

    def of(kind: Type[Kind]) -> Tuple[Kind, ...]:
        return tuple(record for record in group if isinstance(record, kind))

    (begin,) = of(Begin)
    texts: Dict[str, List[str]] = {}
    for output in of(Output):
        texts.setdefault(output.name, []).append(output.text)
    return Step(
        name=begin.step,
        kind=begin.kind,
        series=of(Series),
        values=of(Value),
        counts=next(iter(of(Counts)), None),
        end=next(iter(of(End)), None),
        outputs={name: "".join(parts) for name, parts in texts.items()},
    )


class _Damage(Exception):
    """What is wrong; torn when it is only that the bytes end too early."""

    def __init__(self, what: str, torn: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.torn = torn


@dataclasses.dataclass
class _Order:
    """What has been said so far, to tell what may be said next."""

    seq: int = 0
    step: Optional[str] = None
    done: bool = False
    names: Set[Tuple[str, ...]] = dataclasses.field(default_factory=set)
    parts: Dict[str, int] = dataclasses.field(default_factory=dict)

    def once(self, *name: str) -> None:
        """Raise _Damage if the same thing has been said before."""
        if name in self.names:
            raise _Damage(f"a second {name[0]} of one name")
        self.names.add(name)

    def follow(self, record: payloads.Payload) -> None:
        """Take the next record, or raise _Damage if it may not come here."""
        first = isinstance(record, Hello)
        if first != (self.seq == 0):
            raise _Damage("hello is not the first frame, and the first only")
        if isinstance(record, (Hello, Fact, Begin, Bye)):
            if self.step is not None:
                raise _Damage("a step has not ended")
        elif record.step != self.step:
            raise _Damage("it belongs to a step that is not running")
        if isinstance(record, Fact):
            self.once("fact", record.name)
        elif isinstance(record, Begin):
            self.once("step", record.step)
            self.step = record.step
            self.parts = {}
        elif isinstance(record, Series):
            self.once("series", record.step, record.series)
        elif isinstance(record, Value):
            self.once("value", record.step, record.name)
        elif isinstance(record, Counts):
            self.once("counts", record.step)
        elif isinstance(record, Output):
            due = self.parts.get(record.name, 0)
            if record.part != due:
                raise _Damage(f"part {record.part} of an output where {due} is due")
            self.parts[record.name] = due + 1
        elif isinstance(record, End):
            self.step = None
        elif isinstance(record, Bye):
            self.done = True
            if record.frames != self.seq + 1:
                raise _Damage("bye counts other frames than came")
        self.seq += 1


def _header_begins(rest: bytes) -> bool:
    """Tell whether rest, shorter than a header, could be the start of one."""
    fields = rest.split(b" ")
    digits = all(field.isdigit() or not field for field in fields[1:3])
    crc = all(byte in b"0123456789abcdef" for byte in b"".join(fields[3:4]))
    return MAGIC.startswith(rest[: len(MAGIC)]) and digits and crc and len(fields) <= 4


def _read_frame(data: bytes, offset: int, order: _Order) -> Tuple[Frame, int]:
    """Return the frame at offset and the offset behind it, or raise _Damage."""
    header = HEADER.match(data, offset)
    if header is None:
        end = offset + HEADER_MAX + 1
        rest = data[offset:end]
        if len(rest) <= HEADER_MAX and _header_begins(rest):
            raise _Damage("the bytes end within a header", torn=True)
        raise _Damage("no frame begins here")
    seq, length = int(header[1]), int(header[2])
    if length > PAYLOAD_MAX:
        raise _Damage(f"a payload of {length} bytes, {PAYLOAD_MAX} is the limit")
    start, stop = header.end(), header.end() + length
    if len(data) <= stop:
        raise _Damage("the bytes end within a payload", torn=True)
    if not data.startswith(b"\n", stop):
        raise _Damage("the payload is not as long as its header says")
    text = data[start:stop]
    crc = zlib.crc32(text, zlib.crc32(b"%d %d " % (seq, length)))
    if b"%08x" % crc != header[3]:
        raise _Damage("the checksum is wrong")
    if b"\n" in text:
        raise _Damage("the payload holds a newline")
    if seq != order.seq:
        raise _Damage(f"frame {seq} where {order.seq} is due")
    try:
        payload = payloads.decode(text)
        record = payloads.from_payload(payload)
    except payloads.PayloadError as error:
        raise _Damage(f"the payload cannot be used: {error}") from error
    order.follow(record)
    return Frame(seq, payload, record, offset), stop + 1


def parse(data: bytes) -> Stream:
    """Return what can be read of the bytes of a channel. Never raises.

    Time and memory grow linearly with len(data).
    """
    frames: List[Frame] = []
    order = _Order()
    offset = 0
    while offset < len(data):
        try:
            if order.done:
                raise _Damage("something follows the last frame")
            frame, offset = _read_frame(data, offset, order)
        except _Damage as damage:
            what = f"frame {len(frames)} at byte {offset}: {damage.what}"
            return Stream(tuple(frames), what, damage.torn, complete=False)
        frames.append(frame)
    return Stream(tuple(frames), None, torn=False, complete=order.done)
