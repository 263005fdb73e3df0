// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case coherent: blocks of coherent memory, several at a time, allocated and
 * freed again.
 */

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/slab.h>

#include "dmacheck_internal.h"

/** ROUNDS_FOR_LEAKS - so many rounds stand out of what else memory is used for */
#define ROUNDS_FOR_LEAKS	64

/**
 * struct block - a block of coherent memory
 * @virt: its memory, NULL if it is not allocated
 * @dma: its DMA address
 */
struct block {
	u8 *virt;
	dma_addr_t dma;
};

static unsigned long pages_of(const struct dmacheck *check)
{
	return 1ul << get_order(check->run->size);
}

static u32 seed_of(const struct dmacheck *check, u32 index)
{
	return (u32)check->run->seed + index * 7919u;
}

static int place(struct dmacheck *check, const struct block *block)
{
	u64 limit = min_not_zero(check->dev->coherent_dma_mask,
				 check->dev->bus_dma_limit);
	u64 align = (u64)pages_of(check) << PAGE_SHIFT;
	size_t size = check->run->size;
	size_t at;

	if (block->dma + size - 1 > limit)
		return dmacheck_fail(check, -EBADMSG,
			"mask: %zu coherent bytes at DMA address %pad, the device reaches %#llx",
			size, &block->dma, limit);
	if (block->dma & (align - 1))
		return dmacheck_fail(check, -EBADMSG,
			"alignment: %zu coherent bytes at DMA address %pad, not aligned to %#llx",
			size, &block->dma, align);
	for (at = 0; at < size; at += PAGE_SIZE) {
		dma_addr_t here = dmabench_machine(virt_to_page(block->virt + at));

		if (here != block->dma + at)
			return dmacheck_fail(check, -EBADMSG,
				"translation: byte %zu of %zu coherent bytes at DMA address %pad is at machine %pad",
				at, size, &block->dma, &here);
	}
	return 0;
}

static int get(struct dmacheck *check, struct block *block, u32 index)
{
	size_t size = check->run->size;
	size_t i;
	int ret;

	block->virt = dma_alloc_coherent(check->dev, size, &block->dma,
					 GFP_KERNEL | __GFP_NOWARN);
	if (!block->virt)
		return dmacheck_fail(check, -EBADMSG,
			"refused: %zu coherent bytes, block %u of %u", size,
			index + 1, check->run->buffers);
	ret = place(check, block);
	for (i = 0; i < size && !ret; i++)
		if (block->virt[i])
			ret = dmacheck_fail(check, -EBADMSG,
					    "zeroed: byte %zu of %zu coherent bytes is not zero",
					    i, size);
	dmacheck_fill(block->virt, size, seed_of(check, index));
	check->run->mapped++;
	return ret;
}

/* The frames behind a freed block: exchanged ones must have been given back. */
static int after_free(struct dmacheck *check, unsigned long pfn,
		      unsigned long mfn, bool exchanged)
{
#ifdef CONFIG_XEN_PV
	unsigned long i, now;

	for (i = 0; i < pages_of(check) && xen_pv_domain(); i++) {
		now = pfn_to_mfn(pfn + i);
		if (mfn_to_pfn(now) != pfn + i)
			return dmacheck_fail(check, -EBADMSG,
				"p2m: freed page %lu has frame %#lx, which m2p says is page %#lx and not %#lx",
				i, now, mfn_to_pfn(now), pfn + i);
		if (exchanged && now == mfn + i)
			return dmacheck_fail(check, -EBADMSG,
				"exchange not undone: freed page %lu of %lu keeps the machine frame %#lx it was given",
				i, pages_of(check), now);
		if (!exchanged && now != mfn + i)
			return dmacheck_fail(check, -EBADMSG,
				"p2m: page %lu of %lu was never exchanged, and freeing it changed its frame",
				i, pages_of(check));
	}
#endif
	return 0;
}

static int put(struct dmacheck *check, struct block *block, u32 index)
{
	struct page *page = virt_to_page(block->virt);
	unsigned long pfn = page_to_pfn(page), mfn = PFN_DOWN(block->dma);
	size_t size = check->run->size;
	bool exchanged = PageXenRemapped(page);
	size_t same;

	same = dmacheck_differs(check, block->virt, 0, size,
				seed_of(check, index));
	check->run->bounced += exchanged;
	dma_free_coherent(check->dev, size, block->virt, block->dma);
	block->virt = NULL;
	if (same != size)
		return dmacheck_fail(check, -EBADMSG,
			"overlap: byte %zu of %zu coherent bytes was written by somebody else",
			same, size);
	return after_free(check, pfn, mfn, exchanged);
}

static int coherent_round(struct dmacheck *check, struct block *blocks)
{
	int ret = 0, bad;
	u32 i;

	for (i = 0; i < check->run->buffers && !ret; i++) {
		ret = get(check, &blocks[i], i);
		if (!ret)
			ret = dmacheck_rest(check);
	}
	for (i = 0; i < check->run->buffers; i++) {
		if (!blocks[i].virt)
			continue;
		bad = put(check, &blocks[i], i);
		ret = ret ? ret : bad;
	}
	return ret;
}

/* Free pages, with those on the page allocator's per-CPU lists. */
static long free_pages_now(void)
{
	long pages = global_zone_page_state(NR_FREE_PAGES);
	int nid, cpu, i;

	for_each_online_node(nid) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (!populated_zone(zone))
				continue;
			for_each_online_cpu(cpu)
				pages += per_cpu_ptr(zone->per_cpu_pageset,
						     cpu)->count;
		}
	}
	return pages;
}

/* More than a page of every second block lost. */
static int leaks(struct dmacheck *check, long before)
{
	long lost = before - free_pages_now();
	u64 blocks = check->run->count * check->run->buffers;

	if (check->run->count < ROUNDS_FOR_LEAKS || lost <= (long)(blocks / 2))
		return 0;
	return dmacheck_fail(check, -EBADMSG,
		"leak: %ld pages are gone after %llu blocks of %u bytes", lost,
		blocks, check->run->size);
}

/**
 * dmacheck_coherent() - case coherent
 * @check: parameters in; counts and message out, bounced counts blocks whose
 *	memory was exchanged
 *
 * Return: 0; -EBADMSG a rule is broken; -ENOMEM, -EINTR.
 */
int dmacheck_coherent(struct dmacheck *check)
{
	struct block *blocks;
	long before = 0;
	int ret = 0;
	u64 i;

	blocks = kvcalloc(check->run->buffers, sizeof(*blocks), GFP_KERNEL);
	if (!blocks)
		return dmacheck_fail(check, -ENOMEM, "memory for the blocks");
	for (i = 0; i < check->run->count && !ret; i++) {
		/* The first round fills the caches of everybody. */
		if (i == 1)
			before = free_pages_now();
		ret = coherent_round(check, blocks);
		cond_resched();
	}
	kvfree(blocks);
	return ret ? ret : leaks(check, before);
}
