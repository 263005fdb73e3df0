// SPDX-License-Identifier: GPL-2.0-only
/*
 * The job's modules deleted and inserted again and again, the device unbound
 * and bound: nothing may be lost on the way.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <dmabench.h>

#include "facts.h"
#include "setup.h"
#include "steps.h"
#include "sys.h"

/* So many fill the kernel's caches before the first look. */
#define WARM_UP 10
/* How often memory is looked at until two looks agree. */
#define LOOKS 10

/*
 * Pages on the page allocator's per-CPU lists, some MiB of them at times. They
 * are free, and not part of MemFree.
 */
static uint64_t pcp_pages(void)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	unsigned long long count;
	uint64_t pages = 0;
	char line[128];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, " count: %llu", &count) == 1)
			pages += count;
	fclose(file);
	return pages;
}

/*
 * Free pages, those of the per-CPU lists with them. Looking takes pages, too, and lists
 * are filled up by dozens: between two looks that agree nothing has moved.
 */
static uint64_t free_kib(void)
{
	uint64_t lists = pcp_pages(), kib = 0;

	for (int i = 0; i < LOOKS; i++) {
		uint64_t before = lists;

		kib = meminfo_kib("MemFree");
		lists = pcp_pages();
		if (lists == before)
			break;
	}
	return kib + 4 * lists;
}

/* What must be the same afterwards. */
struct stock {
	uint64_t free_kib;
	uint64_t swiotlb_used;
	uint64_t pages;
};

static int take_stock(struct stock *stock)
{
	struct dmabench_facts facts;
	int ret;

	memset(stock, 0, sizeof(*stock));
	/* Per-CPU lists and caches back to the page allocator, where they can. */
	write_file("/proc/sys/vm/drop_caches", "3");
	ret = facts_read(&facts);
	if (ret)
		return ret;
	stock->pages = facts.p2m_pages;
	/* Without a pool there is no such file. */
	ret = read_u64(SWIOTLB "io_tlb_used", &stock->swiotlb_used);
	if (ret && ret != -ENOENT)
		return ret;
	stock->free_kib = free_kib();
	return 0;
}

static struct outcome compare(const struct stock *before,
			      const struct stock *after, uint32_t times)
{
	uint64_t lost = before->free_kib > after->free_kib ?
			before->free_kib - after->free_kib : 0;

	if (before->swiotlb_used != after->swiotlb_used)
		return outcome(STATUS_FAIL, "leak: %llu slots in use before, %llu after",
			       (unsigned long long)before->swiotlb_used,
			       (unsigned long long)after->swiotlb_used);
	if (before->pages != after->pages)
		return outcome(STATUS_FAIL, "leak: %llu pages had a machine frame before, %llu after",
			       (unsigned long long)before->pages,
			       (unsigned long long)after->pages);
	/* Half a page each time: less is noise. */
	if (lost >= 2ull * times)
		return outcome(STATUS_FAIL, "leak: %llu KiB less free after %u times",
			       (unsigned long long)lost, times);
	return outcome(STATUS_OK, "%s", "");
}

static int again(struct guest *guest, uint32_t times, char *what, char *why,
		 size_t size)
{
	for (uint32_t i = 0; i < times; i++) {
		int ret = setup_end(guest->job, guest->address, what, why, size);

		if (!ret)
			ret = setup_begin(guest->job, guest->address, what, why,
					  size);
		if (ret)
			return ret;
	}
	return 0;
}

struct outcome step_reload(struct guest *guest, const struct step *step)
{
	char what[JOB_WORD_MAX + 32], why[sizeof(what)];
	uint32_t times = step->times;
	struct stock before, after;

	if (again(guest, WARM_UP, what, why, sizeof(what)))
		return outcome(STATUS_FAIL, "%s: %s", what, why);
	if (take_stock(&before))
		return outcome(STATUS_ERROR, "memory and slots cannot be read");
	if (again(guest, times, what, why, sizeof(what)))
		return outcome(STATUS_FAIL, "%s: %s", what, why);
	if (take_stock(&after))
		return outcome(STATUS_ERROR, "memory and slots cannot be read");
	emit_value_u64(&guest->channel, step->name, "reloads", "times", times);
	emit_value_u64(&guest->channel, step->name, "free_before", "KiB",
		       before.free_kib);
	emit_value_u64(&guest->channel, step->name, "free_after", "KiB",
		       after.free_kib);
	return compare(&before, &after, times);
}
