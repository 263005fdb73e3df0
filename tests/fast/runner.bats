#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tests/run, which runs all of these: what it says at the end, and its status.

setup() {
	load ../lib/common
	mkdir "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
	cp tests/run "$BATS_TEST_TMPDIR"
	# Bats takes a line that begins with its word for a test of this file.
	sed 's/^/@test /' >"$BATS_TEST_TMPDIR/one/a.bats" <<-'EOF'
		"good" { true; }
		"left out, with a reason" { skip "no disk here"; }
		"left out" { skip; }
		"tells of 1 # skip" { true; }
	EOF
}

# told FOLDER...: what tests/run says of them, without what these tests' own Bats exports.
told() {
	run env -i PATH=/usr/local/bin:/usr/bin:/bin "$BATS_TEST_TMPDIR/run" "$@"
	echo "$output"
}

@test "what was skipped is told by name and has not passed" {
	told one
	[ "$status" -eq 0 ]
	[[ "$output" == *"
# skipped: 2
#   one: left out, with a reason (no disk here)
#   one: left out ()
2 passed, 0 failed" ]]
}

@test "nothing skipped, nothing said; a test that fails, or a folder without any, fails" {
	echo '@test "good" { true; }' >"$BATS_TEST_TMPDIR/one/a.bats"
	told one
	[ "$status" -eq 0 ]
	[[ "$output" != *skipped* ]]
	[ "${lines[-1]}" = "1 passed, 0 failed" ]
	echo '@test "bad" { false; }' >"$BATS_TEST_TMPDIR/one/b.bats"
	told one two
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "1 passed, 2 failed" ]
}
