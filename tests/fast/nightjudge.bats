#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A night's judgement as a whole: what is found, what holds, what stands and what is gone.

setup() {
	load ../lib/records
}

@test "each metric is judged by its kind, and the counts add up" {
	py <<'EOF'
import numpy as np
from harness import nightjudge
from harness.nightjudge import History, State, What
from histories import history, metric, noise

nan = float("nan")
regressed, better = np.full(40, 100.0), np.full(40, 100.0)
regressed[-1], better[-1] = 103, 90
slower, faster = noise(seed=2), noise(seed=3)
slower[-3:] += 60
faster[-3:] += 60
lost, young = np.full(40, 5.0), noise(seed=4)
lost[-1] = nan
young[:-5] = nan
rows = (
    (metric("insn", "a"), "lower", regressed),
    (metric("insn", "b"), "lower", better),
    (metric("insn", "c"), "lower", np.full(40, 7.0)),
    (metric("insn", "d", "scope.maps"), "none", regressed),
    (metric("insn", "e"), "lower", noise(seed=5)),
    (metric("wall", "f"), "lower", slower),
    (metric("wall", "g", "fio.iops"), "higher", faster),
    (metric("wall", "h"), "none", noise(seed=6)),
    (metric("wall", "i"), "lower", young),
    (metric("wall", "j"), "lower", lost),
)
night = nightjudge.judge(history(*rows))
found = {one.metric.step: one for one in night.findings}
assert {step: (one.what, one.state) for step, one in found.items()} == {
    "a": (What.REGRESSION, State.EXACT),
    "b": (What.IMPROVEMENT, State.EXACT),
    "d": (What.CHANGED, State.EXACT),
    "f": (What.REGRESSION, State.CANDIDATE),
    "g": (What.IMPROVEMENT, State.CANDIDATE),
}
assert (found["a"].difference, found["a"].percent, found["a"].since) == (3, 3, "r039")
assert found["f"].since == "r037" and found["f"].p == 1 / 5456
assert (night.exact, night.noisy, night.young, night.neutral, night.unknown) == (4, 3, 1, 1, 1)
assert night.unsteady == (rows[4][0],) and night.missing == (rows[9][0],)
assert [one.metric.step for one in night.findings if one.is_bad] == ["a"]
# The first night of all, and no night.
first = nightjudge.judge(history((metric("insn", "a"), "lower", [5])))
assert (first.findings, first.exact, first.missing) == ((), 1, ())
second = nightjudge.judge(history((metric("insn", "a"), "lower", [5, 6])))
assert [one.what for one in second.findings] == [What.REGRESSION]
empty = History((), (), (), np.empty((0, 0)))
try:
    nightjudge.judge(empty)
except ValueError:
    pass
else:
    raise AssertionError("judged nothing")
EOF
}

@test "a candidate is told only if its fresh boots say the same" {
	py <<'EOF'
from harness import nightjudge
from harness.nightjudge import Reported, State, What
from histories import history, metric, noise

slower = noise(seed=2)
slower[-3:] += 60
one = metric("wall", "f")
night = nightjudge.judge(history((one, "lower", slower)))
assert nightjudge.needed(night.findings) == (one,)
assert not night.findings[0].is_bad and night.findings[0].reported() is None

def states(boots):
    return [found.state for found in nightjudge.confirm(night.findings, boots)]

high, low = (1061.0, 1055, 1049, 1070, 1066), (1001.0, 995, 989, 1010, 1006)
assert states({one: high}) == [State.CONFIRMED]
assert states({one: low}) == [] and states({}) == [] and states({one: high[:2]}) == []
held = nightjudge.confirm(night.findings, {one: high})[0]
assert held.is_bad and held.boots == high
assert held.reported() == Reported(one, What.REGRESSION, "r037", held.before, held.after)
# What is exact needs no boots.
exact = nightjudge.judge(history((metric("insn", "a"), "lower", [5, 5, 6])))
assert nightjudge.needed(exact.findings) == ()
assert nightjudge.confirm(exact.findings, {}) == exact.findings
EOF
}

