// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules for a DMA address. They follow from p2m, the device's mask and the
 * bounds of the bounce pool alone, and hold for every design.
 */

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/stdarg.h>
#include <linux/swiotlb.h>
#include <xen_dma_pool.h>

#include "dmacheck_internal.h"

/**
 * dmacheck_fail() - say why a check ends
 * @check: whose message to set
 * @error: negative error number
 * @fmt: format of the message, for -EBADMSG "rule: details"
 *
 * Return: @error.
 */
int dmacheck_fail(struct dmacheck *check, int error, const char *fmt, ...)
{
	va_list args;

	/* What comes after the first may be its consequence. */
	if (check->run->message[0])
		return error;
	va_start(args, fmt);
	vscnprintf(check->run->message, sizeof(check->run->message), fmt, args);
	va_end(args);
	return error;
}

/**
 * dmacheck_rest() - let others run, between two steps of a case
 * @check: message out
 *
 * Return: 0; -EINTR: whoever waits for the case is to be killed.
 */
int dmacheck_rest(struct dmacheck *check)
{
	cond_resched();
	if (fatal_signal_pending(current))
		return dmacheck_fail(check, -EINTR, "interrupted by a signal");
	return 0;
}

static unsigned long swiotlb_used(struct device *dev)
{
	const struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	return mem ? atomic_long_read(&mem->total_used) : 0;
}

static unsigned long swiotlb_slots(struct device *dev)
{
	const struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	return mem ? mem->nslabs : 0;
}

/**
 * dmacheck_pool_owns() - does a range lie in the bounce pool of the design?
 * @dev: device
 * @phys: pseudo-physical address
 * @size: bytes
 *
 * Return: true if all of it does.
 */
bool dmacheck_pool_owns(struct device *dev, phys_addr_t phys, size_t size)
{
	bool (*owns)(phys_addr_t phys, size_t size);
	bool ret;

	owns = symbol_get(xen_dma_pool_owns);
	if (!owns)
		return dma_swiotlb_owns(dev, phys, size);
	ret = owns(phys, size);
	symbol_put(xen_dma_pool_owns);
	return ret;
}

/**
 * dmacheck_slots_used() - slots in use now
 * @dev: device
 *
 * Return: those of swiotlb's pool, and those of the design's own if it has one.
 */
unsigned long dmacheck_slots_used(struct device *dev)
{
	typeof(xen_dma_pool_used) *used = symbol_get(xen_dma_pool_used);
	unsigned long ret = swiotlb_used(dev);

	if (!used)
		return ret;
	ret += used();
	symbol_put(xen_dma_pool_used);
	return ret;
}

/**
 * dmacheck_slots() - slots of the pool that the device bounces into
 * @dev: device
 *
 * Return: how many there are.
 */
unsigned long dmacheck_slots(struct device *dev)
{
	typeof(xen_dma_pool_slots) *slots = symbol_get(xen_dma_pool_slots);
	unsigned long ret;

	if (!slots)
		return swiotlb_slots(dev);
	ret = slots();
	symbol_put(xen_dma_pool_slots);
	return ret;
}

/* Where in physical memory a bounced mapping lies; in one piece, in the pool. */
static int bounce_pages(struct dmacheck *check, struct dmacheck_mapping *map)
{
	unsigned long first = dma_device_pfn(map->dma);
	phys_addr_t phys = PFN_PHYS(first) + offset_in_page(map->dma);
	size_t last = offset_in_page(map->dma) + map->size - 1;
	unsigned long i;

	if (first == ~0ul || !dmacheck_pool_owns(check->dev, phys, 1))
		return dmacheck_fail(check, -EBADMSG,
			"translation: %zu bytes at machine %pa were given the DMA address %pad, which is neither theirs nor in the pool",
			map->size, &map->piece->machine, &map->dma);
	if (!dmacheck_pool_owns(check->dev, phys, map->size))
		return dmacheck_fail(check, -EBADMSG,
			"pool: %zu bytes at DMA address %pad begin in the pool and end behind it",
			map->size, &map->dma);
	for (i = 1; i <= last / PAGE_SIZE; i++)
		if (dma_device_pfn(map->dma + i * PAGE_SIZE) != first + i)
			return dmacheck_fail(check, -EBADMSG,
				"slot contiguity: page %lu of %zu bytes at DMA address %pad is not the slot's",
				i, map->size, &map->dma);
	map->device = phys_to_virt(phys);
	return 0;
}

