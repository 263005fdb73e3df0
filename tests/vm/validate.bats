#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The validation on real kernels: cases alone, and memory that really scatters.

load ../lib/common

setup_file() {
	load ../lib/common
	export OUT="$BATS_FILE_TMPDIR"
}

# Run the workload trial-p2m scattered with seed $1; its record goes to $2.json.
scattered() {
	cat >"$OUT/$2.toml" <<-EOT
		description = "scattered by seed $1"
		clock = "insn"
		p2m = ["scattered"]
		scatter_seed = $1
		scatter_share = 60
		workloads = ["trial-p2m"]
		variants = ["dom0-iommu"]
	EOT
	./bouncemark run --profile "$OUT/$2.toml" --workloads-from tests/vm/workloads \
		--results "$OUT/$2"
	cp "$OUT/$2"/*/cells/*/cell.json "$OUT/$2.json"
}

@test "a case runs alone on both designs and says what it proves" {
	run ./bouncemark validate foreign_frame --variant dom0-iommu \
		--variant dom0-hook --results "$OUT/alone"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" =~ PASS\ +foreign_frame\ +m2p\ of\ a\ foreign\ frame\ is\ not\ believed\ +2/2 ]]
}

@test "the standalone pool and the exchange design engage, and map" {
	run ./bouncemark validate copy_in --variant dom0-pool --variant dom0-exchange \
		--results "$OUT/others"
	echo "$output"
	[ "$status" -eq 0 ]
	"$PY" - "$OUT/others" <<-'EOT'
		import pathlib, sys
		sys.path.insert(0, ".")
		from harness import record
		(folder,) = pathlib.Path(sys.argv[1]).iterdir()
		cells = {c.cell.variant: c for c in record.load_run(folder).cells}
		pool, exchange = cells["dom0-pool"], cells["dom0-exchange"]
		assert str(pool.facts["dma.ops"]).startswith("xen_pool_map_page")
		assert pool.facts["pool.slots"] > 0, pool.facts
		assert exchange.facts["dma.dma32_beyond"] == 0, exchange.facts
	EOT
}

@test "a case whose requirement is missing is SKIP, with the reason" {
	cat >"$OUT/absent.toml" <<-'EOT'
		description = "a disk that is not there"
		purpose = "validation"
		boots = ["native"]
		device = "edu,dma_mask=0xffffffff"
		pci = "1234:11e8"
		modules = ["dmabench", "dmacheck"]
		deadline = 60
		machine = { memory_mib = 1024, low_mib = 512 }
		metric = [{ name = "m", unit = "m", direction = "none", good_for = "nothing" }]
		step = [{ kind = "dmacheck", name = "bio", case = "bio", path = "/dev/nvme0n1", buffers = 2 }]
	EOT
	run ./bouncemark validate absent --workloads-from "$OUT" \
		--variant native-plain --results "$OUT/skip"
	echo "$output"
	[ "$status" -eq 6 ]
	[[ "$output" =~ SKIP.*absent ]]
	[[ "$output" =~ /dev/nvme0n1 ]]
}

@test "a defect that is known shows, or the case fails" {
	run ./bouncemark validate required_mask --variant dom0-iommu \
		--results "$OUT/finding"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" =~ F1.*required\ mask ]]
}

@test "an address beyond the device's mask is reported by the device" {
	run ./bouncemark validate trial-clamped --workloads-from tests/vm/workloads \
		--variant native-plain --results "$OUT/clamped"
	echo "$output"
	[ "$status" -eq 4 ]
	[[ "$output" =~ beyond\ its\ mask ]]
}

@test "memory is scattered by the seed and by nothing else" {
	scattered 5 one
	scattered 5 same
	scattered 6 other
	"$PY" - "$OUT" <<-'EOT'
		import json, pathlib, sys
		def load(name):
		    facts = json.loads(pathlib.Path(sys.argv[1], name + ".json").read_text())["facts"]
		    return {k: v for k, v in facts.items() if k.startswith("p2m.")}
		one, same, other = load("one"), load("same"), load("other")
		print(one, other)
		assert one == same
		assert one != other
		assert 300 < one["p2m.contiguous_permille"] < 500, one
	EOT
}
