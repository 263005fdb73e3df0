#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A/B in the wall clock: the boot is the unit, and one boot is no verdict.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "Welch's test is scipy's, and its interval and effect are those of the textbook" {
	py <<'EOF'
import math
import numpy as np
from scipy import stats
from harness import abtest

rng = np.random.default_rng(3)
before, after = rng.normal(100, 1, 5), rng.normal(103, 3, 8)
found = abtest.welch(before, after)
expected = stats.ttest_ind(after, before, equal_var=False)
assert math.isclose(found.p, expected.pvalue)
assert math.isclose(found.effect, after.mean() - before.mean())
assert (found.boots, found.before, found.after) == ((5, 8), before.mean(), after.mean())
assert math.isclose(found.percent, 100 * found.effect / before.mean())
# The interval by hand: Welch and Satterthwaite.
parts = before.var(ddof=1) / 5, after.var(ddof=1) / 8
freedom = sum(parts) ** 2 / (parts[0] ** 2 / 4 + parts[1] ** 2 / 7)
half = stats.t.ppf(0.975, freedom) * math.sqrt(sum(parts))
assert math.isclose(found.low, found.effect - half)
assert math.isclose(found.high, found.effect + half)
# The interval and p agree: p is 0.05 where its end touches 0.
same = abtest.welch(before, before + 1e-3)
assert not same.different and same.low < 0 < same.high
for end in (-1e-3, 1e-3):
    moved = abtest.welch(before, after - found.low + end)
    assert math.isclose(moved.low, end, rel_tol=1e-6) and moved.different == (end > 0)
# The other way round it is the same with the other sign.
back = abtest.welch(after, before)
assert math.isclose(back.effect, -found.effect) and math.isclose(back.low, -found.high)
EOF
}

@test "one boot is no verdict, whichever side it is on" {
	py <<'EOF'
from harness import abtest

for sides in (([1.0], [2.0, 3.0]), ([1.0, 2.0], [3.0]), ([], [1.0, 2.0]), ([1.0], [2.0])):
    found = abtest.welch(*sides)
    assert isinstance(found, abtest.NoVerdict)
    assert f"{len(sides[0])} and {len(sides[1])} boots" in found.reason, found
assert isinstance(abtest.welch([1.0, 2.0], [3.0, 4.0]), abtest.Difference)
for bad in (float("nan"), float("inf")):
    try:
        abtest.welch([1.0, bad], [1.0, 2.0])
    except ValueError as problem:
        assert "finite" in str(problem)
    else:
        raise AssertionError(bad)
EOF
}

@test "boots that do not vary are compared as they are" {
	py <<'EOF'
from harness import abtest

same = abtest.welch([5.0, 5.0], [5.0, 5.0, 5.0])
assert not same.different and same.p is None and (same.low, same.high) == (0, 0)
other = abtest.welch([5.0, 5.0], [6.0, 6.0])
assert other.different and other.p is None and other.percent == 20
assert abtest.welch([0.0, 0.0], [1.0, 2.0]).percent is None
# However many boots of the same figure there are: their mean is rounded.
for figure in (0.373, 0.1, 1 / 3, 1e9 / 7):
    for sizes in ((5, 7), (7, 5), (3, 6), (5, 5)):
        found = abtest.welch(*([figure] * size for size in sizes))
        assert not found.different and found.effect == 0 and found.before == figure, found
# Only one side varies: there is noise to test against.
assert abtest.welch([5.0, 5.0], [5.0, 6.0]).p is not None
EOF
}

@test "the smallest detectable effect is found in 8 of 10, and A/A is different in 1 of 20" {
	py <<'EOF'
import math
import numpy as np
from scipy import stats
from harness import abtest

# Of equal sides and a known noise it is what every table of power has: 5 boots a side
# and 80 %: 2.02 sigma; 20 a side: 0.909.
for boots, sigmas in ((5, 2.0245), (20, 0.9091)):
    found = abtest.detectable(math.sqrt(2 / boots), 2 * boots - 2)
    assert abs(found - sigmas) < 0.002, (boots, found)
# And simulated.
rng = np.random.default_rng(4)
effect = abtest.detectable(math.sqrt(2 / 5), 8)
hits, false = 0, 0
for _ in range(400):
    before, after = rng.normal(100, 1, 5), rng.normal(100, 1, 5)
    false += abtest.welch(before, after).different
    hits += abtest.welch(before, after + effect).different
assert 0.74 < hits / 400 < 0.86, hits
assert stats.binomtest(false, 400, 0.05).pvalue > 0.01, false
EOF
}