@test "what was told stands, moves the baseline, and is fixed when it is gone" {
	py <<'EOF'
import numpy as np
from harness import nightjudge
from harness.nightjudge import Reported, State, What
from histories import history, metric, noise

one = metric("wall", "f")
values = noise(60, seed=2)
values[40:] += 60
told = Reported(one, What.REGRESSION, "r040", 1000.0, 1060.0)

def judged(values, *reported, accepted=()):
    return nightjudge.judge(history((one, "lower", values)), accepted, reported)

def found(*words, **more):
    return [(one.what, one.state, one.since, one.new) for one in judged(*words, **more).findings]

# Untold it is found anew night after night; told it stands, and needs no boots.
assert found(values[:44])[0][:2] == (What.REGRESSION, State.CANDIDATE)
standing = [(What.REGRESSION, State.STANDING, "r040", False)]
assert found(values[:44], told) == standing and found(values, told) == standing
# A second step on top of it is found: 12 nights and 3 are enough.
worse = values.copy()
worse[57:] += 70
second = judged(worse, told).findings
assert [(f.what, f.state, f.since) for f in second] == [(What.REGRESSION, State.CANDIDATE, "r057")]
assert second[0].before > 1050
# Gone: a candidate for fixed, which boots confirm.
gone = values[:50].copy()
gone[46:] -= 60
back = judged(gone, told).findings
assert [(f.what, f.state) for f in back] == [(What.FIXED, State.CANDIDATE)]
assert (back[0].before, back[0].after) == (1060, 1000)
assert nightjudge.confirm(back, {one: (1050.0, 1070, 1060)}) == ()
held = nightjudge.confirm(back, {one: (1001.0, 1070, 1002)})
assert [f.state for f in held] == [State.CONFIRMED] and not held[0].is_bad
# Then it is told, and silent; the same step come again is found at once.
fixed = held[0].reported()
assert found(gone, told, fixed) == []
again = np.concatenate([gone, gone[:3], gone[:3] + 60])
assert [f[:2] for f in found(again, told, fixed)] == [(What.REGRESSION, State.CANDIDATE)]
assert found(again[:-3], told, fixed) == []
# An improvement that is gone is a regression.
down = noise(50, seed=2)
down[30:46] -= 60
lost = judged(down, Reported(one, What.IMPROVEMENT, "r030", 1000.0, 940.0)).findings
assert [(f.what, f.state) for f in lost] == [(What.REGRESSION, State.CANDIDATE)]
# A report of a metric or run that is not there is of no use.
assert found(noise(), Reported(metric("wall", "x"), What.REGRESSION, "r001", 1, 2)) == []
assert found(noise(), Reported(one, What.REGRESSION, "other", 1, 2)) == []
EOF
}

@test "an accepted change is told in its night, moves the baseline, and is fixed when gone" {
	py <<'EOF'
import numpy as np
from harness import nightjudge
from harness.nightjudge import Reported, State, What
from histories import accept, history, metric, noise

one, exact = metric("wall", "f"), metric("insn", "a")
values = noise(60, seed=2)
values[40:] += 60
steps = np.full(60, 100.0)
steps[40:] = 110

def judged(nights, *accepted, reported=(), rows=None):
    rows = rows or ((one, "lower", values[:nights]), (exact, "lower", steps[:nights]))
    return nightjudge.judge(history(*rows), accepted, reported)

both = accept("dom0-hook/*", "r040", "a check more")
now = judged(41, both).findings
assert [(f.metric, f.what, f.why, f.since) for f in now] == [
    (exact, What.ACCEPTED, "a check more", "r040"), (one, What.ACCEPTED, "a check more", "r040")]
assert (now[0].before, now[0].after) == (100, 110) and not now[0].is_bad
assert now[0].reported() is None
for nights in (42, 44, 60):
    assert judged(nights, both).findings == (), nights
# It takes the place of the report, and of an open exact change.
told = Reported(one, What.REGRESSION, "r040", 1000.0, 1060.0)
assert [f.state for f in judged(50, reported=[told]).findings] == [State.EXACT, State.STANDING]
assert judged(50, both, reported=[told]).findings == ()
# Young again until there are nights enough.
assert (judged(51, both).young, judged(52, both).young) == (1, 0)
# Gone again: fixed, both of them.
gone, back = values[:50].copy(), steps[:50].copy()
gone[46:] -= 60
back[49] = 100
rows = ((one, "lower", gone), (exact, "lower", back))
found = judged(0, both, rows=rows).findings
assert [(f.metric, f.what, f.state) for f in found] == [
    (exact, What.FIXED, State.EXACT), (one, What.FIXED, State.CANDIDATE)]
# An acceptance of a run that is not there has no effect, and is told of.
lonely = judged(60, accept("*", "r999"))
assert [bad.since for bad in lonely.without] == ["r999"]
assert [f.what for f in lonely.findings] == [What.REGRESSION]
EOF
}

