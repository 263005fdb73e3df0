/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the dmabench kernel module and user space.
 *
 * One misc device, /dev/dmabench, serves the one PCI function that is bound
 * to the driver. Layouts are fixed: every member is naturally aligned and
 * every structure begins with the version it was built for.
 */
#ifndef DMABENCH_UAPI_H
#define DMABENCH_UAPI_H

#include <linux/const.h>
#include <linux/ioctl.h>
#include <linux/types.h>

/** DMABENCH_ABI - version of this interface; any change of layout raises it */
#define DMABENCH_ABI 2

/**
 * enum dmabench_op - what one iteration of a run does
 * @DMABENCH_MAP_SINGLE: series 0 dma_map_single(), series 1 dma_unmap_single()
 * @DMABENCH_MAP_PAGE: series 0 dma_map_page(), series 1 dma_unmap_page()
 * @DMABENCH_MAP_SG: series 0 dma_map_sg(), series 1 dma_unmap_sg()
 * @DMABENCH_SYNC: series 0 dma_sync_single_for_cpu(), series 1
 *	dma_sync_single_for_device(); the mapping around them is not timed
 * @DMABENCH_COHERENT: series 0 dma_alloc_coherent(), series 1
 *	dma_free_coherent()
 * @DMABENCH_PAGES: series 0 alloc_pages() with GFP_DMA32, what a driver takes
 *	for a device of 32 bits, series 1 __free_pages(); @size in whole pages
 *	of a power of two
 * @DMABENCH_OPS: how many there are
 */
enum dmabench_op {
	DMABENCH_MAP_SINGLE,
	DMABENCH_MAP_PAGE,
	DMABENCH_MAP_SG,
	DMABENCH_SYNC,
	DMABENCH_COHERENT,
	DMABENCH_PAGES,
	DMABENCH_OPS
};

/**
 * enum dmabench_place - where the buffers lie, by machine address
 * @DMABENCH_PLACE_ANY: wherever the page allocator puts them
 * @DMABENCH_PLACE_LOW: all of the buffer below 4 GiB
 * @DMABENCH_PLACE_HIGH: all of the buffer at or above 4 GiB
 * @DMABENCH_PLACE_DMA32: allocated with GFP_DMA32, wherever that is
 * @DMABENCH_PLACE_BOTH: by turns below 4 GiB and at or above
 * @DMABENCH_PLACES: how many there are
 */
enum dmabench_place {
	DMABENCH_PLACE_ANY,
	DMABENCH_PLACE_LOW,
	DMABENCH_PLACE_HIGH,
	DMABENCH_PLACE_DMA32,
	DMABENCH_PLACE_BOTH,
	DMABENCH_PLACES
};

/**
 * enum dmabench_layout - how the pages of one buffer lie in machine memory
 * @DMABENCH_LAYOUT_ANY: as they come
 * @DMABENCH_LAYOUT_CONTIGUOUS: machine-contiguous
 * @DMABENCH_LAYOUT_SCATTERED: at least one page is not machine-contiguous
 *	with the one before it
 * @DMABENCH_LAYOUTS: how many there are
 */
enum dmabench_layout {
	DMABENCH_LAYOUT_ANY,
	DMABENCH_LAYOUT_CONTIGUOUS,
	DMABENCH_LAYOUT_SCATTERED,
	DMABENCH_LAYOUTS
};

/*
 * Histogram: log-linear. Ticks below DMABENCH_EXACT have a bucket each; above,
 * every power of two is divided into DMABENCH_SUB buckets, so that a bucket is
 * at most 1/128 of its lower bound wide. Ticks at or above 2^DMABENCH_MAX_BITS
 * fall into the last bucket.
 */
#define DMABENCH_EXACT_BITS	11
#define DMABENCH_EXACT		((__u32)_BITUL(DMABENCH_EXACT_BITS))
#define DMABENCH_SUB_BITS	7
#define DMABENCH_SUB		((__u32)_BITUL(DMABENCH_SUB_BITS))
#define DMABENCH_MAX_BITS	40
#define DMABENCH_BUCKETS \
	(DMABENCH_EXACT + (DMABENCH_MAX_BITS - DMABENCH_EXACT_BITS) * DMABENCH_SUB)

/**
 * dmabench_bucket_index() - bucket that counts a number of ticks
 * @ticks: any number of ticks
 *
 * Return: 0 to DMABENCH_BUCKETS - 1; it never falls when @ticks rises.
 */
