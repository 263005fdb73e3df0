// SPDX-License-Identifier: GPL-2.0-only
/*
 * How RAM lies in machine memory. Two runs with another histogram are not the
 * same experiment: what bounces for contiguity depends on it.
 */

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "dmabench_internal.h"

/** CHUNK - pages that are RAM if the first and the last of them are */
#define CHUNK		256ul
/** DMA32_ORDERS - blocks of 1 to 2^(this - 1) pages are tried */
#define DMA32_ORDERS	4
/** DMA32_BLOCKS - blocks tried of each order */
#define DMA32_BLOCKS	64

/**
 * struct walk - on the way through RAM
 * @facts: what was found
 * @pfn: page looked at last, if @length is not 0
 * @mfn: its machine frame
 * @length: pages of the run that it ends
 */
struct walk {
	struct dmabench_facts *facts;
	unsigned long pfn;
	unsigned long mfn;
	unsigned long length;
};

static void run_end(struct walk *walk)
{
	unsigned int bucket;

	if (!walk->length)
		return;
	bucket = min(ilog2(walk->length), DMABENCH_RUNS - 1);
	walk->facts->p2m_runs[bucket]++;
	walk->length = 0;
}

static void look_at(struct walk *walk, unsigned long pfn)
{
	unsigned long mfn = PFN_DOWN(dmabench_machine(pfn_to_page(pfn)));

	/* A page given back to Xen has no machine frame. */
	if (mfn == PFN_DOWN(PFN_PHYS(~0ul))) {
		run_end(walk);
		return;
	}
	walk->facts->p2m_pages++;
	/* Not all 64 bits: the result has to fit a signed number. */
	walk->facts->p2m_hash = hash_64(walk->facts->p2m_hash ^ mfn, 62);
	walk->facts->p2m_highest = max_t(u64, walk->facts->p2m_highest, mfn);
	if (walk->length && pfn == walk->pfn + 1) {
		walk->facts->p2m_pairs++;
		if (mfn == walk->mfn + 1)
			walk->facts->p2m_contiguous++;
		else
			run_end(walk);
	} else {
		run_end(walk);
	}
	walk->pfn = pfn;
	walk->mfn = mfn;
	walk->length++;
}

static bool is_ram(unsigned long pfn)
{
	return pfn_valid(pfn) && page_is_ram(pfn);
}

/**
 * dmabench_facts_p2m() - walk all RAM
 * @facts: p2m_* out, zero before
 *
 * Natively machine addresses are physical ones, and the runs are those of RAM.
 */
void dmabench_facts_p2m(struct dmabench_facts *facts)
{
	struct walk walk = { .facts = facts };
	int nid;

	for_each_online_node(nid) {
		unsigned long pfn = node_start_pfn(nid);
		unsigned long end = node_end_pfn(nid);

		while (pfn < end) {
			unsigned long stop = min(end, (pfn / CHUNK + 1) * CHUNK);
			bool all = is_ram(pfn) && is_ram(stop - 1);

			for (; pfn < stop; pfn++)
				if (all || is_ram(pfn))
					look_at(&walk, pfn);
			cond_resched();
		}
	}
	run_end(&walk);
}
EXPORT_SYMBOL_GPL(dmabench_facts_p2m);

/**
 * dmabench_facts_dma32() - does the page allocator mean machine memory?
 * @facts: dma32_* out, zero before
 */
void dmabench_facts_dma32(struct dmabench_facts *facts)
{
	struct page *page, *next;
	LIST_HEAD(blocks);
	unsigned int i, j;

	for (i = 0; i < DMA32_ORDERS * DMA32_BLOCKS; i++) {
		unsigned int order = i % DMA32_ORDERS;

		page = alloc_pages(GFP_KERNEL | GFP_DMA32 | __GFP_NOWARN, order);
		if (!page)
			continue;
		for (j = 0; j < 1u << order; j++) {
			facts->dma32_pages++;
			facts->dma32_beyond += dmabench_machine(page + j) >= SZ_4G;
		}
		set_page_private(page, order);
		list_add(&page->lru, &blocks);
	}
	list_for_each_entry_safe(page, next, &blocks, lru) {
		unsigned int order = page_private(page);

		set_page_private(page, 0);
		list_del(&page->lru);
		__free_pages(page, order);
	}
}
