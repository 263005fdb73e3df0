#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# iperf3's output: what was recorded is read, what is damaged is refused by name.

setup() {
	load ../lib/records
}

@test "recorded outputs are read figure for figure" {
	py <<'EOF'
import json
import tooltexts
from harness import iperf3

for name, text in tooltexts.recorded("*/iperf3-*.json").items():
    data, result = json.loads(text), iperf3.parse(text)
    start, end = data["start"], data["end"]
    test, tcp = start["test_start"], start["test_start"]["protocol"] == "TCP"
    assert result.version == start["version"] and result.protocol == test["protocol"]
    assert result.streams == test["num_streams"] and result.block_size == test["blksize"]
    both = "sum_sent_bidir_reverse" in end
    assert (result.transmit is None) == bool(test["reverse"]), name
    assert (result.receive is None) == (not test["reverse"] and not both), name
    cpu = end["cpu_utilization_percent"]
    assert result.local_cpu.system == cpu["host_system"]
    assert result.remote_cpu.user == cpu["remote_user"]
    rows = [
        ("streams", "1", test["num_streams"]),
        ("local_cpu", "%", cpu["host_total"]),
        ("remote_cpu", "%", cpu["remote_total"]),
    ]
    if tcp:
        rows.append(("mss", "B", start.get("tcp_mss", start.get("tcp_mss_default"))))
    flows, done = [("", "")] + [("reverse_", "_bidir_reverse")] * both, 0
    for prefix, suffix in flows:
        sent, received = end["sum_sent" + suffix], end["sum_received" + suffix]
        assert sent["bytes"] and received["bytes"]
        here = received if prefix or test["reverse"] else sent
        done += here["bytes"]
        rows += [
            (prefix + "sent_bytes", "B", sent["bytes"]),
            (prefix + "received_bytes", "B", received["bytes"]),
            (prefix + "bits_per_second", "bit/s", here["bits_per_second"]),
        ]
        if tcp:
            rows.append((prefix + "retransmits", "1", sent["retransmits"]))
        else:
            rows.append((prefix + "packets", "1", received["packets"]))
            rows.append((prefix + "lost", "1", received["lost_packets"]))
            rows.append((prefix + "jitter", "ms", received["jitter_ms"]))
    rows.append(("bytes", "B", done))
    got = sorted((v.name, v.unit, v.value) for v in iperf3.values(result))
    assert got == sorted((f"iperf3.{n}", u, v) for n, u, v in rows), (name, got)
EOF
}

@test "what is cut off anywhere is refused" {
	py <<'EOF'
import tooltexts
from harness import iperf3

for text in tooltexts.recorded("*/iperf3-*.json").values():
    tooltexts.each_cut(iperf3.parse, text, "iperf3")
EOF
}

@test "a figure that is missing, of another type or negative is named" {
	py <<'EOF'
import json
import tooltexts
from harness import iperf3

for text in tooltexts.recorded("*/iperf3-*.json").values():
    data = json.loads(text)
    tcp = data["start"]["test_start"]["protocol"] == "TCP"
    places = [("start", "test_start", n) for n in ("num_streams", "blksize", "reverse")]
    for name in ("host_total", "host_user", "host_system", "remote_total"):
        places.append(("end", "cpu_utilization_percent", name))
    if tcp:
        mss = "tcp_mss" if "tcp_mss" in data["start"] else "tcp_mss_default"
        places.append(("start", mss))
    for suffix in ("", "_bidir_reverse"):
        if f"sum_sent{suffix}" not in data["end"]:
            continue
        sent, received = ("end", f"sum_sent{suffix}"), ("end", f"sum_received{suffix}")
        for name in ("bytes", "bits_per_second"):
            places += [(*sent, name), (*received, name)]
        places.append((*received, "seconds"))
        if tcp:
            places.append((*sent, "retransmits"))
        else:
            places += [(*received, n) for n in ("packets", "lost_packets", "jitter_ms")]
    for place in places:
        tooltexts.each_damage(iperf3.parse, text, place)
    for place in (("start",), ("end",), ("start", "test_start"), ("start", "version"),
                  ("end", "sum_sent"), ("end", "sum_received"),
                  ("end", "cpu_utilization_percent")):
        said = tooltexts.refusal(iperf3.parse, tooltexts.without(text, place))
        assert said == f"iperf3: {tooltexts.words(place)}: is missing", said
        said = tooltexts.refusal(iperf3.parse, tooltexts.changed(text, place, 3))
        assert said.startswith(f"iperf3: {tooltexts.words(place)}: is not a"), said
EOF
}

