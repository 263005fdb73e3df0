#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Real I/O: the tools in the guest, devices under their own drivers, what bounced and
# what it cost, and what becomes of a tool or a device that is not there.

load ../lib/common

# The workload that docs/adding-a-workload.md shows, as a file.
documented() {
	awk '/^A fio workload is a page/ { found = 1 }
		found && /^```$/ { exit }
		found && on
		found && /^```toml$/ { on = 1 }' docs/adding-a-workload.md
}

setup_file() {
	load ../lib/common
	export RESULTS=$BATS_FILE_TMPDIR/runs MINE=$BATS_FILE_TMPDIR/mine
	mkdir "$MINE"
	documented >"$MINE/documented.toml"
	cp tests/vm/workloads/io-*.toml "$MINE"
	cat >"$BATS_FILE_TMPDIR/io.toml" <<-'EOF'
		description = "what the tests of I/O look at"
		clock = "insn"
		p2m = ["linear", "scattered"]
		counting = true
		# A workload has three cells: native memory is not scattered.
		workloads = [
		    "documented-nvme",
		    "io-contiguity-nvme",
		    "io-net-e1000e",
		    "io-mask-e1000",
		    "io-absent",
		    "io-cost-nvme",
		]
		variants = ["native-plain", "dom0-iommu"]
	EOF
	./bouncemark run --profile "$BATS_FILE_TMPDIR/io.toml" \
		--workloads-from "$MINE" --results "$RESULTS" \
		>"$BATS_FILE_TMPDIR/output" 2>&1 || true
	# Once more, and with a pool that is too small.
	cat >"$BATS_FILE_TMPDIR/again.toml" <<-'EOF'
		description = "the same, and what is refused"
		clock = "insn"
		p2m = "linear"
		counting = true
		workloads = ["documented-nvme", "fio_pool_tiny-mptsas1068"]
		variants = ["dom0-iommu"]
	EOF
	./bouncemark run --profile "$BATS_FILE_TMPDIR/again.toml" \
		--workloads-from "$MINE" --results "$BATS_FILE_TMPDIR/again" \
		>>"$BATS_FILE_TMPDIR/output" 2>&1 || true
}

setup() {
	cat "$BATS_FILE_TMPDIR/output"
	export PYTHONPATH=$REPO:$REPO/tests/lib
}

@test "the workload of docs/adding-a-workload.md is a file and nothing else" {
	[ -s "$MINE/documented.toml" ]
	"$PY" - "$RESULTS" <<-'EOF'
		import io_cells, sys
		for one in io_cells.cells(sys.argv[1], "documented-nvme", 3):
		    assert one.verdict.value == "PASS", one.reason
		    figures = io_cells.figures(one)["randread"]
		    assert figures["scope.maps"] == figures["fio.read_ios"] == 2000
		    assert figures["instructions_per_io"] > 1000 and figures["bounce_rate"] == 0
	EOF
}

@test "large folios and network buffers bounce for contiguity where memory is scattered" {
	"$PY" - "$RESULTS" <<-'EOF'
		import io_cells, sys
		steps = {"io-contiguity-nvme": ("write", "read"), "io-net-e1000e": ("transmit", "receive")}
		for work, names in steps.items():
		    for one in io_cells.cells(sys.argv[1], work, 3):
		        assert one.verdict.value == "PASS", (one.cell.variant, one.reason)
		        for name in names:
		            figures = io_cells.figures(one)[name]
		            scattered = one.cell.p2m == "scattered"
		            print(one.cell.variant, one.cell.p2m, name, figures["scope.contiguity"])
		            share = figures["scope.contiguity"] / figures["scope.entries"]
		            # A fresh boot's memory has a few places where a frame is missing.
		            assert share > 0.1 if scattered else share < 0.01, (name, share)
		            assert figures["scope.bounced"] == figures["scope.contiguity"]
	EOF
}

