// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case edu: QEMU's edu device reads one buffer into the memory it has and
 * writes it to another. What arrives went through the design both ways.
 */

#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/jiffies.h>

#include "dmacheck_internal.h"

#define EDU_VENDOR	0x1234
#define EDU_DEVICE	0x11e8
#define EDU_SOURCE	0x80
#define EDU_TARGET	0x88
#define EDU_COUNT	0x90
#define EDU_COMMAND	0x98
#define EDU_RUN		0x1
#define EDU_TO_RAM	0x2
/* Its memory. A transfer of all 4096 bytes ends QEMU 7.2: one less is the most. */
#define EDU_MEMORY	0x40000
#define EDU_MOST	4095

/** EDU_MSECS - a transfer takes 100 ms of the device's time */
#define EDU_MSECS	5000

/* Returns 0, or -EBADMSG when the device does not end: it may use the memory yet. */
static int edu_transfer(struct dmacheck *check, void __iomem *edu,
			const struct dmacheck_mapping *map, bool to_ram)
{
	unsigned long until = jiffies + msecs_to_jiffies(EDU_MSECS);

	writeq(to_ram ? EDU_MEMORY : map->dma, edu + EDU_SOURCE);
	writeq(to_ram ? map->dma : EDU_MEMORY, edu + EDU_TARGET);
	writeq(map->size, edu + EDU_COUNT);
	writeq(EDU_RUN | (to_ram ? EDU_TO_RAM : 0), edu + EDU_COMMAND);
	while (readq(edu + EDU_COMMAND) & EDU_RUN) {
		if (time_after(jiffies, until)) {
			check->poisoned = true;
			return dmacheck_fail(check, -EBADMSG,
				"device: no end of a transfer of %zu bytes after %d ms",
				map->size, EDU_MSECS);
		}
		msleep(20);
	}
	return 0;
}

/* Map, let the device work, unmap. */
static int use(struct dmacheck *check, void __iomem *edu,
	       struct dmacheck_mapping *map, bool to_ram)
{
	enum dma_data_direction dir = to_ram ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
	int ret;

	ret = dmacheck_single(check, map, dir);
	if (ret)
		return ret;
	ret = dmacheck_address(check, map);
	if (!ret)
		ret = edu_transfer(check, edu, map, to_ram);
	if (!check->poisoned)
		dma_unmap_single(check->dev, map->dma, map->size, dir);
	return ret;
}

/* Is it there, and nothing beside it? */
static int arrived(struct dmacheck *check, const struct dmacheck_mapping *out,
		   const struct dmacheck_mapping *in, u32 seed)
{
	u8 *area = dmacheck_area(check, in);
	size_t from = in->virt - area;
	size_t end = from + in->size;
	size_t same;

	same = dmacheck_differs_from(check, in->virt, out->virt, in->size);
	if (same != in->size)
		return dmacheck_fail(check, -EBADMSG,
			"data: byte %zu of %zu that went to the device and came back is another",
			same, in->size);
	same = dmacheck_differs(check, area, 0, from, seed);
	if (same == from)
		same = end + dmacheck_differs(check, area + end, end,
					      check->buffers.bytes - end, seed);
	if (same != check->buffers.bytes)
		return dmacheck_fail(check, -EBADMSG,
			"guard: the device wrote byte %zu, it was given bytes %zu to %zu",
			same, from, end - 1);
	return 0;
}

/* From buffer @index to the next one. */
static int there_and_back(struct dmacheck *check, void __iomem *edu, u32 index)
{
	struct dmacheck_mapping *out = &check->maps[index];
	struct dmacheck_mapping *in = &check->maps[index + 1];
	u32 seed = (u32)check->run->seed + index * 104729u;
	int ret;

	dmacheck_part(check, index, true);
	dmacheck_part(check, index + 1, true);
	dmacheck_fill(dmacheck_area(check, out), check->buffers.bytes, seed);
	dmacheck_fill(dmacheck_area(check, in), check->buffers.bytes, seed + 1);
	ret = use(check, edu, out, false);
	if (!ret)
		ret = use(check, edu, in, true);
	return ret ? ret : arrived(check, out, in, seed + 1);
}

/**
 * dmacheck_edu() - case edu
 * @check: parameters in, dir is not used; counts and message out
 *
 * Return: 0; -EBADMSG a rule is broken; -ENODEV the function is no edu device;
 * -EINVAL the size; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_edu(struct dmacheck *check)
{
	void __iomem *edu;
	int ret;
	u32 i;

	if (check->pdev->vendor != EDU_VENDOR ||
	    check->pdev->device != EDU_DEVICE)
		return dmacheck_fail(check, -ENODEV, "no edu device is bound");
	if (check->run->size > EDU_MOST || check->run->buffers < 2)
		return dmacheck_fail(check, -EINVAL,
			"size %u, buffers %u: allowed at most %d, at least 2",
			check->run->size, check->run->buffers, EDU_MOST);
	ret = dmacheck_buffers_get(check, check->run->size);
	if (ret)
		return ret;
	edu = pci_iomap(check->pdev, 0, 0);
	if (!edu)
		return dmacheck_fail(check, -ENODEV, "its registers cannot be mapped");
	for (i = 0; i + 1 < check->run->buffers && !ret; i += 2) {
		ret = there_and_back(check, edu, i);
		if (!ret)
			ret = dmacheck_rest(check);
	}
	pci_iounmap(check->pdev, edu);
	return ret;
}
