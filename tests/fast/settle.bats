#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Devices that answer before the guest goes on: the plugin that waits for them, in a
# made-up QEMU whose other thread has work for a while, and the reader of what it says.

setup_file() {
	load ../lib/common
	load ../lib/plugins
	make -s -C bench/plugin O="$BATS_FILE_TMPDIR" "$BATS_FILE_TMPDIR/settle.so"
	fake_qemus '-std=gnu11 -O1' 1 5
	# A thread that has work from the start on, for as long as WORK_MS says.
	cat >"$BATS_FILE_TMPDIR/work.c" <<-'EOF'
		#include <pthread.h>
		#include <stdlib.h>
		#include <time.h>
		#include <unistd.h>

		static void *work(void *ms)
		{
			struct timespec begin, now;

			clock_gettime(CLOCK_MONOTONIC, &begin);
			do
				clock_gettime(CLOCK_MONOTONIC, &now);
			while ((now.tv_sec - begin.tv_sec) * 1000 +
			       (now.tv_nsec - begin.tv_nsec) / 1000000 < (long)ms);
			pause();
			return NULL;
		}

		__attribute__((constructor)) static void start(void)
		{
			pthread_t thread;

			if (getenv("WORK_MS"))
				pthread_create(&thread, NULL, work, (void *)atol(getenv("WORK_MS")));
		}
	EOF
	gcc -O1 -shared -fPIC -o "$BATS_FILE_TMPDIR/work.so" "$BATS_FILE_TMPDIR/work.c" -lpthread
	# Instructions that may access a device, alone and not.
	cat >"$BATS_FILE_TMPDIR/guest" <<-'EOF'
		block one 1000 8907
		block many 2000 8907 90
	EOF
}

setup() {
	load ../lib/records
	export OUT=$BATS_FILE_TMPDIR TMP=$BATS_TEST_TMPDIR
}

# What the guest does, to standard output what the plugin said, and how long it took.
guest() { # API WORK_MS < what it does
	local api=$1 work=$2
	cat "$OUT/guest" - >"$TMP/script"
	WORK_MS=$work LD_PRELOAD=$OUT/work.so timeout 20 \
		"$OUT/qemu$api" "$OUT/settle.so" "$TMP/script" vcpus=1 -- "out=$TMP/said"
	cat "$TMP/said"
}

@test "behind a write to a device the guest waits until nobody has work, in every version" {
	for api in 1 5; do
		begin=${EPOCHREALTIME/./}
		run guest $api 60 <<<"run 0 one 0:W:fd000000:2"
		took=$(((${EPOCHREALTIME/./} - begin) / 1000))
		echo "$api: $output, $took ms"
		[ "$output" = '{"type":"settle","format":1,"writes":1,"unsettled":0}' ]
		[ "$took" -ge 55 ]
	done
}

@test "it does not wait for ever, and says so" {
	run guest 1 3000 <<<"run 0 one 0:W:fd000000:2"
	echo "$output"
	[ "$output" = '{"type":"settle","format":1,"writes":1,"unsettled":1}' ]
}

@test "a read, memory, and a block of several wait for nobody" {
	run guest 1 3000 <<-'EOF'
		run 0 one 0:R:fd000000:2
		run 0 one 0:w:1000:2
		run 0 many 0:W:fd000000:2
	EOF
	echo "$output"
	[ "$output" = '{"type":"settle","format":1,"writes":0,"unsettled":0}' ]
}

@test "its words are checked" {
	: >"$TMP/script"
	for words in "" "out=$TMP/f out=$TMP/g" "out=$TMP/f idle=1" "top=1" "out=$TMP/none/f"; do
		# shellcheck disable=SC2086
		run "$OUT/qemu1" "$OUT/settle.so" "$TMP/script" -- $words
		echo "$words: $output"
		[ "$status" -eq 1 ]
		[[ "$output" == "bouncemark plugin: "* ]]
	done
}

@test "the reader takes what the plugin writes and nothing else" {
	py <<'EOF'
import json, os
from pathlib import Path
import trees
from harness import settled
from harness.errors import HarnessError

path = Path(os.environ["TMP"]) / "settle.json"
good = {"type": "settle", "format": 1, "writes": 7, "unsettled": 1}
path.write_text(json.dumps(good))
assert settled.load(path) == {"settle_writes": 7, "settle_unsettled": 1}
for bad, words in (
    ("", "Expecting value"),
    ("[]", "is not what the plugin writes"),
    (json.dumps({**good, "format": 2}), "is not what the plugin writes"),
    (json.dumps({**good, "writes": -1}), "is no count"),
    (json.dumps({**good, "unsettled": True}), "is no count"),
):
    path.write_text(bad)
    said = trees.refusal(HarnessError, settled.load, path)
    assert words in said and str(path) in said, said
EOF
}