@test "a 32-bit device bounces for its mask; oracle, tracepoint and pool agree" {
	"$PY" - "$RESULTS" <<-'EOF'
		import io_cells, sys
		for one in io_cells.cells(sys.argv[1], "io-mask-e1000", 3):
		    assert one.verdict.value == "PASS", (one.cell.variant, one.reason)
		    for name in ("transmit", "receive"):
		        figures = io_cells.figures(one)[name]
		        print(one.cell.variant, one.cell.p2m, name, figures)
		        assert figures["scope.mask"] > 0 and figures["scope.missed"] == 0
		        assert figures["scope.unexplained"] == 0
		        assert figures["scope.bounced"] == figures["scope.swiotlb_bounced"]
		        assert figures["perf.swiotlb_bounced"] == figures["scope.swiotlb_bounced"]
		        used = figures["scope.pool_after"] - figures["scope.pool_before"]
		        assert used == figures["scope.slots"] - figures["scope.slots_before"]
	EOF
}

@test "instructions per I/O are the same in another boot, to the instruction" {
	"$PY" - "$RESULTS" "$BATS_FILE_TMPDIR/again" <<-'EOF'
		import io_cells, sys
		def busy(folder, count):
		    for one in io_cells.cells(folder, "documented-nvme", count):
		        if (one.cell.variant, one.cell.p2m) == ("dom0-iommu", "linear"):
		            assert one.verdict.value == "PASS", one.reason
		            assert one.facts["settle_writes"] > 1000, one.facts
		            assert one.facts["settle_unsettled"] == 0, one.facts
		            for step, figures in io_cells.figures(one).items():
		                yield step, figures["busy_instructions"]
		first, second = (dict(busy(*one)) for one in zip(sys.argv[1:], (3, 1)))
		print(first, second, sep="\n")
		assert first == second and first
	EOF
}

@test "what a pool cannot take at once is refused, counted, and arrives all the same" {
	"$PY" - "$BATS_FILE_TMPDIR/again" <<-'EOF'
		import io_cells, sys
		for one in io_cells.cells(sys.argv[1], "fio_pool_tiny-mptsas1068", 1):
		    assert one.verdict.value == "PASS", one.reason
		    figures = io_cells.figures(one)["verify-write-1048576-d32"]
		    print(figures)
		    assert figures["scope.refused_entries"] > 0, figures
		    assert figures["scope.bounced"] == figures["scope.mask"] > 0, figures
	EOF
}

@test "a device that is not there is SKIP with a sentence, and no figure" {
	"$PY" - "$RESULTS" <<-'EOF'
		import io_cells, sys
		for one in io_cells.cells(sys.argv[1], "io-absent", 3):
		    assert one.verdict.value == "SKIP" and not one.values, one
		    assert "/dev/nvme7n1" in one.reason, one.reason
	EOF
}

@test "dmascope costs a 4k fio job at most 2 % of its instructions, and less than perf" {
	"$PY" - "$RESULTS" <<-'EOF'
		import io_cells, sys
		for one in io_cells.cells(sys.argv[1], "io-cost-nvme", 3):
		    assert one.verdict.value == "PASS", (one.cell.variant, one.reason)
		    busy = {k: v["busy_instructions"] for k, v in io_cells.figures(one).items()}
		    on, perf = (busy[name] / busy["off"] - 1 for name in ("on", "perf"))
		    print(f"{one.cell.variant} {one.cell.p2m}: on {on:.2%}, perf {perf:.2%}")
		    assert on <= 0.02 and on < perf, busy
	EOF
}

@test "what the tools printed is kept as it was" {
	for name in fio.json perf.csv iperf3.json; do
		find "$RESULTS" -path "*/outputs/*/$name" -size +0 | grep -q .
	done
}

@test "a tool that is not installed is SKIP, and says what to install" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	for name in /usr/bin/* /usr/sbin/* /bin/*; do
		[ "${name##*/}" = fio ] || ln -sf "$name" "$BATS_TEST_TMPDIR/bin/"
	done
	PATH=$BATS_TEST_TMPDIR/bin run ./bouncemark run --profile io --variant native-plain \
		--workload fio-nvme --results "$BATS_TEST_TMPDIR/runs"
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" == *"fio is not installed; install fio"* ]]
}
