#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Percentiles of a sparse histogram.

setup() {
	load ../lib/records
	export TMP=$BATS_TEST_TMPDIR
}

@test "percentiles are the nearest rank, as counted by brute force" {
	py <<'EOF'
import random
from fractions import Fraction
from math import ceil
import fixtures
from harness import stats

dice = random.Random(1)
for trial in range(400):
    top = dice.choice([3, 50, 2047, 5000, 1 << 20, 1 << 41])
    samples = [dice.randrange(top) for _ in range(dice.randint(1, 60))]
    hist = fixtures.series_frame("s", "map", samples)["hist"]
    for percent in (1, dice.randint(1, 100), 50, 90, 99, 100):
        rank = ceil(Fraction(percent, 100) * len(samples))
        right = min(v for v in samples if sum(w <= v for w in samples) >= rank)
        got = stats.percentile(hist, percent)
        assert got == stats.bucket(right), (samples, percent, got, right)
        if right < 2048:
            assert got == right and stats.exact(got)
        elif right < 1 << 40:
            assert not stats.exact(got) and got <= right <= got + got / 128
        assert stats.percentile(hist, percent, min(samples)) >= min(samples)
assert stats.percentile([(1, 1), (2, 99)], 1) == 1
assert stats.percentile([(1, 1), (2, 99)], 2) == 2
assert stats.percentile([(1, 50), (2, 50)], 50) == 1
assert stats.percentile([(1, 7), (3, 93)], 7) == 1
assert stats.percentile([(2096, 4)], 50, 2100) == 2100
for hist, percent in (([], 50), ([(1, 1)], 0), ([(1, 1)], 101)):
    try:
        stats.percentile(hist, percent)
    except ValueError:
        continue
    raise AssertionError((hist, percent))
EOF
}

@test "buckets are those of the kernel module's header" {
	header=bench/modules/include/uapi/dmabench.h
	for name in EXACT_BITS SUB_BITS MAX_BITS; do
		value=$(sed -n "s/^#define DMABENCH_${name}[[:space:]]*//p" "$header")
		[ -n "$value" ]
		echo "assert stats.$name == $value, stats.$name"
	done >"$BATS_TEST_TMPDIR/asserts"
	{
		echo "from harness import stats"
		cat "$BATS_TEST_TMPDIR/asserts" - <<'EOF'
assert stats.exact(2047) and not stats.exact(2048)
assert [stats.bucket(t) for t in (0, 2047, 2048, 2063, 2064)] == [
    0, 2047, 2048, 2048, 2064
]
assert stats.bucket(1 << 60) == stats.bucket((1 << 40) - 1)
lows = sorted({stats.bucket(t) for t in range(1, 1 << 17)})
for low, following in zip(lows, lows[1:]):
    assert stats.bucket(low) == low and (following - low) * 128 <= max(low, 128)
EOF
	} | py
}
