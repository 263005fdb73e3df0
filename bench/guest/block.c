// SPDX-License-Identifier: GPL-2.0-only
#include "block.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"

#define POLL_US 50000

const struct block_value BLOCK_VALUES[] = {
	{ "block.max_sectors_kb", "max_sectors_kb", "KiB" },
	{ "block.max_hw_sectors_kb", "max_hw_sectors_kb", "KiB" },
	{ "block.max_segments", "max_segments", "segments" },
	{ "block.max_segment_size", "max_segment_size", "bytes" },
	{ "block.nr_requests", "nr_requests", "requests" },
	{ "block.read_ahead_kb", "read_ahead_kb", "KiB" },
	{ "block.rotational", "rotational", "1" },
	{ "block.wbt_lat_usec", "wbt_lat_usec", "us" },
	{ 0 }
};

static void queue_file(char *path, const char *root, const char *name,
		       const char *file)
{
	snprintf(path, PATH_MAX, "%s/%s/queue/%s", root, name, file);
}

int block_name(const char *device, char *name)
{
	const char *base = device + strlen("/dev/");

	if (strncmp(device, "/dev/", strlen("/dev/")) || !*base ||
	    *base == '.' || strchr(base, '/') ||
	    strlen(base) >= BLOCK_NAME_MAX)
		return -EINVAL;
	strcpy(name, base);
	return 0;
}

bool block_wait(const char *root, const char *device)
{
	char name[BLOCK_NAME_MAX], path[PATH_MAX];

	if (block_name(device, name))
		return false;
	queue_file(path, root, name, "scheduler");
	for (int us = 0; us <= BLOCK_SECONDS * 1000000; us += POLL_US) {
		struct stat info;
		bool is_there = !stat(device, &info);

		if (is_there && !S_ISBLK(info.st_mode))
			return false;
		if (is_there && !access(path, F_OK))
			return true;
		usleep(POLL_US);
	}
	return false;
}

int block_pin(const char *root, const char *name, uint32_t max_sectors_kb,
	      const char **file)
{
	char path[PATH_MAX], text[16];
	int ret;

	*file = "scheduler";
	queue_file(path, root, name, *file);
	ret = write_file(path, "none");
	if (ret || !max_sectors_kb)
		return ret;
	*file = "max_sectors_kb";
	queue_file(path, root, name, *file);
	snprintf(text, sizeof(text), "%u", max_sectors_kb);
	return write_file(path, text);
}

int block_read(const char *root, const char *name,
	       const struct block_value *value, uint64_t *number)
{
	char path[PATH_MAX];

	queue_file(path, root, name, value->file);
	return read_u64(path, number);
}

int block_scheduler(const char *root, const char *name, char *scheduler,
		    size_t size)
{
	char path[PATH_MAX], line[256];
	const char *open, *start, *end;
	int ret;

	queue_file(path, root, name, "scheduler");
	ret = read_line(path, line, sizeof(line));
	if (ret)
		return ret;
	/* "[none] mq-deadline", or a single name without brackets. */
	open = strchr(line, '[');
	start = open ? open + 1 : line;
	end = start + strcspn(start, "] ");
	if (end == start || (size_t)(end - start) >= size)
		return -EINVAL;
	snprintf(scheduler, size, "%.*s", (int)(end - start), start);
	return 0;
}

int block_queues(const char *root, const char *name)
{
	char path[PATH_MAX];
	struct dirent *entry;
	int count = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/%s/mq", root, name);
	folder = opendir(path);
	if (!folder)
		return -errno;
	while ((entry = readdir(folder)))
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}
