/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the dmacheck module share.
 */
#ifndef DMACHECK_INTERNAL_H
#define DMACHECK_INTERNAL_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/types.h>

#include <dmabench_export.h>
#include <dmacheck.h>

/** DMACHECK_SET - bytes that are contiguous in a bounce pool, and no more */
#define DMACHECK_SET		SZ_256K
/** DMACHECK_SLOT - bytes of a slot */
#define DMACHECK_SLOT		SZ_2K

/** DMACHECK_MEMORY - bytes that the buffers of a check may have in all */
#define DMACHECK_MEMORY		SZ_256M

/**
 * struct dmacheck_mapping - a buffer, or a part of one, that a device may use
 * @piece: the buffer
 * @virt: first byte mapped
 * @size: bytes mapped
 * @dma: DMA address
 * @device: the memory that the device sees there
 * @bounced: whether that is not @virt
 * @live: whether it is mapped
 */
struct dmacheck_mapping {
	const struct dmabench_piece *piece;
	u8 *virt;
	size_t size;
	dma_addr_t dma;
	u8 *device;
	bool bounced;
	bool live;
};

/**
 * struct dmacheck - a check in progress
 * @dev: device, with the DMA mask of the check
 * @pdev: its PCI function
 * @run: parameters in, counts and message out
 * @find: how the buffers are asked for
 * @buffers: the buffers, from dmacheck_buffers_get()
 * @maps: one for each piece of @buffers
 * @random: where the parts come from
 * @poisoned: memory is still in use by a device that did not answer: it must
 *	not be freed
 */
struct dmacheck {
	struct device *dev;
	struct pci_dev *pdev;
	struct dmacheck_run *run;
	struct dmabench_run *find;
	struct dmabench_buffers buffers;
	struct dmacheck_mapping *maps;
	struct rnd_state random;
	bool poisoned;
};

/* dmacheck_rules.c */
__printf(3, 4)
int dmacheck_fail(struct dmacheck *check, int error, const char *fmt, ...);
int dmacheck_rest(struct dmacheck *check);
bool dmacheck_pool_owns(struct device *dev, phys_addr_t phys, size_t size);
unsigned long dmacheck_slots_used(struct device *dev);
unsigned long dmacheck_slots(struct device *dev);
int dmacheck_address(struct dmacheck *check, struct dmacheck_mapping *map);
int dmacheck_apart(struct dmacheck *check, const struct dmacheck_mapping *map);

/* dmacheck_data.c */
void dmacheck_fill(u8 *data, size_t size, u32 seed);
size_t dmacheck_differs(struct dmacheck *check, const u8 *data, size_t from,
			size_t size, u32 seed);
size_t dmacheck_differs_from(struct dmacheck *check, const u8 *data,
			     const u8 *expected, size_t size);

/* dmacheck_buffers.c */
int dmacheck_buffers_get(struct dmacheck *check, size_t size);
void dmacheck_buffers_put(struct dmacheck *check);
void dmacheck_part(struct dmacheck *check, u32 index, bool whole);
int dmacheck_single(struct dmacheck *check, struct dmacheck_mapping *map,
		    enum dma_data_direction dir);
u32 dmacheck_draw(struct dmacheck *check, u32 below);
u8 *dmacheck_area(struct dmacheck *check, const struct dmacheck_mapping *map);

/* dmacheck_check.c */
int dmacheck_check(struct dmacheck *check);

/* The cases, each in the file of its name: 0 or a negative error number. */
int dmacheck_map(struct dmacheck *check);
int dmacheck_sync(struct dmacheck *check);
int dmacheck_coherent(struct dmacheck *check);
int dmacheck_edge(struct dmacheck *check);
int dmacheck_full(struct dmacheck *check);
int dmacheck_limit(struct dmacheck *check);
int dmacheck_required(struct dmacheck *check);
int dmacheck_foreign(struct dmacheck *check);
int dmacheck_edu(struct dmacheck *check);
int dmacheck_bio(struct dmacheck *check);

#endif /* DMACHECK_INTERNAL_H */
