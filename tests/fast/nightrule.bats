#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The rule for metrics with noise: ranks, candidates, confirmation, and its error rates.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "the rank test is scipy's where scipy has one, and a tie never helps an alarm" {
	py <<'EOF'
import numpy as np
from scipy import stats
from harness import ranks

rng = np.random.default_rng(7)
for m, n in ((30, 3), (9, 3), (30, 5), (5, 5), (17, 4)):
    low, high = rng.normal(0, 1, (40, m)), rng.normal(0.7, 1, (40, n))
    ours = ranks.one_sided(low, high)
    theirs = stats.mannwhitneyu(high, low, alternative="greater", method="exact", axis=1)
    assert np.allclose(ours, theirs.pvalue, rtol=1e-12, atol=0), (m, n)
    assert 0.01 < ours.mean() < 0.9
# Rows of different lengths at once: each as if alone.
low = rng.normal(0, 1, (3, 30))
low[1, :12] = np.nan
low[2, :] = np.nan
high = rng.normal(1, 1, (3, 4))
high[0, 0] = np.nan
found = ranks.one_sided(low, high)
alone = stats.mannwhitneyu(high[0, 1:], low[0], alternative="greater", method="exact")
assert np.isclose(found[0], alone.pvalue)
alone = stats.mannwhitneyu(high[1], low[1, 12:], alternative="greater", method="exact")
assert np.isclose(found[1], alone.pvalue)
assert found[2] == 1
# Ties count as if broken the worst way: 4 against 4 equal ones is the largest U.
assert ranks.one_sided(np.ones((1, 4)), np.ones((1, 4)))[0] == 1
assert ranks.one_sided(np.array([[1.0, 2, 3]]), np.array([[3.0, 4, 5]]))[0] == 2 / 20
EOF
}

@test "a step is a candidate in both directions, noise and what is below the floor is not" {
	py <<'EOF'
import numpy as np
from harness import nightrule

rng = np.random.default_rng(5)
values = rng.normal(1000, 10, (6, 40))
values[0, -3:] += 60
values[1, -3:] -= 60
# Two nights of three: not yet.
values[2, -3:] = 980, 1060, 1060
# Sure, and smaller than the floor of 1 %.
values[3] = rng.normal(1000, 0.5, 40)
values[3, -3:] += 6
values[4] = 1000
values[4, -3:] = 1020
values[5] = 0
values[5, -3:] = 1
floors = np.full(6, nightrule.FLOOR)
found = nightrule.candidates(values, floors)
assert found.enough.all()
assert found.sign.tolist() == [1, -1, 0, 0, 1, 1], found.sign
assert (found.p[[0, 1, 3, 4, 5]] == 1 / 5456).all(), found.p
assert np.allclose(found.before, np.median(values[:, -33:-3], axis=1))
assert np.allclose(found.after, np.median(values[:, -3:], axis=1))
# The floor is the metric's own.
assert nightrule.candidates(values, np.full(6, 0.5)).sign[3] == 1
assert nightrule.candidates(values, np.full(6, 9.0)).sign.tolist() == [0, 0, 0, 0, 0, 1]
EOF
}

@test "gaps are skipped, and what has too few nights or no value tonight is not judged" {
	py <<'EOF'
import numpy as np
from harness import nightrule

rng = np.random.default_rng(6)
full = rng.normal(1000, 10, (1, 33))
full[0, -3:] += 60
floors = np.array([1.0])
expected = nightrule.candidates(full, floors)
assert expected.sign[0] == 1
# The same nights with gaps among them: the same answer.
gaps = np.full((1, 60), np.nan)
gaps[0, np.sort(rng.choice(59, 32, replace=False))] = full[0, :-1]
gaps[0, -1] = full[0, -1]
found = nightrule.candidates(gaps, floors)
assert np.array_equal(found.baseline, expected.baseline) and found.p == expected.p
# Without tonight's value: nothing, however clear it was.
gaps = np.concatenate([full, [[np.nan]]], axis=1)
found = nightrule.candidates(gaps, floors)
assert not found.enough[0] and found.sign[0] == 0 and found.p[0] == 1
# The least number of nights is enough, and one fewer is not.
for nights, enough in ((nightrule.LEAST, True), (nightrule.LEAST - 1, False)):
    found = nightrule.candidates(full[:, -(nights + 3):], floors)
    assert found.enough[0] == enough and found.sign[0] == int(enough), nights
for nights in (1, 2, 3):
    assert not nightrule.candidates(full[:, -nights:], floors).enough[0]
# What is too long ago is no baseline.
old = np.full((1, nightrule.LOOK_BACK), np.nan)
old = np.concatenate([full[:, :30], old, full[:, 30:]], axis=1)
assert not nightrule.candidates(old, floors).enough[0]
# Constant: nothing to tell.
found = nightrule.candidates(np.full((1, 40), 7.0), floors)
assert found.enough[0] and found.sign[0] == 0
EOF
}

