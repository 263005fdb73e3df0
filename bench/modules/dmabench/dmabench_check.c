// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which parameters a run may have.
 */

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/stdarg.h>

#include "dmabench_internal.h"

/**
 * dmabench_fail() - say why a run was refused
 * @run: whose message to set
 * @error: negative error number
 * @fmt: format of the message, without a newline
 *
 * Return: @error.
 */
int dmabench_fail(struct dmabench_run *run, int error, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(run->message, sizeof(run->message), fmt, args);
	va_end(args);
	return error;
}

/* A parameter and what it may be; @when says why, or is empty. */
struct limit {
	const char *name;
	u64 value;
	u64 low;
	u64 high;
	const char *when;
};

static int check_limit(struct dmabench_run *run, const struct limit *limit)
{
	if (limit->value >= limit->low && limit->value <= limit->high)
		return 0;
	if (limit->low == limit->high)
		return dmabench_fail(run, -EINVAL, "%s %llu: allowed only %llu%s",
				     limit->name, limit->value, limit->low,
				     limit->when);
	return dmabench_fail(run, -EINVAL, "%s %llu: allowed %llu to %llu%s",
			     limit->name, limit->value, limit->low, limit->high,
			     limit->when);
}

/* How many bytes the run allocates, and whether the layout is possible. */
static int check_memory(struct dmabench_run *run)
{
	const struct dmabench_params *p = &run->params;
	u64 bytes = PAGE_ALIGN((u64)p->offset + p->size);
	u64 total;

	if (p->op == DMABENCH_PAGES &&
	    (p->size % PAGE_SIZE || !is_power_of_2(p->size)))
		return dmabench_fail(run, -EINVAL,
			"size %u: pages come in a power of two of %lu bytes",
			p->size, PAGE_SIZE);
	if (dmabench_allocates(p->op)) {
		total = bytes * p->depth;
		if (total > DMABENCH_MEMORY)
			return dmabench_fail(run, -EINVAL,
				"depth %u: %llu bytes of memory, allowed %u; lower depth or size",
				p->depth, total, DMABENCH_MEMORY);
		return 0;
	}
	total = bytes * p->nents * p->buffers;
	if (total > DMABENCH_MEMORY)
		return dmabench_fail(run, -EINVAL,
			"buffers %u: %llu bytes of memory, allowed %u; lower buffers, nents or size",
			p->buffers, total, DMABENCH_MEMORY);
	if (p->layout == DMABENCH_LAYOUT_SCATTERED && bytes == PAGE_SIZE)
		return dmabench_fail(run, -EINVAL,
			"layout %u: scattered needs offset + size above %lu, got %u + %u",
			p->layout, PAGE_SIZE, p->offset, p->size);
	return 0;
}

/**
 * dmabench_check() - check the parameters of a run
 * @run: parameters in, message out
 *
 * Return: 0, or -EINVAL and a message that names the first wrong parameter,
 * its value and its range.
 */
int dmabench_check(struct dmabench_run *run)
{
	const struct dmabench_params *p = &run->params;
	bool own = dmabench_allocates(p->op);
	const char *when = own ? " with coherent and pages" : "";
	bool sg = p->op == DMABENCH_MAP_SG;
	/* The only memory of its own that a run can have of a place. */
	bool page = p->op == DMABENCH_COHERENT && p->size <= PAGE_SIZE;
	u32 most = page ? DMABENCH_PLACE_HIGH : DMABENCH_PLACE_ANY;
	u32 place = own ? most : DMABENCH_PLACES - 1;
	const struct limit limits[] = {
		{ "abi", p->abi, DMABENCH_ABI, DMABENCH_ABI, "" },
		{ "op", p->op, 0, DMABENCH_OPS - 1, "" },
		{ "dir", p->dir, DMA_BIDIRECTIONAL, DMA_FROM_DEVICE, "" },
		{ "mask_bits", p->mask_bits, 24, 64, "" },
		{ "size", p->size, 64, own ? SZ_4M : SZ_256K, when },
		{ "offset", p->offset, 0, own ? 0 : 4095, when },
		{ "nents", p->nents, 1, sg ? 128 : 1, sg ? "" : " without map_sg" },
		{ "buffers", p->buffers, 1, 4096, "" },
		{ "depth", p->depth, 1, p->buffers, " (buffers)" },
		{ "irqs_off", p->irqs_off, 0, own ? 0 : 1, when },
		{ "place", p->place, 0, place, page ? "" : when },
		{ "layout", p->layout, 0, own ? 0 : DMABENCH_LAYOUTS - 1, when },
		{ "count", p->count, 1, 100 * 1000 * 1000, "" },
		{ "warmup", p->warmup, 0, 1000 * 1000, "" },
	};
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		ret = check_limit(run, &limits[i]);
		if (ret)
			return ret;
	}
	return check_memory(run);
}
