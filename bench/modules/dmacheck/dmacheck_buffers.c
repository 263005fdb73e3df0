// SPDX-License-Identifier: GPL-2.0-only
/*
 * Buffers, and the parts of them that are mapped. What lies around a part is
 * its guard: nothing may write there.
 */

#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "dmacheck_internal.h"

/**
 * dmacheck_buffers_get() - allocate the buffers of a check
 * @check: parameters in; buffers and maps out, message out on error
 * @size: bytes of a buffer
 *
 * To be given back by dmacheck_buffers_put() in any case.
 *
 * Return: 0; -ENOMEM, -ENODATA, -EINTR as dmabench_buffers_get().
 */
int dmacheck_buffers_get(struct dmacheck *check, size_t size)
{
	const struct dmacheck_run *run = check->run;
	int ret;

	check->find->params = (struct dmabench_params){
		.abi = DMABENCH_ABI,
		.op = run->op == DMACHECK_SG ? DMABENCH_MAP_SG :
		      DMABENCH_MAP_SINGLE,
		.size = size,
		.offset = run->offset,
		.nents = run->nents,
		.buffers = run->buffers,
		.place = run->place,
		.layout = run->layout,
	};
	ret = dmabench_buffers_get(&check->buffers, check->dev, check->find);
	if (ret)
		return dmacheck_fail(check, ret, "%s", check->find->message);
	check->maps = kvcalloc(check->buffers.count, sizeof(*check->maps),
			       GFP_KERNEL);
	if (!check->maps)
		return dmacheck_fail(check, -ENOMEM, "memory for the mappings");
	return 0;
}

/**
 * dmacheck_buffers_put() - free what dmacheck_buffers_get() allocated
 * @check: nothing of it mapped; also what a failed call left, or zeros
 */
void dmacheck_buffers_put(struct dmacheck *check)
{
	if (check->poisoned)
		return;
	kvfree(check->maps);
	check->maps = NULL;
	dmabench_buffers_put(&check->buffers);
	memset(&check->buffers, 0, sizeof(check->buffers));
}

/**
 * dmacheck_draw() - draw a number
 * @check: its random state
 * @below: not 0
 *
 * Return: 0 to @below - 1.
 */
u32 dmacheck_draw(struct dmacheck *check, u32 below)
{
	return (u64)prandom_u32_state(&check->random) * below >> 32;
}

/**
 * dmacheck_part() - choose the part of a buffer to map
 * @check: its maps
 * @index: of the buffer
 * @whole: all of it; else any part, at any offset
 */
void dmacheck_part(struct dmacheck *check, u32 index, bool whole)
{
	struct dmacheck_mapping *map = &check->maps[index];
	u32 size = check->find->params.size;
	u32 at = whole ? 0 : dmacheck_draw(check, size);

	*map = (struct dmacheck_mapping){
		.piece = &check->buffers.pieces[index],
		.virt = (u8 *)check->buffers.pieces[index].virt + at,
		.size = whole ? size : 1 + dmacheck_draw(check, size - at),
	};
}

/**
 * dmacheck_area() - the memory that a part lies in, guards included
 * @check: its buffers
 * @map: the part
 *
 * Return: its first byte; it is check->buffers.bytes long.
 */
u8 *dmacheck_area(struct dmacheck *check, const struct dmacheck_mapping *map)
{
	return (u8 *)map->piece->virt - check->buffers.offset;
}

/**
 * dmacheck_single() - map a part that nothing allows to be refused
 * @check: device; message out
 * @map: the part; its DMA address is set
 * @dir: direction
 *
 * Return: 0; -EBADMSG: it was refused, and nothing is mapped.
 */
int dmacheck_single(struct dmacheck *check, struct dmacheck_mapping *map,
		    enum dma_data_direction dir)
{
	map->dma = dma_map_single(check->dev, map->virt, map->size, dir);
	if (!dma_mapping_error(check->dev, map->dma))
		return 0;
	return dmacheck_fail(check, -EBADMSG,
			     "refused: %zu bytes could not be mapped",
			     map->size);
}
