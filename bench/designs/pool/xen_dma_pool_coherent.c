// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent memory, which is left to the operations all other devices of the
 * domain have. To make memory contiguous in the machine it has to be exchanged
 * with Xen, and the functions for that are out of reach of modules. So what is
 * measured of coherent memory here is the stock code. Streaming DMA is what the
 * designs differ in.
 */

#include <linux/mm.h>
#include <linux/scatterlist.h>

#include "xen_dma_pool_internal.h"

void *xen_pool_alloc(struct device *dev, size_t size, dma_addr_t *addr,
		     gfp_t gfp, unsigned long attrs)
{
	return get_arch_dma_ops()->alloc(dev, size, addr, gfp, attrs);
}

void xen_pool_free(struct device *dev, size_t size, void *virt,
		   dma_addr_t addr, unsigned long attrs)
{
	get_arch_dma_ops()->free(dev, size, virt, addr, attrs);
}

/* This one maps what it allocates, by the device's own operations. */
struct page *xen_pool_alloc_pages(struct device *dev, size_t size,
				  dma_addr_t *addr,
				  enum dma_data_direction dir, gfp_t gfp)
{
	return get_arch_dma_ops()->alloc_pages_op(dev, size, addr, dir, gfp);
}

void xen_pool_free_pages(struct device *dev, size_t size, struct page *page,
			 dma_addr_t addr, enum dma_data_direction dir)
{
	get_arch_dma_ops()->free_pages(dev, size, page, addr, dir);
}

int xen_pool_mmap(struct device *dev, struct vm_area_struct *vma, void *virt,
		  dma_addr_t addr, size_t size, unsigned long attrs)
{
	return get_arch_dma_ops()->mmap(dev, vma, virt, addr, size, attrs);
}

int xen_pool_get_sgtable(struct device *dev, struct sg_table *table,
			 void *virt, dma_addr_t addr, size_t size,
			 unsigned long attrs)
{
	return get_arch_dma_ops()->get_sgtable(dev, table, virt, addr, size,
					       attrs);
}
