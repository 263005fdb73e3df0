/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a run in progress.
 */
#ifndef DMABENCH_JOB_H
#define DMABENCH_JOB_H

#include "dmabench_internal.h"

/**
 * struct dmabench_sample - timings of one series
 * @count: as in struct dmabench_series, and so are the others
 * @failed: operations that reported an error
 * @min: fewest ticks
 * @max: most ticks
 * @sum: all ticks
 * @hist: DMABENCH_BUCKETS counters
 */
struct dmabench_sample {
	u64 count;
	u64 failed;
	u64 min;
	u64 max;
	u64 sum;
	u64 *hist;
};

/**
 * struct dmabench_slot - one operation that may be outstanding
 * @addr: DMA address
 * @virt: coherent memory; for pages the first struct page
 * @buffer: index of the buffer mapped
 * @live: whether it is outstanding
 * @timed: whether it was begun by a timed iteration
 */
struct dmabench_slot {
	dma_addr_t addr;
	void *virt;
	u32 buffer;
	bool live;
	bool timed;
};

/**
 * struct dmabench_job - a run in progress
 * @dev: device
 * @p: parameters
 * @buffers: memory to map
 * @ring: @depth slots; iteration i begins slot i % @depth and ends the slot
 *	after it, which is the oldest
 * @depth: slots in use
 * @head: slot to begin next
 * @next: buffer to map next
 * @misplaced: allocations that were not of the wanted place
 * @until_probe: timed iterations to go until the one that probes
 * @timed: whether the iteration is timed, else it warms up
 * @samples: series 0, series 1, probe
 * @tally: mappings by what they have to do and whether they bounced
 */
struct dmabench_job {
	struct device *dev;
	const struct dmabench_params *p;
	struct dmabench_buffers buffers;
	struct dmabench_slot *ring;
	u32 depth;
	u32 head;
	u32 next;
	u32 misplaced;
	u32 until_probe;
	bool timed;
	struct dmabench_sample samples[DMABENCH_SERIES + 1];
	u64 tally[DMABENCH_REASONS][2];
};

/* dmabench_loop.c */
int dmabench_loop(struct dmabench_job *job, struct dmabench_run *run);

#endif /* DMABENCH_JOB_H */
