#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Two runs: equality to the instruction, and what is no verdict at all.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "runs: A/A is no difference by equality" {
	py <<'EOF'
import os
from pathlib import Path
import fixtures
from harness import compare, publish
from harness.record import Verdict

tmp = Path(os.environ["TMP"])
a, b = fixtures.saved(tmp, 1), fixtures.saved(tmp, 2)
diff = compare.runs(a, b)
assert diff.verdict is Verdict.PASS and diff.inputs == ()
assert diff.summary == (
    "no difference: 50 operations equal to the instruction; "
    "bounced and coherent: 34 equal, 0 differ"
), diff.summary
assert "PASS: no difference: 50 operations" in publish.runs_text(diff, 80)
EOF
}

@test "runs: one instruction more or less is seen, in its variant and operation" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict

a, b = fixtures.run(1), fixtures.run(2)
for variant in set(fixtures.VARIANTS) - {"native-plain+force"}:
    for step, series in fixtures.OPERATIONS[: fixtures.UNBOUNCED]:
        for plus in (1, -1):
            diff = compare.runs(a, fixtures.changed(b, variant, step, series, plus))
            assert diff.verdict is Verdict.FAIL and diff.equal == 49
            (change,) = diff.changed
            found = (change.variant, change.key.step, change.key.series)
            assert found == (variant, step, series), found
            ticks = fixtures.cost(variant, step, series)
            assert (change.a, change.b) == (ticks, ticks + plus)
            assert (change.ticks, change.percent) == (plus, 100 * plus / ticks)
b = fixtures.changed(b, "dom0-hook", "map_single-4096", "unmap", 1)
diff = compare.runs(a, b)
assert diff.summary == (
    "difference: 1 of 50 unbounced operations, in dom0-hook: "
    "dom0-hook map_single 4096 unmap +1 instruction (+0.8%)"
), diff.summary
text = publish.runs_text(diff, 80)
line = next(line for line in text.splitlines() if line.startswith("dom0-hook "))
assert line.split() == "dom0-hook map_single 4096 unmap 131 132 +1 +0.8% +1".split()
EOF
}

@test "runs: above 2047 instructions the bucket and the exact minimum are compared" {
	py <<'EOF'
import fixtures
from harness import compare
from harness.record import Verdict

op = ("dom0-iommu", "map_sg-4096x16", "map")
base = fixtures.run()
a = fixtures.changed(base, *op, 0, low=4000)
diff = compare.runs(a, a)
assert diff.verdict is Verdict.PASS and (diff.equal, diff.coarse) == (50, 1)
assert diff.summary.startswith(
    "no difference: 49 operations equal to the instruction, 1 operations equal by bucket and by minimum"
), diff.summary
(change,) = compare.runs(a, fixtures.changed(base, *op, 0, low=4001)).changed
assert (change.basis, change.ticks, change.a, change.b) == ("min", 1, 4000, 4001)
(change,) = compare.runs(a, fixtures.changed(base, *op, 64, low=4000)).changed
assert (change.basis, change.ticks) == ("p50", 64)
assert not compare.runs(a, fixtures.changed(base, *op, 31, low=4000)).changed
EOF
}

@test "runs: bounced and coherent differences are told and fail nothing" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Bounce, Verdict

a = fixtures.run()
ops = (
    ("dom0-hook", "map_single-4096-mask32", "map", "bounced"),
    ("native-plain+force", "map_single-64", "unmap", "bounced"),
    ("dom0-iommu", "coherent-65536", "alloc", "coherent"),
)
for *op, kind in ops:
    diff = compare.runs(a, fixtures.changed(a, *op, 5))
    assert diff.verdict is Verdict.PASS and not diff.changed
    (change,) = diff.varied
    assert (change.kind, change.ticks, change.variant) == (kind, 5, op[0])
    assert diff.summary.endswith("bounced and coherent: 33 equal, 1 differ")
    assert "vary; no verdict)" in publish.runs_text(diff, 80)
mixed = {("dom0-hook", "map_single-4096-mask32"): Bounce(1000, 0, 900, 0, 0, 0)}
diff = compare.runs(a, fixtures.run(2, bounces=mixed))
assert diff.verdict is Verdict.PASS and [c.basis for c in diff.varied] == ["work"] * 2
assert diff.varied[0].note == "bounced: before all mask, now mask 90%"
EOF
}

@test "runs: an unbounced operation that now bounces or fails is a difference" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Bounce, Verdict

