// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loop of a run. Nothing here is timed but the functions of
 * dmabench_time.c; recording, comparing and scheduling lie between them.
 */

#include <linux/errno.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include <xen/xen.h>

#include <bouncemark_marks.h>

#include "dmabench_job.h"

/** REST_BYTES - memory mapped between two looks at scheduler and signals */
#define REST_BYTES	SZ_1M
/** REST_MOST - iterations between them at most */
#define REST_MOST	64u

/* Record the window that was closed last. @series: a constant. */
static __always_inline void record(struct dmabench_job *job,
				   const unsigned int series, u64 ticks)
{
	struct dmabench_sample *sample = &job->samples[series];

	bouncemark_mark(MARK_RECORD + series);
	sample->count++;
	sample->sum += ticks;
	if (ticks < sample->min)
		sample->min = ticks;
	if (ticks > sample->max)
		sample->max = ticks;
	sample->hist[dmabench_bucket_index(ticks)]++;
}

/* Compare what was mapped with what the oracle says. */
static void tally(struct dmabench_job *job, const struct dmabench_slot *slot)
{
	const struct dmabench_piece *piece;
	u32 nents = job->p->nents;
	u32 i;

	piece = &job->buffers.pieces[slot->buffer * nents];
	if (!job->buffers.sg) {
		job->tally[piece->reason][slot->addr != piece->machine]++;
		return;
	}
	for (i = 0; i < nents; i++) {
		struct scatterlist *sg = &job->buffers.sg[slot->buffer * nents + i];

		job->tally[piece[i].reason]
			  [sg_dma_address(sg) != piece[i].machine]++;
	}
}

/*
 * Was the memory of an allocation of another place than the one wanted? In a Xen PV
 * domain what lies beyond the mask is exchanged, and marked. Natively the page
 * allocator is asked for what the device reaches, whatever the place: that is the
 * same work for the driver. Coherent memory does not bounce: its address is where it
 * lies.
 */
static bool is_misplaced(const struct dmabench_params *p,
			 const struct dmabench_slot *slot)
{
	bool high = p->place == DMABENCH_PLACE_HIGH;
	bool beyond = high && p->mask_bits <= 32;

	if (p->place == DMABENCH_PLACE_ANY)
		return false;
	if (xen_pv_domain() &&
	    PageXenRemapped(virt_to_page(slot->virt)) != beyond)
		return true;
	return (slot->addr >= SZ_4G) != (high && !beyond);
}

/* begin() of the operations that make their memory themselves. */
static noinline u64 begin_own(struct dmabench_job *job,
			      struct dmabench_slot *slot)
{
	struct page *page;
	u64 ticks;

	if (job->p->op == DMABENCH_PAGES) {
		ticks = dmabench_time_alloc_pages(job->p->size, &page);
		slot->virt = page;
	} else {
		ticks = dmabench_time_alloc(job->dev, job->p->size, &slot->addr,
					    &slot->virt);
		if (slot->virt)
			job->misplaced += is_misplaced(job->p, slot);
	}
	slot->live = slot->virt;
	return ticks;
}

/*
 * Begin an operation on a slot that is not live; it is live afterwards unless
 * the operation failed. Returns ticks.
 */
static u64 begin(struct dmabench_job *job, struct dmabench_slot *slot)
{
	const struct dmabench_params *p = job->p;
	const struct dmabench_piece *piece;
	struct dmabench_mapped mapped;
	struct scatterlist *sg;
	int segments;
	u64 ticks;

	if (dmabench_allocates(p->op))
		return begin_own(job, slot);

	slot->buffer = job->next;
	if (++job->next == p->buffers)
		job->next = 0;

	if (p->op == DMABENCH_MAP_SG) {
		sg = &job->buffers.sg[slot->buffer * p->nents];
		ticks = dmabench_time_map_sg(job->dev, sg, p->nents, p->dir,
					     &segments);
		slot->live = segments > 0;
		return ticks;
	}

	piece = &job->buffers.pieces[slot->buffer];
	if (p->op == DMABENCH_MAP_PAGE)
		mapped = dmabench_time_map_page(job->dev,
						virt_to_page(piece->virt),
						p->offset, p->size, p->dir);
	else
		mapped = dmabench_time_map_single(job->dev, piece->virt,
						  p->size, p->dir);
	slot->addr = mapped.addr;
	slot->live = !dma_mapping_error(job->dev, mapped.addr);
	return mapped.ticks;
}

/* end() of the operations that make their memory themselves. */
static noinline u64 end_own(struct dmabench_job *job,
			    struct dmabench_slot *slot)
{
	if (job->p->op == DMABENCH_PAGES)
		return dmabench_time_free_pages(job->p->size, slot->virt);
	return dmabench_time_free(job->dev, job->p->size, slot->virt, slot->addr);
}

