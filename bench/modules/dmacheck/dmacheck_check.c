// SPDX-License-Identifier: GPL-2.0-only
/*
 * One check: parameters, masks, the case, and what must be as before.
 */

#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "dmacheck_internal.h"

/* A parameter and what it may be. */
struct limit {
	const char *name;
	u64 value;
	u64 low;
	u64 high;
};

/* How many bytes the case allocates. */
static int check_memory(struct dmacheck *check)
{
	const struct dmacheck_run *run = check->run;
	u64 bytes = PAGE_ALIGN((u64)run->offset + run->size);
	u64 total = bytes * run->nents * run->buffers;

	if (bytes > SZ_4M)
		return dmacheck_fail(check, -EINVAL,
			"size %u, offset %u: allowed %u bytes, the page allocator's most",
			run->size, run->offset, SZ_4M);
	if (total > DMACHECK_MEMORY)
		return dmacheck_fail(check, -EINVAL,
			"buffers %u: %llu bytes of memory, allowed %u; lower buffers, nents or size",
			run->buffers, total, DMACHECK_MEMORY);
	return 0;
}

static int check_limits(struct dmacheck *check)
{
	const struct dmacheck_run *run = check->run;
	const struct limit limits[] = {
		{ "abi", run->abi, DMACHECK_ABI, DMACHECK_ABI },
		{ "case", run->test, 0, DMACHECK_CASES - 1 },
		{ "op", run->op, 0, DMACHECK_OPS - 1 },
		{ "dir", run->dir, DMA_BIDIRECTIONAL, DMA_FROM_DEVICE },
		{ "mask_bits", run->mask_bits, 24, 64 },
		{ "size", run->size, 1, SZ_4M },
		{ "offset", run->offset, 0, PAGE_SIZE - 1 },
		{ "nents", run->nents, 1, run->op == DMACHECK_SG ? 128 : 1 },
		{ "buffers", run->buffers, 1, 1024 },
		{ "place", run->place, 0, DMABENCH_PLACES - 1 },
		{ "layout", run->layout, 0, DMABENCH_LAYOUTS - 1 },
		{ "min_align", run->min_align, 0, PAGE_SIZE - 1 },
		{ "boundary", run->boundary, 0, SZ_1G },
		{ "skip_sync", run->skip_sync, 0, 1 },
		{ "whole", run->whole, 0, 1 },
		{ "count", run->count, 1, 1000 * 1000 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		const struct limit *limit = &limits[i];

		if (limit->value < limit->low || limit->value > limit->high)
			return dmacheck_fail(check, -EINVAL,
				"%s %llu: allowed %llu to %llu", limit->name,
				limit->value, limit->low, limit->high);
	}
	if (run->boundary && !is_power_of_2(run->boundary))
		return dmacheck_fail(check, -EINVAL,
				     "boundary %#x: allowed a power of two",
				     run->boundary);
	return check_memory(check);
}

static int (*const cases[DMACHECK_CASES])(struct dmacheck *check) = {
	[DMACHECK_MAP] = dmacheck_map,
	[DMACHECK_SYNC] = dmacheck_sync,
	[DMACHECK_COHERENT] = dmacheck_coherent,
	[DMACHECK_EDGE] = dmacheck_edge,
	[DMACHECK_FULL] = dmacheck_full,
	[DMACHECK_LIMIT] = dmacheck_limit,
	[DMACHECK_REQUIRED] = dmacheck_required,
	[DMACHECK_FOREIGN] = dmacheck_foreign,
	[DMACHECK_EDU] = dmacheck_edu,
	[DMACHECK_BIO] = dmacheck_bio,
};

/* The case, and the slots in use before and after it. */
static int run_case(struct dmacheck *check)
{
	unsigned long before = dmacheck_slots_used(check->dev), after;
	int ret = cases[check->run->test](check);

	dmacheck_buffers_put(check);
	after = dmacheck_slots_used(check->dev);
	if (!ret && before != after)
		ret = dmacheck_fail(check, -EBADMSG,
				    "leak: %lu slots in use before the case, %lu after",
				    before, after);
	return ret;
}

/* With what the device asks for. */
static int run_limited(struct dmacheck *check)
{
	const struct dmacheck_run *run = check->run;
	struct device *dev = check->dev;
	unsigned long boundary = dma_get_seg_boundary(dev);
	unsigned int align = dma_get_min_align_mask(dev);
	int ret;

	if (dma_set_mask_and_coherent(dev, DMA_BIT_MASK(run->mask_bits)))
		return dmacheck_fail(check, -EBADMSG,
				     "mask: %u bits are refused for %s",
				     run->mask_bits, dev_name(dev));
	dma_set_min_align_mask(dev, run->min_align);
	if (run->boundary)
		dma_set_seg_boundary(dev, run->boundary - 1);
	ret = run_case(check);
	dma_set_seg_boundary(dev, boundary);
	dma_set_min_align_mask(dev, align);
	return ret;
}

/**
 * dmacheck_check() - do one check
 * @check: run, dev and pdev set; counts and message of run out
 *
 * Return: as DMACHECK_RUN, but never -EFAULT.
 */
int dmacheck_check(struct dmacheck *check)
{
	struct dmabench_masks masks;
	int ret;

	ret = check_limits(check);
	if (ret)
		return ret;
	check->find = kzalloc(sizeof(*check->find), GFP_KERNEL);
	if (!check->find)
		return dmacheck_fail(check, -ENOMEM, "memory for the parameters");
	prandom_seed_state(&check->random, check->run->seed);
	masks = dmabench_masks_of(check->dev);
	ret = run_limited(check);
	dmabench_masks_restore(check->dev, masks);
	kfree(check->find);
	return ret;
}