a = fixtures.run()
step = ("dom0-hook", "map_single-64")
for number, (options, count, note) in enumerate(
    (
        ({"bounces": {step: Bounce(1000, 0, 0, 1, 0, 0)}}, 2, "bounced: before no, now contiguity <1%"),
        ({"failed": {(*step, "map"): 2}}, 1, "0 operations failed, now 2"),
    ),
    2,
):
    b = fixtures.run(number, **options)
    for diff in (compare.runs(a, b),):
        assert diff.verdict is Verdict.FAIL and len(diff.changed) == count
        assert {(c.basis, c.ticks, c.note) for c in diff.changed} == {("work", None, note)}
        assert f"dom0-hook map_single 64 map ({note})" in diff.summary, diff.summary
        text = publish.runs_text(diff, 200)
        assert text.count(f"work: dom0-hook map_single 64: {note}") == 1, text
    assert compare.runs(b, a).verdict is Verdict.FAIL
    assert compare.runs(b, b).verdict is Verdict.PASS
EOF
}

@test "runs: different clocks or work are refused in a sentence" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict

a = fixtures.run(1)
wall = fixtures.run(2, clock="wall")
other = {name: {"workload": "edited"} for name in fixtures.VARIANTS}
edited = fixtures.run(3, inputs=other)
for b, words in (
    (wall, "in the wall clock: instructions and time are not compared."),
    (edited, "numbers of different work are not compared."),
):
    diff = compare.runs(a, b)
    assert diff.verdict is Verdict.ERROR and diff.refused.endswith(words), diff.refused
    assert (diff.equal, diff.changed, diff.only_a) == (0, (), ())
    text = " ".join(publish.runs_text(diff, 80).split())
    assert f"ERROR: {diff.refused}" in text, text
EOF
}

@test "runs: the wall clock informs and judges nothing" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict

a = fixtures.run(1, clock="wall")
op = ("dom0-hook", "map_single-64", "map")
b = fixtures.run(2, clock="wall", plus={op: 40}, lows={op: 20})
for one, two, count in ((a, a, 0), (a, b, 1)):
    diff = compare.runs(one, two)
    assert diff.verdict is Verdict.SKIP and diff.changed == diff.varied == ()
    assert f"for information, {count} operations differ" in diff.summary
change = diff.informational[0]
assert (change.ticks, change.minimum) == (40, -90)
text = publish.runs_text(diff, 80)
assert "For information, without a verdict" in text and "instruction" not in text, text
EOF
}

@test "runs: what only one run has is listed; not knowing is no 'no difference'" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict

a = fixtures.run(1)
plan = fixtures.VARIANTS[:5]
for number, (options, verdict, reason) in enumerate(
    (
        ({"variants": plan}, Verdict.PASS, "not in the plan"),
        ({"never": ["dom0-hook"]}, Verdict.ERROR, "never run"),
        ({"ends": {"dom0-hook": (Verdict.SKIP, "no Xen")}}, Verdict.ERROR, "SKIP: no Xen"),
        ({"ends": {"dom0-hook": (Verdict.ERROR, "e")}}, Verdict.ERROR, "ERROR: e"),
        ({"ends": {"dom0-hook": (Verdict.FAIL, "f")}}, Verdict.FAIL, "FAIL: f"),
        ({"ends": {"dom0-hook": (Verdict.CRASH, "c")}}, Verdict.CRASH, "CRASH: c"),
    ),
    2,
):
    b = fixtures.run(number, **options)
    diff = compare.runs(a, b)
    assert diff.verdict is verdict, (diff.verdict, options)
    assert diff.summary.startswith("no difference: 40 ") == (verdict is Verdict.PASS)
    assert len(diff.only_a) == 14 and not diff.only_b
    assert {(lone.variant, lone.reason) for lone in diff.only_a} == {("dom0-hook", reason)}
    text = publish.runs_text(diff, 80)
    assert f"Only in {a.manifest.id}" in text and "coherent 65536 free" in text
    back = compare.runs(b, a)
    assert len(back.only_b) == 14 and not back.only_a
    good = verdict is Verdict.PASS
    assert back.verdict is (Verdict.PASS if good else Verdict.ERROR), back.verdict
    same = compare.runs(b, b)
    assert same.verdict is Verdict.PASS and bool(same.neither) != good, same
    assert ("without a figure in either run: 1" in same.summary) != good
b = fixtures.run(20, drops={"dom0-hook": ["sync-4096"]})
diff = compare.runs(a, b)
assert diff.verdict is Verdict.ERROR and len(diff.only_a) == 2, diff.summary
nothing = {name: [step for step, _, _ in fixtures.STEPS] for name in fixtures.VARIANTS}
empty = fixtures.run(21, drops=nothing)
diff = compare.runs(empty, empty)
assert diff.verdict is Verdict.ERROR and "in common" in diff.summary, diff.summary
EOF
}