static inline __u32 dmabench_bucket_index(__u64 ticks)
{
	__u32 bits, sub;

	if (ticks < DMABENCH_EXACT)
		return (__u32)ticks;
	if (ticks >> DMABENCH_MAX_BITS)
		return DMABENCH_BUCKETS - 1;
	bits = 63 - (__u32)__builtin_clzll(ticks);
	sub = (__u32)(ticks >> (bits - DMABENCH_SUB_BITS)) & (DMABENCH_SUB - 1);
	return DMABENCH_EXACT + (bits - DMABENCH_EXACT_BITS) * DMABENCH_SUB + sub;
}

/**
 * dmabench_bucket_low() - fewest ticks that a bucket counts
 * @index: 0 to DMABENCH_BUCKETS - 1
 *
 * Return: ticks. The bucket ends before dmabench_bucket_low(@index + 1); for
 * the last one this is 2^DMABENCH_MAX_BITS, but it counts all above, too.
 */
static inline __u64 dmabench_bucket_low(__u32 index)
{
	__u32 bits, sub;

	if (index < DMABENCH_EXACT)
		return index;
	bits = DMABENCH_EXACT_BITS + (index - DMABENCH_EXACT) / DMABENCH_SUB;
	sub = (index - DMABENCH_EXACT) % DMABENCH_SUB;
	return (__u64)(DMABENCH_SUB + sub) << (bits - DMABENCH_SUB_BITS);
}

/**
 * struct dmabench_params - what to run
 * @abi: DMABENCH_ABI
 * @op: enum dmabench_op
 * @dir: enum dma_data_direction: 0 bidirectional, 1 to device, 2 from device
 * @mask_bits: width of the device's streaming and coherent DMA mask, 24 to 64
 * @size: bytes of a buffer or of an sg entry, 64 to 256 KiB (coherent and pages: 4 MiB)
 * @offset: bytes from the start of a buffer's first page, 0 to 4095
 *	(coherent, pages: 0)
 * @nents: entries of a scatterlist, 1 to 128; 1 for the other operations
 * @buffers: distinct buffers cycled (of @nents entries each), 1 to 4096
 *	(coherent, pages: outstanding allocations, see @depth)
 * @depth: operations outstanding at a time, 1 to @buffers
 * @irqs_off: 1: interrupts are off in the timed window; 0 for coherent and
 *	pages
 * @place: enum dmabench_place (pages, coherent memory above a page: any)
 * @layout: enum dmabench_layout (coherent, pages: any)
 * @count: iterations that are timed, 1 to 100,000,000
 * @warmup: iterations before them that are not, 0 to 1,000,000
 */
struct dmabench_params {
	__u32 abi;
	__u32 op;
	__u32 dir;
	__u32 mask_bits;
	__u32 size;
	__u32 offset;
	__u32 nents;
	__u32 buffers;
	__u32 depth;
	__u32 irqs_off;
	__u32 place;
	__u32 layout;
	__u64 count;
	__u64 warmup;
};

/**
 * struct dmabench_series - one operation's timings
 * @count: operations timed and successful
 * @failed: operations that reported an error; they have no timing
 * @min: fewest ticks; 0 when @count is 0
 * @max: most ticks
 * @sum: all ticks
 * @hist: user pointer to DMABENCH_BUCKETS __u64 counters, or 0 for none
 *
 * A tick is one TSC count: one instruction under QEMU's -icount shift=0.
 *
 * Both series have the same @count: what a timed iteration mapped or allocated
 * is unmapped or freed in a timed window too, the last of it after the last
 * iteration. Series 0 counts the failures; what failed is not undone. For sync
 * they are mappings that could not be made and are left out.
 */
struct dmabench_series {
	__u64 count;
	__u64 failed;
	__u64 min;
	__u64 max;
	__u64 sum;
	__u64 hist;
};

#define DMABENCH_SERIES		2
#define DMABENCH_PROBE_EVERY	16
#define DMABENCH_MESSAGE	160

