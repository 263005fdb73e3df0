#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Three mutants for real, one of each kind: upstream's kernel, the series' kernel,
# a module. All of them: make mutants.

load ../lib/common

setup_file() {
	load ../lib/common
	export RESULTS="$BATS_FILE_TMPDIR/runs"
	kept output ./bouncemark mutants --results "$RESULTS" \
		iommu-copy-in hook-foreign-frame pool-copies-whole-slots
}

@test "each of them is caught, by the name of its rule" {
	cat "$BATS_FILE_TMPDIR/output"
	[ "$(cat "$BATS_FILE_TMPDIR/output.status")" -eq 0 ]
	grep -q '^caught  iommu-copy-in: step from_device-.*: copy-in: ' "$BATS_FILE_TMPDIR/output"
	grep -q '^caught  hook-foreign-frame: step foreign: foreign frame: ' "$BATS_FILE_TMPDIR/output"
	grep -q '^caught  pool-copies-whole-slots: step .*: guard: ' "$BATS_FILE_TMPDIR/output"
	[ "$(tail -n 1 "$BATS_FILE_TMPDIR/output")" = "mutation score: 3 of 3 (100 %)" ]
}

@test "no mutant passes anything, and none is left in the cache" {
	run grep -l PASS "$BATS_FILE_TMPDIR/output" "$RESULTS"/*/run.json
	[ "$status" -eq 1 ]
	local cache=${XDG_CACHE_HOME:-$HOME/.cache}/bouncemark
	[ -z "$(find "$cache" -maxdepth 1 -name '.mutant-*')" ]
}
