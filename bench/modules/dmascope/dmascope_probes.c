// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probes. Tracepoints call them with preemption off; an interrupt may come in
 * between. They take no lock, allocate nothing and do not divide.
 */

#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/preempt.h>
#include <linux/scatterlist.h>

#include "dmascope_internal.h"

#define SLOT_BITS	11
#define SLOT_BYTES	BIT(SLOT_BITS)

/* swiotlb's slots and those of xen_dma_pool are of the same size. */
static_assert(SLOT_BITS == IO_TLB_SHIFT);

DEFINE_PER_CPU(struct scope_cpu, scope_cpu);

/* Does what @dev does count? */
static __always_inline bool counts(const struct device *dev)
{
	/* What is set before it is seen after it. */
	return smp_load_acquire(&scope_window.on) &&
	       (!scope_window.dev || scope_window.dev == dev);
}

/* Does a device that sees this address see the pool? */
static __always_inline bool in_pool(dma_addr_t dma)
{
	unsigned long pfn = dma_local_pfn(dma);

	if (unlikely(scope_window.owns))
		return pfn != ~0ul && scope_window.owns(PFN_PHYS(pfn), 1);
	return PFN_PHYS(pfn) - scope_window.pool_start < scope_window.pool_size;
}

/* Slots that a mapping in the pool takes. */
static unsigned int slots_of(struct device *dev, dma_addr_t dma, size_t size)
{
	/* What the device wants left out of the first slot. */
	size_t offset = dma & dma_get_min_align_mask(dev) & (SLOT_BYTES - 1);

	return (offset + size + SLOT_BYTES - 1) >> SLOT_BITS;
}

static __always_inline unsigned int size_index(size_t size)
{
	unsigned int bits = fls64((size - 1) | (BIT(DMASCOPE_SIZE_BITS) - 1));

	return min(bits - DMASCOPE_SIZE_BITS, DMASCOPE_SIZES - 1u);
}

/**
 * struct sum - what one call has mapped or unmapped
 * @entries: pieces of memory
 * @bounced: of them bounced
 * @slots: slots they take
 */
struct sum {
	unsigned int entries;
	unsigned int bounced;
	unsigned int slots;
};

/* An entry bounced. Returns the slots it takes, 0 if they are not of the pool. */
static noinline unsigned int bounced(struct device *dev, dma_addr_t dma,
				     size_t size)
{
	this_cpu_add(scope_cpu.bounced_bytes, size);
	if (!in_pool(dma)) {
		this_cpu_inc(scope_cpu.stray);
		return 0;
	}
	/* Whatever the direction: the device may write less than all of it. */
	this_cpu_add(scope_cpu.copied_bytes, size);
	return slots_of(dev, dma, size);
}

static __always_inline void add_mapped(struct sum *sum, struct device *dev,
				       phys_addr_t phys, dma_addr_t dma,
				       size_t size, enum dma_data_direction dir)
{
	struct dma_extent extent = dma_extent_of(phys, size);
	enum dmabench_reason reason = dma_extent_reason(&extent, dev);
	bool moved = dma != extent.first;

	this_cpu_inc(scope_cpu.entries[reason][moved]);
	this_cpu_inc(scope_cpu.sizes[size_index(size)]);
	this_cpu_add(scope_cpu.bytes[dir], size);
	sum->entries++;
	if (unlikely(moved)) {
		sum->bounced++;
		sum->slots += bounced(dev, dma, size);
	}
}

/*
 * A call has ended that made @expected of its entries bounce. Events that are left
 * over are of scatterlists that were refused, which nothing else tells of: in one
 * context one call follows the other.
 */
static noinline void settle_events(unsigned int expected)
{
	unsigned int context = interrupt_context_level();
	u64 pending = this_cpu_xchg(scope_cpu.pending[context], 0);

	this_cpu_sub(scope_cpu.all_pending, pending);
	if (pending > expected)
		this_cpu_add(scope_cpu.refused_entries, pending - expected);
	else
		this_cpu_add(scope_cpu.unannounced, expected - pending);
}

static __always_inline void settle(unsigned int expected)
{
	if (unlikely(expected || this_cpu_read(scope_cpu.all_pending)))
		settle_events(expected);
}

static __always_inline void took(const struct sum *sum)
{
	settle(sum->bounced);
	scope_level_change(SCOPE_LIVE, sum->entries);
	if (unlikely(sum->slots))
		scope_level_change(SCOPE_SLOTS, sum->slots);
}

static __always_inline void gave(const struct sum *sum)
{
	scope_level_change(SCOPE_LIVE, -(long)sum->entries);
	if (unlikely(sum->slots))
		scope_level_change(SCOPE_SLOTS, -(long)sum->slots);
}

static noinline void refused(struct device *dev, phys_addr_t phys, size_t size)
{
	struct dma_extent extent = dma_extent_of(phys, size);
	bool had_to = dma_extent_reason(&extent, dev) != DMABENCH_NONE;

	this_cpu_inc(scope_cpu.failed);
	if (had_to)
		this_cpu_inc(scope_cpu.failed_bounced);
	settle(had_to);
}

