#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Metrics: what is derived of a step's figures, and what is said where it cannot be.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "each metric is worked out of the figures it is made of" {
	py <<'EOF'
from harness import metrics

# 1000 reads of 4 KiB; 250 of 1000 entries bounced, half of them synced again.
step = {
    "fio.read_ios": 1000,
    "fio.read_bytes": 4096000,
    "fio.usr_cpu": 10.5,
    "fio.sys_cpu": 30.25,
    "scope.maps": 1000,
    "scope.unmaps": 1000,
    "scope.syncs": 125,
    "scope.failed": 3,
    "scope.refused_entries": 0,
    "scope.entries": 1000,
    "scope.bytes": 4096000,
    "scope.bounced": 250,
    "scope.bounced_bytes": 1024000,
    "scope.copied_bytes": 2560000,
    "busy_instructions": 70_000_000,
}
short = {**step, "fio.read_ios": 200, "fio.read_bytes": 819200, "busy_instructions": 62_000_000}
derived = metrics.derive(step, short)
assert derived.absent == {}
assert [tuple(value) for value in derived.values] == [
    ("bounce_rate", "1", 0.25),
    ("bounced_byte_share", "1", 0.25),
    ("copies_per_byte", "1", 0.625),
    ("mapping_failures", "1", 3),
    ("dma_ops_per_io", "1", 2.125),
    ("cpu_share", "%", 40.75),
    # 8 million instructions for 800 I/Os more, 3.125 MiB.
    ("instructions_per_io", "1", 10000),
    ("instructions_per_mib", "1/MiB", 2560000),
]
every = metrics.METRICS + metrics.SLOPES
assert [metric.name for metric in every] == [value.name for value in derived.values]
assert {metric.direction for metric in every} <= {"lower", "higher", "none"}
# What the tool costs to start makes no difference to a slope.
more = [{**figures, "busy_instructions": figures["busy_instructions"] + 10**9} for figures in (step, short)]
assert metrics.derive(*more).values == derived.values
# Network.
step = {"iperf3.bytes": 4 << 20, "iperf3.local_cpu": 55.5, "busy_instructions": 900}
short = {"iperf3.bytes": 2 << 20, "busy_instructions": 500}
values = {value.name: value.value for value in metrics.derive(step, short).values}
assert values == {"cpu_share": 55.5, "instructions_per_mib": 200}
EOF
}

@test "a metric that cannot be told is absent with the reason, and not 0" {
	py <<'EOF'
from harness import metrics

names = [metric.name for metric in metrics.METRICS + metrics.SLOPES]
nothing = metrics.derive({})
assert nothing.values == () and sorted(nothing.absent) == sorted(names)
assert nothing.absent["bounce_rate"] == "there is no scope.bounced"
assert nothing.absent["dma_ops_per_io"] == "there is no scope.maps"
assert nothing.absent["instructions_per_io"] == "the step has no -short twin"
ops = {"scope.maps": 0, "scope.unmaps": 0, "scope.syncs": 0}
for figures, name, why in (
    ({"scope.bounced": 0}, "bounce_rate", "there is no scope.entries"),
    ({"scope.bounced": 0, "scope.entries": 0}, "bounce_rate", "scope.entries is 0"),
    ({"scope.bounced_bytes": 0, "scope.bytes": 0}, "bounced_byte_share", "scope.bytes is 0"),
    ({"scope.copied_bytes": 0, "scope.bytes": 0}, "copies_per_byte", "scope.bytes is 0"),
    (ops, "dma_ops_per_io", "there are no I/Os of fio's"),
    ({**ops, "fio.read_ios": 0}, "dma_ops_per_io", "ios is 0"),
    ({"fio.usr_cpu": 1.0}, "cpu_share", "there is no fio.sys_cpu"),
    ({"scope.failed": 0, "scope.refused_entries": 2}, "mapping_failures",
     "scatterlists were refused, and nobody counts how many"),
):
    derived = metrics.derive(figures)
    assert derived.absent[name] == why, (name, derived.absent[name])
    assert name not in [value.name for value in derived.values]
# No bounce is a rate of 0: that is known.
values = metrics.derive({"scope.bounced": 0, "scope.entries": 5, "scope.failed": 0}).values
assert [(value.name, value.value) for value in values] == [("bounce_rate", 0), ("mapping_failures", 0)]

step, short = {"busy_instructions": 9, "fio.read_ios": 20}, {"busy_instructions": 8, "fio.read_ios": 10}
for one, other, why in (
    (step, {**short, "fio.read_ios": 20}, "the step did not do more I/Os than its -short twin"),
    (short, step, "the step did not do more I/Os than its -short twin"),
    (step, {**short, "busy_instructions": 9}, "the step took no more instructions than its -short twin"),
    (step, {"fio.read_ios": 10}, "there is no busy_instructions"),
    (step, {"busy_instructions": 8}, "there are no I/Os of fio's"),
):
    assert metrics.derive(one, other).absent["instructions_per_io"] == why
assert metrics.derive(step, short).absent["instructions_per_mib"] == "there are no bytes of fio's or iperf3's"
EOF
}

