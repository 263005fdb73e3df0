/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What other modules may call of xen_dma_pool. Nobody has to be able to link
 * against it: symbol_get() finds the functions while the module is loaded.
 */
#ifndef XEN_DMA_POOL_H
#define XEN_DMA_POOL_H

#include <linux/types.h>

bool xen_dma_pool_owns(phys_addr_t phys, size_t size);
unsigned long xen_dma_pool_used(void);
unsigned long xen_dma_pool_slots(void);

#endif /* XEN_DMA_POOL_H */
