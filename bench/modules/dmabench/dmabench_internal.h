/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the dmabench module share.
 */
#ifndef DMABENCH_INTERNAL_H
#define DMABENCH_INTERNAL_H

#include <linux/dma-mapping.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/pfn.h>
#include <linux/scatterlist.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <xen/xen.h>
#ifdef CONFIG_XEN_PV
#include <asm/xen/page.h>
#endif

#include <dmabench.h>

/** DMABENCH_MEMORY - bytes that the buffers of one run may have in all */
#define DMABENCH_MEMORY		SZ_256M

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
 * struct dmabench_piece - memory that one mapping, or one sg entry, covers
 * @virt: its first byte
 * @machine: machine address of its first byte
 * @reason: whether it has to bounce
 */
struct dmabench_piece {
	void *virt;
	dma_addr_t machine;
	enum dmabench_reason reason;
};

/**
 * struct dmabench_buffers - the memory of a run
 * @pieces: @count of them, those of one buffer in a row
 * @sg: one entry for each of @pieces, one table for each buffer; or NULL
 * @count: number of buffers times entries of each
 * @bytes: memory allocated for each piece, whole pages
 * @offset: first byte used of it
 */
struct dmabench_buffers {
	struct dmabench_piece *pieces;
	struct scatterlist *sg;
	u32 count;
	size_t bytes;
	size_t offset;
};

/**
 * dmabench_machine() - machine address of a page
 * @page: a page of RAM
 *
 * Return: bytes; the physical address except in a Xen PV domain.
 */
static inline phys_addr_t dmabench_machine(struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

#ifdef CONFIG_XEN_PV
	if (xen_pv_domain())
		pfn = pfn_to_mfn(pfn);
#endif
	return PFN_PHYS(pfn);
}

/* dmabench_check.c */
__printf(3, 4)
int dmabench_fail(struct dmabench_run *run, int error, const char *fmt, ...);
int dmabench_check(struct dmabench_run *run);

/* dmabench_buffers.c */
int dmabench_buffers_get(struct dmabench_buffers *buffers, struct device *dev,
			 struct dmabench_run *run);
void dmabench_buffers_put(struct dmabench_buffers *buffers);

/* dmabench_run.c */
int dmabench_run(struct device *dev, struct dmabench_run *run);

/* dmabench_facts.c */
void dmabench_facts(struct pci_dev *pdev, struct dmabench_facts *facts);

/**
 * struct dmabench_mapped - a timed mapping; two values that a function can
 *	return in registers, so that none is spilled in the window
 * @ticks: how long it took
 * @addr: DMA address, to be tested with dma_mapping_error()
 */
struct dmabench_mapped {
	u64 ticks;
	dma_addr_t addr;
};

/* dmabench_time.c: one DMA API call each; the u64 are ticks */
u64 dmabench_time_nothing(void);
struct dmabench_mapped dmabench_time_map_single(struct device *dev, void *virt,
						size_t size,
						enum dma_data_direction dir);
u64 dmabench_time_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
			       enum dma_data_direction dir);
struct dmabench_mapped dmabench_time_map_page(struct device *dev,
					      struct page *page, size_t offset,
					      size_t size,
					      enum dma_data_direction dir);
u64 dmabench_time_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir);
u64 dmabench_time_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			 enum dma_data_direction dir, int *segments);
u64 dmabench_time_unmap_sg(struct device *dev, struct scatterlist *sg,
			   int nents, enum dma_data_direction dir);
u64 dmabench_time_sync_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			       enum dma_data_direction dir);
u64 dmabench_time_sync_for_device(struct device *dev, dma_addr_t addr,
				  size_t size, enum dma_data_direction dir);
u64 dmabench_time_alloc(struct device *dev, size_t size, dma_addr_t *addr,
			void **virt);
u64 dmabench_time_free(struct device *dev, size_t size, void *virt,
		       dma_addr_t addr);

#endif /* DMABENCH_INTERNAL_H */
