// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case map: all buffers mapped at a time, whole or in part, used by a device
 * that is played by the CPU, and unmapped.
 */

#include <linux/errno.h>
#include <linux/scatterlist.h>
#include <linux/sched.h>

#include "dmacheck_internal.h"

/* Seeds of the data: what a buffer holds, and what the device writes. */
static u32 seed_of(const struct dmacheck *check, u32 index, bool device)
{
	return (u32)check->run->seed * 2 + device + index * 1013904223u;
}

static bool device_writes(const struct dmacheck *check)
{
	return check->run->dir != DMA_TO_DEVICE;
}

/* A mapping was refused: it may be, if one of its entries is too large for any slot. */
static int map_refused(struct dmacheck *check, u32 first, u32 entries)
{
	const struct dmacheck_mapping *map = &check->maps[first];
	size_t size = 0;
	u32 i;

	for (i = 0; i < entries; i++, map++) {
		size += map->size;
		if (map->size + check->run->min_align > DMACHECK_SET &&
		    dmabench_reason_of(check->dev, map->virt, map->size) !=
		    DMABENCH_NONE) {
			check->run->refused++;
			return 0;
		}
	}
	return dmacheck_fail(check, -EBADMSG,
		"refused: %zu bytes (nents %u) could not be mapped, %lu of %lu slots in use",
		size, entries, dmacheck_slots_used(check->dev),
		dmacheck_slots(check->dev));
}

/* Look at a mapping that was just made. */
static int look(struct dmacheck *check, u32 index)
{
	struct dmacheck_mapping *map = &check->maps[index];
	size_t from = map->virt - dmacheck_area(check, map);
	size_t same;
	int ret;

	map->live = true;
	ret = dmacheck_address(check, map);
	if (!ret)
		ret = dmacheck_apart(check, map);
	if (ret)
		return ret;
	/* Else the device could read what another one left in the slot. */
	same = dmacheck_differs(check, map->device, from, map->size,
				seed_of(check, index, false));
	if (same != map->size)
		return dmacheck_fail(check, -EBADMSG,
			"copy-in: byte %zu of %zu of the slot is not the buffer's after mapping",
			same, map->size);
	return 0;
}

static int map_one(struct dmacheck *check, u32 index)
{
	struct dmacheck_mapping *map = &check->maps[index];
	enum dma_data_direction dir = check->run->dir;

	if (check->run->op == DMACHECK_PAGE)
		map->dma = dma_map_page(check->dev, virt_to_page(map->virt),
					offset_in_page(map->virt), map->size,
					dir);
	else
		map->dma = dma_map_single(check->dev, map->virt, map->size, dir);
	if (dma_mapping_error(check->dev, map->dma))
		return map_refused(check, index, 1);
	return look(check, index);
}

static int map_sg(struct dmacheck *check, u32 first)
{
	struct scatterlist *table = &check->buffers.sg[first];
	u32 nents = check->run->nents;
	u32 i;
	int ret, segments;

	for (i = 0; i < nents; i++) {
		struct dmacheck_mapping *map = &check->maps[first + i];

		sg_set_page(&table[i], virt_to_page(map->virt), map->size,
			    offset_in_page(map->virt));
	}
	segments = dma_map_sg(check->dev, table, nents, check->run->dir);
	if (!segments)
		return map_refused(check, first, nents);
	for (i = 0; i < nents; i++) {
		check->maps[first + i].dma = sg_dma_address(&table[i]);
		check->maps[first + i].live = true;
	}
	if (segments != nents)
		return dmacheck_fail(check, -EBADMSG,
				     "segments: %u entries became %d", nents,
				     segments);
	for (i = 0; i < nents; i++) {
		if (sg_dma_len(&table[i]) != check->maps[first + i].size)
			return dmacheck_fail(check, -EBADMSG,
				"segments: entry %u of %zu bytes became %u",
				i, check->maps[first + i].size,
				sg_dma_len(&table[i]));
		ret = look(check, first + i);
		if (ret)
			return ret;
	}
	return 0;
}

