#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# From what a cell's tools printed to its figures: real outputs, and damaged ones.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a cell gets its tools' figures, its metrics, and the slope between twins" {
	py <<'EOF'
import meters
from harness.record import Verdict

made = meters.cell(meters.FIO, busy={"read": 5_000_000, "read-short": 1_000_000})
assert made.verdict is Verdict.PASS, made.reason
figures = {(one.step, one.name): one.value for one in made.values}
assert figures["read", "fio.read_ios"] > 0
assert figures["read", "busy_instructions"] == 5_000_000
assert figures["read", "bounce_rate"] == 0.25
ios = figures["read", "fio.read_ios"] - figures["read-short", "fio.read_ios"]
assert figures["read", "instructions_per_io"] == 4_000_000 / ios
assert ("read-short", "instructions_per_io") not in figures
EOF
}

@test "output that cannot be used is ERROR with the step, the tool and the reason" {
	py <<'EOF'
import meters
from harness.record import Verdict

for text, words in (
    (meters.FIO[:-200], "fio"),
    (meters.FIO.replace("fio-3.", "fio-2."), "fio"),
    ("", "fio"),
):
    made = meters.cell(text, busy={"read": 5, "read-short": 1})
    assert made.verdict is Verdict.ERROR and not made.values, made
    assert made.reason.startswith("step read: ") and words in made.reason, made.reason
EOF
}

@test "what a tool says of its own failure becomes one line, whatever it holds" {
	py <<'EOF'
import json, meters
from harness import collect, meter
from harness.errors import ToolError
from harness.record import Verdict

for said in ("a\ttab\x1b[31m, a bell\x07\nand a line", "long " * 1000):
    def read(step):
        raise ToolError(f"iperf3: {said}")

    meter.read = read
    made = meters.cell(meters.FIO, busy=None)
    assert made.verdict is Verdict.ERROR, made
    assert made.reason == collect.line(f"step read: iperf3: {said}"), made.reason
    assert made.reason.isprintable() and len(made.reason) <= 1000, made.reason
EOF
}

@test "a block that does not verify is FAIL, and no figure is left" {
	py <<'EOF'
import meters
from harness.record import Verdict

made = meters.cell(meters.UNVERIFIED, busy=None)
assert made.verdict is Verdict.FAIL and not made.values, made
EOF
}

@test "counters that disagree are ERROR; the pool design's bounces are no swiotlb's" {
	py <<'EOF'
import meters
from harness.record import Verdict

for variant, verdict in (("dom0-iommu", Verdict.ERROR), ("dom0-pool", Verdict.PASS)):
    scope = {**meters.SCOPE, "scope.swiotlb_bounced": 0}
    made = meters.cell(meters.FIO, busy=None, variant=variant, scope=scope)
    assert made.verdict is verdict, (variant, made.reason)
    if verdict is Verdict.ERROR:
        assert "swiotlb_bounced" in made.reason, made.reason
EOF
}

@test "the pool design did not engage where swiotlb's pool was bounced through" {
	py <<'EOF'
import meters
from harness.record import Verdict

made = meters.cell(meters.FIO, busy=None, variant="dom0-pool")
assert made.verdict is Verdict.ERROR and "dom0-pool did not engage" in made.reason, made
EOF
}

@test "a metric that was declared and not delivered is ERROR, unless nobody counted" {
	py <<'EOF'
import meters
from harness.record import Verdict

none = meters.cell(meters.FIO, busy=None, metrics=("instructions_per_io",))
assert none.verdict is Verdict.PASS, none.reason
same = {"read": 5, "read-short": 5}
for busy, metrics, words in (
    (same, ("instructions_per_io",), "metric instructions_per_io"),
    (None, ("nothing",), "metric nothing: no step delivered it"),
):
    made = meters.cell(meters.FIO, busy=busy, metrics=metrics)
    assert made.verdict is Verdict.ERROR and words in made.reason, made.reason
EOF
}
