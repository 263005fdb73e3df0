// SPDX-License-Identifier: GPL-2.0-only
/*
 * The cache model, by hand; and with a trace on standard input, for a simulator
 * that is none of ours:
 *   test_cache L1D LLC <trace   lines "address size" in, where it was found out
 */
#include "cache.h"

#include <inttypes.h>

#include "../../guest/tests/test.h"

static void bad_levels(void)
{
	struct level level;

	CHECK(level_init(&level, ""));
	CHECK(level_init(&level, "32768:8"));
	CHECK(level_init(&level, "32768:8:64:1"));
	CHECK(level_init(&level, "32768:8:48"));
	CHECK(level_init(&level, "32768:0:64"));
	CHECK(level_init(&level, "32767:8:64"));
	CHECK(level_init(&level, "49152:8:64"));
	CHECK(level_init(&level, "32768:8:8"));
	CHECK(level_init(&level, "0:8:64"));
	CHECK(level_init(&level, "-32768:8:64"));
	CHECK(level_init(&level, " 32768:8:64"));
	CHECK(level_init(&level, "4295000064:8:64"));
	/* a way's lines are 2^32 bytes */
	CHECK(level_init(&level, "32768:67108864:64"));
}

static void start(struct cache *cache, const char *l1, const char *llc)
{
	free(cache->l1.tags);
	free(cache->llc.tags);
	CHECK(!level_init(&cache->l1, l1));
	CHECK(!level_init(&cache->llc, llc));
}

static void by_hand(void)
{
	struct cache cache = { 0 };

	/* two sets of two lines, and one of eight behind it */
	start(&cache, "256:2:64", "512:8:64");
	CHECK(cache_access(&cache, 0, 8) == IN_MEMORY);
	CHECK(cache_access(&cache, 56, 8) == IN_L1);
	CHECK(cache_access(&cache, 128, 8) == IN_MEMORY);
	CHECK(cache_access(&cache, 0, 1) == IN_L1);
	/* 128 was used longest ago */
	CHECK(cache_access(&cache, 256, 8) == IN_MEMORY);
	CHECK(cache_access(&cache, 0, 1) == IN_L1);
	CHECK(cache_access(&cache, 128, 1) == IN_LLC);
	/* the other set was not touched; two lines are one access */
	CHECK(cache_access(&cache, 60, 8) == IN_MEMORY);
	CHECK(cache_access(&cache, 60, 8) == IN_L1);
	/* direct mapped */
	start(&cache, "64:1:64", "128:1:64");
	CHECK(cache_access(&cache, 0, 1) == IN_MEMORY);
	CHECK(cache_access(&cache, 64, 1) == IN_MEMORY);
	CHECK(cache_access(&cache, 0, 1) == IN_LLC);
	CHECK(cache_access(&cache, 0, 1) == IN_L1);
	/* a vector is longer than a line: those in its middle are used, too */
	start(&cache, "256:4:16", "512:8:16");
	CHECK(cache_access(&cache, 32, 16) == IN_MEMORY);
	CHECK(cache_access(&cache, 16, 16) == IN_MEMORY);
	CHECK(cache_access(&cache, 64, 16) == IN_MEMORY);
	CHECK(cache_access(&cache, 16, 64) == IN_MEMORY);
	CHECK(cache_access(&cache, 48, 16) == IN_L1);
	CHECK(cache_access(&cache, 20, 64) == IN_MEMORY);
	CHECK(cache_access(&cache, 20, 64) == IN_L1);
	free(cache.l1.tags);
	free(cache.llc.tags);
}

static int replay(const char *l1, const char *llc)
{
	struct cache cache = { 0 };
	unsigned int size;
	uint64_t address;

	start(&cache, l1, llc);
	while (scanf("%" SCNu64 " %u", &address, &size) == 2)
		printf("%d\n", cache_access(&cache, address, size));
	free(cache.l1.tags);
	free(cache.llc.tags);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return replay(argv[1], argv[2]);
	bad_levels();
	by_hand();
	return 0;
}
