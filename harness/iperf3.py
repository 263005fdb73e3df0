# SPDX-License-Identifier: GPL-2.0-only
"""What iperf3's JSON says of the one test that a client ran.

iperf3 3.9 or later with -J. A flow is what went one way: transmit is what the
client sent, receive what the server did.
"""

import dataclasses

from harness import tooltext
from harness.errors import ToolError
from harness.tooltext import Members, Reading

TOOL = "iperf3"
LEAST = (3, 9)
_VERSION = r"iperf (\d+)\.(\d+)\S*"


@dataclasses.dataclass(frozen=True)
class Flow:
    """What went one way: sent by one end, received by the other, in bytes.

    What was still under way when the test ended is sent and not received. Rates are
    in bit/s, each by the clock of its end. retransmits are TCP's; the last three
    UDP's, None otherwise.
    """

    sent_bytes: int
    received_bytes: int
    seconds: float
    sent_bits_per_second: float
    received_bits_per_second: float
    retransmits: int | None
    packets: int | None
    lost: int | None
    jitter_ms: float | None


@dataclasses.dataclass(frozen=True)
class Cpu:
    """Percent of one CPU that iperf3 used at one end."""

    total: float
    user: float
    system: float


@dataclasses.dataclass(frozen=True)
class Iperf3:
    """A test: one flow, or both of a bidirectional one.

    mss in bytes: the one asked for or else TCP's own choice, None for UDP. streams:
    per flow. block_size: bytes of one write.
    """

    version: str
    protocol: str
    streams: int
    block_size: int
    mss: int | None
    transmit: Flow | None
    receive: Flow | None
    local_cpu: Cpu
    remote_cpu: Cpu


def parse(text: str) -> Iperf3:
    """Return what iperf3 printed; ToolError when it cannot be used."""
    top = tooltext.parse(TOOL, text)
    if top.has("error"):
        raise ToolError(f"iperf3: {top.text('error')}")
    start, end = top.inner("start"), top.inner("end")
    version = tooltext.version(start, "version", _VERSION, LEAST)
    test = start.inner("test_start")
    protocol = test.text("protocol")
    if protocol not in ("TCP", "UDP"):
        raise test.problem(f"is neither TCP nor UDP: {protocol}", "protocol")
    streams = test.count("num_streams")
    if not streams:
        raise test.problem("is 0", "num_streams")
    both = end.has("sum_sent_bidir_reverse") or end.has("sum_received_bidir_reverse")
    flow = _flow(end, protocol, "")
    backwards = bool(test.count("reverse"))
    second = _flow(end, protocol, "_bidir_reverse") if both else None
    return Iperf3(
        version=version,
        protocol=protocol,
        streams=streams,
        block_size=test.count("blksize"),
        mss=_mss(start) if protocol == "TCP" else None,
        transmit=None if backwards else flow,
        receive=flow if backwards else second,
        local_cpu=_cpu(end.inner("cpu_utilization_percent"), "host"),
        remote_cpu=_cpu(end.inner("cpu_utilization_percent"), "remote"),
    )


def _mss(start: Members) -> int:
    return start.count("tcp_mss" if start.has("tcp_mss") else "tcp_mss_default")


def _cpu(part: Members, end: str) -> Cpu:
    total, user, system = (
        part.number(f"{end}_{what}") for what in ("total", "user", "system")
    )
    return Cpu(total, user, system)


def _flow(end: Members, protocol: str, suffix: str) -> Flow:
    sent, received = end.inner(f"sum_sent{suffix}"), end.inner(f"sum_received{suffix}")
    for part in (sent, received):
        if not part.count("bytes"):
            raise part.problem("is 0: nothing went this way", "bytes")
        if not part.number("bits_per_second"):
            raise part.problem("is 0, yet bytes went this way", "bits_per_second")
    udp = protocol == "UDP"
    return Flow(
        sent_bytes=sent.count("bytes"),
        received_bytes=received.count("bytes"),
        seconds=received.number("seconds"),
        sent_bits_per_second=sent.number("bits_per_second"),
        received_bits_per_second=received.number("bits_per_second"),
        retransmits=None if udp else sent.count("retransmits"),
        packets=received.count("packets") if udp else None,
        lost=received.count("lost_packets") if udp else None,
        jitter_ms=received.number("jitter_ms") if udp else None,
    )


def values(result: Iperf3) -> tuple[Reading, ...]:
    """Return the figures of a test; what a second flow receives is called reverse_.

    bytes and bits_per_second are those of this end, by its clock: what it sent or
    received. The other end's clock is another one, and what was under way at the end
    never got there.
    """
    found: list[Reading] = []
    done = 0
    second = result.transmit is not None
    if result.transmit:
        found += _values("iperf3.", result.transmit)
        rate = result.transmit.sent_bits_per_second
        found.append(Reading("iperf3.bits_per_second", "bit/s", rate))
        done += result.transmit.sent_bytes
    if result.receive:
        name = "iperf3.reverse_" if second else "iperf3."
        found += _values(name, result.receive)
        rate = result.receive.received_bits_per_second
        found.append(Reading(f"{name}bits_per_second", "bit/s", rate))
        done += result.receive.received_bytes
    found += [
        Reading("iperf3.bytes", "B", done),
        Reading("iperf3.streams", "1", result.streams),
        Reading("iperf3.local_cpu", "%", result.local_cpu.total),
        Reading("iperf3.remote_cpu", "%", result.remote_cpu.total),
    ]
    if result.mss is not None:
        found.append(Reading("iperf3.mss", "B", result.mss))
    return tuple(found)


def _values(name: str, flow: Flow) -> list[Reading]:
    found = [
        Reading(f"{name}sent_bytes", "B", flow.sent_bytes),
        Reading(f"{name}received_bytes", "B", flow.received_bytes),
    ]
    for what, unit, value in (
        ("retransmits", "1", flow.retransmits),
        ("packets", "1", flow.packets),
        ("lost", "1", flow.lost),
        ("jitter", "ms", flow.jitter_ms),
    ):
        if value is not None:
            found.append(Reading(f"{name}{what}", unit, value))
    return found