static int map_all(struct dmacheck *check, bool whole)
{
	u32 step = check->run->nents;
	u32 i, j;
	int ret;

	for (i = 0; i < check->buffers.count; i += step) {
		for (j = i; j < i + step; j++) {
			dmacheck_part(check, j, whole);
			dmacheck_fill(dmacheck_area(check, &check->maps[j]),
				      check->buffers.bytes,
				      seed_of(check, j, false));
		}
		ret = check->buffers.sg ? map_sg(check, i) : map_one(check, i);
		if (!ret)
			ret = dmacheck_rest(check);
		if (ret)
			return ret;
	}
	return 0;
}

/* The device uses what it was given. */
static void device_all(struct dmacheck *check)
{
	u32 i;

	for (i = 0; i < check->buffers.count && device_writes(check); i++) {
		struct dmacheck_mapping *map = &check->maps[i];

		if (map->live)
			dmacheck_fill(map->device, map->size,
				      seed_of(check, i, true));
		cond_resched();
	}
}

static void unmap_all(struct dmacheck *check)
{
	unsigned long attrs = check->run->skip_sync ? DMA_ATTR_SKIP_CPU_SYNC : 0;
	enum dma_data_direction dir = check->run->dir;
	u32 step = check->run->nents;
	u32 i;

	for (i = 0; i < check->buffers.count; i += step) {
		struct dmacheck_mapping *map = &check->maps[i];

		if (!map->live)
			continue;
		if (check->buffers.sg)
			dma_unmap_sg_attrs(check->dev, &check->buffers.sg[i],
					   step, dir, attrs);
		else if (check->run->op == DMACHECK_PAGE)
			dma_unmap_page_attrs(check->dev, map->dma, map->size,
					     dir, attrs);
		else
			dma_unmap_single_attrs(check->dev, map->dma, map->size,
					       dir, attrs);
	}
}

/* What must a buffer hold after it was unmapped? */
static int buffer_after(struct dmacheck *check, u32 index)
{
	struct dmacheck_mapping *map = &check->maps[index];
	bool written = map->live && device_writes(check) &&
		       !(map->bounced && check->run->skip_sync);
	u32 before = seed_of(check, index, false);
	u8 *area = dmacheck_area(check, map);
	size_t from = map->virt - area;
	size_t end = from + map->size;
	size_t same;

	map->live = false;
	if (written)
		same = dmacheck_differs(check, map->virt, 0, map->size,
					seed_of(check, index, true));
	else
		same = dmacheck_differs(check, map->virt, from, map->size, before);
	if (same != map->size)
		return dmacheck_fail(check, -EBADMSG,
			"copy-back: byte %zu of %zu of the buffer is not what %s after unmapping",
			same, map->size,
			written ? "the device wrote" : "it held before");
	same = dmacheck_differs(check, area, 0, from, before);
	if (same == from)
		same = end + dmacheck_differs(check, area + end, end,
					      check->buffers.bytes - end, before);
	if (same != check->buffers.bytes)
		return dmacheck_fail(check, -EBADMSG,
			"guard: byte %zu was written, the mapping had bytes %zu to %zu",
			same, from, end - 1);
	return 0;
}

/* One round. What is mapped is unmapped, whatever is returned. */
static int map_round(struct dmacheck *check, bool whole)
{
	int ret;
	u32 i;

	ret = map_all(check, whole);
	if (!ret)
		device_all(check);
	unmap_all(check);
	for (i = 0; i < check->buffers.count && !ret; i++) {
		ret = buffer_after(check, i);
		cond_resched();
	}
	return ret;
}

/**
 * dmacheck_map() - case map
 * @check: parameters in; counts and message out
 *
 * The first round maps whole buffers, the others any part of them.
 *
 * Return: 0; -EBADMSG a rule is broken; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_map(struct dmacheck *check)
{
	u64 i;
	int ret;

	ret = dmacheck_buffers_get(check, check->run->size);
	for (i = 0; i < check->run->count && !ret; i++)
		ret = map_round(check, !i || check->run->whole);
	return ret;
}
