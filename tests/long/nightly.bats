#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The whole of it for real: a git tree of the kernel with 16 commits over its DMA code,
# of which one adds work to a design's map path and one breaks correctness. The night
# reports both; the commands that it prints name both, one after a kill -9.

load ../lib/common

setup_file() {
	load ../lib/common
	export TREE=$BATS_FILE_TMPDIR/linux RUNS=$BATS_FILE_TMPDIR/runs
	PYTHONPATH=$REPO "$PY" tests/lib/kernelgit.py "$TREE"
	git -C "$TREE" checkout -q c0
	night first
	git -C "$TREE" checkout -q c16
	night second
}

teardown_file() {
	# The tree is gone after this; what was built of it is of no more use.
	rm -rf "$(slot "$TREE")"
}

# night NAME: a night of the tree; of what it could run, what this is about.
night() {
	kept "$1" ./bouncemark nightly --results "$RUNS" --kernel "$TREE" --variant dom0-iommu \
		--workload micro --case copy_in
}

# pasted PATTERN: the command of the second night's summary that has it, as a shell
# reads it, with the folder of the runs.
pasted() {
	sed -n '/^To find the commit:/,/^$/p' "$BATS_FILE_TMPDIR/second" |
		sed -e ':more' -e '/\\$/{' -e N -e 's/\\\n *//' -e 'b more' -e '}' |
		grep -- "--metric.*$1" | sed "s,\$, --results $RUNS,"
}

@test "the first night has no baseline" {
	cat "$BATS_FILE_TMPDIR/first"
	[ "$(cat "$BATS_FILE_TMPDIR/first.status")" -eq 0 ]
	grep -q '^The first night: there is no baseline' "$BATS_FILE_TMPDIR/first"
}

@test "the second reports both: the case that broke, and what map costs more" {
	cat "$BATS_FILE_TMPDIR/second"
	[ "$(cat "$BATS_FILE_TMPDIR/second.status")" -eq 4 ]
	grep -q '^  copy_in@dom0-iommu/linear/2048: FAIL, passed before$' "$BATS_FILE_TMPDIR/second"
	grep -q '^REGRESSIONS: [0-9]* metrics$' "$BATS_FILE_TMPDIR/second"
	grep -q '^  dom0-iommu/micro/.*/map.min$' "$BATS_FILE_TMPDIR/second"
	run grep -E '.{73}' "$BATS_FILE_TMPDIR/second"
	[ "$status" -eq 1 ]
}

@test "the case's commit is found, by the command as it was printed" {
	command=$(pasted copy_in@)
	echo "$command"
	run bash -c "$command"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"blame: $(git -C "$TREE" rev-parse c11)"*"swiotlb: save a copy"* ]]
}

@test "the regression's commit is found, though it is killed in the middle" {
	command=$(pasted micro)
	echo "$command"
	bash -c "exec $command" >"$BATS_FILE_TMPDIR/killed" 2>&1 3>&- &
	process=$!
	until grep -qE '^(good|bad|skip) ' "$BATS_FILE_TMPDIR/killed"; do
		kill -0 "$process"
		sleep 1
	done
	sleep 5
	kill -9 "$process"
	state=$(grep -l micro "$RUNS"/bisect/*/state.json)
	boots=$(grep -c '"commit"' "$state")
	run bash -c "$command"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"$boots boots are known already"* ]]
	[[ "$output" == *"blame: $(git -C "$TREE" rev-parse c6)"*"xen/swiotlb: be careful in map"* ]]
	# Nobody has written to the tree.
	[ -z "$(git -C "$TREE" status --porcelain)" ]
	[ "$(git -C "$TREE" rev-parse HEAD)" = "$(git -C "$TREE" rev-parse c16)" ]
}