@test "A/A boots are counted by turns and by splits, and a rule that is too keen is caught" {
	py <<'EOF'
import json, os
import numpy as np

rng = np.random.default_rng(8)
figures = {f"m{row}": rng.normal(100, 1, 20).tolist() for row in range(40)}
figures["constant"] = [7.0] * 20
figures["short"] = [1.0, 2.0]
json.dump(figures, open(os.environ["TMP"] + "/aa.json", "w"))
# The same metrics, but B is always the slower one: what drift by turns would do.
for values in figures.values():
    for place in (1, 2, 5, 6, 9, 11, 12, 15, 16, 19):
        if len(values) == 20:
            values[place] += 3
json.dump(figures, open(os.environ["TMP"] + "/ab.json", "w"))
EOF
	run tests/bench/aa.py --figures "$TMP/aa.json" --splits 6 --json
	[ "$status" -eq 0 ]
	printf '%s' "$output" >"$TMP/out.json"
	py <<'EOF'
import json, os
made = json.load(open(os.environ["TMP"] + "/out.json"))
assert (made["metrics"], made["boots"], made["missed"]) == (40, 20, [])
turns, splits = made["rates"]
assert (turns["comparisons"], splits["comparisons"]) == (2 * 40, 6 * 40)
assert turns["low"] < 0.05 < turns["high"] and turns["different"] < 10
assert 0 < splits["different"] < 30
EOF
	run tests/bench/aa.py --figures "$TMP/ab.json" --splits 1
	[ "$status" -eq 4 ]
	[[ "$output" == *"turns: "*"comparisons of the same differ, allowed are 5 %"* ]]
	run tests/bench/aa.py --figures "$TMP/aa.json" --metric nothing
	[ "$status" -eq 2 ]
	[[ "$output" == *"at least 4 boots are needed"* ]]
	run tests/bench/aa.py
	[ "$status" -eq 2 ]
}

@test "A/A takes runs of one plan and kernel in the wall clock, and no others" {
	py <<'EOF'
import dataclasses, os, runpy
from pathlib import Path
import fixtures
from harness import record
from harness.errors import UsageError

folder = Path(os.environ["TMP"])
bench = runpy.run_path("tests/bench/aa.py")
step = ("dom0-hook", "map_single-4096", "map")
paths = [
    fixtures.saved(folder, number, clock="wall", variants=("dom0-hook",), plus={step: number}).path
    for number in (1, 2, 3, 4)
]
found = bench["of_runs"](paths)
name = "dom0-hook/micro/linear/2048/wall/map_single-4096/map.p50"
ticks = fixtures.cost(*step)
assert found[name] == [ticks + number for number in (1, 2, 3, 4)]
chosen = bench["usable"](found, "*")
assert set(chosen) == {name, name.replace("p50", "min")}
turns = bench["turns"](chosen, 2)
assert (turns.comparisons, turns.different) == (2, 0)

def refusal(*more):
    try:
        bench["of_runs"]([*paths, *more])
    except UsageError as problem:
        return str(problem)
    raise AssertionError("accepted")

insn = fixtures.saved(folder, 5, variants=("dom0-hook",))
assert "clock insn, not wall" in refusal(insn.path)
other = fixtures.saved(folder, 6, clock="wall")
assert "other kernels or cells" in refusal(other.path)
EOF
}

@test "boots that hardly vary are compared without a warning" {
	run "$PY" -W error -c 'from harness import abtest
found = abtest.welch([1.0, 1.0, 1.0 + 1e-12], [2.0, 2.0, 2.0])
assert found.different
found = abtest.welch([1.0, 1.0], [1.0, 1.0 + 1e-9])
assert not found.different'
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}