/* What the device asked for. */
static int bounce_alignment(struct dmacheck *check,
			    const struct dmacheck_mapping *map)
{
	dma_addr_t boundary = dma_get_seg_boundary(check->dev);
	dma_addr_t last = map->dma + map->size - 1;
	u32 align = check->run->min_align;

	if (check->run->boundary && (map->dma ^ last) & ~boundary)
		return dmacheck_fail(check, -EBADMSG,
			"boundary: slot at DMA address %pad, %zu bytes, crosses a boundary of %#x bytes",
			&map->dma, map->size, check->run->boundary);
	if ((map->dma ^ (unsigned long)map->virt) & align)
		return dmacheck_fail(check, -EBADMSG,
			"alignment: offset %#lx of the buffer became %pad, min_align_mask is %#x",
			(unsigned long)map->virt & align, &map->dma, align);
	if (!align && map->size >= PAGE_SIZE && offset_in_page(map->dma))
		return dmacheck_fail(check, -EBADMSG,
			"alignment: %zu bytes, a page and more, bounced to %pad, not to a page's begin",
			map->size, &map->dma);
	return 0;
}

/**
 * dmacheck_address() - is a DMA address right?
 * @check: device; message out
 * @map: mapped; bounced and device are set
 *
 * A buffer bounces exactly if the mask, its contiguity in machine memory or
 * swiotlb=force demand it, the last byte of it included.
 *
 * Return: 0 or -EBADMSG.
 */
int dmacheck_address(struct dmacheck *check, struct dmacheck_mapping *map)
{
	static const char *const reasons[] = {
		[DMABENCH_FORCED] = "swiotlb=force",
		[DMABENCH_MASK] = "the mask",
		[DMABENCH_CONTIGUITY] = "its contiguity",
		[DMABENCH_NONE] = "nothing",
	};
	enum dmabench_reason reason;
	dma_addr_t machine;
	u64 limit;
	int ret;

	reason = dmabench_reason_of(check->dev, map->virt, map->size);
	machine = dmabench_machine(virt_to_page(map->virt)) +
		  offset_in_page(map->virt);
	limit = min_not_zero(dma_get_mask(check->dev), check->dev->bus_dma_limit);
	map->bounced = map->dma != machine;
	map->device = map->virt;
	if (map->bounced) {
		ret = bounce_pages(check, map);
		if (ret)
			return ret;
	}
	if (!map->bounced && reason != DMABENCH_NONE)
		return dmacheck_fail(check, -EBADMSG,
			"missed bounce: %zu bytes at machine %pad were mapped as they are, though %s demands a bounce",
			map->size, &machine, reasons[reason]);
	if (map->bounced && reason == DMABENCH_NONE)
		return dmacheck_fail(check, -EBADMSG,
			"needless bounce: %zu bytes at machine %pad bounced to %pad, and nothing demands it",
			map->size, &machine, &map->dma);
	if (map->dma + map->size - 1 > limit)
		return dmacheck_fail(check, -EBADMSG,
			"mask: %zu bytes were given the DMA address %pad, the device reaches %#llx",
			map->size, &map->dma, limit);
	check->run->bounced += map->bounced;
	check->run->mapped++;
	return map->bounced ? bounce_alignment(check, map) : 0;
}

/**
 * dmacheck_apart() - do live mappings share a byte?
 * @check: its maps; message out
 * @map: one of them, bounced or not
 *
 * Return: 0; -EBADMSG if @map overlaps another.
 */
int dmacheck_apart(struct dmacheck *check, const struct dmacheck_mapping *map)
{
	const struct dmacheck_mapping *other;
	u32 i;

	for (i = 0; i < check->buffers.count; i++) {
		other = &check->maps[i];
		if (other == map || !other->live)
			continue;
		if (map->dma < other->dma + other->size &&
		    other->dma < map->dma + map->size)
			return dmacheck_fail(check, -EBADMSG,
				"overlap: %zu bytes at DMA address %pad and %zu at %pad are mapped at a time",
				map->size, &map->dma, other->size, &other->dma);
	}
	return 0;
}
