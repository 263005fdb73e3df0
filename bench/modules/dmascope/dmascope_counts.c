// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counts: cleared when a window is opened, added up when it has been closed.
 */

#include <linux/cpumask.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/timex.h>

#include "dmascope_internal.h"

/* Ticks between two readings, which two CPUs may have taken. */
static u64 elapsed(u64 from, u64 to)
{
	return to > from ? to - from : 0;
}

/**
 * scope_counts_clear() - begin to count from nothing
 */
void scope_counts_clear(void)
{
	u64 now = get_cycles();
	unsigned int i;
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&scope_cpu, cpu), 0, sizeof(scope_cpu));
	memset(scope_window.level, 0, sizeof(scope_window.level));
	for (i = 0; i < SCOPE_LEVELS; i++)
		atomic64_set(&scope_window.level[i].since, now);
	scope_window.began = now;
}

static void add_entries(struct dmascope_counts *counts,
			const u64 (*entries)[2])
{
	unsigned int reason;

	for (reason = 0; reason < DMABENCH_REASONS; reason++) {
		counts->entries += entries[reason][0] + entries[reason][1];
		counts->bounced += entries[reason][1];
		if (reason != DMABENCH_NONE)
			counts->missed += entries[reason][0];
	}
	counts->forced += entries[DMABENCH_FORCED][1];
	counts->mask += entries[DMABENCH_MASK][1];
	counts->contiguity += entries[DMABENCH_CONTIGUITY][1];
	counts->unexplained += entries[DMABENCH_NONE][1];
}

static void add_array(u64 *sum, const u64 *array, unsigned int count)
{
	while (count--)
		*sum++ += *array++;
}

static void add_cpu(struct dmascope_counts *counts, const struct scope_cpu *cpu)
{
	counts->maps += cpu->single_maps + cpu->sg_maps;
	counts->sg_maps += cpu->sg_maps;
	counts->unmaps += cpu->single_unmaps + cpu->sg_unmaps;
	counts->syncs += cpu->syncs;
	counts->failed += cpu->failed;
	counts->unmapped_entries += cpu->single_unmaps + cpu->sg_unmapped;
	counts->stray += cpu->stray;
	counts->bounced_bytes += cpu->bounced_bytes;
	counts->copied_bytes += cpu->copied_bytes;
	counts->swiotlb_bounced += cpu->swiotlb_bounced;
	counts->failed_bounced += cpu->failed_bounced;
	counts->refused_entries += cpu->refused_entries;
	counts->unannounced += cpu->unannounced;
	counts->allocs += cpu->allocs;
	counts->frees += cpu->frees;
	counts->alloc_failed += cpu->alloc_failed;
	add_entries(counts, cpu->entries);
	add_array(counts->bytes, cpu->bytes, ARRAY_SIZE(cpu->bytes));
	add_array(counts->sizes, cpu->sizes, DMASCOPE_SIZES);
	add_array(counts->live.time, cpu->time[SCOPE_LIVE], DMASCOPE_LEVELS);
	add_array(counts->slots.time, cpu->time[SCOPE_SLOTS], DMASCOPE_LEVELS);
	/* No mapping came after the last of them. */
	counts->refused_entries += cpu->all_pending;
}

static void read_level(struct dmascope_level *result, enum scope_which which)
{
	struct scope_level *level = &scope_window.level[which];
	long low = atomic_long_read(&level->low);

	result->before = -low;
	result->now = atomic_long_read(&level->now) - low;
	result->high = atomic_long_read(&level->high) - low;
}

/**
 * scope_counts_sum() - add up what all CPUs have counted
 * @counts: out
 * @ended: TSC when the window ended; no probe runs any more
 */
void scope_counts_sum(struct dmascope_counts *counts, u64 ended)
{
	unsigned int which;
	int cpu;

	preempt_disable();
	for (which = 0; which < SCOPE_LEVELS; which++)
		scope_level_spend(which,
				  atomic_long_read(&scope_window.level[which].now),
				  ended);
	preempt_enable();
	memset(counts, 0, sizeof(*counts));
	for_each_possible_cpu(cpu)
		add_cpu(counts, per_cpu_ptr(&scope_cpu, cpu));
	read_level(&counts->live, SCOPE_LIVE);
	read_level(&counts->slots, SCOPE_SLOTS);
	counts->ticks = elapsed(scope_window.began, ended);
}
