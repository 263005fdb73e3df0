/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the dmabench module does for other modules: it holds the PCI function,
 * finds memory of a wanted kind and knows what has to bounce.
 */
#ifndef DMABENCH_EXPORT_H
#define DMABENCH_EXPORT_H

#include <linux/pci.h>
#include <linux/scatterlist.h>
#include <linux/types.h>

#include <dma_reason.h>
#include <dmabench.h>

/**
 * struct dmabench_piece - memory that one mapping, or one sg entry, covers
 * @virt: its first byte
 * @machine: machine address of its first byte
 * @reason: whether it has to bounce
 */
struct dmabench_piece {
	void *virt;
	dma_addr_t machine;
	enum dmabench_reason reason;
};

/**
 * struct dmabench_buffers - the memory of a run
 * @pieces: @count of them, those of one buffer in a row
 * @sg: one entry for each of @pieces, one table for each buffer; or NULL
 * @count: number of buffers times entries of each
 * @bytes: memory allocated for each piece, whole pages
 * @offset: first byte used of it
 */
struct dmabench_buffers {
	struct dmabench_piece *pieces;
	struct scatterlist *sg;
	u32 count;
	size_t bytes;
	size_t offset;
};

/**
 * dmabench_hold() - keep the bound function from going away
 *
 * Return: it, to be given back by dmabench_release(); NULL if none is bound.
 */
struct pci_dev *dmabench_hold(void);
void dmabench_release(void);

/**
 * struct dmabench_masks - the DMA masks of a device
 * @streaming: of its mappings
 * @coherent: of its coherent memory
 */
struct dmabench_masks {
	u64 streaming;
	u64 coherent;
};

struct dmabench_masks dmabench_masks_of(struct device *dev);
void dmabench_masks_restore(struct device *dev, struct dmabench_masks masks);

void dmabench_facts_p2m(struct dmabench_facts *facts);
enum dmabench_reason dmabench_reason_of(struct device *dev, void *virt,
					size_t size);
int dmabench_buffers_get(struct dmabench_buffers *buffers, struct device *dev,
			 struct dmabench_run *run);
void dmabench_buffers_put(struct dmabench_buffers *buffers);

#endif /* DMABENCH_EXPORT_H */
