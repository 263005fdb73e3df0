#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A kernel that is not what its variant says yields no number. The cache is a
# copy in which one kernel stands where another should.

load ../lib/common

setup_file() {
	load ../lib/common
	./bouncemark build >"$BATS_FILE_TMPDIR/kernels"
	local real
	real=$(dirname "$(dirname "$(awk '/^hook/ { print $3 }' "$BATS_FILE_TMPDIR/kernels")")")
	export XDG_CACHE_HOME="$BATS_FILE_TMPDIR/cache"
	local fake="$XDG_CACHE_HOME/bouncemark"
	mkdir -p "$fake/kernels" "$fake/sources"
	for name in guest xen ccache; do
		ln -s "$real/$name" "$fake/$name"
	done
	ln -s "$real"/sources/* "$fake/sources/"
	local hook iommu plain
	hook=$(awk '/^hook/ { print $2 }' "$BATS_FILE_TMPDIR/kernels")
	iommu=$(awk '/^iommu/ { print $2 }' "$BATS_FILE_TMPDIR/kernels")
	plain=$(awk '/^plain/ { print $2 }' "$BATS_FILE_TMPDIR/kernels")
	ln -s "$real/kernels/$iommu" "$fake/kernels/$hook"
	ln -s "$real/kernels/$hook" "$fake/kernels/$iommu"
	ln -s "$real/kernels/$iommu" "$fake/kernels/$plain"
	export RESULTS="$BATS_FILE_TMPDIR/runs"
	./bouncemark run --profile quick --workload trial-ok \
		--workloads-from tests/vm/workloads --results "$RESULTS" \
		--variant native-plain --variant native-hook --variant dom0-iommu \
		--variant dom0-hook >"$BATS_FILE_TMPDIR/output" 2>&1 || true
}

expect() {
	cat "$BATS_FILE_TMPDIR/output"
	"$PY" tests/lib/cell.py "$RESULTS" trial-ok ERROR "did not engage: $2" "$1"
}

@test "a hook kernel without the series is ERROR in dom0" {
	expect dom0-hook 'kernel has xen_swiotlb_map_page'
}

@test "a hook kernel without the series is ERROR natively" {
	expect native-hook 'kernel has xen_swiotlb_map_page'
}

@test "an iommu kernel with the series is ERROR" {
	expect dom0-iommu 'kernel has xen_swiotlb_map_page'
}

@test "a plain kernel with Xen in it is ERROR" {
	expect native-plain 'kernel has xen_start_kernel'
}
