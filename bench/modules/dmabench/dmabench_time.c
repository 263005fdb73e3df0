// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timed windows. Each function reads the TSC, makes one DMA API call and
 * reads the TSC again. They stand in a file of their own so that no other code
 * of the module can be moved into a window or change the registers used in it:
 * a window holds the same instructions whichever kernel it is built for, as
 * long as the API's inline functions are the same.
 *
 * The probe's share of a window is 3 instructions: 2 keep the first reading
 * and 1 takes the second. Calls that return something cost 1 more, which keeps
 * it. dmabench_time_nothing() measures the 3.
 *
 * Both readings carry a mark for whoever watches the instructions: a prefix that
 * means nothing to them.
 */

#include <linux/dma-mapping.h>
#include <linux/gfp.h>
#include <linux/stringify.h>
#include <asm/alternative.h>
#include <asm/cpufeatures.h>

#include <bouncemark_marks.h>

#include "dmabench_internal.h"

#define OPENING		".byte " __stringify(MARK_OPEN) "; "
#define CLOSING		".byte " __stringify(MARK_CLOSE) "; "

/* A reading of the TSC as the instruction gives it, yet to be put together. */
struct stamp {
	u32 low;
	u32 high;
};

/* A value the compiler knows nothing about from here on. No instruction. */
static __always_inline void *opaque(void *value)
{
	asm volatile("" : "+r" (value));
	return value;
}

/*
 * Not rdtsc_ordered(): that leaves a no-op behind RDTSCP, in the window, where
 * it makes room for LFENCE and RDTSC.
 */
static __always_inline struct stamp window_begin(void)
{
	struct stamp begin;

	asm volatile("lfence; " OPENING "rdtsc"
		     : "=a" (begin.low), "=d" (begin.high) : : "memory");
	return begin;
}

/* Returns the ticks since @begin. */
static __always_inline u64 window_end(struct stamp begin)
{
	struct stamp end;

	/* rdtsc_ordered(), marked. */
	asm volatile(ALTERNATIVE_2(CLOSING "rdtsc",
				   "lfence; " CLOSING "rdtsc",
				   X86_FEATURE_LFENCE_RDTSC,
				   CLOSING "rdtscp", X86_FEATURE_RDTSCP)
		     : "=a" (end.low), "=d" (end.high) : : "ecx", "memory");
	/* What follows must not be computed before. */
	asm volatile("" : "+r" (begin.low), "+r" (begin.high) : : "memory");
	return ((u64)end.high << 32 | end.low) -
	       ((u64)begin.high << 32 | begin.low);
}

/**
 * dmabench_time_nothing() - time an empty window
 *
 * Return: ticks that the probe adds to every measurement.
 */
u64 dmabench_time_nothing(void)
{
	return window_end(window_begin());
}

/**
 * dmabench_time_map_single() - time dma_map_single()
 * @dev: device
 * @virt: first byte of the buffer
 * @size: bytes
 * @dir: direction
 *
 * Return: ticks, and the DMA address, to be tested with dma_mapping_error().
 */
struct dmabench_mapped dmabench_time_map_single(struct device *dev, void *virt,
						size_t size,
						enum dma_data_direction dir)
{
	struct dmabench_mapped mapped;
	struct stamp begin;

	begin = window_begin();
	/* What the API computes from it inline belongs to the window. */
	mapped.addr = dma_map_single(dev, opaque(virt), size, dir);
	mapped.ticks = window_end(begin);
	return mapped;
}

/**
 * dmabench_time_unmap_single() - time dma_unmap_single()
 * @dev: device
 * @addr: DMA address that dma_map_single() gave
 * @size: bytes
 * @dir: direction
 *
 * Return: ticks.
 */
u64 dmabench_time_unmap_single(struct device *dev, dma_addr_t addr, size_t size,
			       enum dma_data_direction dir)
{
	struct stamp begin = window_begin();

	dma_unmap_single(dev, addr, size, dir);
	return window_end(begin);
}

/**
 * dmabench_time_map_page() - time dma_map_page()
 * @dev: device
 * @page: first page of the buffer
 * @offset: bytes from its start
 * @size: bytes
 * @dir: direction
 *
 * Return: ticks, and the DMA address, to be tested with dma_mapping_error().
 */
struct dmabench_mapped dmabench_time_map_page(struct device *dev,
					      struct page *page, size_t offset,
					      size_t size,
					      enum dma_data_direction dir)
{
	struct dmabench_mapped mapped;
	struct stamp begin;

	begin = window_begin();
	mapped.addr = dma_map_page(dev, page, offset, size, dir);
	mapped.ticks = window_end(begin);
	return mapped;
}

