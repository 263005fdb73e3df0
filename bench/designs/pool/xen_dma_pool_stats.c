// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statistics: counted by each CPU for itself, added up when somebody reads
 * /sys/kernel/debug/xen_dma_pool/.
 */

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/stddef.h>

#include "xen_dma_pool_internal.h"

DEFINE_PER_CPU(struct xen_pool_stats, xen_pool_stats);

static struct dentry *folder;

/**
 * xen_dma_pool_used() - how much of the pool is in use
 *
 * The areas are looked at one after the other; what is mapped and unmapped
 * meanwhile may be counted or not.
 *
 * Return: slots of XEN_POOL_SLOT bytes.
 */
unsigned long xen_dma_pool_used(void)
{
	unsigned long used = 0;
	unsigned int i;

	for (i = 0; i < xen_pool.nareas; i++)
		used += READ_ONCE(xen_pool.areas[i].used);
	return used;
}
EXPORT_SYMBOL_GPL(xen_dma_pool_used);

/**
 * xen_dma_pool_slots() - how large the pool is
 *
 * Return: slots of XEN_POOL_SLOT bytes.
 */
unsigned long xen_dma_pool_slots(void)
{
	return (unsigned long)xen_pool.nsets * XEN_POOL_SLOTS;
}
EXPORT_SYMBOL_GPL(xen_dma_pool_slots);

static int counter_get(void *data, u64 *value)
{
	size_t member = (size_t)data;
	int cpu;

	*value = 0;
	for_each_possible_cpu(cpu) {
		void *stats = per_cpu_ptr(&xen_pool_stats, cpu);

		*value += READ_ONCE(*(u64 *)(stats + member));
	}
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(counter_fops, counter_get, NULL, "%llu\n");

static int slots_get(void *data, u64 *value)
{
	*value = xen_dma_pool_slots();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(slots_fops, slots_get, NULL, "%llu\n");

static int used_get(void *data, u64 *value)
{
	*value = xen_dma_pool_used();
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(used_fops, used_get, NULL, "%llu\n");

/*
 * The sum of what each area had in use at most, each at a time of its own. One
 * number for all would be exact, but all CPUs would write to it.
 */
static int hiwater_get(void *data, u64 *value)
{
	unsigned int i;

	*value = 0;
	for (i = 0; i < xen_pool.nareas; i++)
		*value += READ_ONCE(xen_pool.areas[i].hiwater);
	return 0;
}

/* 0 starts over. */
static int hiwater_set(void *data, u64 value)
{
	unsigned long flags;
	unsigned int i;

	if (value)
		return -EINVAL;
	for (i = 0; i < xen_pool.nareas; i++) {
		struct xen_pool_area *area = &xen_pool.areas[i];

		spin_lock_irqsave(&area->lock, flags);
		area->hiwater = area->used;
		spin_unlock_irqrestore(&area->lock, flags);
	}
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(hiwater_fops, hiwater_get, hiwater_set, "%llu\n");

static void __init counter_create(const char *name, size_t member)
{
	debugfs_create_file(name, 0444, folder, (void *)member, &counter_fops);
}

/**
 * xen_pool_stats_init() - show the statistics of the pool, which exists
 */
void __init xen_pool_stats_init(void)
{
	folder = debugfs_create_dir("xen_dma_pool", NULL);
	debugfs_create_file("slots", 0444, folder, NULL, &slots_fops);
	debugfs_create_file("used", 0444, folder, NULL, &used_fops);
	debugfs_create_file("used_hiwater", 0644, folder, NULL, &hiwater_fops);
	counter_create("mapped", offsetof(struct xen_pool_stats, mapped));
	counter_create("bounced_mask",
		       offsetof(struct xen_pool_stats, bounced[XEN_POOL_MASK]));
	counter_create("bounced_contiguity",
		       offsetof(struct xen_pool_stats,
				bounced[XEN_POOL_CONTIGUITY]));
	counter_create("bounced_bytes",
		       offsetof(struct xen_pool_stats, bounced_bytes));
	counter_create("failed", offsetof(struct xen_pool_stats, failed));
}

/**
 * xen_pool_stats_exit() - show them no longer; the pool still exists
 */
void xen_pool_stats_exit(void)
{
	debugfs_remove_recursive(folder);
}
