// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests the histogram's functions of the dmabench ABI in user space. Exits
 * with 1 and says what was wrong, or with 0.
 */

#include <stdio.h>
#include <stdlib.h>

#include <dmabench.h>

#define TOP	((__u64)1 << DMABENCH_MAX_BITS)

/* Print a wrong index, value, and what was wrong; end with failure. */
static void fail(const char *what, __u64 ticks, __u32 index)
{
	printf("%s: ticks %llu, bucket %u\n", what,
	       (unsigned long long)ticks, index);
	exit(1);
}

/* The bucket of @ticks holds it, and is narrow enough. */
static void check_ticks(__u64 ticks)
{
	__u32 index = dmabench_bucket_index(ticks);
	__u64 low, next;

	if (index >= DMABENCH_BUCKETS)
		fail("beyond the last bucket", ticks, index);
	low = dmabench_bucket_low(index);
	next = dmabench_bucket_low(index + 1);
	if (ticks >= TOP) {
		if (index != DMABENCH_BUCKETS - 1)
			fail("above the top, but not in the last bucket", ticks,
			     index);
		return;
	}
	if (ticks < low || ticks >= next)
		fail("outside its bucket", ticks, index);
	if (ticks < DMABENCH_EXACT && (low != ticks || next != ticks + 1))
		fail("not exact", ticks, index);
	if (ticks >= DMABENCH_EXACT && (next - low) * 128 > low)
		fail("bucket wider than 1/128 of its lower bound", ticks, index);
}

/* Every bucket begins where it says, right behind the one before it. */
static void check_bucket(__u32 index)
{
	__u64 low = dmabench_bucket_low(index);

	if (dmabench_bucket_index(low) != index)
		fail("lower bound is in another bucket", low, index);
	if (index == 0) {
		if (low != 0)
			fail("first bucket does not begin at 0", low, index);
		return;
	}
	if (dmabench_bucket_index(low - 1) != index - 1)
		fail("bucket below does not end here", low - 1, index);
}

/* What the documents say about the numbers of buckets. */
static void check_sizes(void)
{
	if (DMABENCH_EXACT != 2048)
		fail("exact range", DMABENCH_EXACT, 0);
	if (DMABENCH_BUCKETS != 2048 + 29 * 128)
		fail("number of buckets", DMABENCH_BUCKETS, 0);
	if (dmabench_bucket_low(DMABENCH_BUCKETS) != TOP)
		fail("end of the last bucket",
		     dmabench_bucket_low(DMABENCH_BUCKETS), DMABENCH_BUCKETS);
}

/*
 * The index never falls and leaves no bucket out: walked up to beyond the top
 * in steps of at most a quarter of a bucket.
 */
static void check_monotonic(void)
{
	__u32 index, before = 0;
	__u64 ticks, step;

	for (ticks = 0; ticks < 4 * TOP; ticks += step) {
		step = ticks < DMABENCH_EXACT ? 1 : ticks / 1024;
		index = dmabench_bucket_index(ticks);
		if (index < before || index > before + 1)
			fail("index jumps", ticks, index);
		before = index;
		check_ticks(ticks);
	}
}

int main(void)
{
	unsigned int bits;
	__u32 index;

	check_sizes();
	for (index = 0; index < DMABENCH_BUCKETS; index++)
		check_bucket(index);
	check_monotonic();
	for (bits = 0; bits < 64; bits++) {
		check_ticks((__u64)1 << bits);
		check_ticks(((__u64)1 << bits) - 1);
		check_ticks(((__u64)1 << bits) + 1);
	}
	check_ticks(~0ull);
	return 0;
}
