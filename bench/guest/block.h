/* SPDX-License-Identifier: GPL-2.0-only */
/* The queue of a disk, through sysfs. */
#ifndef BOUNCEMARK_BLOCK_H
#define BOUNCEMARK_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** BLOCK_ROOT - where the disks are in sysfs */
#define BLOCK_ROOT	"/sys/class/block"
/** BLOCK_NAME_MAX - size of a disk's name, with the NUL behind it */
#define BLOCK_NAME_MAX	64
/** BLOCK_SECONDS - how long a disk may take to be found */
#define BLOCK_SECONDS	5

/**
 * struct block_value - a figure of a queue
 * @name: as it is sent, block.FILE
 * @file: in the disk's queue/
 * @unit: of the figure
 */
struct block_value {
	const char *name;
	const char *file;
	const char *unit;
};

/** BLOCK_VALUES - what is recorded of a queue, .name is NULL behind the last. */
extern const struct block_value BLOCK_VALUES[];

/**
 * block_name() - the disk of a device file
 * @device: such as /dev/nvme0n1
 * @name: result, BLOCK_NAME_MAX bytes
 * Return: 0, or -EINVAL if it is not the path of a file of /dev.
 */
int block_name(const char *device, char *name);

/**
 * block_wait() - wait for a disk, which may be found while the guest is running
 * @root: BLOCK_ROOT, or a tree like it
 * @device: such as /dev/sda; the kernel makes it before its queue can be set
 * Return: whether both are there; if not, BLOCK_SECONDS are over, or it is no disk.
 */
bool block_wait(const char *root, const char *device);

/**
 * block_pin() - make a queue the same in all variants: no scheduler
 * @root: BLOCK_ROOT, or a tree like it
 * @name: which disk
 * @max_sectors_kb: largest I/O, KiB, if the disk can; 0: as the system has it
 * @file: on error, which file of queue/ would not take it
 * Return: 0 or a negative errno.
 */
int block_pin(const char *root, const char *name, uint32_t max_sectors_kb,
	      const char **file);

/**
 * block_read() - read a figure of a queue
 * @root: BLOCK_ROOT, or a tree like it
 * @name: which disk
 * @value: which figure
 * @number: result
 * Return: 0 or a negative errno: -ENOENT or -EINVAL if this queue has none.
 */
int block_read(const char *root, const char *name,
	       const struct block_value *value, uint64_t *number);

/**
 * block_scheduler() - read which scheduler a queue has
 * @root: BLOCK_ROOT, or a tree like it
 * @name: which disk
 * @scheduler: result
 * @size: of @scheduler, bytes
 * Return: 0 or a negative errno.
 */
int block_scheduler(const char *root, const char *name, char *scheduler,
		    size_t size);

/**
 * block_queues() - count the hardware queues of a disk
 * @root: BLOCK_ROOT, or a tree like it
 * @name: which disk
 * Return: how many, or a negative errno.
 */
int block_queues(const char *root, const char *name);

#endif /* BOUNCEMARK_BLOCK_H */