void scope_map_page(void *data, struct device *dev, phys_addr_t phys,
		    dma_addr_t dma, size_t size, enum dma_data_direction dir,
		    unsigned long attrs)
{
	struct sum sum = { 0 };

	if (!counts(dev))
		return;
	if (unlikely(dma == DMA_MAPPING_ERROR)) {
		refused(dev, phys, size);
		return;
	}
	this_cpu_inc(scope_cpu.single_maps);
	add_mapped(&sum, dev, phys, dma, size, dir);
	took(&sum);
}

void scope_map_sg(void *data, struct device *dev, struct scatterlist *sgl,
		  int nents, int ents, enum dma_data_direction dir,
		  unsigned long attrs)
{
	struct sum sum = { 0 };
	struct scatterlist *sg;
	int i;

	if (!counts(dev))
		return;
	this_cpu_inc(scope_cpu.sg_maps);
	for_each_sg(sgl, sg, nents, i) {
		/* An IOMMU may make one of several: then none is where it was. */
		dma_addr_t dma = ents == nents ? sg_dma_address(sg) :
						 DMA_MAPPING_ERROR;

		add_mapped(&sum, dev, sg_phys(sg), dma, sg->length, dir);
	}
	took(&sum);
}

/* An entry in the pool is unmapped. Returns the slots it took. */
static noinline unsigned int released(struct device *dev, dma_addr_t dma,
				      size_t size, enum dma_data_direction dir,
				      unsigned long attrs)
{
	if (dir != DMA_TO_DEVICE && !(attrs & DMA_ATTR_SKIP_CPU_SYNC))
		this_cpu_add(scope_cpu.copied_bytes, size);
	return slots_of(dev, dma, size);
}

static __always_inline void add_unmapped(struct sum *sum, struct device *dev,
					 dma_addr_t dma, size_t size,
					 enum dma_data_direction dir,
					 unsigned long attrs)
{
	sum->entries++;
	if (unlikely(in_pool(dma)))
		sum->slots += released(dev, dma, size, dir, attrs);
}

void scope_unmap_page(void *data, struct device *dev, dma_addr_t dma,
		      size_t size, enum dma_data_direction dir,
		      unsigned long attrs)
{
	struct sum sum = { 0 };

	if (!counts(dev))
		return;
	this_cpu_inc(scope_cpu.single_unmaps);
	add_unmapped(&sum, dev, dma, size, dir, attrs);
	gave(&sum);
}

void scope_unmap_sg(void *data, struct device *dev, struct scatterlist *sgl,
		    int nents, enum dma_data_direction dir, unsigned long attrs)
{
	struct sum sum = { 0 };
	struct scatterlist *sg;
	int i;

	if (!counts(dev))
		return;
	for_each_sg(sgl, sg, nents, i)
		add_unmapped(&sum, dev, sg_dma_address(sg), sg_dma_len(sg), dir,
			     attrs);
	this_cpu_inc(scope_cpu.sg_unmaps);
	this_cpu_add(scope_cpu.sg_unmapped, sum.entries);
	gave(&sum);
}

static __always_inline void add_synced(dma_addr_t dma, size_t size, bool copies)
{
	if (copies && in_pool(dma))
		this_cpu_add(scope_cpu.copied_bytes, size);
}

void scope_sync_single_for_cpu(void *data, struct device *dev, dma_addr_t dma,
			       size_t size, enum dma_data_direction dir)
{
	if (!counts(dev))
		return;
	this_cpu_inc(scope_cpu.syncs);
	add_synced(dma, size, dir != DMA_TO_DEVICE);
}

void scope_sync_single_for_device(void *data, struct device *dev,
				  dma_addr_t dma, size_t size,
				  enum dma_data_direction dir)
{
	if (!counts(dev))
		return;
	this_cpu_inc(scope_cpu.syncs);
	add_synced(dma, size, dir != DMA_FROM_DEVICE);
}

static void sync_sg(struct device *dev, struct scatterlist *sgl, int nents,
		    bool copies)
{
	struct scatterlist *sg;
	int i;

	if (!counts(dev))
		return;
	this_cpu_inc(scope_cpu.syncs);
	for_each_sg(sgl, sg, nents, i)
		add_synced(sg_dma_address(sg), sg->length, copies);
}

void scope_sync_sg_for_cpu(void *data, struct device *dev,
			   struct scatterlist *sgl, int nents,
			   enum dma_data_direction dir)
{
	sync_sg(dev, sgl, nents, dir != DMA_TO_DEVICE);
}

void scope_sync_sg_for_device(void *data, struct device *dev,
			      struct scatterlist *sgl, int nents,
			      enum dma_data_direction dir)
{
	sync_sg(dev, sgl, nents, dir != DMA_FROM_DEVICE);
}

void scope_swiotlb_bounced(void *data, struct device *dev, dma_addr_t dma,
			   size_t size)
{
	if (!counts(dev))
		return;
	this_cpu_inc(scope_cpu.swiotlb_bounced);
	this_cpu_inc(scope_cpu.pending[interrupt_context_level()]);
	this_cpu_inc(scope_cpu.all_pending);
}

/* Releases differ in what else they pass. */
void scope_alloc(void *data, struct device *dev, void *virt)
{
	if (!counts(dev))
		return;
	if (virt)
		this_cpu_inc(scope_cpu.allocs);
	else
		this_cpu_inc(scope_cpu.alloc_failed);
}

void scope_free(void *data, struct device *dev, void *virt)
{
	if (counts(dev))
		this_cpu_inc(scope_cpu.frees);
}
