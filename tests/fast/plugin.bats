#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The plugin that counts a guest's instructions: its parts on the host, its cache
# against a reference, and all of it in a made-up QEMU of each version of the interface.

setup_file() {
	load ../lib/common
	load ../lib/plugins
	make -s -C bench/plugin O="$BATS_FILE_TMPDIR" test
	checked_plugins
}

setup() {
	load ../lib/common
	OUT=$BATS_FILE_TMPDIR
	PLUGIN=$OUT/counters.so
	FILE=$BATS_TEST_TMPDIR/counters.jsonl
	SCRIPT=$BATS_TEST_TMPDIR/script
	: >"$SCRIPT"
}

# fake API [OPTION...] -- [WORD...]: load the plugin, for a guest that does nothing.
fake() {
	local api=$1
	shift
	run "$OUT/qemu$api" "$PLUGIN" "$SCRIPT" "$@"
	echo "$output"
}

# refused WHAT WORD...: the plugin refuses its words, and says so in one sentence.
refused() {
	local what=$1
	shift
	fake 3 -- "$@"
	[ "$status" -eq 1 ]
	[ "$output" = "bouncemark plugin: $what" ]
}

@test "decoding, the call tree, counting and the cache, with sanitizers" {
	for name in decode tree tally cache; do
		"$OUT/test_$name"
	done
}

@test "it builds without a warning as it is built for use" {
	run make -s -C bench/plugin O="$BATS_TEST_TMPDIR" plugin
	[ "$status" -eq 0 ]
	[ "$output" = "" ]
}

@test "it exports what QEMU asks for and nothing else" {
	run nm -D --defined-only "$BATS_FILE_TMPDIR/counters.so"
	names=$(awk '$2 ~ /[TDB]/ { print $3 }' <<<"$output" | grep -v -e asan -e ubsan |
		sort | tr '\n' ' ')
	[ "$names" = "qemu_plugin_install qemu_plugin_version " ]
}

@test "each access is where a plain cache model finds it" {
	run "$PY" tests/lib/cache_reference.py compare "$OUT/test_cache"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c ', 0 differ$' <<<"$output")" -eq 48 ]
}

@test "the reference notices a cache that is another one" {
	cat >"$BATS_TEST_TMPDIR/other" <<-'END'
		#!/bin/sh
		# One way less in the first level than it is asked for.
		exec "$TEST_CACHE" "$(echo "$1" | sed 's/^1024:1:64$/512:1:64/')" "$2"
	END
	chmod +x "$BATS_TEST_TMPDIR/other"
	TEST_CACHE=$OUT/test_cache run "$PY" tests/lib/cache_reference.py compare \
		"$BATS_TEST_TMPDIR/other"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ "$output" == *"is in the first level, was said to be in "* ]]
}

@test "all counts of made-up guests, in every version of QEMU's interface" {
	for api in 1 2 3 4 5; do
		for order in '' inline-first; do
			run "$PY" tests/lib/plugin_cases.py "$OUT/qemu$api" "$PLUGIN" \
				"$BATS_TEST_TMPDIR" $order
			echo "version $api $order: $output"
			[ "$status" -eq 0 ]
			[[ "$output" == *" cases" ]]
		done
	done
}

@test "the file says which interface, how many vCPUs and which cache" {
	for api in 1 2 3 4 5; do
		fake "$api" vcpus=3 -- "out=$FILE" l1d=1024:2:64 llc=8192:4:64
		[ "$status" -eq 0 ]
		[ "$output" = "" ]
		[ "$(head -n 1 "$FILE")" = '{"type":"head","format":1,"plugin_api":'"$api"',"vcpus":3,"cache":{"line":64,"l1d":{"bytes":1024,"ways":2},"llc":{"bytes":8192,"ways":4}}}' ]
		[ "$(tail -n 1 "$FILE")" = '{"type":"end","steps":0}' ]
	done
	fake 1 -- "out=$FILE"
	[ "$(head -n 1 "$FILE")" = '{"type":"head","format":1,"plugin_api":1,"vcpus":1,"cache":null}' ]
}

