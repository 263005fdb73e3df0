// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of the pool: where it comes from and which addresses it has.
 *
 * Only built-in code may ask Xen for memory that is contiguous in the machine.
 * But a device that addresses little gets just that as coherent memory, so the
 * module has such a device. It never does any DMA.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/cpumask.h>
#include <linux/dma-mapping.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/pfn.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "xen_dma_pool_internal.h"

/** BITS_LEAST - address bits the first set is asked for with */
#define BITS_LEAST	24

struct xen_pool xen_pool __ro_after_init;

/* The set at each place of machine memory, or NULL. */
struct xen_pool_set *xen_pool_places[XEN_POOL_PLACES];

static struct platform_device *keeper __ro_after_init;

/*
 * Allocate the memory of a set, as low as there is any: that serves devices of
 * the narrowest masks. The mask only grows, so that what was found without is
 * not searched again.
 */
static void * __init memory_get(dma_addr_t *machine)
{
	const gfp_t gfp = GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN;
	struct device *dev = &keeper->dev;
	void *virt;

	for (;;) {
		virt = dma_alloc_coherent(dev, XEN_POOL_SET, machine, gfp);
		if (virt || dev->coherent_dma_mask >= DMA_BIT_MASK(XEN_POOL_BITS))
			return virt;
		/*
		 * Not dma_set_coherent_mask(): it refuses what the bounce
		 * buffers of the stock operations are out of reach of.
		 */
		dev->coherent_dma_mask = dev->coherent_dma_mask << 1 | 1;
	}
}

static int __init set_create(struct xen_pool_set *set)
{
	set->virt = memory_get(&set->machine);
	if (!set->virt)
		return -ENOMEM;
	set->phys = virt_to_phys(set->virt);
	set->unused = XEN_POOL_SLOTS;
	if (!IS_ALIGNED(set->machine, XEN_POOL_SET)) {
		pr_warn("coherent memory at %pad is not aligned to its size\n",
			&set->machine);
		return -EIO;
	}
	xen_pool_places[set->machine / XEN_POOL_SET] = set;
	xen_pool.last = max(xen_pool.last, set->machine + XEN_POOL_SET - 1);
	return 0;
}

static int __init sets_create(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < xen_pool.nsets; i++) {
		ret = set_create(&xen_pool.sets[i]);
		if (ret == -ENOMEM)
			pr_warn("got memory for %u of %u KiB below 4 GiB\n",
				i * (XEN_POOL_SET / SZ_1K),
				xen_pool.nsets * (XEN_POOL_SET / SZ_1K));
		if (ret)
			return ret;
	}
	return 0;
}

/* Divide the sets among the areas, to a difference of one. */
static void __init areas_fill(void)
{
	unsigned int from = 0, to, i;

	for (i = 0; i < xen_pool.nareas; i++) {
		struct xen_pool_area *area = &xen_pool.areas[i];

		to = (i + 1) * xen_pool.nsets / xen_pool.nareas;
		spin_lock_init(&area->lock);
		area->sets = &xen_pool.sets[from];
		area->nsets = to - from;
		for (; from < to; from++)
			xen_pool.sets[from].area = area;
	}
}

/**
 * xen_pool_create() - allocate the pool
 * @mib: its size, MiB
 *
 * Return: 0; -ENOMEM: too little memory, also below 4 GiB in the machine; -EIO:
 * memory was given that cannot be used. Nothing is left allocated on error.
 */
int __init xen_pool_create(unsigned int mib)
{
	const struct platform_device_info info = {
		.name = KBUILD_MODNAME,
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(BITS_LEAST),
	};
	int ret = -ENOMEM;

	xen_pool.nsets = mib * (SZ_1M / XEN_POOL_SET);
	xen_pool.nareas = min(roundup_pow_of_two(num_possible_cpus()),
			      rounddown_pow_of_two(xen_pool.nsets));

	keeper = platform_device_register_full(&info);
	if (IS_ERR(keeper))
		return PTR_ERR(keeper);
	xen_pool.areas = kcalloc(xen_pool.nareas, sizeof(*xen_pool.areas),
				 GFP_KERNEL);
	xen_pool.sets = kvcalloc(xen_pool.nsets, sizeof(*xen_pool.sets),
				 GFP_KERNEL);
	if (xen_pool.areas && xen_pool.sets) {
		areas_fill();
		ret = sets_create();
	}
	if (ret)
		xen_pool_destroy();
	return ret;
}

/**
 * xen_pool_destroy() - free the pool, nothing of which is mapped
 */
void xen_pool_destroy(void)
{
	unsigned int i;

	for (i = 0; xen_pool.sets && i < xen_pool.nsets; i++) {
		struct xen_pool_set *set = &xen_pool.sets[i];

		if (set->virt)
			dma_free_coherent(&keeper->dev, XEN_POOL_SET, set->virt,
					  set->machine);
	}
	kvfree(xen_pool.sets);
	kfree(xen_pool.areas);
	platform_device_unregister(keeper);
}

/**
 * xen_dma_pool_owns() - whether memory belongs to the pool
 * @phys: its first byte, as Linux numbers memory
 * @size: bytes, at least 1
 *
 * Return: true when all of it lies in the pool, in one set or in several.
 */
bool xen_dma_pool_owns(phys_addr_t phys, size_t size)
{
	phys_addr_t end = phys + size;

	while (phys < end) {
		unsigned long mfn = xen_pool_frame(PFN_DOWN(phys));
		struct xen_pool_set *set = xen_pool_find(PFN_PHYS(mfn));

		if (!set || phys - set->phys >= XEN_POOL_SET)
			return false;
		phys = set->phys + XEN_POOL_SET;
	}
	return true;
}
EXPORT_SYMBOL_GPL(xen_dma_pool_owns);
