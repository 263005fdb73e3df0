#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Change points: they date what the whole series has been through.

setup() {
	load ../lib/records
}

@test "planted steps are found where they are, outliers and gaps are none" {
	py <<'EOF'
import numpy as np
from harness import changepoints

rng = np.random.default_rng(3)
values = rng.normal(1000, 10, 400)
values[150:] += 40
values[300:] -= 90
values[[20, 220, 221, 350]] += 300
values[rng.choice(400, 30, replace=False)] = np.nan
found = changepoints.steps(values)
assert len(found) == 2, found
for step, (index, size) in zip(found, ((150, 40), (300, -90))):
    assert abs(step.index - index) <= 2 and abs(step.size - size) < 6, step
assert found[0].after == found[1].before
# A step that is three nights old is dated, if it is large.
fresh = rng.normal(1000, 10, 90)
fresh[-3:] += 60
assert [step.index for step in changepoints.steps(fresh)] == [87]
EOF
}

@test "a series without noise has a step wherever its value changes" {
	py <<'EOF'
import numpy as np
from harness import changepoints

nan = float("nan")
found = changepoints.steps(np.array([7.0] * 9 + [nan, 8] + [8.0] * 5 + [7.0] + [8.0] * 9))
assert [(step.index, step.before, step.after) for step in found] == [(10, 7, 8), (16, 8, 7), (17, 7, 8)]
for none in ([], [5], [nan, nan], [5, nan], [5, 5], [5] * 50):
    assert changepoints.steps(np.array(none, dtype=float)) == (), none
assert [step.index for step in changepoints.steps(np.array([5.0, 6.0]))] == []
EOF
}

@test "noise has few steps: fewer than one in a thousand nights" {
	py <<'EOF'
import numpy as np
from harness import changepoints

rng = np.random.default_rng(11)
gauss = [len(changepoints.steps(rng.normal(100, 1, 300))) for _ in range(10)]
heavy = [len(changepoints.steps(100 + rng.standard_t(3, 300))) for _ in range(10)]
assert sum(gauss) < 3 and sum(heavy) <= 5, (gauss, heavy)
EOF
}

@test "the cut is the cheapest there is" {
	py <<'EOF'
import itertools
import numpy as np
from harness import changepoints

def price(values, begins):
    edges = [0, *begins, len(values)]
    parts = [values[begin:end] for begin, end in zip(edges, edges[1:])]
    squares = sum(((part - part.mean()) ** 2).sum() for part in parts)
    return squares + 3 * np.log(len(values)) * len(begins)

rng = np.random.default_rng(9)
for case in range(12):
    values = rng.normal(0, 1, 15) + np.repeat(rng.normal(0, 4, 3), 5)
    ways = [
        begins
        for count in range(5)
        for begins in itertools.combinations(range(3, 13), count)
        if all(b - a >= 3 for a, b in zip(begins, begins[1:]))
    ]
    best = min(ways, key=lambda begins: price(values, begins))
    found = changepoints._cut(values)
    assert np.isclose(price(values, found), price(values, best)), (case, found, best)
EOF
}
