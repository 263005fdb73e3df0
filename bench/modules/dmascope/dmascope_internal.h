/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the dmascope module share.
 */
#ifndef DMASCOPE_INTERNAL_H
#define DMASCOPE_INTERNAL_H

#include <linux/atomic.h>
#include <linux/device.h>
#include <linux/percpu.h>
#include <linux/timex.h>
#include <linux/types.h>

#include <dma_reason.h>
#include <dmascope.h>
#include <xen_dma_pool.h>

/** SCOPE_CONTEXTS - task, softirq, hardirq, NMI: each maps one thing at a time */
#define SCOPE_CONTEXTS	4

/**
 * enum scope_which - whose level it is
 * @SCOPE_LIVE: entries that are mapped
 * @SCOPE_SLOTS: slots they take
 * @SCOPE_LEVELS: how many there are
 */
enum scope_which { SCOPE_LIVE, SCOPE_SLOTS, SCOPE_LEVELS };

/**
 * struct scope_cpu - what one CPU has counted; each member is changed by it alone,
 *	in one instruction, so that an interrupt does not matter
 * @single_maps: as all below: see struct dmascope_counts
 * @sg_maps: and so on
 * @single_unmaps: and so on
 * @sg_unmaps: and so on
 * @sg_unmapped: entries of scatterlists
 * @syncs: and so on
 * @failed: and so on
 * @entries: by enum dmabench_reason, and whether they bounced
 * @stray: and so on
 * @bytes: by direction
 * @bounced_bytes: and so on
 * @copied_bytes: and so on
 * @swiotlb_bounced: and so on
 * @failed_bounced: and so on
 * @refused_entries: and so on
 * @unannounced: and so on
 * @allocs: and so on
 * @frees: and so on
 * @alloc_failed: and so on
 * @sizes: and so on
 * @time: of each level
 * @pending: by context: events whose mapping has not been seen yet
 * @all_pending: their sum
 */
struct scope_cpu {
	u64 single_maps;
	u64 sg_maps;
	u64 single_unmaps;
	u64 sg_unmaps;
	u64 sg_unmapped;
	u64 syncs;
	u64 failed;
	u64 entries[DMABENCH_REASONS][2];
	u64 stray;
	u64 bytes[3];
	u64 bounced_bytes;
	u64 copied_bytes;
	u64 swiotlb_bounced;
	u64 failed_bounced;
	u64 refused_entries;
	u64 unannounced;
	u64 allocs;
	u64 frees;
	u64 alloc_failed;
	u64 sizes[DMASCOPE_SIZES];
	u64 time[SCOPE_LEVELS][DMASCOPE_LEVELS];
	u64 pending[SCOPE_CONTEXTS];
	u64 all_pending;
};

DECLARE_PER_CPU(struct scope_cpu, scope_cpu);

/**
 * struct scope_level - a number that all CPUs change
 * @now: taken less given back since the window began; may be negative
 * @low: least that @now was, at most 0
 * @high: most that it was, at least 0
 * @since: TSC when it changed last
 *
 * One for all CPUs, because memory that one CPU has mapped another one unmaps.
 */
struct scope_level {
	atomic_long_t now;
	atomic_long_t low;
	atomic_long_t high;
	atomic64_t since;
} ____cacheline_aligned_in_smp;

/**
 * struct scope_window - the one window
 * @on: events count; all else is set before and kept until the last of them
 * @dev: device that counts; NULL: all
 * @owns: xen_dma_pool_owns() when that module is there, or NULL
 * @pool_start: else where swiotlb's pool begins, as Linux numbers memory
 * @pool_size: its bytes
 * @began: TSC
 * @level: by enum scope_which
 */
struct scope_window {
	bool on;
	struct device *dev;
	bool (*owns)(phys_addr_t phys, size_t size);
	phys_addr_t pool_start;
	size_t pool_size;
	u64 began;
	struct scope_level level[SCOPE_LEVELS];
};

extern struct scope_window scope_window;

/* dmascope_counts.c */
void scope_counts_clear(void);
void scope_counts_sum(struct dmascope_counts *counts, u64 ended);

/* dmascope_levels.c */
void scope_level_spend(enum scope_which which, long value, u64 now);
void scope_level_extend(struct scope_level *level, long value);

/**
 * scope_level_change() - more is mapped, or less
 * @which: whose level
 * @by: how much; negative: so much less
 *
 * Context: preemption off.
 */
static __always_inline void scope_level_change(enum scope_which which, long by)
{
	struct scope_level *level = &scope_window.level[which];
	long now = atomic_long_add_return(by, &level->now);

	scope_level_spend(which, now - by, get_cycles());
	if (unlikely(now > atomic_long_read(&level->high) ||
		     now < atomic_long_read(&level->low)))
		scope_level_extend(level, now);
}

/* dmascope_probes.c: see the tracepoints of these names */
void scope_map_page(void *data, struct device *dev, phys_addr_t phys,
		    dma_addr_t dma, size_t size, enum dma_data_direction dir,
		    unsigned long attrs);
void scope_map_sg(void *data, struct device *dev, struct scatterlist *sgl,
		  int nents, int ents, enum dma_data_direction dir,
		  unsigned long attrs);
void scope_unmap_page(void *data, struct device *dev, dma_addr_t dma,
		      size_t size, enum dma_data_direction dir,
		      unsigned long attrs);
void scope_unmap_sg(void *data, struct device *dev, struct scatterlist *sgl,
		    int nents, enum dma_data_direction dir, unsigned long attrs);
void scope_sync_single_for_cpu(void *data, struct device *dev, dma_addr_t dma,
			       size_t size, enum dma_data_direction dir);
void scope_sync_single_for_device(void *data, struct device *dev,
				  dma_addr_t dma, size_t size,
				  enum dma_data_direction dir);
void scope_sync_sg_for_cpu(void *data, struct device *dev,
			   struct scatterlist *sgl, int nents,
			   enum dma_data_direction dir);
void scope_sync_sg_for_device(void *data, struct device *dev,
			      struct scatterlist *sgl, int nents,
			      enum dma_data_direction dir);
void scope_swiotlb_bounced(void *data, struct device *dev, dma_addr_t dma,
			   size_t size);
void scope_alloc(void *data, struct device *dev, void *virt);
void scope_free(void *data, struct device *dev, void *virt);

/* dmascope_events.c */
int scope_events_find(void);
int scope_events_attach(void);
void scope_events_detach(void);

#endif /* DMASCOPE_INTERNAL_H */
