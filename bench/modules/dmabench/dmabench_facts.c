// SPDX-License-Identifier: GPL-2.0-only
/*
 * What really runs here: from these facts the user of the module concludes
 * which design he measured.
 */

#include <linux/dma-map-ops.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/string.h>
#include <linux/swiotlb.h>
#include <asm/tsc.h>

#include "dmabench_internal.h"

/** SAMPLE_PAGES - pages looked at on each memory node */
#define SAMPLE_PAGES	4096
/** PROBE_PAGES - pages tried to find one that lies elsewhere by p2m */
#define PROBE_PAGES	256

static void facts_ops(struct dmabench_facts *facts, struct device *dev)
{
	const struct dma_map_ops *ops = get_dma_ops(dev);

	if (!ops)
		return;
#ifdef DMABENCH_HAS_MAP_PHYS
	if (ops->map_phys)
		scnprintf(facts->ops, sizeof(facts->ops), "%ps", ops->map_phys);
#else
	if (ops->map_page)
		scnprintf(facts->ops, sizeof(facts->ops), "%ps", ops->map_page);
#endif
}

static void facts_pool(struct dmabench_facts *facts, struct device *dev)
{
	phys_addr_t start;
	size_t bytes = dma_swiotlb_bounds(dev, &start);

	facts->force_bounce = is_swiotlb_force_bounce(dev);
	if (!bytes)
		return;
#ifdef CONFIG_SWIOTLB
	facts->pool_slots = dev->dma_io_tlb_mem->nslabs;
#endif
	facts->pool_start = start;
	facts->pool_end = start + bytes;
}

static void facts_pages(struct dmabench_facts *facts)
{
	int nid;

	for_each_online_node(nid) {
		unsigned long pfn = node_start_pfn(nid);
		unsigned long end = node_end_pfn(nid);
		unsigned long step = (end - pfn) / SAMPLE_PAGES + 1;

		for (; pfn < end; pfn += step) {
			phys_addr_t machine;

			if (!pfn_valid(pfn) || !page_is_ram(pfn))
				continue;
			machine = dmabench_machine(pfn_to_page(pfn));
			/* A page given back to Xen has no machine frame. */
			if (machine == PFN_PHYS(~0ul))
				continue;
			facts->pages++;
			facts->pages_moved += machine != PFN_PHYS(pfn);
		}
		cond_resched();
	}
}

/* A page of another machine than physical address, if there is one. */
static void facts_probe(struct dmabench_facts *facts, struct device *dev)
{
	struct page *page, *next;
	LIST_HEAD(pages);
	dma_addr_t addr;
	unsigned int i;

	for (i = 0; i < PROBE_PAGES; i++) {
		page = alloc_page(GFP_KERNEL | __GFP_NOWARN);
		if (!page)
			break;
		list_add(&page->lru, &pages);
		facts->probe_phys = page_to_phys(page);
		facts->probe_machine = dmabench_machine(page);
		if (facts->probe_machine != facts->probe_phys)
			break;
	}
	facts->probe_dma = DMA_MAPPING_ERROR;
	page = list_first_entry_or_null(&pages, struct page, lru);
	if (page) {
		addr = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
		if (!dma_mapping_error(dev, addr)) {
			facts->probe_dma = addr;
			dma_unmap_page(dev, addr, PAGE_SIZE, DMA_TO_DEVICE);
		}
	}
	list_for_each_entry_safe(page, next, &pages, lru)
		__free_page(page);
}

/**
 * dmabench_facts() - find out what runs here
 * @pdev: bound function, with a 64-bit DMA mask
 * @facts: out
 */
void dmabench_facts(struct pci_dev *pdev, struct dmabench_facts *facts)
{
	struct device *dev = &pdev->dev;

	*facts = (struct dmabench_facts){
		.abi = DMABENCH_ABI,
		.xen_pv = xen_pv_domain(),
		.initial_domain = xen_initial_domain(),
		.required_mask = dma_get_required_mask(dev),
		.max_mapping_size = dma_max_mapping_size(dev),
		.tsc_khz = tsc_khz,
	};
	strscpy(facts->device, pci_name(pdev), sizeof(facts->device));
	facts_ops(facts, dev);
	facts_pool(facts, dev);
	facts_pages(facts);
	facts_probe(facts, dev);
	dmabench_facts_p2m(facts);
	dmabench_facts_dma32(facts);
}
