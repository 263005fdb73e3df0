/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the dmabench module share.
 */
#ifndef DMABENCH_INTERNAL_H
#define DMABENCH_INTERNAL_H

#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/sizes.h>
#include <linux/types.h>

#include <dmabench_export.h>

/** DMABENCH_MEMORY - bytes that the buffers of one run may have in all */
#define DMABENCH_MEMORY		SZ_256M

/**
 * dmabench_allocates() - does an operation make its memory itself?
 * @op: enum dmabench_op
 *
 * Return: true if so; else it maps buffers that were there before.
 */
static inline bool dmabench_allocates(u32 op)
{
	/* They are the last. */
	return op >= DMABENCH_COHERENT;
}

/* dmabench_check.c */
__printf(3, 4)
int dmabench_fail(struct dmabench_run *run, int error, const char *fmt, ...);
int dmabench_check(struct dmabench_run *run);

/* dmabench_run.c */
int dmabench_run(struct device *dev, struct dmabench_run *run);

/**
 * struct dmabench_search - looking for pieces of the wanted place and layout
 * @misfits: memory that does not fit, kept until the search is over so that
 *	the page allocator gives other memory
 * @bytes: how much it is
 * @limit: how much it may become
 * @gfp: how to allocate
 * @found: pieces that were found; with DMABENCH_PLACE_BOTH the low ones, and the
 *	high ones
 */
struct dmabench_search {
	struct list_head misfits;
	u64 bytes;
	u64 limit;
	gfp_t gfp;
	u32 found[2];
};

/* dmabench_buffers.c */
int dmabench_place_begin(struct dmabench_search *search, struct device *dev,
			 struct dmabench_run *run);
void dmabench_place_end(struct dmabench_search *search);

/* dmabench_facts.c */
void dmabench_facts(struct pci_dev *pdev, struct dmabench_facts *facts);

/* dmabench_p2m.c */
void dmabench_facts_dma32(struct dmabench_facts *facts);

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
u64 dmabench_time_alloc_pages(size_t size, struct page **page);
u64 dmabench_time_free_pages(size_t size, struct page *page);

#endif /* DMABENCH_INTERNAL_H */