/* End the operation of a live slot. Returns ticks. */
static u64 end(struct dmabench_job *job, struct dmabench_slot *slot)
{
	const struct dmabench_params *p = job->p;
	struct scatterlist *sg;

	slot->live = false;
	if (dmabench_allocates(p->op))
		return end_own(job, slot);
	switch (p->op) {
	case DMABENCH_MAP_SG:
		sg = &job->buffers.sg[slot->buffer * p->nents];
		return dmabench_time_unmap_sg(job->dev, sg, p->nents, p->dir);
	case DMABENCH_MAP_PAGE:
		return dmabench_time_unmap_page(job->dev, slot->addr, p->size,
						p->dir);
	default:
		return dmabench_time_unmap_single(job->dev, slot->addr, p->size,
						  p->dir);
	}
}

static void end_oldest(struct dmabench_job *job)
{
	struct dmabench_slot *slot = &job->ring[job->head];
	u64 ticks;

	if (!slot->live)
		return;
	ticks = end(job, slot);
	if (slot->timed)
		record(job, 1, ticks);
}

static struct dmabench_slot *advance(struct dmabench_job *job)
{
	struct dmabench_slot *slot = &job->ring[job->head];

	if (++job->head == job->depth)
		job->head = 0;
	return slot;
}

/* One iteration of every operation but sync. */
static void iterate_ring(struct dmabench_job *job)
{
	struct dmabench_slot *slot = advance(job);
	u64 ticks = begin(job, slot);

	slot->timed = job->timed;
	if (job->timed && slot->live) {
		record(job, 0, ticks);
		if (job->buffers.pieces)
			tally(job, slot);
	} else if (job->timed) {
		job->samples[0].failed++;
	}
	end_oldest(job);
}

/* One iteration of sync, on a mapping that stays. */
static void iterate_sync(struct dmabench_job *job)
{
	const struct dmabench_params *p = job->p;
	struct dmabench_slot *slot = advance(job);
	u64 ticks;

	ticks = dmabench_time_sync_for_cpu(job->dev, slot->addr, p->size,
					   p->dir);
	if (job->timed)
		record(job, 0, ticks);
	ticks = dmabench_time_sync_for_device(job->dev, slot->addr, p->size,
					      p->dir);
	if (job->timed)
		record(job, 1, ticks);
}

/* Make the mappings that sync works on. */
static int prepare_sync(struct dmabench_job *job, struct dmabench_run *run)
{
	u32 i, live = 0;

	for (i = 0; i < job->depth; i++) {
		struct dmabench_slot *slot = &job->ring[live];

		begin(job, slot);
		if (slot->live) {
			tally(job, slot);
			live++;
		} else {
			job->samples[0].failed++;
		}
	}
	if (!live)
		return dmabench_fail(run, -EIO,
				     "depth %u: none of the mappings to sync could be made",
				     job->depth);
	job->depth = live;
	return 0;
}

/* End all that is outstanding, the oldest first. */
static void drain(struct dmabench_job *job)
{
	unsigned long flags = 0;
	u32 i;

	for (i = 0; i < job->depth; i++) {
		if (job->p->irqs_off)
			local_irq_save(flags);
		end_oldest(job);
		if (job->p->irqs_off)
			local_irq_restore(flags);
		advance(job);
		cond_resched();
	}
}

static void iterate(struct dmabench_job *job)
{
	unsigned long flags = 0;

	if (job->p->irqs_off)
		local_irq_save(flags);
	if (job->p->op == DMABENCH_SYNC)
		iterate_sync(job);
	else
		iterate_ring(job);
	/* Of the warm-up none is the last: it counts down from 2^32. */
	if (--job->until_probe == 0) {
		job->until_probe = DMABENCH_PROBE_EVERY;
		record(job, DMABENCH_SERIES, dmabench_time_nothing());
	}
	if (job->p->irqs_off)
		local_irq_restore(flags);
}

/* All iterations. Returns false when a fatal signal ended them. */
static bool iterate_all(struct dmabench_job *job, u64 *started)
{
	const struct dmabench_params *p = job->p;
	u32 every = clamp((u32)REST_BYTES / (p->size * p->nents), 1u, REST_MOST);
	u32 until_rest = every;
	u64 left;

	for (left = p->warmup + p->count; left; left--) {
		if (left == p->count) {
			*started = ktime_get_ns();
			job->timed = true;
			job->until_probe = 1;
		}
		iterate(job);
		if (--until_rest)
			continue;
		until_rest = every;
		cond_resched();
		if (fatal_signal_pending(current))
			return false;
	}
	return true;
}

/**
 * dmabench_loop() - do all iterations of a run
 * @job: memory, ring and empty samples in; samples and tally out
 * @run: duration out, message out on error
 *
 * The mapping of every timed iteration is unmapped in a timed window too, also
 * at the end. No mapping is left, whatever is returned.
 *
 * Return: 0; -EIO: none of the mappings that sync needs could be made; -EINTR:
 * a fatal signal.
 */
int dmabench_loop(struct dmabench_job *job, struct dmabench_run *run)
{
	bool sync = job->p->op == DMABENCH_SYNC;
	u64 started = 0;
	bool complete;
	int ret;

	if (sync) {
		ret = prepare_sync(job, run);
		if (ret)
			return ret;
	}
	complete = iterate_all(job, &started);
	if (!sync)
		drain(job);
	run->nsecs = ktime_get_ns() - started;
	if (sync)
		drain(job);
	if (!complete)
		return dmabench_fail(run, -EINTR, "interrupted by a signal");
	return 0;
}
