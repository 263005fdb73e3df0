#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Two kernels in the wall clock: boots by turns, and what their comparison says.

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
