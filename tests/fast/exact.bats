#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Metrics that are exact: every change told, with its size, until it is gone or accepted.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "a change is told with its size, and stands until it is gone" {
	py <<'EOF'
import numpy as np
from harness import exact, series
from harness.exact import What

metric = series.parse("dom0-hook/micro/linear/2048/insn/map_page-4096/map.p50")

def told(*values, better="lower", start=0):
    found = exact.judge(metric, better, np.array(values, dtype=float), start)
    if found is None:
        return None
    assert found.metric == metric
    return found.what, found.since, found.before, found.after, found.new

assert told(100) is None and told(100, 100, 100) is None
assert told(100, 100, 101) == (What.REGRESSION, 2, 100, 101, True)
assert told(100, 100, 99) == (What.IMPROVEMENT, 2, 100, 99, True)
assert told(100, 101, better="higher") == (What.IMPROVEMENT, 1, 100, 101, True)
assert told(100, 99, better="higher") == (What.REGRESSION, 1, 100, 99, True)
# Without a direction nobody says whether it is good.
assert told(100, 101, better="none") == (What.CHANGED, 1, 100, 101, True)
# It stands, since when, and against the accepted value, not against the night before.
assert told(100, 101, 101, 101) == (What.REGRESSION, 1, 100, 101, False)
assert told(100, 101, 103) == (What.REGRESSION, 2, 100, 103, True)
# That it has gone is told once.
assert told(100, 101, 101, 100) == (What.FIXED, 3, 101, 100, True)
assert told(100, 101, 101, 100, 100) is None
assert told(100, 101, 100, 101) == (What.REGRESSION, 3, 100, 101, True)
assert told(100, 101, 100, better="none") == (What.FIXED, 2, 101, 100, True)
# What was better and is no more is not fixed.
assert told(100, 90, 100) == (What.REGRESSION, 2, 90, 100, True)
assert told(100, 90, 100, 100) is None
# Gaps: skipped, and without tonight's value nothing is known.
nan = float("nan")
assert told(100, nan, nan, 101) == (What.REGRESSION, 3, 100, 101, True)
assert told(100, 101, nan, 101) == (What.REGRESSION, 1, 100, 101, False)
assert told(100, 101, nan) is None and told(nan, nan) is None and told(nan, 5) is None
found = exact.judge(metric, "lower", np.array([200.0, 210]))
assert (found.difference, found.percent) == (10, 5)
found = exact.judge(metric, "lower", np.array([0.0, 3]))
assert (found.difference, found.percent) == (3, None)
EOF
}

@test "an accepted change is silent, and is fixed when it goes away again" {
	py <<'EOF'
import numpy as np
from harness import exact, series
from harness.exact import What

metric = series.parse("dom0-hook/micro/linear/2048/insn/map_page-4096/map.p50")

def told(*values, start, better="lower"):
    found = exact.judge(metric, better, np.array(values, dtype=float), start)
    return found and (found.what, found.since, found.before, found.after, found.new)

assert told(100, 110, start=1) is None
assert told(100, 110, 110, start=1) is None
assert told(100, 110, 112, start=1) == (What.REGRESSION, 2, 110, 112, True)
assert told(100, 110, 100, start=1) == (What.FIXED, 2, 110, 100, True)
assert told(100, 110, 100, 100, start=1) is None
# What is fixed may break again: 110 is not accepted any more.
assert told(100, 110, 100, 110, start=1) == (What.REGRESSION, 3, 100, 110, True)
# An accepted improvement that goes away is a regression, and stands.
assert told(100, 90, 100, start=1) == (What.REGRESSION, 2, 90, 100, True)
assert told(100, 90, 100, 100, start=1) == (What.REGRESSION, 2, 90, 100, False)
# The run that is accepted has no value: the next one counts.
assert told(100, float("nan"), 110, 110, start=1) is None
EOF
}

@test "what is exact is told by its name and by the nights before" {
	py <<'EOF'
import numpy as np
from harness import exact, nightrule, series

def metric(clock, name):
    return series.parse(f"dom0-hook/micro/linear/2048/{clock}/step/{name}")

rng = np.random.default_rng(2)
constant, noise = np.full(40, 5.0), rng.normal(5, 1, 40)
thrice, often = np.repeat([1.0, 2, 3, 4], 10), np.repeat(np.arange(8.0), 5)
cases = (
    ("insn", "map.p50", constant, True),
    ("insn", "map.min", thrice, True),
    ("insn", "map.p50", noise, False),
    ("insn", "map.p50", often, False),
    ("wall", "map.p50", constant, False),
    ("insn", "scope.maps", constant, True),
    ("insn", "scope.maps", noise, False),
    ("insn", "map.p50", [], True),
    ("insn", "map.p50", [1, 2, 3], True),
    ("insn", "scope.maps", [], False),
    ("insn", "scope.maps", [1], False),
    ("insn", "scope.maps", [1, 1], True),
    ("insn", "scope.maps", [1, 2], False),
    ("insn", "scope.maps", [1, 1, 2], True),
)
for clock, name, values, expected in cases:
    row = np.array([values], dtype=float).reshape(1, -1)
    recent = nightrule.last_known(row, exact.STEADY_NIGHTS)
    found = exact.steady(recent, [metric(clock, name)])
    assert found.tolist() == [expected], (clock, name, values)
EOF
}

@test "only rows that are not what was accepted are looked at" {
	py <<'EOF'
import numpy as np
from harness import exact

nan = float("nan")
values = np.array([[1, 1, 1], [1, 2, 2], [1, nan, 1], [1, nan, 2], [nan, nan, nan]])
assert exact.deviating(values, {row: 0 for row in range(5)}) == [1, 3]
assert exact.deviating(values, {row: 1 for row in range(5)}) == []
assert exact.deviating(values, {1: 0}) == [1]
EOF
}
