// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffers of a run, and the oracle: which of them have to bounce.
 */

#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dmabench_internal.h"

static bool extent_fits(const struct dma_extent *extent,
			const struct dmabench_params *p)
{
	if (p->place == DMABENCH_PLACE_LOW && extent->high >= SZ_4G)
		return false;
	if (p->place == DMABENCH_PLACE_HIGH && extent->low < SZ_4G)
		return false;
	if (p->place == DMABENCH_PLACE_BOTH && extent->low < SZ_4G &&
	    extent->high >= SZ_4G)
		return false;
	if (p->layout == DMABENCH_LAYOUT_CONTIGUOUS && !extent->contiguous)
		return false;
	if (p->layout == DMABENCH_LAYOUT_SCATTERED && extent->contiguous)
		return false;
	return true;
}

/**
 * dmabench_reason_of() - why a range has to bounce
 * @dev: device, with its DMA mask
 * @virt: first byte, in the direct map
 * @size: bytes
 *
 * Return: the strongest reason, DMABENCH_NONE if there is none.
 */
enum dmabench_reason dmabench_reason_of(struct device *dev, void *virt,
					size_t size)
{
	struct dma_extent extent = dma_extent_of(virt_to_phys(virt), size);

	return dma_extent_reason(&extent, dev);
}
EXPORT_SYMBOL_GPL(dmabench_reason_of);

static void search_begin(struct dmabench_search *search,
			 const struct dmabench_params *p)
{
	struct sysinfo info;

	si_meminfo(&info);
	INIT_LIST_HEAD(&search->misfits);
	search->bytes = 0;
	memset(search->found, 0, sizeof(search->found));
	search->limit = (u64)info.freeram * info.mem_unit / 4 * 3;
	search->gfp = GFP_KERNEL | __GFP_NOWARN | __GFP_RETRY_MAYFAIL;
	/* Says nothing about machine addresses in a Xen PV domain. */
	if (p->place == DMABENCH_PLACE_DMA32 ||
	    (p->place == DMABENCH_PLACE_LOW && !xen_pv_domain()))
		search->gfp |= GFP_DMA32;
}

static void search_end(struct dmabench_search *search, size_t bytes)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &search->misfits, lru) {
		list_del(&page->lru);
		free_pages_exact(page_address(page), bytes);
		cond_resched();
	}
}

/* Of both places low pieces are the even ones, and natively they come first. */
static gfp_t search_gfp(const struct dmabench_search *search, u32 count,
			const struct dmabench_params *p)
{
	if (p->place == DMABENCH_PLACE_BOTH && !xen_pv_domain() &&
	    2 * search->found[0] < count)
		return search->gfp | GFP_DMA32;
	return search->gfp;
}

/* Which piece can have this memory? Returns NULL if none. */
static struct dmabench_piece *search_take(struct dmabench_search *search,
					  struct dmabench_buffers *buffers,
					  const struct dma_extent *extent,
					  const struct dmabench_params *p)
{
	bool both = p->place == DMABENCH_PLACE_BOTH;
	bool high = both && extent->low >= SZ_4G;
	u32 index = both ? 2 * search->found[high] + high : search->found[0];

	if (!extent_fits(extent, p) || index >= buffers->count)
		return NULL;
	search->found[high]++;
	return &buffers->pieces[index];
}

/* Find one piece. Returns 0, -ENOMEM, -ENODATA or -EINTR. */
static int search_piece(struct dmabench_search *search,
			struct dmabench_buffers *buffers, struct device *dev,
			const struct dmabench_params *p)
{
	struct dmabench_piece *piece;
	struct dma_extent extent;
	void *memory;

	for (;;) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		memory = alloc_pages_exact(buffers->bytes,
					   search_gfp(search, buffers->count, p));
		if (!memory)
			return search->bytes ? -ENODATA : -ENOMEM;
		extent = dma_extent_of(virt_to_phys(memory + buffers->offset),
				       p->size);
		piece = search_take(search, buffers, &extent, p);
		if (piece)
			break;
		list_add(&virt_to_page(memory)->lru, &search->misfits);
		search->bytes += buffers->bytes;
		if (search->bytes > search->limit)
			return -ENODATA;
	}
	memset(memory, 0x66, buffers->bytes);
	piece->virt = memory + buffers->offset;
	piece->machine = extent.first;
	piece->reason = dma_extent_reason(&extent, dev);
	return 0;
}

/* Find all pieces; the caller ends the search. */
static int search_all(struct dmabench_search *search,
		      struct dmabench_buffers *buffers, struct device *dev,
		      struct dmabench_run *run)
{
	const struct dmabench_params *p = &run->params;
	static const char no_memory[] =
		"buffers %u: memory for %u of %u pieces of %zu bytes";
	static const char no_fit[] =
		"place %u, layout %u: found %u of %u, %llu MiB did not fit";
	int ret = 0;
	u32 i;