/**
 * struct dmabench_run - argument of DMABENCH_RUN
 * @params: in
 * @series: out; @series[].hist is in
 * @probe: out; the same probe around nothing, taken in the same loop by the
 *	first timed iteration and then every DMABENCH_PROBE_EVERY. Not
 *	subtracted from @series
 * @mapped: out; streaming mappings made in timed iterations (an sg entry
 *	counts as one; for sync those that are synced; 0 for coherent, pages)
 * @bounced_forced: out; of them bounced because swiotlb=force says so
 * @bounced_mask: out; because the machine address is beyond the mask
 * @bounced_contiguity: out; because the buffer is not machine-contiguous
 * @bounced_unexplained: out; although none of the three demands it
 * @missed: out; not bounced although one of the three demands it
 * @nsecs: out; duration of the timed loop by the kernel's monotonic clock
 * @message: out; on error, what was wrong: parameter, value, range; else empty
 *
 * Errors of DMABENCH_RUN, all but EFAULT with a message: EINVAL a parameter is
 * out of range; ENODEV no function is bound; EIO the mask was refused, or
 * nothing could be mapped for sync; ENOMEM too little memory; ENODATA three
 * quarters of the free memory hold too few buffers of the wanted place and
 * layout; EINTR a fatal signal; EFAULT a pointer is wrong.
 */
struct dmabench_run {
	struct dmabench_params params;
	struct dmabench_series series[DMABENCH_SERIES];
	struct dmabench_series probe;
	__u64 mapped;
	__u64 bounced_forced;
	__u64 bounced_mask;
	__u64 bounced_contiguity;
	__u64 bounced_unexplained;
	__u64 missed;
	__u64 nsecs;
	char message[DMABENCH_MESSAGE];
};

#define DMABENCH_NAME		64
/* Runs of 2^31 pages and more are counted as the longest. */
#define DMABENCH_RUNS		32

/**
 * struct dmabench_facts - argument of DMABENCH_FACTS: what really runs here;
 *	EINVAL when @abi is another, ENODEV when no function is bound, EIO when
 *	the device refuses a 64-bit mask, EINTR on a fatal signal
 * @abi: in; DMABENCH_ABI
 * @xen_pv: 1 in a Xen PV domain
 * @initial_domain: 1 in dom0
 * @force_bounce: 1 when the pool bounces everything (swiotlb=force)
 * @pool_slots: slots of the device's swiotlb pool; 0 when there is none
 * @pool_start: pseudo-physical address of the pool
 * @pool_end: first address behind it
 * @pages: pages of RAM looked at (a sample, evenly spread)
 * @pages_moved: of them, pages whose machine frame is not their page frame
 * @required_mask: dma_get_required_mask() of the device
 * @max_mapping_size: dma_max_mapping_size() of the device under a 64-bit mask
 * @tsc_khz: TSC ticks per millisecond as the kernel measured or was told
 * @probe_phys: physical address of a page mapped to see the translation
 * @probe_machine: its machine address by p2m
 * @probe_dma: the address dma_map_page() returned for it under a 64-bit mask;
 *	all ones when it failed
 * @p2m_pages: pages of RAM, all of them
 * @p2m_pairs: pairs of neighbouring pages
 * @p2m_contiguous: of them, pairs that are neighbours in machine memory too
 * @p2m_highest: highest machine frame behind a page
 * @p2m_hash: tells one p2m from another: equal where every page has the same frame
 * @p2m_runs: [i]: machine-contiguous runs of 2^i to 2^(i+1) - 1 pages
 * @dma32_pages: pages tried of those that the page allocator hands out for
 *	GFP_DMA32, in blocks of a page and more
 * @dma32_beyond: of them, pages that lie at or above 4 GiB of machine memory
 * @ops: name of the map_page method of the dma_map_ops in use; empty when the
 *	device has none (dma-direct)
 * @device: PCI address of the bound function
 */
struct dmabench_facts {
	__u32 abi;
	__u32 xen_pv;
	__u32 initial_domain;
	__u32 force_bounce;
	__u64 pool_slots;
	__u64 pool_start;
	__u64 pool_end;
	__u64 pages;
	__u64 pages_moved;
	__u64 required_mask;
	__u64 max_mapping_size;
	__u64 tsc_khz;
	__u64 probe_phys;
	__u64 probe_machine;
	__u64 probe_dma;
	__u64 p2m_pages;
	__u64 p2m_pairs;
	__u64 p2m_contiguous;
	__u64 p2m_highest;
	__u64 p2m_hash;
	__u64 p2m_runs[DMABENCH_RUNS];
	__u64 dma32_pages;
	__u64 dma32_beyond;
	char ops[DMABENCH_NAME];
	char device[DMABENCH_NAME];
};

#define DMABENCH_IOC		0xBD
#define DMABENCH_RUN		_IOWR(DMABENCH_IOC, 1, struct dmabench_run)
#define DMABENCH_FACTS		_IOWR(DMABENCH_IOC, 2, struct dmabench_facts)

#endif /* DMABENCH_UAPI_H */
