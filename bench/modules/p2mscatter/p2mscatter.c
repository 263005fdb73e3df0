// SPDX-License-Identifier: GPL-2.0-only
/*
 * p2mscatter: scatters a share of dom0's pages over its own machine memory.
 *
 * A fresh dom0 is nearly contiguous in machine memory. Loading this module
 * takes free pages, deals the machine frames behind them out again in an order
 * that depends on nothing but the seed, and frees the pages. Frames are neither
 * given to Xen nor taken from it, and memory that is in use is never touched:
 * the kernel, page tables, bounce buffers and user pages stay where they are.
 * What was not scattered and would be handed out first is kept until the module
 * is unloaded. Unloading leaves memory scattered.
 */

#include <linux/bitmap.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <xen/interface/xen.h>
#include <xen/mem-reservation.h>
#include <xen/xen.h>
#include <asm/xen/hypercall.h>
#include <asm/xen/page.h>

/** RESERVE_PAGES - free pages that are left alone, for everybody else */
#define RESERVE_PAGES	(SZ_32M >> PAGE_SHIFT)
/** BATCH - entries of one hypercall */
#define BATCH		128
/** FIRST_PAGES - of each order, what the page allocator hands out first */
#define FIRST_PAGES	(SZ_32M >> PAGE_SHIFT)

static ulong seed = 1;
module_param(seed, ulong, 0444);
MODULE_PARM_DESC(seed, "the same seed gives the same order of frames");

static uint share = 50;
module_param(share, uint, 0444);
MODULE_PARM_DESC(share, "percent of RAM to scatter, 1 to 100");

static ulong moved;
module_param(moved, ulong, 0444);
MODULE_PARM_DESC(moved, "out: pages that have another frame than before");

static ulong kept;
module_param(kept, ulong, 0444);
MODULE_PARM_DESC(kept, "out: pages that were not scattered and are kept");

/**
 * struct deck - the pages to scatter
 * @pages: @count of them
 * @frames: machine frames to put behind them
 * @count: how many
 */
struct deck {
	struct page **pages;
	xen_pfn_t *frames;
	unsigned long count;
};

static LIST_HEAD(kept_blocks);

static unsigned long deck_wanted(void)
{
	unsigned long free = si_mem_available();
	unsigned long wanted = totalram_pages() / 100 * share;

	return min(wanted, free > RESERVE_PAGES ? free - RESERVE_PAGES : 0);
}

static void deck_free(struct deck *deck)
{
	unsigned long i;

	for (i = 0; i < deck->count; i++) {
		__free_page(deck->pages[i]);
		cond_resched();
	}
	vfree(deck->frames);
	vfree(deck->pages);
}

/*
 * Put the pages into the order of their numbers: in which order the page
 * allocator gave them is no business of the seed's. Returns 0 or -ENOMEM.
 */
static int deck_sort(struct deck *deck)
{
	unsigned long pfn, highest = 0, i;
	unsigned long *taken;

	for (i = 0; i < deck->count; i++)
		highest = max(highest, page_to_pfn(deck->pages[i]));
	taken = vzalloc(BITS_TO_LONGS(highest + 1) * sizeof(*taken));
	if (!taken)
		return -ENOMEM;
	for (i = 0; i < deck->count; i++)
		__set_bit(page_to_pfn(deck->pages[i]), taken);
	i = 0;
	for_each_set_bit(pfn, taken, highest + 1) {
		deck->pages[i] = pfn_to_page(pfn);
		deck->frames[i++] = pfn_to_mfn(pfn);
	}
	vfree(taken);
	return 0;
}

/* Take pages until there are enough, or no more. Returns 0 or -ENOMEM. */
static int deck_fill(struct deck *deck, unsigned long wanted)
{
	deck->pages = vmalloc_array(wanted, sizeof(*deck->pages));
	deck->frames = vmalloc_array(wanted, sizeof(*deck->frames));
	if (!deck->pages || !deck->frames)
		return -ENOMEM;
	while (deck->count < wanted) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_NOWARN |
					       __GFP_NORETRY);

		if (!page)
			break;
		deck->pages[deck->count++] = page;
		cond_resched();
	}
	return deck_sort(deck);
}

/* Deal the frames out again (Fisher and Yates). */
static void deck_shuffle(struct deck *deck)
{
	struct rnd_state random;
	unsigned long i;

	prandom_seed_state(&random, seed);
	for (i = deck->count; i > 1; i--) {
		u64 draw = prandom_u32_state(&random);
		unsigned long other = draw * i >> 32;

		swap(deck->frames[i - 1], deck->frames[other]);
	}
}

