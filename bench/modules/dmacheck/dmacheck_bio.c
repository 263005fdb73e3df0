// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case bio: a block device reads and writes memory in one piece of pages, as
 * large folios are given to it. Request sizes, segments and mappings are the
 * driver's and the block layer's own.
 */

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "dmacheck_internal.h"

/** BIO_SECONDS - a request that takes longer hangs */
#define BIO_SECONDS	10

/**
 * struct request_end - the end of one request
 * @done: it has ended
 * @status: how
 *
 * A request that hangs may end when nobody waits any more: each has its own.
 */
struct request_end {
	struct completion done;
	blk_status_t status;
};

static void ended(struct bio *bio)
{
	struct request_end *end = bio->bi_private;

	end->status = bio->bi_status;
	complete(&end->done);
	bio_put(bio);
}

static int submit(struct dmacheck *check, struct block_device *bdev,
		  const struct dmacheck_mapping *map, blk_opf_t op)
{
	const char *what = op == REQ_OP_WRITE ? "writing" : "reading";
	struct request_end *end;
	blk_status_t status;
	struct bio *bio;

	end = kmalloc(sizeof(*end), GFP_KERNEL);
	if (!end)
		return dmacheck_fail(check, -ENOMEM, "memory for a request's end");
	init_completion(&end->done);
	bio = bio_alloc(bdev, 1, op | REQ_SYNC, GFP_KERNEL);
	bio->bi_iter.bi_sector = 0;
	bio->bi_end_io = ended;
	bio->bi_private = end;
	__bio_add_page(bio, virt_to_page(map->virt), map->size,
		       offset_in_page(map->virt));
	submit_bio(bio);
	if (!wait_for_completion_timeout(&end->done, BIO_SECONDS * HZ)) {
		/* The request keeps its memory, and @end is never freed. */
		check->poisoned = true;
		return dmacheck_fail(check, -EBADMSG,
			"hang: %s %zu bytes has not ended after %d s",
			what, map->size, BIO_SECONDS);
	}
	status = end->status;
	kfree(end);
	if (status)
		return dmacheck_fail(check, -EBADMSG,
			"block I/O: %s %zu bytes ended with status %d",
			what, map->size, status);
	check->run->mapped++;
	return 0;
}

/* Write one buffer, read it into another. */
static int there_and_back(struct dmacheck *check, struct block_device *bdev)
{
	struct dmacheck_mapping *out = &check->maps[0], *in = &check->maps[1];
	u32 seed = check->run->seed;
	size_t same;
	int ret;

	dmacheck_part(check, 0, true);
	dmacheck_part(check, 1, true);
	dmacheck_fill(out->virt, out->size, seed);
	dmacheck_fill(in->virt, in->size, seed + 1);
	ret = submit(check, bdev, out, REQ_OP_WRITE);
	if (!ret)
		ret = submit(check, bdev, in, REQ_OP_READ);
	if (ret)
		return ret;
	same = dmacheck_differs(check, in->virt, 0, in->size, seed);
	if (same != in->size)
		return dmacheck_fail(check, -EBADMSG,
			"data: byte %zu of %zu that were written and read again is another",
			same, in->size);
	return 0;
}

/**
 * dmacheck_bio() - case bio
 * @check: parameters in, at least 2 buffers of whole sectors; message out
 *
 * The first sectors of the device are overwritten.
 *
 * Return: 0; -EBADMSG a rule is broken, or the request hangs; -ENODEV the
 * device cannot be opened; -EINVAL a parameter; -ENOMEM, -ENODATA, -EINTR.
 */
int dmacheck_bio(struct dmacheck *check)
{
	const struct dmacheck_run *run = check->run;
	struct file *file;
	int ret;

	if (run->size % SECTOR_SIZE || run->offset % SECTOR_SIZE || run->buffers < 2)
		return dmacheck_fail(check, -EINVAL,
			"size %u, offset %u, buffers %u: allowed whole sectors, at least 2",
			run->size, run->offset, run->buffers);
	ret = dmacheck_buffers_get(check, run->size);
	if (ret)
		return ret;
	file = bdev_file_open_by_path(run->path, BLK_OPEN_READ | BLK_OPEN_WRITE,
				      NULL, NULL);
	if (IS_ERR(file))
		return dmacheck_fail(check, -ENODEV, "%s: cannot be opened: %ld",
				     run->path, PTR_ERR(file));
	ret = there_and_back(check, file_bdev(file));
	/* A request that hangs needs its device as well. */
	if (!check->poisoned)
		bdev_fput(file);
	return ret;
}
