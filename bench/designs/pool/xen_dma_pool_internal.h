/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the xen_dma_pool module share.
 *
 * Two kinds of addresses: phys_addr_t is what Linux calls physical (under Xen
 * pseudo-physical, memory as the domain numbers it), dma_addr_t is a machine
 * address, which is what a device sees. Both count bytes.
 */
#ifndef XEN_DMA_POOL_INTERNAL_H
#define XEN_DMA_POOL_INTERNAL_H

#include <linux/bitmap.h>
#include <linux/cache.h>
#include <linux/device.h>
#include <linux/dma-map-ops.h>
#include <linux/math.h>
#include <linux/percpu.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <asm/xen/page.h>

#include <xen_dma_pool.h>

/** XEN_POOL_SLOT - bytes of a slot, the unit of allocation */
#define XEN_POOL_SLOT		SZ_2K
/** XEN_POOL_SLOTS - slots of a set; a mapping lies within one set */
#define XEN_POOL_SLOTS		128
/** XEN_POOL_SET - bytes of a set */
#define XEN_POOL_SET		(XEN_POOL_SLOT * XEN_POOL_SLOTS)
/** XEN_POOL_BITS - all of the pool can be reached with so many address bits */
#define XEN_POOL_BITS		32
/** XEN_POOL_P2M_FLAGS - bits of an entry of the p2m table that are no frame */
#define XEN_POOL_P2M_FLAGS	(FOREIGN_FRAME_BIT | IDENTITY_FRAME_BIT)
/** XEN_POOL_PLACES - how many places for a set there are below that */
#define XEN_POOL_PLACES		(BIT_ULL(XEN_POOL_BITS) / XEN_POOL_SET)

/**
 * struct xen_pool_run - the slots of one bounced mapping
 * @orig: what is mapped
 * @size: bytes mapped; 0 when this is no run
 * @start: first byte used, from the start of the set; it lies in the first slot
 */
struct xen_pool_run {
	phys_addr_t orig;
	u32 size;
	u32 start;
};

/**
 * struct xen_pool_set - slots that follow each other in machine memory
 * @area: whose set it is
 * @virt: its memory
 * @phys: its memory, contiguous here, too
 * @machine: its memory as devices see it, a multiple of XEN_POOL_SET
 * @unused: slots that are not busy
 * @busy: a bit for each slot; as @unused protected by the lock of @area
 * @head: for each busy slot the first one of its run
 * @runs: each at the index of its first slot
 *
 * A run and the heads of its slots belong to whoever mapped it; no lock.
 */
struct xen_pool_set {
	struct xen_pool_area *area;
	void *virt;
	phys_addr_t phys;
	dma_addr_t machine;
	unsigned int unused;
	DECLARE_BITMAP(busy, XEN_POOL_SLOTS);
	u8 head[XEN_POOL_SLOTS];
	struct xen_pool_run runs[XEN_POOL_SLOTS];
} ____cacheline_aligned_in_smp;

/**
 * struct xen_pool_area - the sets of a CPU, which others take from in need
 * @lock: protects all but @sets and @nsets, which do not change
 * @sets: @nsets of them
 * @nsets: at least 1
 * @set: index of the set to search first
 * @slot: slot of it to search first
 * @used: slots busy now
 * @hiwater: most slots that were busy at a time
 */
struct xen_pool_area {
	spinlock_t lock; /* for all but sets and nsets */
	struct xen_pool_set *sets;
	unsigned int nsets;
	unsigned int set;
	unsigned int slot;
	unsigned long used;
	unsigned long hiwater;
} ____cacheline_aligned_in_smp;

/**
 * struct xen_pool - the pool of this domain
 * @areas: @nareas of them
 * @nareas: a power of two
 * @sets: @nsets of them, those of an area in a row
 * @nsets: number of sets
 * @last: machine address of the highest byte
 */
struct xen_pool {
	struct xen_pool_area *areas;
	unsigned int nareas;
	struct xen_pool_set *sets;
	unsigned int nsets;
	dma_addr_t last;
};

/**
 * enum xen_pool_reason - why a mapping bounces
 * @XEN_POOL_MASK: the device does not reach its end, taken for contiguous; this
 *	comes first
 * @XEN_POOL_CONTIGUITY: its pages do not follow each other in machine memory
 * @XEN_POOL_REASONS: how many there are
 */
enum xen_pool_reason {
	XEN_POOL_MASK,
	XEN_POOL_CONTIGUITY,
	XEN_POOL_REASONS
};

