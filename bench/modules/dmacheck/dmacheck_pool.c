// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cases full, limit and required: what a design promises a driver, and what
 * happens at the end of the bounce pool.
 */

#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/pfn.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "dmacheck_internal.h"

/** MOST_MAPPINGS - the pool is full before so many */
#define MOST_MAPPINGS	(64 * 1024)

static int by_address(const void *one, const void *other)
{
	dma_addr_t a = *(const dma_addr_t *)one, b = *(const dma_addr_t *)other;

	return a < b ? -1 : a > b;
}

/* Map buffers again and again until that fails. Returns how many were mapped. */
static u32 fill(struct dmacheck *check, dma_addr_t *addrs, u32 most, int *error)
{
	struct dmacheck_mapping *map;
	u32 done;

	*error = 0;
	for (done = 0; done < most; done++) {
		u32 index = done % check->buffers.count;

		dmacheck_part(check, index, true);
		map = &check->maps[index];
		map->dma = dma_map_single(check->dev, map->virt, map->size,
					  DMA_TO_DEVICE);
		if (dma_mapping_error(check->dev, map->dma))
			break;
		addrs[done] = map->dma;
		*error = dmacheck_address(check, map);
		if (!*error && !map->bounced)
			*error = dmacheck_fail(check, -EINVAL,
					       "place: nothing has to bounce, the pool cannot be filled");
		if (!*error)
			*error = dmacheck_rest(check);
		if (*error)
			return done + 1;
	}
	return done;
}

static int overlaps(struct dmacheck *check, dma_addr_t *addrs, u32 count)
{
	u32 i;

	sort(addrs, count, sizeof(*addrs), by_address, NULL);
	for (i = 1; i < count; i++)
		if (addrs[i] - addrs[i - 1] < check->run->size)
			return dmacheck_fail(check, -EBADMSG,
				"overlap: slots at DMA addresses %pad and %pad for %u bytes each",
				&addrs[i - 1], &addrs[i], check->run->size);
	return 0;
}

/* The pool must really have been full when it was said to be. */
static int was_full(struct dmacheck *check, unsigned long used, u32 count)
{
	unsigned long slots = dmacheck_slots(check->dev);

	if (count == MOST_MAPPINGS)
		return dmacheck_fail(check, -EBADMSG,
			"full: %u mappings of %u bytes were made, and the pool has %lu slots",
			count, check->run->size, slots);
	if (used < slots / 10 * 9)
		return dmacheck_fail(check, -EBADMSG,
			"full: a mapping of %u bytes was refused with %lu of %lu slots in use",
			check->run->size, used, slots);
	check->run->refused++;
	return 0;
}

/**
 * dmacheck_full() - case full
 * @check: parameters in; counts and message out
 *
 * Return: 0; -EBADMSG a rule is broken; -EINVAL nothing has to bounce; -ENOMEM,
 * -ENODATA, -EINTR.
 */
int dmacheck_full(struct dmacheck *check)
{
	unsigned long used;
	dma_addr_t *addrs;
	u32 count, i;
	int ret;

	ret = dmacheck_buffers_get(check, check->run->size);
	if (ret)
		return ret;
	addrs = kvmalloc_array(MOST_MAPPINGS, sizeof(*addrs), GFP_KERNEL);
	if (!addrs)
		return dmacheck_fail(check, -ENOMEM, "memory for the addresses");
	count = fill(check, addrs, MOST_MAPPINGS, &ret);
	used = dmacheck_slots_used(check->dev);
	if (!ret)
		ret = was_full(check, used, count);
	if (!ret)
		ret = overlaps(check, addrs, count);
	for (i = 0; i < count; i++)
		dma_unmap_single(check->dev, addrs[i], check->run->size,
				 DMA_TO_DEVICE);
	if (!ret) {
		count = fill(check, addrs, 1, &ret);
		if (count)
			dma_unmap_single(check->dev, addrs[0], check->run->size,
					 DMA_TO_DEVICE);
		else
			ret = dmacheck_fail(check, -EBADMSG,
					    "full: emptied again, the pool gives no slot");
	}
	kvfree(addrs);
	return ret;
}

/* Map one buffer of @size bytes. Returns 0; 1: refused; a negative error. */
static int map_of(struct dmacheck *check, size_t size)
{
	struct dmacheck_mapping *map;
	int ret;

	ret = dmacheck_buffers_get(check, size);
	if (ret)
		return ret;
	dmacheck_part(check, 0, true);
	map = &check->maps[0];
	map->dma = dma_map_single(check->dev, map->virt, map->size,
				  check->run->dir);
	ret = 1;
	if (!dma_mapping_error(check->dev, map->dma)) {
		ret = dmacheck_address(check, map);
		dma_unmap_single(check->dev, map->dma, map->size,
				 check->run->dir);
	}
	dmacheck_buffers_put(check);
	return ret;
}

/**
 * dmacheck_limit() - case limit
 * @check: parameters in, size is not used; counts and message out
 *
 * A block driver sizes its requests by dma_max_mapping_size(): if such a
 * mapping is refused for ever, so is the request. And what is larger and has to
 * bounce is refused: else the limit keeps requests small for nothing.
 *
 * Return: 0; -EBADMSG a rule is broken; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_limit(struct dmacheck *check)
{
	size_t limit = dma_max_mapping_size(check->dev);
	/* The page allocator has no larger ones. */
	size_t size = min_t(size_t, limit, SZ_4M - check->run->offset);
	u64 bounced;
	int ret;

	ret = map_of(check, size);
	if (ret == 1)
		return dmacheck_fail(check, -EBADMSG,
			"max mapping size: %zu bytes by dma_max_mapping_size(), and a mapping of %zu is refused with %lu of %lu slots in use",
			limit, size,
			dmacheck_slots_used(check->dev),
			dmacheck_slots(check->dev));
	if (ret || limit >= SZ_4M)
		return ret;
	size = DMACHECK_SET + PAGE_SIZE;
	bounced = check->run->bounced;
	ret = map_of(check, size);
	if (!ret && check->run->bounced != bounced && size > limit)
		return dmacheck_fail(check, -EBADMSG,
			"max mapping size: %zu bytes by dma_max_mapping_size(), and a mapping of %zu bounced",
			limit, size);
	check->run->refused += ret == 1;
	return ret == 1 ? 0 : ret;
}

/**
 * dmacheck_required() - case required
 * @check: counts and message out
 *
 * Drivers that may choose a narrow mask ask which one reaches all of memory.
 *
 * Return: 0; -EBADMSG the mask does not reach all memory.
 */
int dmacheck_required(struct dmacheck *check)
{
	u64 mask = dma_get_required_mask(check->dev);
	struct dmabench_facts *facts;
	u64 highest;

	facts = kzalloc(sizeof(*facts), GFP_KERNEL);
	if (!facts)
		return dmacheck_fail(check, -ENOMEM, "memory for the facts");
	dmabench_facts_p2m(facts);
	highest = PFN_PHYS(facts->p2m_highest + 1) - 1;
	kfree(facts);
	check->run->mapped++;
	if (mask < highest)
		return dmacheck_fail(check, -EBADMSG,
			"required mask: %#llx does not reach machine address %#llx, where there is memory",
			mask, highest);
	return 0;
}
