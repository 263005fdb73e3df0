// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case sync: parts of a mapping, at any offset and of any length, are passed
 * to the CPU and back. Beside buffer and slot two shadows are kept of what they
 * must hold.
 */

#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dmacheck_internal.h"

/**
 * struct shadow - what buffer and slot must hold
 * @map: the mapping
 * @cpu: the buffer
 * @device: what the device sees; the same memory if nothing bounced
 * @seed: of the data written last
 */
struct shadow {
	struct dmacheck_mapping *map;
	u8 *cpu;
	u8 *device;
	u32 seed;
};

static int compare(struct dmacheck *check, const struct shadow *shadow,
		   const char *rule, size_t at, size_t size)
{
	const struct dmacheck_mapping *map = shadow->map;
	const char *what = "buffer";
	size_t same;

	same = dmacheck_differs_from(check, map->virt, shadow->cpu, map->size);
	if (same == map->size) {
		what = "slot";
		same = dmacheck_differs_from(check, map->device, shadow->device,
					     map->size);
	}
	if (same == map->size)
		return 0;
	return dmacheck_fail(check, -EBADMSG,
		"%s: byte %zu of the %s is wrong after syncing bytes %zu to %zu of %zu",
		rule, same, what, at, at + size - 1, map->size);
}

/* The device writes everywhere; a part of it is passed to the CPU. */
static int for_cpu(struct dmacheck *check, struct shadow *shadow, size_t at,
		   size_t size)
{
	const struct dmacheck_mapping *map = shadow->map;
	enum dma_data_direction dir = check->run->dir;

	if (dir != DMA_TO_DEVICE) {
		dmacheck_fill(map->device, map->size, ++shadow->seed);
		memcpy(shadow->device, map->device, map->size);
	}
	dma_sync_single_range_for_cpu(check->dev, map->dma, at, size, dir);
	if (dir != DMA_TO_DEVICE)
		memcpy(shadow->cpu + at, shadow->device + at, size);
	return compare(check, shadow, "sync for cpu", at, size);
}

/* The CPU writes everywhere; a part of it is passed to the device. */
static int for_device(struct dmacheck *check, struct shadow *shadow, size_t at,
		      size_t size)
{
	const struct dmacheck_mapping *map = shadow->map;
	enum dma_data_direction dir = check->run->dir;

	if (dir != DMA_FROM_DEVICE) {
		dmacheck_fill(map->virt, map->size, ++shadow->seed);
		memcpy(shadow->cpu, map->virt, map->size);
	}
	dma_sync_single_range_for_device(check->dev, map->dma, at, size, dir);
	if (dir != DMA_FROM_DEVICE)
		memcpy(shadow->device + at, shadow->cpu + at, size);
	return compare(check, shadow, "sync for device", at, size);
}

static int parts(struct dmacheck *check, struct shadow *shadow)
{
	size_t size = shadow->map->size;
	int ret = 0;
	u64 i;

	for (i = 0; i < check->run->count && !ret; i++) {
		size_t at = dmacheck_draw(check, size);
		size_t part = 1 + dmacheck_draw(check, size - at);

		ret = for_cpu(check, shadow, at, part);
		if (!ret)
			ret = for_device(check, shadow, at, part);
		if (!ret)
			ret = dmacheck_rest(check);
	}
	return ret;
}

static int one(struct dmacheck *check, struct dmacheck_mapping *map)
{
	struct shadow shadow = { .map = map, .seed = check->run->seed };
	int ret;

	ret = dmacheck_single(check, map, check->run->dir);
	if (ret)
		return ret;
	map->live = true;
	ret = dmacheck_address(check, map);
	shadow.cpu = kvmalloc(map->size, GFP_KERNEL);
	shadow.device = map->bounced ? kvmalloc(map->size, GFP_KERNEL) :
				       shadow.cpu;
	if (!ret && shadow.cpu && shadow.device) {
		memcpy(shadow.cpu, map->virt, map->size);
		memcpy(shadow.device, map->device, map->size);
		ret = parts(check, &shadow);
	} else if (!ret) {
		ret = dmacheck_fail(check, -ENOMEM, "memory for the shadows");
	}
	dma_unmap_single(check->dev, map->dma, map->size, check->run->dir);
	map->live = false;
	if (map->bounced)
		kvfree(shadow.device);
	kvfree(shadow.cpu);
	return ret;
}

/**
 * dmacheck_sync() - case sync
 * @check: parameters in; counts and message out
 *
 * Return: 0; -EBADMSG a rule is broken; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_sync(struct dmacheck *check)
{
	int ret;
	u32 i;

	ret = dmacheck_buffers_get(check, check->run->size);
	for (i = 0; i < check->buffers.count && !ret; i++) {
		dmacheck_part(check, i, true);
		ret = one(check, &check->maps[i]);
	}
	return ret;
}