/**
 * struct xen_pool_stats - what one CPU has done since the module was loaded
 * @mapped: mappings made, a scatterlist entry is one
 * @bounced: those of them that bounced, by enum xen_pool_reason
 * @bounced_bytes: size of those that bounced
 * @failed: mappings that could not be made
 */
struct xen_pool_stats {
	u64 mapped;
	u64 bounced[XEN_POOL_REASONS];
	u64 bounced_bytes;
	u64 failed;
};

DECLARE_PER_CPU(struct xen_pool_stats, xen_pool_stats);
extern struct xen_pool xen_pool;
extern struct xen_pool_set *xen_pool_places[XEN_POOL_PLACES];

/**
 * xen_pool_find() - find the set that a machine address lies in
 * @addr: any machine address
 *
 * A machine frame has one owner in the whole machine, so unlike a look into the
 * m2p table this cannot take another domain's page for one of the pool.
 *
 * Return: the set, or NULL: not in the pool.
 */
static inline struct xen_pool_set *xen_pool_find(dma_addr_t addr)
{
	u64 place = addr / XEN_POOL_SET;

	return place < XEN_POOL_PLACES ? xen_pool_places[place] : NULL;
}

/**
 * xen_pool_frame() - machine frame of a page
 * @pfn: number of its frame here
 *
 * Return: what pfn_to_mfn() gives in a PV domain, without asking whether this
 * is one; INVALID_P2M_ENTRY when there is no memory.
 */
static inline unsigned long xen_pool_frame(unsigned long pfn)
{
	unsigned long mfn = __pfn_to_mfn(pfn);

	if (mfn == INVALID_P2M_ENTRY)
		return mfn;
	return mfn & ~XEN_POOL_P2M_FLAGS;
}

/* Whether a device reaches a machine address, and its bus lets it. */
static inline bool xen_pool_reaches(struct device *dev, dma_addr_t addr)
{
	return addr <= *dev->dma_mask &&
	       (!dev->bus_dma_limit || addr <= dev->bus_dma_limit);
}

/* Slots from the one with @start to the one with the last of @size bytes. */
static inline unsigned int xen_pool_slots_of(u32 start, u32 size)
{
	return DIV_ROUND_UP(start % XEN_POOL_SLOT + size, XEN_POOL_SLOT);
}

/* xen_dma_pool_memory.c */
int xen_pool_create(unsigned int mib);
void xen_pool_destroy(void);

/* xen_dma_pool_slots.c */
struct xen_pool_set *xen_pool_take(struct device *dev, phys_addr_t phys,
				   size_t size, u32 *start);
void xen_pool_give_back(struct xen_pool_set *set, u32 start, u32 size);

/* xen_dma_pool_bounce.c */
dma_addr_t xen_pool_bounce(struct device *dev, phys_addr_t phys, size_t size,
			   unsigned long attrs, enum xen_pool_reason reason);
void xen_pool_copy_in(struct device *dev, const struct xen_pool_set *set,
		      dma_addr_t addr, size_t size);
void xen_pool_copy_out(struct device *dev, const struct xen_pool_set *set,
		       dma_addr_t addr, size_t size);
void xen_pool_release(struct device *dev, struct xen_pool_set *set,
		      dma_addr_t addr, size_t size,
		      enum dma_data_direction dir, unsigned long attrs);

/* xen_dma_pool_coherent.c: methods of struct dma_map_ops */
void *xen_pool_alloc(struct device *dev, size_t size, dma_addr_t *addr,
		     gfp_t gfp, unsigned long attrs);
void xen_pool_free(struct device *dev, size_t size, void *virt,
		   dma_addr_t addr, unsigned long attrs);
struct page *xen_pool_alloc_pages(struct device *dev, size_t size,
				  dma_addr_t *addr,
				  enum dma_data_direction dir, gfp_t gfp);
void xen_pool_free_pages(struct device *dev, size_t size, struct page *page,
			 dma_addr_t addr, enum dma_data_direction dir);
int xen_pool_mmap(struct device *dev, struct vm_area_struct *vma, void *virt,
		  dma_addr_t addr, size_t size, unsigned long attrs);
int xen_pool_get_sgtable(struct device *dev, struct sg_table *table,
			 void *virt, dma_addr_t addr, size_t size,
			 unsigned long attrs);

/* xen_dma_pool_ops.c */
extern const struct dma_map_ops xen_pool_ops;

/* xen_dma_pool_stats.c */
void xen_pool_stats_init(void);
void xen_pool_stats_exit(void);

#endif /* XEN_DMA_POOL_INTERNAL_H */
