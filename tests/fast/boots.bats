#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Two kernels in the wall clock: boots by turns, and what their comparison says.

bats_require_minimum_version 1.5.0

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

# made SIDE PLUS...: a run of the wall clock for each, slower by so many ticks.
made() {
	SIDE=$1 PLUS="${*:2}" py <<'EOF'
import os
from pathlib import Path
import archives

first = {"A": 0, "B": 40}[os.environ["SIDE"]]
for number, plus in enumerate(os.environ["PLUS"].split(), first):
    clock = os.environ.get("CLOCK", "wall")
    archives.night(Path(os.environ["TMP"]) / "runs", number, int(plus), clock=clock)
EOF
}

compare() {
	mapfile -t all < <(ls -d "$TMP"/runs/*)
	run ./bouncemark compare --clock wall --results "$TMP/runs" "${all[@]:0:$1}" \
		--with "${all[@]:$1}" "${@:2}"
	echo "$output"
}

@test "boots of two kernels take turns, so that drift falls on both" {
	py <<'EOF'
from harness import wall

assert wall.turns(1) == [0, 1]
assert wall.turns(4) == [0, 1, 1, 0, 0, 1, 1, 0]
for count in (2, 4, 10):
    places = [[n for n, side in enumerate(wall.turns(count)) if side == s] for s in (0, 1)]
    assert sum(places[0]) == sum(places[1]) and len(places[0]) == count, count
EOF
}

@test "what differs is told with its size, its interval, and what could have been seen" {
	made A 0 2 4 1 3
	made B 50 52 54 51 53
	compare 5
	[ "$status" -eq 0 ]
	[[ "$output" == *"dom0-hook/micro/"*"map_single-4096/map.min"* ]]
	[[ "$output" == *"+50.0"* ]]
	[[ "$output" == *"5 and 5 boots: "*" for"*"the worse"* ]]
}

@test "boots that are alike do not differ, and --all shows them" {
	made A 0 2 4 1 3
	made B 3 1 0 4 2
	compare 5
	[[ "$output" == "5 and 5 boots: 0 of "* ]]
	[ "$status" -eq 0 ]
	compare 5 --all
	[[ "$output" == *"map_single-4096/map.min"* ]]
}

@test "one boot a side has no verdict, and neither has another clock" {
	made A 0
	made B 50
	compare 1
	[ "$status" -eq 2 ]
	[[ "$output" == *"no verdict from 1 and 1 boots"* ]]
	rm -r "$TMP/runs"
	CLOCK=insn made A 0 1 2 3
	compare 2
	[ "$status" -eq 2 ]
	[[ "$output" == *"its clock is insn, not wall"* ]]
}

@test "sides and numbers that cannot be are refused in a sentence" {
	for words in "compare --clock wall" "compare --clock wall x" "compare --with x" \
		"run --boots 0" "run --boots 101" "run --versus /nowhere"; do
		# shellcheck disable=SC2086
		run ./bouncemark $words --results "$TMP/runs"
		echo "$words: $output"
		[ "$status" -eq 2 ]
		[ "${#lines[@]}" -eq 1 ]
	done
}

@test "two kernels are refused where nothing would be compared: insn, or one boot a side" {
	run ./bouncemark run --boots 5 --versus /nowhere --results "$TMP/runs"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: --versus: compares boots of the wall clock, and this one is insn; add --clock wall, or run each kernel once and compare RUN1 RUN2" ]
	run ./bouncemark run --clock wall --versus /nowhere --results "$TMP/runs"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: --versus: say how many boots of each kernel: --boots N" ]
	run ./bouncemark run --clock wall --boots 1 --kernel /nowhere --versus /nowhere --results "$TMP/runs"
	echo "$output"
	[ "$status" -eq 2 ]
	[ "$output" = "bouncemark: --boots 1: with --versus allowed are 2 to 100; 5 are advised" ]
	[ ! -e "$TMP/runs" ]
}

# versus NAME=TEXT...: kernels A and B, whose init/main.c is the text; the made-up guest
# costs what its kernel's text says, and each boot a tick more than the one before.
versus() {
	load ../lib/made_up
	made_up "$TMP/made"
	export FAKE_QEMU=kernel FAKE_GUEST=$REPO/tests/lib/fake_kernel_guest.py
	export FAKE_DRIFT=$TMP/drift
	bench list profiles >/dev/null
	for word in "$@"; do
		TREE=$TMP/${word%%=*} TEXT=${word#*=} py <<'EOF'
import os
from pathlib import Path
import trees

trees.kernel(Path(os.environ["TREE"]), **{"init/main.c": os.environ["TEXT"] + "\n"})
EOF
	done
}

# of_runs: a line for each run in the order of their start: its kernel's tree, its clock,
# its verdict, and the least that a map took.
of_runs() {
	py <<'EOF'
import os
from pathlib import Path
from harness import record

runs = [record.load_run(path) for path in (Path(os.environ["TMP"]) / "runs").iterdir()]
for run in sorted(runs, key=lambda run: run.manifest.started):
    made = run.manifest
    tree = Path(made.kernels["iommu"].source.partition(" (")[0]).name
    least = [m.min for c in run.cells for m in c.measurements if m.series == "map"]
    print(tree, made.clock, made.verdict.value, *least)
EOF
}

@test "run --versus boots two kernels by turns, and compares what they took" {
	versus A= B='plus 70'
	run --separate-stderr bench run --profile one --clock wall --boots 2 \
		--kernel "$TMP/A" --versus "$TMP/B" --results "$TMP/runs"
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "$(grep '^boot ' <<<"$stderr")" = "boot 1 of 4, kernel A
boot 2 of 4, kernel B
boot 3 of 4, kernel B
boot 4 of 4, kernel A" ]
	# What drifted fell on both sides alike.
	[[ "$output" == *"  42.5  112.5  +70.0 "*"/wall/map-64/map.min"* ]]
	[[ "$output" == *"2 and 2 boots: 6 of 8 metrics differ, 6 of them for the worse. "* ]]
	[ "$(of_runs)" = "A wall PASS 41
B wall PASS 112
B wall PASS 113
A wall PASS 44" ]
}

@test "boots that did not pass decide the status, and what passed is compared" {
	versus A=wrong B='plus 70'
	for size in 64 128; do
		sed "s/size = 64/size = $size/" "$MADE/repo/bench/workloads/work.toml" >"$TMP/of$size.toml"
	done
	run bench run --profile one --clock wall --boots 2 --workloads-from "$TMP" \
		--workload of64 --workload of128 \
		--kernel "$TMP/A" --versus "$TMP/B" --results "$TMP/runs"
	echo "$output"
	# FAIL is the first run's and the last one's.
	[ "$status" -eq 4 ]
	[ "$(of_runs | cut -d ' ' -f 1-3)" = "A wall FAIL
B wall PASS
B wall PASS
A wall FAIL" ]
	flat=$(tr -s ' \n' ' ' <<<"$output")
	[[ "$flat" == *"2 and 2 boots: 6 of 8 metrics differ, 6 of them for the worse. "* ]]
	[[ "$flat" == *"Not in all boots, and not compared: native-iommu/of128/linear/2048/wall/map-64/map.min, "* ]]
}

@test "a kernel that dies is CRASH, though there is nothing to compare; one alone has no B" {
	versus A= B=dies
	run --separate-stderr bench run --profile one --clock wall --boots 2 \
		--kernel "$TMP/A" --versus "$TMP/B" --results "$TMP/runs"
	echo "$output" "$stderr"
	[ "$status" -eq 5 ]
	[ "${stderr_lines[-1]}" = "bouncemark: compare: no metric that all of these boots have" ]
	[ "$(of_runs)" = "A wall PASS 41
B wall CRASH
B wall CRASH
A wall PASS 42" ]
	rm -r "$TMP/runs"
	run --separate-stderr bench run --profile one --boots 2 --kernel "$TMP/A" --results "$TMP/runs"
	echo "$output" "$stderr"
	[ "$status" -eq 0 ]
	[ "$(grep '^boot ' <<<"$stderr")" = "boot 1 of 2
boot 2 of 2" ]
	[[ "$output" != *differ* ]]
	[ "$(of_runs)" = "A insn PASS 43
A insn PASS 44" ]
}

@test "runs of other work, other machines or one run given twice are no boots to compare" {
	py <<'EOF'
import dataclasses
import fixtures
from harness import wall
from harness.errors import UsageError
from harness.record import Verdict
from harness.validation import State

def run(number, inputs={}, **changes):
    ticks = {("dom0-hook", "map_single-64", "map"): number}
    made = fixtures.run(number, clock="wall", inputs=inputs, plus=ticks)
    return dataclasses.replace(made, manifest=dataclasses.replace(made.manifest, **changes))

def refused(*more):
    try:
        wall.compare([run(1), run(2)], [run(3), *more], {})
    except UsageError as problem:
        return str(problem)
    raise AssertionError(more)

edited = {name: {"workload": "edited"} for name in fixtures.VARIANTS}
for other, words in (
    (run(1), "given twice; a run is one boot"),
    (run(4, accelerator="kvm"), "its accelerator is kvm, that of 20261123T151201-quick-000001 tcg"),
    (run(4, debug=True), "only one has kernels with the kernel's own checks"),
    (run(4, edited), "Workload micro is not the same"),
):
    assert words in refused(other), refused(other)

# A design that failed has no figure in any comparison.
bad = State("dom0-hook", Verdict.FAIL, "that")
found = wall.compare([run(1), run(2)], [run(3), run(4)], {}, [bad])
assert {row.metric.variant for row in found.rows} == {*fixtures.VARIANTS} - {"dom0-hook"}
assert found.withheld == ("dom0-hook: no verdict, it failed validation in run that",)
EOF
	made A 0 2
	made B 50 52
	compare 2 --json
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 1 ]
}
