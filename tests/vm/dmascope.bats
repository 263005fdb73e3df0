#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# dmascope on real kernels: it counts what dmabench knows it did, costs nothing when
# it is off, and cannot be taken away or shared while it counts.

load ../lib/common

setup_file() {
	load ../lib/common
	export OUT="$BATS_FILE_TMPDIR"
}

# profile NAME LAYOUTS VARIANTS: write a profile of the workload $NAME.
profile() {
	cat >"$OUT/$1-profile.toml" <<-EOT
		description = "dmascope"
		clock = "insn"
		p2m = [$2]
		workloads = ["$1"]
		variants = [$3]
	EOT
}

@test "its counts are dmabench's, to the count, in every design and layout" {
	profile scope '"linear", "scattered"' '"native-plain", "native-plain+force",
		"dom0-iommu", "dom0-hook", "dom0-pool"'
	./bouncemark run --profile "$OUT/scope-profile.toml" \
		--workloads-from tests/vm/workloads --results "$OUT/counts" || true
	"$PY" tests/lib/scope_counts.py "$OUT/counts"
}

@test "loaded and off it costs nothing" {
	profile scope-cost '"linear"' '"native-plain", "dom0-iommu", "dom0-hook"'
	mkdir "$OUT/without"
	sed 's/"dmabench", "dmascope"/"dmabench"/' tests/vm/workloads/scope-cost.toml \
		>"$OUT/without/scope-cost.toml"
	run cmp tests/vm/workloads/scope-cost.toml "$OUT/without/scope-cost.toml"
	[ "$status" -eq 1 ]
	./bouncemark run --profile "$OUT/scope-cost-profile.toml" \
		--workloads-from tests/vm/workloads --results "$OUT/off"
	./bouncemark run --profile "$OUT/scope-cost-profile.toml" \
		--workloads-from "$OUT/without" --results "$OUT/none"
	"$PY" tests/lib/same_cost.py "$OUT/off" "$OUT/none"
}

@test "a second opener is told EBUSY" {
	profile trial-scope_busy '"linear"' '"native-plain"'
	run ./bouncemark run --profile "$OUT/trial-scope_busy-profile.toml" \
		--workloads-from tests/vm/workloads --results "$OUT/busy"
	[ "$status" -eq 3 ]
	"$PY" tests/lib/cell.py "$OUT/busy" trial-scope_busy ERROR \
		'^step busy: /dev/dmascope: EBUSY '
}

@test "a window holds the module, and lets it go" {
	profile trial-scope_held '"linear"' '"native-plain"'
	run ./bouncemark run --profile "$OUT/trial-scope_held-profile.toml" \
		--workloads-from tests/vm/workloads --results "$OUT/held"
	[ "$status" -eq 4 ]
	"$PY" tests/lib/cell.py "$OUT/held" trial-scope_held FAIL \
		'^step held: module.dmascope.ko: EAGAIN '
	"$PY" - "$OUT/held" <<-'EOT'
		import pathlib, sys
		sys.path.insert(0, ".")
		from harness import frames
		(raw,) = pathlib.Path(sys.argv[1]).glob("*/cells/*/channel.raw")
		steps = frames.parse(raw.read_bytes()).steps
		values = {(s.name, v.name): v.value for s in steps for v in s.values}
		assert values["held", "scope.device"] == "all", values
		refcnt = "/sys/module/dmascope/refcnt"
		assert values["during", refcnt] == "1", values
		assert values["afterwards", refcnt] == "0", values
	EOT
}