@test "the trace of a guest's accesses is what the reference finds" {
	{
		echo 'block start 100 0f1f801100424d eb00'
		echo 'block body 1000 488b07 488907'
		echo 'run 0 start'
		for at in 0 40 0 3c 1000 80 0 7f fff 40; do
			echo "run 0 body 0:r:$at:3 1:w:$at:0"
		done
		echo 'run 0 body 0:R:fe000:2'
	} >"$SCRIPT"
	trace=$BATS_TEST_TMPDIR/trace
	fake 1 -- "out=$FILE" l1d=128:1:64 llc=512:2:64 "trace=$trace"
	[ "$status" -eq 0 ]
	run "$PY" tests/lib/cache_reference.py trace "$trace" 128:1:64 512:2:64
	[ "$status" -eq 0 ]
	[ "$output" = "20 accesses, 0 differ" ]
	# physical addresses: those of the made-up QEMU have bit 40
	[ "$(od -A n -t x8 -N 8 "$trace")" = " 0000010000000000" ]

	run "$PY" tests/lib/cache_reference.py trace "$trace" 64:1:64 512:2:64
	[ "$status" -eq 1 ]
	[[ "$output" == "access "*" bytes at 0x10000000"*": is in "*", was said to be in "* ]]
	head -c 40 "$trace" >"$trace.cut"
	run "$PY" tests/lib/cache_reference.py trace "$trace.cut" 128:1:64 512:2:64
	[ "$status" -eq 1 ]
	[[ "$output" == *": ends within a record" ]]
}

@test "bad words are refused in a sentence" {
	shape="not of the form bytes:ways:line"
	refused "out=: missing"
	refused "out=: missing" l1d=1024:2:64 llc=8192:4:64
	refused "$OUT/none/file: No such file or directory" "out=$OUT/none/file"
	refused "out: allowed are out=, l1d=, llc= and trace=" out
	refused "l2=1024:2:64: allowed are out=, l1d=, llc= and trace=" "out=$FILE" l2=1024:2:64
	refused "l1d=1024:2: $shape" "out=$FILE" l1d=1024:2 llc=8192:4:64
	refused "llc=x: $shape" "out=$FILE" l1d=1024:2:64 llc=x
	refused "llc=-8192:4:64: $shape" "out=$FILE" l1d=1024:2:64 llc=-8192:4:64
	refused "l1d=1024:2:48: the line is no power of two from 16" "out=$FILE" l1d=1024:2:48
	refused "l1d=1000:2:64: the size is no multiple of a way's lines" "out=$FILE" l1d=1000:2:64
	refused "l1d=4096:67108864:64: the size is no multiple of a way's lines" \
		"out=$FILE" l1d=4096:67108864:64
	refused "l1d=384:2:64: the number of sets is no power of two" "out=$FILE" l1d=384:2:64
	refused "l1d=, llc=: one is given, the other is missing" "out=$FILE" l1d=1024:2:64
	refused "l1d=, llc=: one is given, the other is missing" "out=$FILE" llc=1024:2:64
	refused "l1d=, llc=: their lines differ" "out=$FILE" l1d=1024:2:64 llc=8192:4:32
	refused "trace=: without l1d= and llc= there is nothing in it" "out=$FILE" "trace=$FILE.trace"
}

@test "a QEMU that is too new does not get it, whoever compares the versions" {
	fake 5 min=6 -- "out=$FILE"
	[ "$status" -eq 2 ]
	[ "$output" = "fake: the plugin requires API version 2, this QEMU supports 6 to 6" ]
	fake 5 min=6 unchecked -- "out=$FILE"
	[ "$status" -eq 1 ]
	[ "$output" = "bouncemark plugin: plugin interface: newer than is known here" ]
}

@test "another machine, and a process instead of a machine, are refused" {
	fake 3 target=aarch64 -- "out=$FILE"
	[ "$status" -eq 1 ]
	[ "$output" = "bouncemark plugin: aarch64: no machine of type x86_64" ]
	fake 3 user -- "out=$FILE"
	[ "$status" -eq 1 ]
	[ "$output" = "bouncemark plugin: x86_64: no machine of type x86_64" ]
}
