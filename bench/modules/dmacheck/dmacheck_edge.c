// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case edge: the mask ends with a buffer, or one byte before the buffer does.
 */

#include <linux/dma-mapping.h>
#include <linux/errno.h>

#include "dmacheck_internal.h"

static int map_with(struct dmacheck *check, struct dmacheck_mapping *map,
		    u64 mask)
{
	int ret;

	if (dma_set_mask(check->dev, mask))
		return dmacheck_fail(check, -EBADMSG,
				     "mask: %#llx is refused, all of the pool is below it",
				     mask);
	ret = dmacheck_single(check, map, check->run->dir);
	if (ret)
		return ret;
	ret = dmacheck_address(check, map);
	dma_unmap_single(check->dev, map->dma, map->size, check->run->dir);
	return ret;
}

/**
 * dmacheck_edge() - case edge
 * @check: parameters in, place high and layout contiguous; counts and message
 *	out
 *
 * Return: 0; -EBADMSG a rule is broken; -EINVAL the buffers may lie within the
 * pool's reach; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_edge(struct dmacheck *check)
{
	int ret;
	u32 i;

	if (check->run->place != DMABENCH_PLACE_HIGH ||
	    check->run->layout != DMABENCH_LAYOUT_CONTIGUOUS ||
	    check->run->size < 2)
		return dmacheck_fail(check, -EINVAL,
				     "edge: needs place high, layout contiguous, and 2 bytes");
	ret = dmacheck_buffers_get(check, check->run->size);
	for (i = 0; i < check->buffers.count && !ret; i++) {
		struct dmacheck_mapping *map = &check->maps[i];
		u64 last;

		dmacheck_part(check, i, true);
		last = map->piece->machine + map->size - 1;
		ret = map_with(check, map, last - 1);
		if (!ret)
			ret = map_with(check, map, last);
		if (!ret)
			ret = dmacheck_rest(check);
	}
	return ret;
}