@test "runs: inputs that differ are named with the variants they belong to" {
	py <<'EOF'
import fixtures
from harness import compare, publish

a = fixtures.run(1)
new = {"kernel": "ab" * 32}
changes = {"dom0-hook": new, "native-hook": new, "dom0-iommu": {"xen": "4.18.0"}}
b = fixtures.run(2, inputs=changes, tools={"gcc": "13.1", "xen": "4.18.0"})
diff = compare.runs(a, b)
assert {(item.what, item.a, item.b) for item in diff.inputs} == {
    ("kernel of native-hook, dom0-hook", "kernel-hook", "ab" * 32),
    ("xen of dom0-iommu", "4.17.5", "4.18.0"),
    ("gcc", "12.2.0", "13.1"),
}, diff.inputs
text = publish.runs_text(diff, 80)
assert "What differs" in text and " abababababab\n" in text, text
EOF
}

@test "runs: layouts and sizes are compared each with its own, and named where they differ" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import compare, publish
from harness.record import Verdict

more = [("dom0-hook", "scattered", 2048), ("dom0-hook", "linear", 8192)]
a, b = fixtures.run(1, more=more), fixtures.run(2, more=more)
diff = compare.runs(a, b)
assert (diff.verdict, diff.equal) == (Verdict.PASS, 70), diff.summary
cells = list(b.cells)
item = cells[6].measurements[0]
slow = fixtures.measurement(item.step, item.series, item.parameters, 111, item.bounce)
cells[6] = dataclasses.replace(cells[6], measurements=(slow, *cells[6].measurements[1:]))
diff = compare.runs(a, dataclasses.replace(b, cells=tuple(cells)))
(change,) = diff.changed
assert (change.key.p2m, change.ticks) == ("scattered", 1)
assert change.label == "map_single 64 2048 MiB scattered", change.label
assert "dom0-hook map_single 64 2048 MiB scattered map +1 instruction" in diff.summary
bad = {"verdict": Verdict.FAIL, "reason": "torn", "measurements": ()}
cells = [*b.cells[:6], dataclasses.replace(b.cells[6], **bad), b.cells[7]]
ends = tuple(fixtures.ended(cell) for cell in cells)
manifest = dataclasses.replace(b.manifest, cells=ends, verdict=Verdict.FAIL)
worse = dataclasses.replace(b, cells=tuple(cells), manifest=manifest)
diff = compare.runs(a, worse)
assert diff.verdict is Verdict.FAIL and [turn.name for turn in diff.turned] == [
    "dom0-hook micro scattered 2048 MiB"
]
assert "dom0-hook micro scattered 2048 MiB passed in " in diff.summary, diff.summary
# In neither run it is that one cell, and not its fellows, that has no figure.
diff = compare.runs(worse, worse)
assert diff.verdict is Verdict.PASS and diff.neither == (
    "dom0-hook micro scattered 2048 MiB: before FAIL: torn, now FAIL: torn",
), diff.neither
EOF
}

@test "runs: a design that failed validation is compared with nothing" {
	py <<'EOF'
import fixtures
from harness import compare, publish
from harness.record import Verdict
from harness.validation import State

a, b = fixtures.run(1), fixtures.run(2)
name = "20261123T160000-validate-00000a"
good = (State("dom0-iommu", Verdict.PASS, name), State("dom0-hook", None, ""))
bad = (State("dom0-iommu", Verdict.PASS, name), State("dom0-hook", Verdict.FAIL, name))
words = f"no verdict, it failed validation in run {name}"
diff = compare.runs(a, b, good, good)
assert diff.verdict is Verdict.PASS and diff.equal == 50
text = " ".join(publish.runs_text(diff, 200).split())
line = f"validated: dom0-iommu PASS ({name}); not validated: dom0-hook."
assert f"{a.manifest.id}: {line}" in text and f"{b.manifest.id}: {line}" in text, text
for before, now, left in ((good, bad, "only_a"), (bad, good, "only_b")):
    diff = compare.runs(a, b, before, now)
    assert diff.verdict is Verdict.ERROR and diff.equal == 40, diff.summary
    lone = getattr(diff, left)
    assert {(item.variant, item.reason) for item in lone} == {("dom0-hook", words)}
    assert words in diff.summary
diff = compare.runs(a, b, bad, bad)
assert diff.verdict is Verdict.PASS and diff.neither == (f"dom0-hook: {words}",)
assert "; without a figure in either run: 1" in diff.summary
plain = compare.to_json(diff)
assert plain["validated_a"] == plain["validated_b"]
assert plain["validated_b"][1] == {"variant": "dom0-hook", "verdict": "FAIL", "run": name}
EOF
}
