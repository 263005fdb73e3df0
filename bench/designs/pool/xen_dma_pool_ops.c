// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of a device attached: streaming DMA, and what the device is
 * told about it.
 */

#include <linux/bits.h>
#include <linux/math.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/scatterlist.h>
#include <asm/xen/hypercall.h>
#include <xen/interface/memory.h>

#include "xen_dma_pool_internal.h"

/*
 * Map what the p2m table alone does not say is mapped without a bounce buffer:
 * pages that are no RAM do not stand in it, and the rest does bounce.
 */
static noinline dma_addr_t map_slow(struct device *dev, phys_addr_t phys,
				    size_t size, unsigned long attrs)
{
	unsigned long pfn = PFN_DOWN(phys);
	unsigned long last = PFN_DOWN(phys + size - 1);
	unsigned long mfn = xen_pool_frame(pfn);
	dma_addr_t addr = PFN_PHYS(mfn) | offset_in_page(phys);

	if (mfn == INVALID_P2M_ENTRY) {
		this_cpu_inc(xen_pool_stats.failed);
		return DMA_MAPPING_ERROR;
	}
	if (!xen_pool_reaches(dev, addr + size - 1))
		return xen_pool_bounce(dev, phys, size, attrs, XEN_POOL_MASK);
	while (pfn < last)
		if (xen_pool_frame(++pfn) != ++mfn)
			return xen_pool_bounce(dev, phys, size, attrs,
					       XEN_POOL_CONTIGUITY);
	this_cpu_inc(xen_pool_stats.mapped);
	return addr;
}

/* Calls no function but at its end, so that no registers have to be saved. */
static __always_inline dma_addr_t map(struct device *dev, phys_addr_t phys,
				      size_t size, unsigned long attrs)
{
	unsigned long pfn = PFN_DOWN(phys);
	unsigned long last = PFN_DOWN(phys + size - 1);
	unsigned long mfn;
	dma_addr_t addr;

	if (unlikely(last >= xen_p2m_size))
		return map_slow(dev, phys, size, attrs);
	mfn = xen_p2m_addr[pfn];
	if (unlikely(mfn == INVALID_P2M_ENTRY))
		return map_slow(dev, phys, size, attrs);
	mfn &= ~XEN_POOL_P2M_FLAGS;
	addr = PFN_PHYS(mfn) | offset_in_page(phys);
	if (unlikely(!xen_pool_reaches(dev, addr + size - 1)))
		return map_slow(dev, phys, size, attrs);
	while (pfn < last)
		if ((xen_p2m_addr[++pfn] & ~XEN_POOL_P2M_FLAGS) != ++mfn)
			return map_slow(dev, phys, size, attrs);
	this_cpu_inc(xen_pool_stats.mapped);
	return addr;
}

static __always_inline void unmap(struct device *dev, dma_addr_t addr,
				  size_t size, enum dma_data_direction dir,
				  unsigned long attrs)
{
	struct xen_pool_set *set = xen_pool_find(addr);

	if (unlikely(set))
		xen_pool_release(dev, set, addr, size, dir, attrs);
}

static __always_inline void sync_for_cpu(struct device *dev, dma_addr_t addr,
					 size_t size,
					 enum dma_data_direction dir)
{
	struct xen_pool_set *set = xen_pool_find(addr);

	if (unlikely(set) && dir != DMA_TO_DEVICE)
		xen_pool_copy_out(dev, set, addr, size);
}

static __always_inline void sync_for_device(struct device *dev, dma_addr_t addr,
					    size_t size,
					    enum dma_data_direction dir)
{
	struct xen_pool_set *set = xen_pool_find(addr);

	if (unlikely(set) && dir != DMA_FROM_DEVICE)
		xen_pool_copy_in(dev, set, addr, size);
}

static dma_addr_t xen_pool_map_page(struct device *dev, struct page *page,
				    unsigned long offset, size_t size,
				    enum dma_data_direction dir,
				    unsigned long attrs)
{
	return map(dev, page_to_phys(page) + offset, size, attrs);
}

static void xen_pool_unmap_page(struct device *dev, dma_addr_t addr,
				size_t size, enum dma_data_direction dir,
				unsigned long attrs)
{
	unmap(dev, addr, size, dir, attrs);
}

static void xen_pool_unmap_sg(struct device *dev, struct scatterlist *sgl,
			      int nents, enum dma_data_direction dir,
			      unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		unmap(dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
}

static int xen_pool_map_sg(struct device *dev, struct scatterlist *sgl,
			   int nents, enum dma_data_direction dir,
			   unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		sg_dma_address(sg) = map(dev, sg_phys(sg), sg->length, attrs);
		if (unlikely(sg_dma_address(sg) == DMA_MAPPING_ERROR))
			goto undo;
		sg_dma_len(sg) = sg->length;
	}
	return nents;
undo:
	/* No device has written anything that would have to be copied. */
	xen_pool_unmap_sg(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
	sg_dma_len(sgl) = 0;
	return -EIO;
}

static void xen_pool_sync_single_for_cpu(struct device *dev, dma_addr_t addr,
					 size_t size,
					 enum dma_data_direction dir)
{
	sync_for_cpu(dev, addr, size, dir);
}

static void xen_pool_sync_single_for_device(struct device *dev, dma_addr_t addr,
					    size_t size,
					    enum dma_data_direction dir)
{
	sync_for_device(dev, addr, size, dir);
}

static void xen_pool_sync_sg_for_cpu(struct device *dev,
				     struct scatterlist *sgl, int nents,
				     enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		sync_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
}

static void xen_pool_sync_sg_for_device(struct device *dev,
					struct scatterlist *sgl, int nents,
					enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		sync_for_device(dev, sg_dma_address(sg), sg->length, dir);
}

static int xen_pool_dma_supported(struct device *dev, u64 mask)
{
	return xen_pool.last <= mask;
}

/* The mask with which nothing has to bounce for its address. */
static u64 xen_pool_required_mask(struct device *dev)
{
	long last = HYPERVISOR_memory_op(XENMEM_maximum_ram_page, NULL);

	if (last < 0)
		return DMA_BIT_MASK(64);
	return DMA_BIT_MASK(fls64(PFN_PHYS((u64)last + 1) - 1));
}

/* A set, less what may have to be left out at its start. */
static size_t xen_pool_max_mapping_size(struct device *dev)
{
	return XEN_POOL_SET - roundup(dma_get_min_align_mask(dev),
				      XEN_POOL_SLOT);
}

const struct dma_map_ops xen_pool_ops = {
	.map_page = xen_pool_map_page,
	.unmap_page = xen_pool_unmap_page,
	.map_sg = xen_pool_map_sg,
	.unmap_sg = xen_pool_unmap_sg,
	.sync_single_for_cpu = xen_pool_sync_single_for_cpu,
	.sync_single_for_device = xen_pool_sync_single_for_device,
	.sync_sg_for_cpu = xen_pool_sync_sg_for_cpu,
	.sync_sg_for_device = xen_pool_sync_sg_for_device,
	.dma_supported = xen_pool_dma_supported,
	.get_required_mask = xen_pool_required_mask,
	.max_mapping_size = xen_pool_max_mapping_size,
	.alloc = xen_pool_alloc,
	.free = xen_pool_free,
	.alloc_pages_op = xen_pool_alloc_pages,
	.free_pages = xen_pool_free_pages,
	.mmap = xen_pool_mmap,
	.get_sgtable = xen_pool_get_sgtable,
};
