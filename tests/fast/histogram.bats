#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The histogram that kernel module, guest and harness share.

setup() {
	ROOT="$BATS_TEST_DIRNAME/../.."
	ABI="$ROOT/bench/modules/include/uapi"
}

# Build the test against the header in directory $1.
build() {
	gcc -std=gnu11 -O1 -g -Wall -Wextra -Werror \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-I"$1" -o "$BATS_TEST_TMPDIR/hist_test" \
		"$ROOT/tests/lib/hist_test.c"
}

# Build against a copy of the header changed by sed expression $1.
build_changed() {
	mkdir "$BATS_TEST_TMPDIR/abi"
	sed "$1" "$ABI/dmabench.h" >"$BATS_TEST_TMPDIR/abi/dmabench.h"
	if cmp -s "$ABI/dmabench.h" "$BATS_TEST_TMPDIR/abi/dmabench.h"; then
		echo "the header was not changed by $1"
		return 1
	fi
	build "$BATS_TEST_TMPDIR/abi"
}

@test "every tick count falls into the right bucket" {
	build "$ABI"
	run "$BATS_TEST_TMPDIR/hist_test"
	[ "$output" = "" ]
	[ "$status" -eq 0 ]
}

@test "an index that is off by one is noticed" {
	build_changed 's/return DMABENCH_BUCKETS - 1;/return DMABENCH_BUCKETS - 2;/'
	run "$BATS_TEST_TMPDIR/hist_test"
	[ "$status" -eq 1 ]
	[[ "$output" == "index jumps: ticks "* ]]
}

@test "a lower bound that does not fit the index is noticed" {
	build_changed 's/(DMABENCH_SUB + sub) << /(DMABENCH_SUB + sub + 1) << /'
	run "$BATS_TEST_TMPDIR/hist_test"
	[ "$status" -eq 1 ]
	[[ "$output" == "end of the last bucket: "* ]]
}

@test "buckets that are too wide are noticed" {
	build_changed 's/^#define DMABENCH_SUB_BITS.*/#define DMABENCH_SUB_BITS 6/'
	run "$BATS_TEST_TMPDIR/hist_test"
	[ "$status" -eq 1 ]
	[[ "$output" == "number of buckets: "* ]]
}
