// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's tracepoints: finding them, attaching to them, and letting go.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#ifdef DMASCOPE_HAS_EVENTS
#include <trace/events/dma.h>
#include <trace/events/swiotlb.h>
#endif

#include "dmascope_internal.h"

/**
 * struct scope_event - a tracepoint that counts
 * @name: its name
 * @probe: what it calls
 * @fits: the probe takes what the tracepoint passes
 * @optional: some releases do not have it
 * @point: it; NULL if this kernel does not have it
 */
struct scope_event {
	const char *name;
	void *probe;
	bool fits;
	bool optional;
	struct tracepoint *point;
};

#ifdef DMASCOPE_HAS_EVENTS
/* All arguments have the types that this kernel passes. */
#define EVENT(name_, probe_) {						\
	.name = #name_,							\
	.probe = probe_,						\
	.fits = __same_type(check_trace_callback_type_##name_,		\
			    void (typeof(probe_) *)),			\
}
#else
#define EVENT(name_, probe_) { .name = #name_, .probe = probe_ }
#endif
/* The first ones have, and the probe does not look at the others. */
#define EVENT_OF(name_, probe_, optional_) {				\
	.name = #name_,							\
	.probe = probe_,						\
	.fits = true,							\
	.optional = optional_,						\
}

static struct scope_event events[] = {
	EVENT(swiotlb_bounced, scope_swiotlb_bounced),
	EVENT(dma_map_page, scope_map_page),
	EVENT(dma_map_sg, scope_map_sg),
	EVENT(dma_unmap_page, scope_unmap_page),
	EVENT(dma_unmap_sg, scope_unmap_sg),
	EVENT(dma_sync_single_for_cpu, scope_sync_single_for_cpu),
	EVENT(dma_sync_single_for_device, scope_sync_single_for_device),
	EVENT(dma_sync_sg_for_cpu, scope_sync_sg_for_cpu),
	EVENT(dma_sync_sg_for_device, scope_sync_sg_for_device),
	EVENT_OF(dma_alloc, scope_alloc, false),
	EVENT_OF(dma_free, scope_free, false),
	EVENT_OF(dma_alloc_pages, scope_alloc, true),
	EVENT_OF(dma_free_pages, scope_free, true),
};

static void look_at(struct tracepoint *point, void *data)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(events); i++)
		if (!strcmp(point->name, events[i].name))
			events[i].point = point;
}

/**
 * scope_events_find() - find the tracepoints
 *
 * Return: 0; -EOPNOTSUPP: this kernel lacks one, or it is another.
 */
int scope_events_find(void)
{
	unsigned int i;

	for_each_kernel_tracepoint(look_at, NULL);
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		const struct scope_event *event = &events[i];

		if (!event->point && !event->optional) {
			pr_err("this kernel has no tracepoint %s\n",
			       event->name);
			return -EOPNOTSUPP;
		}
		if (!event->fits) {
			pr_err("this kernel's tracepoint %s has other arguments\n",
			       event->name);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static void detach(unsigned int count)
{
	while (count--)
		if (events[count].point)
			tracepoint_probe_unregister(events[count].point,
						    events[count].probe, NULL);
	tracepoint_synchronize_unregister();
}

/**
 * scope_events_attach() - have the probes called
 *
 * Return: 0 or a negative error number, and none is attached.
 */
int scope_events_attach(void)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(events); i++) {
		if (!events[i].point)
			continue;
		ret = tracepoint_probe_register(events[i].point,
						events[i].probe, NULL);
		if (ret) {
			detach(i);
			return ret;
		}
	}
	return 0;
}

/**
 * scope_events_detach() - have them called no longer; none runs any more
 */
void scope_events_detach(void)
{
	detach(ARRAY_SIZE(events));
}
