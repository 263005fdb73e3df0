#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The dmabench module in a guest: bad parameters, and its speed beside the
# kernel's own benchmark, natively and in dom0.

load ../lib/common

setup_file() {
	load ../lib/common
	export RESULTS="$BATS_FILE_TMPDIR/runs"
	./bouncemark run --profile quick --variant native-plain --variant dom0-hook \
		--variant dom0-iommu --workloads-from tests/vm/workloads \
		--workload params --workload misplaced --workload map_benchmark --results "$RESULTS" \
		>"$BATS_FILE_TMPDIR/output" 2>&1 || true
}

@test "bad parameters are refused with EINVAL, then the module still works" {
	cat "$BATS_FILE_TMPDIR/output"
	for variant in native-plain dom0-iommu dom0-hook; do
		"$PY" tests/lib/cell.py "$RESULTS" params PASS '^$' "$variant"
	done
}

@test "coherent memory that is not of the wanted place is not measured" {
	"$PY" tests/lib/cell.py "$RESULTS" misplaced PASS '^$' native-plain
	"$PY" tests/lib/steps.py "$RESULTS" misplaced >"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	grep -q '^low ok ENODATA.*place 1: 12 allocations were of other memory' \
		"$BATS_TEST_TMPDIR/said"
}

@test "a refusal names the parameter, its value and what is allowed" {
	"$PY" tests/lib/steps.py "$RESULTS" params >"$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	grep -q '^bad-size-63 ok EINVAL.*size 63: allowed 64 to 262144' "$BATS_TEST_TMPDIR/said"
	grep -q '^bad-nents-2 ok EINVAL.*nents 2: allowed' "$BATS_TEST_TMPDIR/said"
	grep -q '^bad-depth-65 ok EINVAL.*depth 65: allowed 1 to 64' "$BATS_TEST_TMPDIR/said"
	grep -q '^bad-coherent-irqs_off ok EINVAL.*irqs_off 1: allowed' "$BATS_TEST_TMPDIR/said"
	[ "$(grep -c '^bad-.* ok EINVAL' "$BATS_TEST_TMPDIR/said")" -eq 42 ]
}

@test "the loop takes at least as many samples per second as dma_map_benchmark" {
	"$PY" - "$RESULTS" <<-'EOF'
		import pathlib, sys
		sys.path.insert(0, ".")
		from harness import record
		(folder,) = pathlib.Path(sys.argv[1]).iterdir()
		cells = [c for c in record.load_run(folder).cells if c.cell.workload == "map_benchmark"]
		assert len(cells) == 3
		for cell in cells:
		    assert cell.verdict.value == "PASS", cell.reason
		    rate = {v.step: v.value for v in cell.values if v.name == "samples_per_second"}
		    print(cell.cell.variant, rate)
		    assert rate["dmabench-4096"] >= rate["map_benchmark-4096"] > 1000
	EOF
}