	search_begin(search, p);
	for (i = 0; i < buffers->count && !ret; i++)
		ret = search_piece(search, buffers, dev, p);

	if (ret == -ENOMEM)
		return dmabench_fail(run, ret, no_memory, p->buffers, i - 1,
				     buffers->count, buffers->bytes);
	if (ret == -ENODATA)
		return dmabench_fail(run, ret, no_fit, p->place, p->layout,
				     i - 1, buffers->count, search->bytes >> 20);
	if (ret)
		return dmabench_fail(run, ret, "interrupted by a signal");
	return 0;
}

static void build_tables(struct dmabench_buffers *buffers,
			 const struct dmabench_params *p)
{
	u32 i;

	for (i = 0; i < buffers->count; i++) {
		if (i % p->nents == 0)
			sg_init_table(&buffers->sg[i], p->nents);
		sg_set_page(&buffers->sg[i],
			    virt_to_page(buffers->pieces[i].virt), p->size,
			    p->offset);
	}
}

/**
 * dmabench_buffers_get() - allocate the buffers of a run
 * @buffers: out; to be given back by dmabench_buffers_put() in any case
 * @dev: device, with the DMA mask of the run
 * @run: parameters in, message out
 *
 * Return: 0; -ENOMEM when there is too little memory; -ENODATA when three
 * quarters of the free memory hold too few buffers of the wanted place and
 * layout; -EINTR on a fatal signal.
 */
int dmabench_buffers_get(struct dmabench_buffers *buffers, struct device *dev,
			 struct dmabench_run *run)
{
	const struct dmabench_params *p = &run->params;
	struct dmabench_search search;
	int ret;

	*buffers = (struct dmabench_buffers){
		.count = p->buffers * p->nents,
		.bytes = PAGE_ALIGN((size_t)p->offset + p->size),
		.offset = p->offset,
	};
	if (p->layout == DMABENCH_LAYOUT_SCATTERED && !xen_pv_domain())
		return dmabench_fail(run, -ENODATA,
			"layout %u: all memory is machine-contiguous here",
			p->layout);

	buffers->pieces = kvcalloc(buffers->count, sizeof(*buffers->pieces),
				   GFP_KERNEL);
	if (p->op == DMABENCH_MAP_SG)
		buffers->sg = kvcalloc(buffers->count, sizeof(*buffers->sg),
				       GFP_KERNEL);
	if (!buffers->pieces || (p->op == DMABENCH_MAP_SG && !buffers->sg))
		return dmabench_fail(run, -ENOMEM,
				     "buffers %u: memory for their list",
				     p->buffers);

	ret = search_all(&search, buffers, dev, run);
	search_end(&search, buffers->bytes);
	if (!ret && buffers->sg)
		build_tables(buffers, p);
	return ret;
}
EXPORT_SYMBOL_GPL(dmabench_buffers_get);

/**
 * dmabench_buffers_put() - free what dmabench_buffers_get() allocated
 * @buffers: none of them mapped; also what a failed call left, or zeros
 */
void dmabench_buffers_put(struct dmabench_buffers *buffers)
{
	u32 i;

	for (i = 0; buffers->pieces && i < buffers->count; i++) {
		void *virt = buffers->pieces[i].virt;

		if (virt)
			free_pages_exact(virt - buffers->offset, buffers->bytes);
	}
	kvfree(buffers->sg);
	kvfree(buffers->pieces);
}
EXPORT_SYMBOL_GPL(dmabench_buffers_put);

/**
 * dmabench_place_begin() - let the page allocator's next page be of a place
 * @search: result: what does not fit is kept from the allocator until
 *	dmabench_place_end(), to be called in any case
 * @dev: device, with the DMA mask of the run
 * @run: parameters in, message out
 *
 * What was freed last is what comes next; so this is of single pages only.
 *
 * Return: as dmabench_buffers_get().
 */
int dmabench_place_begin(struct dmabench_search *search, struct device *dev,
			 struct dmabench_run *run)
{
	struct dmabench_piece piece = {};
	struct dmabench_buffers buffers = {
		.pieces = &piece,
		.count = 1,
		.bytes = PAGE_SIZE,
	};
	int ret = search_all(search, &buffers, dev, run);

	if (piece.virt)
		free_pages_exact(piece.virt, PAGE_SIZE);
	return ret;
}

/**
 * dmabench_place_end() - give back what does not fit
 * @search: of dmabench_place_begin()
 */
void dmabench_place_end(struct dmabench_search *search)
{
	search_end(search, PAGE_SIZE);
}
