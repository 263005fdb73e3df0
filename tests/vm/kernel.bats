#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A kernel tree of the user's: one instruction added to one design's map path is
# seen, in that variant and operation and nowhere else.

load ../lib/common

setup_file() {
	load ../lib/common
	export TREE="$BATS_FILE_TMPDIR/linux" RESULTS="$BATS_FILE_TMPDIR/runs"
	mkdir "$TREE"
	tar -x --strip-components=1 -C "$TREE" -f /usr/src/linux-source-6.12.tar.xz
	# A tree as it was released, or as an earlier test had it, finds its kernels in
	# the cache and builds nothing; this one differs from all of them, so that there
	# is a build the edit can follow.
	echo "/* $TREE */" >>"$TREE/drivers/xen/swiotlb-xen.c"
	measure before
	# One instruction on the way of every map in dom0 under the iommu design.
	sed -i '/^static dma_addr_t xen_swiotlb_map_page/,/^}/ s/^\tBUG_ON(dir == DMA_NONE);/&\n\tasm volatile("nop");/' \
		"$TREE/drivers/xen/swiotlb-xen.c"
	touch "$BATS_FILE_TMPDIR/edited"
	measure after
}

measure() {
	./bouncemark run --profile quick --kernel "$TREE" --results "$RESULTS/$1" \
		--variant native-iommu --variant dom0-iommu \
		>"$BATS_FILE_TMPDIR/$1" 2>&1 || true
}

teardown_file() {
	# The tree is gone after this; what was built of it is of no more use.
	rm -rf "$(slot "$TREE")"
	PYTHONPATH=$REPO "$PY" - "$RESULTS" <<'EOF' | xargs -r rm -rf
import json, sys
from pathlib import Path
from harness import paths

for path in Path(sys.argv[1]).glob("*/*/run.json"):
    for kernel in json.loads(path.read_text())["kernels"].values():
        print(paths.cache().root / "kernels" / kernel["key"])
EOF
}

@test "one added instruction is seen, in the right variant and operation only" {
	cat "$BATS_FILE_TMPDIR/before" "$BATS_FILE_TMPDIR/after"
	grep -q 'asm volatile' "$TREE/drivers/xen/swiotlb-xen.c"
	run ./bouncemark compare "$RESULTS"/before/* "$RESULTS"/after/*
	echo "$output"
	[ "$status" -eq 4 ]
	./bouncemark compare --json "$RESULTS"/before/* "$RESULTS"/after/* \
		>"$BATS_TEST_TMPDIR/diff.json" || true
	"$PY" tests/lib/one_instruction.py "$BATS_TEST_TMPDIR/diff.json"
}

@test "a one-line edit takes no full build" {
	# A full build makes more than a thousand objects. That of the edited file tells that
	# there was a build at all.
	place=$(slot "$TREE")/xen
	find "$place" -name '*.o' -newer "$BATS_FILE_TMPDIR/edited" >"$BATS_TEST_TMPDIR/made"
	echo "$(wc -l <"$BATS_TEST_TMPDIR/made") objects"
	grep -qx "$place/drivers/xen/swiotlb-xen.o" "$BATS_TEST_TMPDIR/made"
	[ "$(find "$place" -name '*.o' | wc -l)" -gt 1000 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/made")" -lt 100 ]
}
