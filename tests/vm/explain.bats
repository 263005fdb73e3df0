#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Counting on real guests: the plugin and the guest count the same instructions,
# the guest notices nothing, and the functions that make a difference are named.

load ../lib/common

setup_file() {
	load ../lib/common
	export RESULTS="$BATS_FILE_TMPDIR/runs" OUT="$BATS_FILE_TMPDIR/out"
	mkdir "$OUT"
	kept totals ./bouncemark explain dom0-hook dom0-iommu --results "$RESULTS"
}

counted() {
	./bouncemark explain "$@" --workloads-from tests/vm/workloads \
		--workload counted --results "$RESULTS"
}

# unmap_of VARIANT: instructions of each unmap of 64 bytes. A timer's interrupt may be
# in the window, too: what is not executed in every one of them does not count.
unmap_of() {
	./bouncemark explain "$1" map_single-64 --json --results "$RESULTS" |
		"$PY" -c 'import json, sys
(one,) = [one for one in json.load(sys.stdin) if one["name"]["series"] == "unmap"]
print(sum(row["cost"]["insns"] // one["operations"] for row in one["rows"]))'
}

explained() {
	./bouncemark explain dom0-hook dom0-iommu "$@" --results "$RESULTS" \
		--output "$OUT"
}

@test "in dom0 the functions of every operation add up to what the guest measured" {
	cat "$BATS_FILE_TMPDIR/totals"
	[ "$(cat "$BATS_FILE_TMPDIR/totals.status")" -eq 0 ]
	[ "$(grep -cE '^(map|sync|coherent)' "$BATS_FILE_TMPDIR/totals")" -eq 46 ]
}

@test "natively, and with failures, scatter, force and the other designs, too" {
	counted native-plain native-hook
	counted dom0-pool dom0-exchange --p2m scattered
	counted native-iommu+force dom0-iommu+force
}

@test "a guest that is counted measures what it measures when it is not" {
	./bouncemark run --variant dom0-hook --variant dom0-iommu \
		--results "$BATS_TEST_TMPDIR"
	first=$(find "$RESULTS" -mindepth 1 -maxdepth 1 | sort | head -n 1)
	"$PY" tests/lib/same_figures.py "$first" "$BATS_TEST_TMPDIR"/*
}

@test "the functions that make a map and an unmap dearer are named" {
	explained map_single-64 | tee "$BATS_TEST_TMPDIR/said"
	grep -qE '^xen_swiotlb_map_page .* -84' "$BATS_TEST_TMPDIR/said"
	grep -qE '^mfn_to_pfn .* -54' "$BATS_TEST_TMPDIR/said"
	grep -qE '^xen_dma_machine_to_phys .* \+33' "$BATS_TEST_TMPDIR/said"
	[ "$(unmap_of dom0-hook)" -eq 82 ]
	[ "$(unmap_of dom0-iommu)" -eq 197 ]
}

@test "and of a sync, and of a bounced map" {
	explained sync | tee "$BATS_TEST_TMPDIR/said"
	grep -qE '^xen_swiotlb_sync_single_for_cpu ' "$BATS_TEST_TMPDIR/said"
	explained map_single-64-mask32-to_device | tee "$BATS_TEST_TMPDIR/said"
	grep -qE '^swiotlb_map ' "$BATS_TEST_TMPDIR/said"
	grep -qE '^xen_swiotlb_map_page ' "$BATS_TEST_TMPDIR/said"
}

@test "what was counted once is not booted again" {
	before=$(find "$RESULTS" -maxdepth 1 -name '*explain*' | wc -l)
	explained map_page
	[ "$(find "$RESULTS" -maxdepth 1 -name '*explain*' | wc -l)" -eq "$before" ]
}

@test "Xen's functions and the modules' have names, and so have lines of source" {
	explained coherent-1048576-mask32 --top 1000 | tee "$BATS_TEST_TMPDIR/said"
	grep -qE '\[xen\]' "$BATS_TEST_TMPDIR/said"
	run grep -cE '\[unknown' "$BATS_TEST_TMPDIR/said"
	[ "$output" -eq 0 ]
	"$PY" tests/lib/module_lines.py "$RESULTS" | grep -q 'dmabench_time\.c:[0-9]'
}

@test "callgrind_annotate reads the same total" {
	./bouncemark explain dom0-iommu map_single-64 --json --results "$RESULTS" \
		--output "$OUT" >"$BATS_TEST_TMPDIR/json"
	insns=$("$PY" -c 'import json, sys
for one in json.load(sys.stdin):
    if one["name"]["series"] == "unmap":
        print(format(one["total"]["insns"], ","))' <"$BATS_TEST_TMPDIR/json")
	[ -n "$insns" ]
	run callgrind_annotate "$OUT/callgrind.out.dom0-iommu.map_single-64.unmap"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" == *"$insns (100.0%)"* ]]
	[[ "$output" == *xen_swiotlb_find_pool* ]]
}

@test "the cache model agrees with another simulator, access by access" {
	"$PY" tests/lib/trace_cell.py "$BATS_TEST_TMPDIR"
	run "$PY" tests/lib/cache_reference.py trace "$BATS_TEST_TMPDIR/trace" \
		32768:8:64 2097152:16:64
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" =~ ^[0-9]{6,}\ accesses,\ 0\ differ ]]
}

@test "with a cache model misses are told, and which cache it was" {
	counted native-plain map_sg-bounced --cache --llc 64K:4:64 |
		tee "$BATS_TEST_TMPDIR/said"
	grep -q 'last level (LLC) 64 KiB, 4 ways' "$BATS_TEST_TMPDIR/said"
	grep -qE '^memcpy_orig .* [1-9][0-9.]* +[1-9][0-9.]* +[1-9][0-9.]*$' "$BATS_TEST_TMPDIR/said"
}