/**
 * dmabench_time_unmap_page() - time dma_unmap_page()
 * @dev: device
 * @addr: DMA address that dma_map_page() gave
 * @size: bytes
 * @dir: direction
 *
 * Return: ticks.
 */
u64 dmabench_time_unmap_page(struct device *dev, dma_addr_t addr, size_t size,
			     enum dma_data_direction dir)
{
	struct stamp begin = window_begin();

	dma_unmap_page(dev, addr, size, dir);
	return window_end(begin);
}

/**
 * dmabench_time_map_sg() - time dma_map_sg()
 * @dev: device
 * @sg: scatterlist
 * @nents: its entries
 * @dir: direction
 * @segments: out; DMA segments; 0 when the call failed
 *
 * Return: ticks.
 */
u64 dmabench_time_map_sg(struct device *dev, struct scatterlist *sg, int nents,
			 enum dma_data_direction dir, int *segments)
{
	struct stamp begin;
	int count;
	u64 ticks;

	begin = window_begin();
	count = dma_map_sg(dev, sg, nents, dir);
	ticks = window_end(begin);
	*segments = count;
	return ticks;
}

/**
 * dmabench_time_unmap_sg() - time dma_unmap_sg()
 * @dev: device
 * @sg: scatterlist that dma_map_sg() mapped
 * @nents: its entries, not the DMA segments
 * @dir: direction
 *
 * Return: ticks.
 */
u64 dmabench_time_unmap_sg(struct device *dev, struct scatterlist *sg,
			   int nents, enum dma_data_direction dir)
{
	struct stamp begin = window_begin();

	dma_unmap_sg(dev, sg, nents, dir);
	return window_end(begin);
}

/**
 * dmabench_time_sync_for_cpu() - time dma_sync_single_for_cpu()
 * @dev: device
 * @addr: DMA address of a live mapping
 * @size: bytes
 * @dir: direction
 *
 * Return: ticks.
 */
u64 dmabench_time_sync_for_cpu(struct device *dev, dma_addr_t addr, size_t size,
			       enum dma_data_direction dir)
{
	struct stamp begin = window_begin();

	dma_sync_single_for_cpu(dev, addr, size, dir);
	return window_end(begin);
}

/**
 * dmabench_time_sync_for_device() - time dma_sync_single_for_device()
 * @dev: device
 * @addr: DMA address of a live mapping
 * @size: bytes
 * @dir: direction
 *
 * Return: ticks.
 */
u64 dmabench_time_sync_for_device(struct device *dev, dma_addr_t addr,
				  size_t size, enum dma_data_direction dir)
{
	struct stamp begin = window_begin();

	dma_sync_single_for_device(dev, addr, size, dir);
	return window_end(begin);
}

/**
 * dmabench_time_alloc() - time dma_alloc_coherent()
 * @dev: device
 * @size: bytes
 * @addr: out; the DMA address
 * @virt: out; the memory, or NULL when the call failed
 *
 * Return: ticks.
 */
u64 dmabench_time_alloc(struct device *dev, size_t size, dma_addr_t *addr,
			void **virt)
{
	struct stamp begin;
	void *memory;
	u64 ticks;

	begin = window_begin();
	memory = dma_alloc_coherent(dev, size, addr, GFP_KERNEL | __GFP_NOWARN);
	ticks = window_end(begin);
	*virt = memory;
	return ticks;
}

/**
 * dmabench_time_free() - time dma_free_coherent()
 * @dev: device
 * @size: bytes
 * @virt: memory that dma_alloc_coherent() gave
 * @addr: its DMA address
 *
 * Return: ticks.
 */
u64 dmabench_time_free(struct device *dev, size_t size, void *virt,
		       dma_addr_t addr)
{
	struct stamp begin = window_begin();

	dma_free_coherent(dev, size, virt, addr);
	return window_end(begin);
}

/**
 * dmabench_time_alloc_pages() - time alloc_pages() of what a driver takes for a
 *	device of 32 bits
 * @size: bytes, whole pages of a power of two
 * @page: out; the first page, or NULL when the call failed
 *
 * Return: ticks.
 */
u64 dmabench_time_alloc_pages(size_t size, struct page **page)
{
	unsigned int order = get_order(size);
	struct stamp begin;
	struct page *first;
	u64 ticks;

	begin = window_begin();
	first = alloc_pages(GFP_KERNEL | GFP_DMA32 | __GFP_NOWARN, order);
	ticks = window_end(begin);
	*page = first;
	return ticks;
}

/**
 * dmabench_time_free_pages() - time __free_pages()
 * @size: bytes, as they were allocated
 * @page: the first page
 *
 * Return: ticks.
 */
u64 dmabench_time_free_pages(size_t size, struct page *page)
{
	unsigned int order = get_order(size);
	struct stamp begin = window_begin();

	__free_pages(page, order);
	return window_end(begin);
}