static int tell_m2p(const struct deck *deck, unsigned long first,
		    unsigned long count)
{
	struct mmu_update updates[BATCH];
	unsigned long i;

	for (i = 0; i < count; i++) {
		updates[i].ptr = PFN_PHYS(deck->frames[first + i]) |
				 MMU_MACHPHYS_UPDATE;
		updates[i].val = page_to_pfn(deck->pages[first + i]);
	}
	return HYPERVISOR_mmu_update(updates, count, NULL, DOMID_SELF);
}

/*
 * Put the frames behind the pages: p2m, the kernel's mapping, m2p. Nobody uses
 * the pages before stale translations are flushed. Once begun this must not
 * fail half way: then the pages, of which two may share a frame, are lost.
 */
static int deck_apply(struct deck *deck)
{
	struct mmuext_op flush = { .cmd = MMUEXT_TLB_FLUSH_ALL };
	unsigned long first, i;
	int ret;

	for (i = 0; i < deck->count; i++)
		moved += pfn_to_mfn(page_to_pfn(deck->pages[i])) !=
			 deck->frames[i];
	vm_unmap_aliases();
	for (first = 0; first < deck->count; first += BATCH) {
		unsigned long count = min(deck->count - first, BATCH + 0ul);

		xenmem_reservation_va_mapping_update(count,
						     deck->pages + first,
						     deck->frames + first);
		cond_resched();
	}
	for (first = 0; first < deck->count; first += BATCH) {
		ret = tell_m2p(deck, first, min(deck->count - first, BATCH + 0ul));
		if (ret)
			return ret;
		cond_resched();
	}
	return HYPERVISOR_mmuext_op(&flush, 1, NULL, DOMID_SELF);
}

static bool has_neighbours(struct page *block, unsigned int order)
{
	unsigned long pfn = page_to_pfn(block), i;

	for (i = 1; i < BIT(order); i++)
		if (pfn_to_mfn(pfn + i) == pfn_to_mfn(pfn + i - 1) + 1)
			return true;
	return false;
}

static void free_blocks(struct list_head *blocks)
{
	struct page *block, *next;

	list_for_each_entry_safe(block, next, blocks, lru) {
		list_del(&block->lru);
		__free_pages(block, page_private(block));
		cond_resched();
	}
}

/*
 * The page allocator prefers what it need not split, and what lies in its lists
 * for each processor. A driver takes a few such blocks and uses them again and
 * again: with some luck none of them would be scattered. Keep those.
 */
static void keep_first(unsigned int order)
{
	LIST_HEAD(scattered);
	unsigned long i;

	for (i = 0; i < FIRST_PAGES; i += BIT(order)) {
		struct page *block = alloc_pages(GFP_KERNEL | __GFP_NOWARN |
						 __GFP_NORETRY, order);

		if (!block)
			break;
		set_page_private(block, order);
		if (has_neighbours(block, order)) {
			list_add(&block->lru, &kept_blocks);
			kept += BIT(order);
		} else {
			list_add(&block->lru, &scattered);
		}
		cond_resched();
	}
	free_blocks(&scattered);
}

static int __init p2mscatter_init(void)
{
	struct deck deck = { 0 };
	unsigned int order = PAGE_ALLOC_COSTLY_ORDER;
	unsigned long wanted;
	int ret;

	if (share < 1 || share > 100) {
		pr_err("p2mscatter: share %u: allowed 1 to 100 percent\n", share);
		return -EINVAL;
	}
	if (!xen_pv_domain()) {
		pr_err("p2mscatter: no Xen PV domain: there is no p2m\n");
		return -ENODEV;
	}
	wanted = deck_wanted();
	if (!wanted)
		return -ENOMEM;
	ret = deck_fill(&deck, wanted);
	if (!ret) {
		deck_shuffle(&deck);
		ret = deck_apply(&deck);
	}
	if (ret && moved) {
		pr_err("p2mscatter: Xen refused with %d half way; %lu pages are lost\n",
		       ret, deck.count);
		return ret;
	}
	deck_free(&deck);
	for (; !ret && order; order--)
		keep_first(order);
	pr_info("p2mscatter: seed %lu: %lu of %lu pages moved, %lu kept\n", seed,
		moved, totalram_pages(), kept);
	return ret;
}

static void __exit p2mscatter_exit(void)
{
	free_blocks(&kept_blocks);
}

module_init(p2mscatter_init);
module_exit(p2mscatter_exit);

MODULE_DESCRIPTION("Scatters dom0's pages over machine memory, by a seed");
MODULE_LICENSE("GPL");
