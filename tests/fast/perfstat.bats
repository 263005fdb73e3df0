#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# perf's output: what was recorded is read, what is damaged is refused by name.

setup() {
	load ../lib/records
}

@test "recorded outputs are read figure for figure" {
	py <<'EOF'
import csv
import tooltexts
from harness import perfstat

for name, text in tooltexts.recorded("*/perf-*.csv").items():
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    rows, events = list(csv.reader(lines)), perfstat.parse(text)
    assert rows and [event.event for event in events] == [row[2] for row in rows]
    for row, event in zip(rows, events):
        assert event.nsecs == int(row[3]) and event.running == float(row[4])
        if row[0].startswith("<"):
            assert event.count is None
        else:
            assert event.count == float(row[0]) and event.unit == row[1], (name, row)
    values = {value.name: value.value for value in perfstat.values(events)}
    counted = {f"perf.{e.name}": e.count for e in events if e.count is not None}
    assert values == counted and counted, name
EOF
}

@test "what was not counted is unknown, and not 0" {
	py <<'EOF'
import tooltexts
from harness import perfstat

for text in tooltexts.recorded("*/perf-hardware.csv").values():
    counts = {event.name: event.count for event in perfstat.parse(text)}
    assert counts["cycles"] is None and counts["instructions"] is None
    assert counts["dma_map_page"] > 0
    names = [value.name for value in perfstat.values(perfstat.parse(text))]
    assert names == ["perf.dma_map_page", "perf.task-clock"], names

events = perfstat.parse(
    "# started on Thu Jan  1 00:00:00 1970\n\n"
    "0,,swiotlb:swiotlb_bounced,1000,100.00,,\n"
    "<not counted>,,cycles:u,0,0.00,,\n"
    "<not supported>,,instructions,0,100.00,,\n"
    "12,,dma:dma_map_page,500,50.00,,\n"
    "1.25,msec,task-clock,1077640,100.00,0.874,CPUs utilized\n"
)
assert [(event.name, event.count) for event in events] == [
    ("swiotlb_bounced", 0),
    ("cycles", None),
    ("instructions", None),
    ("dma_map_page", 12),
    ("task-clock", 1.25),
]
assert [tuple(value) for value in perfstat.values(events)] == [
    ("perf.swiotlb_bounced", "1", 0),
    ("perf.dma_map_page", "1", 12),
    ("perf.dma_map_page.running", "%", 50.0),
    ("perf.task-clock", "ms", 1.25),
]
EOF
}

@test "what is cut off anywhere is refused, or lacks a whole line" {
	py <<'EOF'
import tooltexts
from harness import perfstat

for text in tooltexts.recorded("*/perf-*.csv").values():
    whole = perfstat.parse(text)
    for end in range(len(text)):
        if text[:end].endswith("\n") and any(
            line and line[0] != "#" for line in text[:end].splitlines()
        ):
            assert perfstat.parse(text[:end]) == whole[: len(perfstat.parse(text[:end]))]
            continue
        said = tooltexts.refusal(perfstat.parse, text[:end])
        ends = ("cut off after", "printed nothing", "counted no event")
        assert said.startswith("perf: ") and any(e in said for e in ends), said
EOF
}

@test "a field that is missing or no figure is refused with its line" {
	py <<'EOF'
import tooltexts
from harness import perfstat

for text in tooltexts.recorded("*/perf-*.csv").values():
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if not line or line.startswith("#"):
            continue
        fields = line.split(",")
        event = fields[2]

        def damaged(place, value):
            changed = [*fields[:place], value, *fields[place + 1 :]]
            return "\n".join([*lines[:number], ",".join(changed), *lines[number + 1 :], ""])

        for place, value, right in (
            (0, "-1", f"{event}: is no count: '-1'"),
            (0, "", f"{event}: is no count: ''"),
            (0, "nan", f"{event}: is no count: 'nan'"),
            (0, "1e9", f"{event}: is no count: '1e9'"),
            (0, "<none>", f"{event}: is no count: '<none>'"),
            (2, "", "is no event: ''"),
            (2, "a b", "is no event: 'a b'"),
            (3, "-5", f"{event}: is no time: '-5'"),
            (3, "x", f"{event}: is no time: 'x'"),
            (4, "100.01", f"{event}: is no percentage: '100.01'"),
            (4, "", f"{event}: is no percentage: ''"),
            (4, "-1", f"{event}: is no percentage: '-1'"),
        ):
            said = tooltexts.refusal(perfstat.parse, damaged(place, value))
            assert said == f"perf: line {number + 1}: {right}", (said, right)
        short = "\n".join([*lines[:number], ",".join(fields[:4]), ""])
        said = tooltexts.refusal(perfstat.parse, short)
        assert said == f"perf: line {number + 1}: has 4 fields, not 5 or more", said
        twice = "\n".join([*lines[: number + 1], line, ""])
        said = tooltexts.refusal(perfstat.parse, twice)
        assert said.startswith(f"perf: line {number + 2}: a second "), said
    stray = "event syntax error: 'dma:x'\n" + text
    assert tooltexts.refusal(perfstat.parse, stray).startswith("perf: line 1: has 1 fields")
EOF
}