@test "half of a bidirectional test is refused" {
	py <<'EOF'
import tooltexts
from harness import iperf3

for text in tooltexts.recorded("*/iperf3-*.json").values():
    for name in ("sum_sent_bidir_reverse", "sum_received_bidir_reverse"):
        other = {"sum_sent_bidir_reverse": "sum_received_bidir_reverse"}.get(
            name, "sum_sent_bidir_reverse"
        )
        half = tooltexts.changed(text, ("end", name), {"bytes": 1, "bits_per_second": 1})
        if iperf3.parse(text).transmit and iperf3.parse(text).receive:
            half = tooltexts.without(text, ("end", other))
        said = tooltexts.refusal(iperf3.parse, half)
        assert said == f"iperf3: end.{other}: is missing", said
EOF
}

@test "an error that iperf3 tells is the reason" {
	py <<'EOF'
import tooltexts
from harness import iperf3

refused = "unable to connect to server: Connection refused"
for text in tooltexts.recorded("*/bad-iperf3-no-server.json").values():
    assert tooltexts.refusal(iperf3.parse, text) == f"iperf3: {refused}"
    assert tooltexts.verdict(iperf3.parse, text) == "ERROR"
    # Without it there is still no figure to be had.
    said = tooltexts.refusal(iperf3.parse, tooltexts.without(text, ("error",)))
    assert said == "iperf3: start.test_start: is missing", said
for text in tooltexts.recorded("*/iperf3-*.json").values():
    said = tooltexts.refusal(iperf3.parse, tooltexts.changed(text, ("error",), "gone"))
    assert said == "iperf3: gone", said
    said = tooltexts.refusal(iperf3.parse, tooltexts.changed(text, ("error",), 1))
    assert said == "iperf3: error: is not a text", said
EOF
}

@test "old versions, other protocols, nothing moved and stray text are refused" {
	py <<'EOF'
import tooltexts
from harness import iperf3

version, test = ("start", "version"), ("start", "test_start")
for text in tooltexts.recorded("*/iperf3-*.json").values():
    for good in ("iperf 3.9", "iperf 3.16+", "iperf 3.17.1", "iperf 4.0"):
        assert iperf3.parse(tooltexts.changed(text, version, good)).version == good
    for place, value, right in (
        (version, "iperf 3.8", "start.version: is iperf 3.8, and 3.9 or later is needed"),
        (version, "iperf 2.1", "start.version: is iperf 2.1, and 3.9 or later is needed"),
        (version, "3.12", "start.version: is no version: '3.12'"),
        ((*test, "protocol"), "SCTP", "is neither TCP nor UDP: SCTP"),
        ((*test, "num_streams"), 0, "start.test_start.num_streams: is 0"),
        (("end", "sum_sent", "bytes"), 0, "end.sum_sent.bytes: is 0: nothing went"),
        (("end", "sum_received", "bytes"), 0, "end.sum_received.bytes: is 0: nothing"),
        (("end", "sum_sent", "bits_per_second"), 0, "bits_per_second: is 0, yet bytes"),
    ):
        said = tooltexts.refusal(iperf3.parse, tooltexts.changed(text, place, value))
        assert said.startswith("iperf3: ") and right in said, (right, said)
    for bad, right in (
        ("", "iperf3: printed nothing"),
        ("warning: x\n" + text, "is not JSON, it begins with: warning: x"),
        (text + "iperf3: interrupt", "something follows its JSON: iperf3: interrupt"),
        (text.replace(":", "", 1), "iperf3: its output is not JSON: line 2 column"),
    ):
        said = tooltexts.refusal(iperf3.parse, bad)
        assert right in said, (right, said)
EOF
}
