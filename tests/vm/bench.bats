#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The main job on the real thing: two quick runs over all six variants, native
# and under Xen, and what can be said of them.

load ../lib/common

setup_file() {
	load ../lib/common
	export RESULTS="$BATS_FILE_TMPDIR/runs"
	for side in one two; do
		kept "$side" ./bouncemark run --profile quick --compare --results "$RESULTS"
	done
	FIRST=$(basename "$(find "$RESULTS" -mindepth 1 -maxdepth 1 | sort | head -n 1)")
	SECOND=$(basename "$(find "$RESULTS" -mindepth 1 -maxdepth 1 | sort | tail -n 1)")
	export FIRST SECOND
}

query() {
	"$PY" tests/lib/query.py "$RESULTS/$FIRST" "$@"
}

@test "every variant passes, in both runs" {
	cat "$BATS_FILE_TMPDIR/one"
	[ "$(cat "$BATS_FILE_TMPDIR/one.status")" -eq 0 ]
	[ "$(cat "$BATS_FILE_TMPDIR/two.status")" -eq 0 ]
	grep -q '^PASS: 6 of 6 cells passed' "$BATS_FILE_TMPDIR/one"
}

@test "two runs are equal to the instruction, and compare says so" {
	run ./bouncemark compare --results "$RESULTS" "$FIRST" "$SECOND"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"no difference"* ]]
}

@test "the answer is given in three sentences, and none is without a verdict" {
	[ "$(grep -cE '^[123]\. ' "$BATS_FILE_TMPDIR/one")" -eq 3 ]
	run grep -q 'no verdict' "$BATS_FILE_TMPDIR/one"
	[ "$status" -ne 0 ]
}

@test "compare --json has the table's figures and sentences, and these have figures" {
	# All variants side by side.
	COLUMNS=200 ./bouncemark compare --results "$RESULTS" "$FIRST" >"$BATS_TEST_TMPDIR/text"
	./bouncemark compare --results "$RESULTS" --json "$FIRST" >"$BATS_TEST_TMPDIR/json"
	"$PY" tests/lib/same_table.py "$BATS_TEST_TMPDIR/text" "$BATS_TEST_TMPDIR/json"
}

@test "the probe costs at most 4 instructions" {
	query probe
}

@test "what must bounce bounces for its reason, what must not does not" {
	query bounces
}

@test "under force everything bounces, and only there" {
	query force
}

@test "coherent memory of 4 MiB below 4 GiB is had in every variant" {
	query coherent
}

@test "dom0 proves its design: ops and translation" {
	query engaged
}

@test "the run says where the time went and what differs between the kernels" {
	grep -qE '^time: plan .*build .*boot ' "$BATS_FILE_TMPDIR/one"
	query manifest
}

@test "a record names its inputs by hash" {
	query inputs
}
