/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the dmascope kernel module and user space.
 *
 * One misc device, /dev/dmascope, which one process at a time can open: EBUSY
 * for another. DMASCOPE_BEGIN opens a window, DMASCOPE_END closes it and returns
 * what was counted; closing the device closes it, too. Outside of a window nothing
 * is attached to the kernel.
 */
#ifndef DMASCOPE_UAPI_H
#define DMASCOPE_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** DMASCOPE_ABI - version of this interface; any change of layout raises it */
#define DMASCOPE_ABI		1

#define DMASCOPE_DEVICE		64
/* Sizes: [0] at most 512 bytes, [i] at most 512 << i, the last one more, too. */
#define DMASCOPE_SIZES		12
#define DMASCOPE_SIZE_BITS	9
/* Levels: [0] none, [i] 2^(i-1) to 2^i - 1, the last one more, too. */
#define DMASCOPE_LEVELS		24

/**
 * struct dmascope_begin - argument of DMASCOPE_BEGIN
 * @abi: in; DMASCOPE_ABI
 * @reserved: in; 0
 * @device: in; PCI address of the device to count; empty for all devices
 *
 * Errors: EINVAL a member is not as it must be; ENODEV there is no such device;
 * EBUSY a window is open; ENOMEM; EFAULT.
 */
struct dmascope_begin {
	__u32 abi;
	__u32 reserved;
	char device[DMASCOPE_DEVICE];
};

/**
 * struct dmascope_level - how much was mapped at a time
 * @before: at least so much of what was given back in the window had been taken
 *	before it
 * @now: when the window ended
 * @high: at most
 * @time: ticks of the TSC spent with so much of it, see DMASCOPE_LEVELS
 *
 * What was taken before the window is counted from when it is known: when more
 * has been given back than was taken. All of it is part of @now and @high; of
 * @time only from then on. The level is one number for all CPUs, which each
 * changes when it has mapped or unmapped: with one CPU @high is exact, with more
 * it may miss by what they do at the same moment.
 */
struct dmascope_level {
	__u64 before;
	__u64 now;
	__u64 high;
	__u64 time[DMASCOPE_LEVELS];
};

/**
 * struct dmascope_counts - argument of DMASCOPE_END, out: what was counted
 * @maps: dma_map_single(), _page() and _sg() that succeeded
 * @sg_maps: of them, scatterlists
 * @unmaps: unmapped
 * @syncs: syncs of both directions; those the API skips because nothing of the
 *	device's has ever bounced are none
 * @failed: single mappings that were refused. The kernel has no tracepoint for
 *	a refused scatterlist: see @refused_entries
 * @entries: pieces of memory mapped: one for a single mapping, one for each entry
 *	of a scatterlist
 * @unmapped_entries: unmapped
 * @bounced: of @entries, those whose DMA address is not the machine address of
 *	their memory; the sum of the next four
 * @forced: bounced because swiotlb=force says so
 * @mask: because the machine address is beyond the mask
 * @contiguity: because the memory is not machine-contiguous
 * @unexplained: although none of the three demands it
 * @missed: not bounced although one of the three demands it
 * @stray: of @bounced, not in the pool either: an IOMMU's, or wrong
 * @bytes: of @entries, by enum dma_data_direction: 0 bidirectional, 1 to device,
 *	2 from device
 * @bounced_bytes: of @bounced
 * @copied_bytes: that bounces have copied, by what the kernel copies when it maps
 *	(all), syncs and unmaps (by direction)
 * @swiotlb_bounced: events of the tracepoint of this name: one for each entry
 *	before slots are looked for
 * @failed_bounced: of @failed, those that had to bounce
 * @refused_entries: events that no mapping came after: entries of scatterlists
 *	that were refused
 * @unannounced: of @bounced and @failed_bounced, those without an event
 * @allocs: coherent allocations that succeeded
 * @frees: coherent memory freed
 * @alloc_failed: coherent allocations that failed
 * @ticks: of the TSC, from begin to end
 * @sizes: entries by size, see DMASCOPE_SIZES
 * @live: entries that are mapped
 * @slots: slots of the pool that they take
 *
 * Always @swiotlb_bounced + @unannounced == @bounced + @failed_bounced +
 * @refused_entries. In swiotlb's pool @unannounced is 0.
 *
 * Errors: EINVAL no window is open; EFAULT, and the counts are lost.
 */
struct dmascope_counts {
	__u64 maps;
	__u64 sg_maps;
	__u64 unmaps;
	__u64 syncs;
	__u64 failed;
	__u64 entries;
	__u64 unmapped_entries;
	__u64 bounced;
	__u64 forced;
	__u64 mask;
	__u64 contiguity;
	__u64 unexplained;
	__u64 missed;
	__u64 stray;
	__u64 bytes[3];
	__u64 bounced_bytes;
	__u64 copied_bytes;
	__u64 swiotlb_bounced;
	__u64 failed_bounced;
	__u64 refused_entries;
	__u64 unannounced;
	__u64 allocs;
	__u64 frees;
	__u64 alloc_failed;
	__u64 ticks;
	__u64 sizes[DMASCOPE_SIZES];
	struct dmascope_level live;
	struct dmascope_level slots;
};

#define DMASCOPE_IOC		0xBF
#define DMASCOPE_BEGIN		_IOW(DMASCOPE_IOC, 1, struct dmascope_begin)
#define DMASCOPE_END		_IOR(DMASCOPE_IOC, 2, struct dmascope_counts)

#endif /* DMASCOPE_UAPI_H */
