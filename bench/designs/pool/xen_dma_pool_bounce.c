// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounced mappings: memory and its copy in the pool.
 */

#include <linux/dma-mapping.h>
#include <linux/io.h>
#include <linux/string.h>

#include "xen_dma_pool_internal.h"

static dma_addr_t fail(struct device *dev, size_t size, unsigned long attrs,
		       const char *why)
{
	static const char text[] =
		"%zu bytes not mapped: %s (%lu slots, %lu in use)\n";
	unsigned long slots = (unsigned long)xen_pool.nsets * XEN_POOL_SLOTS;

	this_cpu_inc(xen_pool_stats.failed);
	if (!(attrs & DMA_ATTR_NO_WARN))
		dev_warn_ratelimited(dev, text, size, why, slots,
				     xen_dma_pool_used());
	return DMA_MAPPING_ERROR;
}

/**
 * xen_pool_bounce() - map memory by a copy in the pool
 * @dev: device
 * @phys: first byte of the memory
 * @size: bytes
 * @attrs: DMA attributes; the copy is made whatever they are
 * @reason: why, for the statistics
 *
 * The original is copied also when the device is to write: it may write less
 * than was mapped, and what comes back must not be what was in the slot before.
 *
 * Context: any.
 * Return: machine address, or DMA_MAPPING_ERROR.
 */
dma_addr_t xen_pool_bounce(struct device *dev, phys_addr_t phys, size_t size,
			   unsigned long attrs, enum xen_pool_reason reason)
{
	struct xen_pool_set *set;
	unsigned int first;
	dma_addr_t addr;
	u32 start;

	if (!size || size > XEN_POOL_SET)
		return fail(dev, size, attrs, "no size for a bounce buffer");
	set = xen_pool_take(dev, phys, size, &start);
	if (!set)
		return fail(dev, size, attrs, "the pool is full");
	addr = set->machine + start;
	if (unlikely(!xen_pool_reaches(dev, addr + size - 1))) {
		xen_pool_give_back(set, start, size);
		return fail(dev, size, attrs, "the pool is out of reach");
	}

	first = start / XEN_POOL_SLOT;
	memset(&set->head[first], first, xen_pool_slots_of(start, size));
	set->runs[first] = (struct xen_pool_run){
		.orig = phys, .size = size, .start = start,
	};
	memcpy(set->virt + start, phys_to_virt(phys), size);
	this_cpu_inc(xen_pool_stats.mapped);
	this_cpu_inc(xen_pool_stats.bounced[reason]);
	this_cpu_add(xen_pool_stats.bounced_bytes, size);
	return addr;
}

/*
 * Where the original of a piece of a mapping is. Shortens @size to what was
 * mapped; a driver that asks for more gets a warning.
 */
static void *original(struct device *dev, const struct xen_pool_set *set,
		      u32 at, size_t *size)
{
	unsigned int first = set->head[at / XEN_POOL_SLOT];
	const struct xen_pool_run *run = &set->runs[first];
	u32 into = at - run->start;
	u32 rest = into < run->size ? run->size - into : 0;

	if (unlikely(*size > rest)) {
		dev_WARN_ONCE(dev, 1,
			      "DMA pool: %zu bytes to copy, %u are mapped\n",
			      *size, rest);
		*size = rest;
	}
	return phys_to_virt(run->orig) + into;
}

/**
 * xen_pool_copy_in() - copy from the original to the pool
 * @dev: device
 * @set: set that @addr lies in
 * @addr: machine address of the first byte, anywhere in a bounced mapping
 * @size: bytes
 *
 * Context: any.
 */
void xen_pool_copy_in(struct device *dev, const struct xen_pool_set *set,
		      dma_addr_t addr, size_t size)
{
	u32 at = addr - set->machine;
	void *virt = original(dev, set, at, &size);

	memcpy(set->virt + at, virt, size);
}

/**
 * xen_pool_copy_out() - copy from the pool to the original
 * @dev: device
 * @set: set that @addr lies in
 * @addr: machine address of the first byte, anywhere in a bounced mapping
 * @size: bytes
 *
 * Context: any.
 */
void xen_pool_copy_out(struct device *dev, const struct xen_pool_set *set,
		       dma_addr_t addr, size_t size)
{
	u32 at = addr - set->machine;
	void *virt = original(dev, set, at, &size);

	memcpy(virt, set->virt + at, size);
}

/**
 * xen_pool_release() - end a bounced mapping
 * @dev: device
 * @set: set that @addr lies in
 * @addr: what xen_pool_bounce() returned
 * @size: bytes of it to copy back, if any are
 * @dir: direction
 * @attrs: DMA attributes; DMA_ATTR_SKIP_CPU_SYNC copies nothing
 *
 * Context: any.
 */
void xen_pool_release(struct device *dev, struct xen_pool_set *set,
		      dma_addr_t addr, size_t size,
		      enum dma_data_direction dir, unsigned long attrs)
{
	u32 start = addr - set->machine;
	struct xen_pool_run *run = &set->runs[start / XEN_POOL_SLOT];
	u32 mapped = run->size;

	if (unlikely(!mapped || run->start != start)) {
		dev_WARN_ONCE(dev, 1, "DMA pool: %pad is not mapped\n", &addr);
		return;
	}
	if (dir != DMA_TO_DEVICE && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		xen_pool_copy_out(dev, set, addr, size);
	run->size = 0;
	xen_pool_give_back(set, start, mapped);
}
