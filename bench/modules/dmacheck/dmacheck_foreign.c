// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case foreign: the frame of another domain, granted to us, has an m2p entry
 * that names a page of that domain. The number may be that of a page of ours,
 * or of a bounce slot. Only p2m tells.
 *
 * The other domain is played by a lie: m2p of a frame of our own is set to a
 * slot's page for as long as the frame is mapped for DMA.
 */

#include <linux/errno.h>

#include "dmacheck_internal.h"

#ifdef CONFIG_XEN_PV
#include <xen/interface/xen.h>
#include <asm/xen/hypercall.h>

static int set_m2p(struct dmacheck *check, unsigned long mfn, unsigned long pfn)
{
	struct mmu_update update = {
		.ptr = PFN_PHYS(mfn) | MMU_MACHPHYS_UPDATE,
		.val = pfn,
	};

	if (HYPERVISOR_mmu_update(&update, 1, NULL, DOMID_SELF) ||
	    mfn_to_pfn_no_overrides(mfn) != pfn)
		return dmacheck_fail(check, -ENODEV,
				     "Xen does not let m2p be changed");
	return 0;
}

/* Sync and unmap the foreign frame; the bounced mapping must not notice. */
static int use_foreign(struct dmacheck *check, struct dmacheck_mapping *bounced,
		       dma_addr_t foreign, unsigned long *used)
{
	u32 seed = check->run->seed;
	size_t same;

	dmacheck_fill(bounced->virt, bounced->size, seed);
	dmacheck_fill(bounced->device, bounced->size, seed + 1);
	dma_sync_single_for_cpu(check->dev, foreign, PAGE_SIZE, DMA_FROM_DEVICE);
	dma_sync_single_for_device(check->dev, foreign, PAGE_SIZE,
				   DMA_FROM_DEVICE);
	dma_unmap_page(check->dev, foreign, PAGE_SIZE, DMA_FROM_DEVICE);
	*used = dmacheck_slots_used(check->dev);
	same = dmacheck_differs(check, bounced->virt, 0, bounced->size, seed);
	if (same != bounced->size)
		return dmacheck_fail(check, -EBADMSG,
			"foreign frame: taken for a bounce slot, byte %zu of another mapping's buffer was written",
			same);
	return 0;
}

static int lie(struct dmacheck *check, struct dmacheck_mapping *bounced,
	       struct page *page)
{
	unsigned long pfn = page_to_pfn(page), mfn = pfn_to_mfn(pfn);
	unsigned long slot = PFN_DOWN(virt_to_phys(bounced->device));
	unsigned long before, after;
	dma_addr_t foreign;
	bool is_mapped;
	int ret, end;

	foreign = dma_map_page(check->dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(check->dev, foreign))
		return dmacheck_fail(check, -EBADMSG,
				     "refused: a page could not be mapped");
	if (PFN_DOWN(foreign) != mfn) {
		dma_unmap_page(check->dev, foreign, PAGE_SIZE, DMA_FROM_DEVICE);
		return dmacheck_fail(check, -ENODATA,
				     "no page that the device reaches");
	}
	before = dmacheck_slots_used(check->dev);
	after = before;
	ret = set_m2p(check, mfn, slot);
	is_mapped = ret;
	if (!ret)
		ret = use_foreign(check, bounced, foreign, &after);
	/* The lie may have been taken and not be seen: it ends in any case. */
	end = set_m2p(check, mfn, pfn);
	ret = ret ? ret : end;
	if (is_mapped)
		dma_unmap_page(check->dev, foreign, PAGE_SIZE, DMA_FROM_DEVICE);
	if (!ret && after != before)
		ret = dmacheck_fail(check, -EBADMSG,
				    "foreign frame: taken for a bounce slot, unmapping it changed the slots in use from %lu to %lu",
				    before, after);
	return ret;
}

static int with_page(struct dmacheck *check, struct dmacheck_mapping *bounced)
{
	struct page *page = alloc_page(GFP_KERNEL | GFP_DMA32);
	int ret;

	if (!page)
		return dmacheck_fail(check, -ENOMEM, "memory for a page");
	/* With 64 bits the device reaches it, wherever it is. */
	ret = dma_set_mask(check->dev, DMA_BIT_MASK(64));
	if (!ret)
		ret = lie(check, bounced, page);
	__free_page(page);
	return ret;
}

static int with_slot(struct dmacheck *check)
{
	struct dmacheck_mapping *map = &check->maps[0];
	int ret;

	dmacheck_part(check, 0, true);
	ret = dmacheck_single(check, map, DMA_FROM_DEVICE);
	if (ret)
		return ret;
	ret = dmacheck_address(check, map);
	if (!ret && !map->bounced)
		ret = dmacheck_fail(check, -ENODATA, "nothing has to bounce");
	if (!ret)
		ret = with_page(check, map);
	dma_unmap_single(check->dev, map->dma, map->size, DMA_FROM_DEVICE);
	return ret;
}

/**
 * dmacheck_foreign() - case foreign
 * @check: parameters in; counts and message out
 *
 * Return: 0; -EBADMSG a rule is broken; -ENODEV not in a Xen PV domain, or Xen
 * does not allow it; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_foreign(struct dmacheck *check)
{
	int ret;

	if (!xen_pv_domain())
		return dmacheck_fail(check, -ENODEV, "no Xen PV domain, no m2p");
	ret = dmacheck_buffers_get(check, check->run->size);
	return ret ? ret : with_slot(check);
}

#else

/**
 * dmacheck_foreign() - case foreign, where there is no Xen
 * @check: message out
 *
 * Return: -ENODEV.
 */
int dmacheck_foreign(struct dmacheck *check)
{
	return dmacheck_fail(check, -ENODEV, "no Xen PV domain, no m2p");
}

#endif
