/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface between the dmacheck kernel module and user space.
 *
 * One misc device, /dev/dmacheck, drives the PCI function that is bound to
 * dmabench and compares everything that happens with what must happen.
 */
#ifndef DMACHECK_UAPI_H
#define DMACHECK_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** DMACHECK_ABI - version of this interface; any change of layout raises it */
#define DMACHECK_ABI 1

/**
 * enum dmacheck_case - what is checked
 * @DMACHECK_MAP: mappings: address, bounced or not, copies, overlap, unmapping
 * @DMACHECK_SYNC: partial sync moves the bytes it must and no others
 * @DMACHECK_COHERENT: coherent memory: reach, contiguity, alignment, zeroed;
 *	freeing it undoes what allocating it did
 * @DMACHECK_EDGE: a buffer whose last byte only is beyond the mask bounces, one
 *	that ends with it does not; buffers above 4 GiB
 * @DMACHECK_FULL: the pool is filled until mapping fails, and emptied
 * @DMACHECK_LIMIT: a mapping of dma_max_mapping_size() works, a larger one
 *	that had to bounce is refused
 * @DMACHECK_REQUIRED: dma_get_required_mask() covers all of RAM
 * @DMACHECK_FOREIGN: a frame whose m2p entry speaks of another domain's page
 *	is not mistaken for a bounce slot
 * @DMACHECK_EDU: data goes to QEMU's edu device and comes back
 * @DMACHECK_BIO: block I/O from and to one large folio, through its driver
 * @DMACHECK_CASES: how many there are
 */
enum dmacheck_case {
	DMACHECK_MAP,
	DMACHECK_SYNC,
	DMACHECK_COHERENT,
	DMACHECK_EDGE,
	DMACHECK_FULL,
	DMACHECK_LIMIT,
	DMACHECK_REQUIRED,
	DMACHECK_FOREIGN,
	DMACHECK_EDU,
	DMACHECK_BIO,
	DMACHECK_CASES
};

/**
 * enum dmacheck_op - how a buffer is mapped
 * @DMACHECK_SINGLE: dma_map_single()
 * @DMACHECK_PAGE: dma_map_page()
 * @DMACHECK_SG: dma_map_sg()
 * @DMACHECK_OPS: how many there are
 */
enum dmacheck_op {
	DMACHECK_SINGLE,
	DMACHECK_PAGE,
	DMACHECK_SG,
	DMACHECK_OPS
};

#define DMACHECK_MESSAGE	256
#define DMACHECK_PATH		64

/**
 * struct dmacheck_run - argument of DMACHECK_RUN
 * @abi: in; DMACHECK_ABI
 * @test: in; enum dmacheck_case
 * @op: in; enum dmacheck_op, for map
 * @dir: in; enum dma_data_direction: 0 bidirectional, 1 to, 2 from device
 * @mask_bits: in; width of the streaming and coherent DMA mask, 24 to 64
 * @size: in; bytes of a buffer, 1 to 4 MiB, with @offset
 * @offset: in; bytes from the start of a buffer's first page, 0 to 4095
 * @nents: in; entries of a scatterlist, 1 to 128; 1 for the others
 * @buffers: in; buffers, all of them mapped at a time, 1 to 1024; of 256 MiB in
 *	all
 * @place: in; enum dmabench_place
 * @layout: in; enum dmabench_layout
 * @min_align: in; the device's min_align_mask, 0 to 4095
 * @boundary: in; bytes that no segment may cross, a power of two; 0: none
 * @skip_sync: in; 1: DMA_ATTR_SKIP_CPU_SYNC when unmapping
 * @whole: in; 1: always map whole buffers, not parts of them too
 * @count: in; rounds, 1 to 1,000,000
 * @seed: in; of the parts and of the data
 * @path: in; for bio: the block device
 * @mapped: out; mappings made and found right, or coherent blocks, transfers
 * @bounced: out; of them bounced
 * @refused: out; mappings that were refused as they must
 * @bytes: out; bytes compared
 * @message: out; on error which rule was broken, and how: "rule: details"
 *
 * Errors of DMACHECK_RUN, all but EFAULT with a message: EBADMSG a rule is
 * broken; EINVAL a parameter is out of range; ENODEV no function is bound, or
 * not one that this case can use; ENOMEM too little memory; ENODATA no memory
 * of the wanted place and layout; EINTR a fatal signal; EFAULT a pointer is wrong.
 */
struct dmacheck_run {
	__u32 abi;
	__u32 test;
	__u32 op;
	__u32 dir;
	__u32 mask_bits;
	__u32 size;
	__u32 offset;
	__u32 nents;
	__u32 buffers;
	__u32 place;
	__u32 layout;
	__u32 min_align;
	__u32 boundary;
	__u32 skip_sync;
	__u32 whole;
	__u32 reserved;
	__u64 count;
	__u64 seed;
	__u64 mapped;
	__u64 bounced;
	__u64 refused;
	__u64 bytes;
	char path[DMACHECK_PATH];
	char message[DMACHECK_MESSAGE];
};

#define DMACHECK_IOC		0xBE
#define DMACHECK_RUN		_IOWR(DMACHECK_IOC, 1, struct dmacheck_run)

#endif /* DMACHECK_UAPI_H */
