/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The oracle: where memory lies for a device, and whether a mapping of it has to
 * bounce. It follows from p2m, the device's mask and swiotlb=force alone.
 */
#ifndef DMA_REASON_H
#define DMA_REASON_H

#include <linux/dma-mapping.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/swiotlb.h>
#include <linux/types.h>
#include <xen/xen.h>
#ifdef CONFIG_XEN_PV
#include <asm/xen/page.h>
#endif

/**
 * enum dmabench_reason - why a mapping has to bounce, the strongest first
 * @DMABENCH_FORCED: the pool is set to bounce everything
 * @DMABENCH_MASK: a byte of it is beyond the device's DMA mask
 * @DMABENCH_CONTIGUITY: its pages are not machine-contiguous
 * @DMABENCH_NONE: it has not to
 * @DMABENCH_REASONS: how many there are
 */
enum dmabench_reason {
	DMABENCH_FORCED,
	DMABENCH_MASK,
	DMABENCH_CONTIGUITY,
	DMABENCH_NONE,
	DMABENCH_REASONS
};

/**
 * dma_machine_pfn() - machine address of a page
 * @pfn: its page frame number
 *
 * Return: bytes; the physical address except in a Xen PV domain.
 */
static inline phys_addr_t dma_machine_pfn(unsigned long pfn)
{
#ifdef CONFIG_XEN_PV
	if (xen_pv_domain())
		pfn = pfn_to_mfn(pfn);
#endif
	return PFN_PHYS(pfn);
}

/**
 * dmabench_machine() - machine address of a page
 * @page: a page of RAM
 *
 * Return: bytes; the physical address except in a Xen PV domain.
 */
static inline phys_addr_t dmabench_machine(struct page *page)
{
	return dma_machine_pfn(page_to_pfn(page));
}

/**
 * dma_local_pfn() - where an address that a device sees is for Linux
 * @dma: DMA address
 *
 * Return: its page frame number, which need not be RAM; ~0 if a Xen PV domain has
 * no such page.
 */
static inline unsigned long dma_local_pfn(dma_addr_t dma)
{
	unsigned long pfn = PFN_DOWN(dma);

#ifdef CONFIG_XEN_PV
	if (xen_pv_domain())
		pfn = bfn_to_local_pfn(pfn);
#endif
	return pfn;
}

/**
 * dma_device_pfn() - the page that a device sees
 * @dma: DMA address
 *
 * Return: its page frame number; ~0 if it is no page of ours.
 */
static inline unsigned long dma_device_pfn(dma_addr_t dma)
{
	unsigned long pfn = dma_local_pfn(dma);

	return pfn_valid(pfn) ? pfn : ~0ul;
}

/**
 * struct dma_extent - where memory lies for a device
 * @first: machine address of its first byte
 * @low: lowest machine address it has
 * @high: highest machine address it has
 * @contiguous: whether its bytes follow each other
 */
struct dma_extent {
	phys_addr_t first;
	phys_addr_t low;
	phys_addr_t high;
	bool contiguous;
};

/**
 * dma_extent_of() - find out where memory lies for a device
 * @phys: its first byte, as Linux numbers memory
 * @size: bytes, at least 1
 *
 * Return: its extent.
 */
static inline struct dma_extent dma_extent_of(phys_addr_t phys, size_t size)
{
	unsigned long pfn = PHYS_PFN(phys);
	phys_addr_t here = dma_machine_pfn(pfn) + offset_in_page(phys);
	size_t bytes = min_t(size_t, size, PAGE_SIZE - offset_in_page(phys));
	struct dma_extent extent = {
		.first = here,
		.low = here,
		.high = here + bytes - 1,
		.contiguous = true,
	};

	while (size -= bytes) {
		phys_addr_t next = here + bytes;

		here = dma_machine_pfn(++pfn);
		bytes = min_t(size_t, size, PAGE_SIZE);
		if (here != next)
			extent.contiguous = false;
		extent.low = min(extent.low, here);
		extent.high = max(extent.high, here + bytes - 1);
	}
	return extent;
}

/**
 * dma_extent_reason() - why a mapping has to bounce
 * @extent: of its memory
 * @dev: device, with its DMA mask
 *
 * Return: the strongest reason, DMABENCH_NONE if there is none.
 */
static inline enum dmabench_reason
dma_extent_reason(const struct dma_extent *extent, struct device *dev)
{
	if (is_swiotlb_force_bounce(dev))
		return DMABENCH_FORCED;
	if (extent->high > min_not_zero(dma_get_mask(dev), dev->bus_dma_limit))
		return DMABENCH_MASK;
	if (!extent->contiguous)
		return DMABENCH_CONTIGUITY;
	return DMABENCH_NONE;
}

/**
 * dma_swiotlb_bounds() - where swiotlb's pool is
 * @dev: device whose pool is meant
 * @start: out; its first byte, as Linux numbers memory
 *
 * Return: bytes; 0 if there is none.
 */
static inline size_t dma_swiotlb_bounds(struct device *dev, phys_addr_t *start)
{
#ifdef CONFIG_SWIOTLB
	const struct io_tlb_mem *mem = dev->dma_io_tlb_mem;

	*start = 0;
	if (!mem || !mem->nslabs)
		return 0;
#ifdef DMA_HAS_DEFPOOL
	*start = mem->defpool.start;
	return mem->defpool.end - *start;
#else
	*start = mem->start;
	return mem->end - *start;
#endif
#else
	*start = 0;
	return 0;
#endif
}

/**
 * dma_swiotlb_owns() - does memory lie in swiotlb's pool?
 * @dev: device whose pool is meant
 * @phys: its first byte, as Linux numbers memory
 * @size: bytes
 *
 * Return: true if all of it does.
 */
static inline bool dma_swiotlb_owns(struct device *dev, phys_addr_t phys,
				    size_t size)
{
	phys_addr_t start;
	size_t bytes = dma_swiotlb_bounds(dev, &start);

	return phys >= start && phys - start < bytes &&
	       size <= bytes - (phys - start);
}

#endif /* DMA_REASON_H */
