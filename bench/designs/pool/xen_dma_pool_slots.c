// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slots: finding free ones, and taking them back.
 */

#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/smp.h>

#include "xen_dma_pool_internal.h"

/**
 * struct request - what slots are wanted
 * @mask: bits of the first slot's machine address that are not free to choose
 * @bits: what they have to be
 * @boundary: mask; where an address masked with it starts over, a mapping must
 *	not go across
 * @offset: bytes of the first slot to leave out
 * @size: bytes to map
 * @slots: slots they take
 */
struct request {
	u64 mask;
	u64 bits;
	u64 boundary;
	u32 offset;
	u32 size;
	unsigned int slots;
};

/*
 * What a device asks of its bounce buffer: the address bits of its minimum
 * alignment mask are to be those of the original. Without one, whatever fills
 * a page begins with a page, as drivers expect it.
 */
static void request_init(struct request *request, struct device *dev,
			 phys_addr_t phys, size_t size)
{
	const u64 whole = ~(u64)(XEN_POOL_SLOT - 1);
	u64 align = dma_get_min_align_mask(dev);

	request->mask = align & whole;
	request->bits = phys & request->mask;
	request->offset = phys & align & ~whole;
	if (!align && size >= PAGE_SIZE)
		request->mask = (PAGE_SIZE - 1) & whole;
	request->boundary = dma_get_seg_boundary(dev);
	request->size = size;
	request->slots = xen_pool_slots_of(request->offset, size);
}

/* Whether the slot at this machine address could be the first one. */
static bool request_allows(const struct request *request, dma_addr_t addr)
{
	dma_addr_t first = addr + request->offset;
	dma_addr_t last = first + request->size - 1;

	return (addr & request->mask) == request->bits &&
	       !((first ^ last) & ~request->boundary);
}

/* Search a set from a slot on. Returns the first slot, or XEN_POOL_SLOTS. */
static unsigned int search_set(const struct xen_pool_set *set, unsigned int slot,
			       const struct request *request)
{
	while (slot + request->slots <= XEN_POOL_SLOTS) {
		unsigned int end = slot + request->slots;
		unsigned int busy;

		if (!request_allows(request,
				    set->machine + slot * XEN_POOL_SLOT)) {
			slot++;
			continue;
		}
		busy = find_next_bit(set->busy, end, slot);
		if (busy >= end)
			return slot;
		slot = find_next_zero_bit(set->busy, XEN_POOL_SLOTS, busy + 1);
	}
	return XEN_POOL_SLOTS;
}

/* Search an area from where the last search ended. Returns the set, or NULL. */
static struct xen_pool_set *search_area(const struct xen_pool_area *area,
					const struct request *request,
					unsigned int *first)
{
	unsigned int index = area->set;
	unsigned int slot = area->slot;
	unsigned int i;

	/* The set it begins with is searched from its start in the end. */
	for (i = 0; i <= area->nsets; i++) {
		struct xen_pool_set *set = &area->sets[index];

		if (set->unused >= request->slots) {
			*first = search_set(set, slot, request);
			if (*first < XEN_POOL_SLOTS)
				return set;
		}
		slot = 0;
		if (++index == area->nsets)
			index = 0;
	}
	return NULL;
}

/* Take slots of an area. Returns their set, or NULL. */
static struct xen_pool_set *take(struct xen_pool_area *area,
				 const struct request *request,
				 unsigned int *first)
{
	struct xen_pool_set *set = NULL;
	unsigned long flags;

	spin_lock_irqsave(&area->lock, flags);
	if (area->nsets * XEN_POOL_SLOTS - area->used >= request->slots)
		set = search_area(area, request, first);
	if (set) {
		bitmap_set(set->busy, *first, request->slots);
		set->unused -= request->slots;
		area->set = set - area->sets;
		area->slot = *first + request->slots;
		area->used += request->slots;
		area->hiwater = max(area->hiwater, area->used);
	}
	spin_unlock_irqrestore(&area->lock, flags);
	return set;
}

/**
 * xen_pool_take() - take slots for a mapping
 * @dev: device
 * @phys: first byte of the original
 * @size: bytes, 1 to XEN_POOL_SET
 * @start: out; the first byte to use, from the start of the set
 *
 * Of this CPU's area if it has any to give, else of the others'.
 *
 * Context: any.
 * Return: their set, or NULL: there are none.
 */
struct xen_pool_set *xen_pool_take(struct device *dev, phys_addr_t phys,
				   size_t size, u32 *start)
{
	unsigned int cpu = raw_smp_processor_id();
	struct request request;
	unsigned int i;

	request_init(&request, dev, phys, size);
	for (i = 0; i < xen_pool.nareas; i++) {
		unsigned int area = (cpu + i) & (xen_pool.nareas - 1);
		struct xen_pool_set *set;
		unsigned int first;

		set = take(&xen_pool.areas[area], &request, &first);
		if (set) {
			*start = first * XEN_POOL_SLOT + request.offset;
			return set;
		}
	}
	return NULL;
}

/**
 * xen_pool_give_back() - give back the slots of a mapping
 * @set: their set
 * @start: as xen_pool_take() gave it
 * @size: as it was told
 *
 * Context: any.
 */
void xen_pool_give_back(struct xen_pool_set *set, u32 start, u32 size)
{
	unsigned int slots = xen_pool_slots_of(start, size);
	struct xen_pool_area *area = set->area;
	unsigned long flags;

	spin_lock_irqsave(&area->lock, flags);
	bitmap_clear(set->busy, start / XEN_POOL_SLOT, slots);
	set->unused += slots;
	area->used -= slots;
	spin_unlock_irqrestore(&area->lock, flags);
}
