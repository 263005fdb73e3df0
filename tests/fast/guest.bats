#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The guest's PID 1: its parts, built with sanitizers and run on the host.

setup_file() {
	load ../lib/common
	make -s -C bench/guest O="$BATS_FILE_TMPDIR" init tests
}

setup() {
	load ../lib/common
	OUT=$BATS_FILE_TMPDIR
	JOB=$BATS_TEST_TMPDIR/job
}

# job LINE...: parse a job that consists of the lines.
job() {
	printf '%s\n' "$@" >"$JOB"
	run "$OUT/test_job" "$JOB"
	echo "$output"
}

@test "the JSON writer" {
	"$OUT/test_json"
}

@test "frames and the channel's errors" {
	"$OUT/test_frame"
}

@test "the job parser" {
	"$OUT/test_job"
}

@test "finding and binding a PCI function, small files, symbols" {
	"$OUT/test_device"
}

@test "reading the probes on the kernel's own benchmark" {
	"$OUT/test_trace"
}

@test "the queue of a disk" {
	"$OUT/test_block"
}

@test "a network interface and its counters" {
	"$OUT/test_net"
}

@test "running a tool, and finding what it complains of" {
	"$OUT/test_tool"
}

@test "the checksum is zlib's" {
	for size in 0 1 2 255 4096 100001; do
		head -c "$size" /dev/urandom >"$BATS_TEST_TMPDIR/bytes"
		run "$OUT/test_frame" "$BATS_TEST_TMPDIR/bytes"
		[ "$status" -eq 0 ]
		[ "$output" = "$("$PY" -c 'import sys, zlib
print("%08x" % zlib.crc32(open(sys.argv[1], "rb").read()))' \
			"$BATS_TEST_TMPDIR/bytes")" ]
	done
}

@test "a bad job line is named by number, with what is wrong and what is allowed" {
	job 'protocol 1' 'cell 00ff' '' '# comment' 'step dmabench a op=sync size=4G'
	[ "$status" -eq 1 ]
	[ "$output" = "line 5: key size has the value '4G'; allowed: 0 to 4294967295, decimal, K or M may follow" ]
}

@test "every parameter of the module is a key of the dmabench step" {
	keys=$(sed -n '/^struct dmabench_params {/,/^}/s/^\t__u[0-9]* \([a-z_]*\);/\1/p' \
		bench/modules/include/uapi/dmabench.h)
	[ "$(wc -w <<<"$keys")" -ge 14 ]
	for key in $keys; do
		case $key in
		abi | op) continue ;;
		dir) value=to_device ;;
		place | layout) value=any ;;
		*) value=1 ;;
		esac
		job 'protocol 1' 'cell 00ff' "step dmabench a op=sync $key=$value"
		[ "$status" -eq 0 ]
		job 'protocol 1' 'cell 00ff' "step dmabench a op=sync $key=X"
		[ "$status" -eq 1 ]
	done
}

@test "what a job file takes from its environment, a step can give" {
	taken=$(sed '/^#/d' bench/jobs/*.fio | grep -o '{[A-Z_]*}' | tr -d '{}' | sort -u)
	[ "$(wc -w <<<"$taken")" -ge 9 ]
	for word in $taken; do
		job 'protocol 1' 'cell 00ff' "step fio a job=a.fio ${word,,}=/dev/sda"
		[[ "$output" != *"unknown key"* ]]
	done
	# And nothing more: a word that no job file takes would do nothing.
	given=$(sed -n 's/.*FIO_WORD("\([a-z]*\)".*/\U\1/p' bench/guest/keys.c | sort)
	[ "$given" = "$taken" ]
}

@test "init is static: the initramfs needs nothing else" {
	run readelf -l "$OUT/init"
	[ "$status" -eq 0 ]
	[[ "$output" != *INTERP* ]]
}

@test "init does nothing where it is not PID 1" {
	run "$OUT/init"
	[ "$status" -eq 1 ]
	[ "$output" = "init: not PID 1 of a guest: nothing is done" ]
}