@test "steps find their twins by name" {
	py <<'EOF'
from harness import metrics

def figures(ios, busy):
    return {"fio.write_ios": ios, "busy_instructions": busy}

cell = metrics.of_steps({
    "w-4096": figures(100, 5000),
    "w-4096-short": figures(50, 4000),
    "r-4096": figures(100, 9000),
})
assert list(cell) == ["w-4096", "w-4096-short", "r-4096"]
per_io = {
    name: [value.value for value in derived.values if value.name == "instructions_per_io"]
    for name, derived in cell.items()
}
assert per_io == {"w-4096": [20], "w-4096-short": [], "r-4096": []}
assert cell["r-4096"].absent["instructions_per_io"] == "the step has no -short twin"
EOF
}

@test "a declared metric that no step delivered is named, with the reason" {
	py <<'EOF'
from harness.metrics import check

assert check([], []) == "" == check(["a", "b"], {"b", "c", "a"})
assert check(["a", "b"], ["a"]) == "metric b: no step delivered it"
assert check(["a", "b"], ["a"], {"b": "scope.entries is 0"}) == (
    "metric b: no step delivered it: scope.entries is 0"
)
assert check(["a"], ["a"], {"a": "not in the other step"}) == ""
EOF
}

@test "who counted the same things must have counted the same" {
	py <<'EOF'
from harness import metrics

figures = {
    "scope.maps": 90,
    "scope.sg_maps": 40,
    "scope.failed": 5,
    "scope.unmaps": 88,
    "scope.syncs": 10,
    "scope.bounced": 20,
    "scope.forced": 0,
    "scope.mask": 15,
    "scope.contiguity": 5,
    "scope.unexplained": 0,
    "scope.failed_bounced": 4,
    "scope.refused_entries": 2,
    "scope.swiotlb_bounced": 26,
    "perf.swiotlb_bounced": 26,
    "perf.dma_map_page": 55,
    "perf.dma_map_sg": 40,
    "perf.dma_unmap_page": 48,
    "perf.dma_unmap_sg": 40,
    "perf.dma_sync_single_for_cpu": 4,
    "perf.dma_sync_single_for_device": 3,
    "perf.dma_sync_sg_for_cpu": 2,
    "perf.dma_sync_sg_for_device": 1,
}
assert metrics.disagreement(figures, True, True) == ""
assert metrics.disagreement({}, True, True) == ""
# One more or less of anything is noticed, unless nobody else counted it.
for name in figures:
    for change in (1, -1):
        wrong = {**figures, name: figures[name] + change}
        said = metrics.disagreement(wrong, True, True)
        assert name in said and " is " in said, (name, said)
alone = {**figures, "scope.bounced": 21, "scope.mask": 16}
assert metrics.disagreement(alone, True, True) == (
    "scope.swiotlb_bounced is 26, and scope.bounced + scope.failed_bounced + "
    "scope.refused_entries is 27"
)
# A pool of its own has no events of swiotlb's.
pool = {**figures, "scope.swiotlb_bounced": 0, "perf.swiotlb_bounced": 0}
assert metrics.disagreement(pool, False, True) == ""
assert metrics.disagreement(pool, True, True) != ""
# perf counts all devices, dmascope perhaps one.
one = {**figures, "perf.dma_map_page": 56}
assert metrics.disagreement(one, True, False) == ""
assert metrics.disagreement(one, True, True) == (
    "perf.dma_map_page + perf.dma_map_sg is 96, and scope.maps + scope.failed is 95"
)
# What somebody did not count is not compared.
for name in ("perf.dma_map_page", "scope.failed"):
    assert metrics.disagreement({n: v for n, v in one.items() if n != name}, True, True) == ""
EOF
}

@test "a record takes a figure that is finite and not negative" {
	py <<'EOF'
import dataclasses, os
from pathlib import Path
import fixtures
from harness import record

tmp = Path(os.environ["TMP"])
good = fixtures.cell()
for value in (0, 7, 0.25, 1e18, "text"):
    cell = dataclasses.replace(good, values=(record.Value("s", "fio.read_iops", "1/s", value),))
    assert record.load_cell(record.save_cell(cell, tmp)).values[0].value == value
for value in (-1, -0.5, float("nan"), float("inf"), True, None):
    cell = dataclasses.replace(good, values=(record.Value("s", "fio.read_iops", "1/s", value),))
    assert fixtures.refusal(record.save_cell, cell, tmp), value
EOF
}