@test "fresh boots confirm only the same way, by rank and floor, and with enough of them" {
	py <<'EOF'
import numpy as np
from harness import nightrule

base = np.linspace(990, 1010, 30)[np.newaxis, :]
up, floors = np.array([1]), np.array([1.0])

def holds(*boots, sign=up, floor=floors):
    return bool(nightrule.confirmed(base, np.array([boots], dtype=float), sign, floor)[0])

assert holds(1020, 1021, 1022, 1023, 1024)
# One that failed, and one boot among the old ones.
assert holds(1020, 1021, 1022, 1023, np.nan)
assert holds(1000, 1021, 1022, 1023, 1024)
assert not holds(1000, 1001, 1022, 1023, 1024)
assert not holds(1020, 1021, 1022, 1023, 1024, sign=np.array([-1]))
assert not holds(980, 979, 978, 977, 976)
assert holds(980, 979, 978, 977, 976, sign=np.array([-1]))
assert not holds(1020, 1021, 1022, 1023, 1024, floor=np.array([2.5]))
assert holds(1020, 1021, 1022) and not holds(1020, 1021)
assert not holds(np.nan, np.nan, np.nan)
assert not holds(1020, 1021, 1022, 1023, 1024, sign=np.array([0]))
EOF
}

@test "a level is gone when all last nights are nearer to the one before, as often as said" {
	py <<'EOF'
import numpy as np
from scipy import stats
from harness import nightrule

assert nightrule.gone(np.array([101.0, 104.9, 99]), 110, 100)
assert not nightrule.gone(np.array([101.0, 105.1, 99]), 110, 100)
assert not nightrule.gone(np.array([101.0, 99]), 110, 100)
assert not nightrule.gone(np.array([101.0, np.nan, 99]), 110, 100)
assert not nightrule.gone(np.array([100.0, 100, 100]), 110, np.nan)
assert nightrule.back(np.array([101.0, 102, 111]), 110, 100)
assert not nightrule.back(np.array([101.0, 109, 111]), 110, 100)
assert not nightrule.back(np.array([100.0, 100]), 110, 100)
# The figures of the docstring, from the normal distribution.
wrong = stats.norm.sf(1.5)
assert 2900 < 1 / wrong**3 < 3400
assert 350 < 1 / stats.binom.sf(2, 5, wrong) < 450
EOF
}

@test "simulated, the rule keeps its targets, and says so when it does not" {
	run tests/bench/alarms.py --series 150 --nights 30 --json
	[ "$status" -eq 0 ]
	printf '%s' "$output" >"$TMP/alarms.json"
	py <<'EOF'
import json, os
made = json.load(open(os.environ["TMP"] + "/alarms.json"))
assert made["missed"] == []
found = {one["noise"]: one for one in made["results"]}
assert len(found) == 6
gauss = found["gauss"]
assert gauss["nights"] == 150 * 30 and gauss["false_alarms"] <= 0.1
assert gauss["false_alarms"] <= gauss["most_false"] < 0.2
# p is .0042 one-sided: so many candidates there must be, about.
assert 0.4 < gauss["confirmations"] < 1.4
assert gauss["caught"]["3"][2] >= 90 and gauss["caught"]["5"][3] >= 99
assert gauss["caught"]["2"] == sorted(gauss["caught"]["2"])
# Drift of the host is mistaken for a change.
assert found["drift"]["false_alarms"] > gauss["false_alarms"]
EOF
	# Whatever the boots say is taken, and a p that few steps reach: both can be missed.
	cat >"$TMP/broken.py" <<'EOF'
import runpy, sys
from harness import nightrule
exec(sys.argv[1])
sys.argv = ["alarms.py", "--series", "60", "--nights", "20"]
runpy.run_path("tests/bench/alarms.py", run_name="__main__")
EOF
	PYTHONPATH=. run "$PY" "$TMP/broken.py" "nightrule.confirmed = lambda base, *rest: base[:, 0] > 0"
	[ "$status" -eq 4 ]
	[[ "$output" == *"false alarms in 100 nights, allowed are 0.1"* ]]
	PYTHONPATH=. run "$PY" "$TMP/broken.py" "nightrule.CANDIDATE_P = 0.001"
	[ "$status" -eq 4 ]
	[[ "$output" == *"% of steps of 3 sigma caught within 3 nights, at least 90 % must be"* ]]
}