@test "the parts of a history must fit" {
	py <<'EOF'
import numpy as np
from harness import nightjudge
from harness.nightjudge import History
from harness.series import Kind
from histories import metric, noise

a, b = metric("insn", "a"), metric("wall", "b")
old = Kind("ticks", "lower")
for call in (
    lambda: History((a,), (old,), ("r1",), np.zeros((1, 2))),
    lambda: History((a,), (), ("r1",), np.zeros((1, 1))),
):
    try:
        call()
    except ValueError:
        continue
    raise AssertionError("accepted")
# A floor that is declared counts.
small = noise(seed=2, sigma=1.0)
small[-3:] += 12
quiet = History((b,), (Kind("ticks", "lower", 2.0),), tuple(f"r{n:03}" for n in range(40)), small[np.newaxis, :])
loud = History((b,), (Kind("ticks", "lower", None),), quiet.runs, quiet.values)
assert nightjudge.judge(quiet).findings == () and len(nightjudge.judge(loud).findings) == 1
EOF
}

@test "a floor is declared in a workload's file, and a bad one is refused" {
	mkdir "$BATS_TEST_TMPDIR/workloads"
	sed 's/^good_for = .*/&\nfloor = 2.5/' bench/workloads/micro.toml >"$BATS_TEST_TMPDIR/workloads/micro.toml"
	py <<'EOF'
import os
from pathlib import Path
import fixtures
from harness import paths, series, workload
from harness.errors import UsageError

run = fixtures.run(variants=("dom0-hook",))
folder = Path(os.environ["BATS_TEST_TMPDIR"]) / "workloads"
for where, floor in ((paths.repo().workloads, None), (folder, 2.5)):
    known = {"micro": workload.load(where / "micro.toml")}
    kinds = {kind for _, kind, _ in series.points(run, known)}
    assert {kind.floor for kind in kinds} == {floor}, kinds
text = (folder / "micro.toml").read_text()
for bad in ("0", "-1", "101", '"2"'):
    (folder / "micro.toml").write_text(text.replace("floor = 2.5", f"floor = {bad}"))
    try:
        workload.load(folder / "micro.toml")
    except UsageError as problem:
        assert "metric[0].floor" in str(problem), problem
    else:
        raise AssertionError(bad)
EOF
}

@test "a night of a year's archive is judged, and what is planted is found" {
	run tests/bench/nights.py --nights 120 --metrics 200
	[ "$status" -eq 0 ]
	[[ "$output" == *"120 nights x 200 metrics: read "*" MiB"* ]]
	[[ "$output" == *"planted 10, found 10"* ]]
	# A rule that finds nothing fails, however fast it is.
	cat >"$BATS_TEST_TMPDIR/blind.py" <<'EOF'
import runpy, sys
from harness import nightrule
nightrule.CANDIDATE_P = 0.0
sys.argv = ["tests/bench/nights.py", "--nights", "120", "--metrics", "200"]
runpy.run_path("tests/bench/nights.py", run_name="__main__")
EOF
	PYTHONPATH=. run "$PY" "$BATS_TEST_TMPDIR/blind.py"
	[ "$status" -eq 4 ]
	[[ "$output" == *"found 5 of 10 planted changes"* ]]
}
