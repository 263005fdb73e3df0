// SPDX-License-Identifier: GPL-2.0-only
/* In a tree that looks like the disks in sysfs. */
#include "block.h"

#include <errno.h>

#include "tree.h"

static void test_name(void)
{
	char name[BLOCK_NAME_MAX], device[BLOCK_NAME_MAX + 8];

	CHECK(!block_name("/dev/nvme0n1", name));
	CHECK_TEXT(name, "nvme0n1");
	CHECK(block_name("nvme0n1", name) == -EINVAL);
	CHECK(block_name("/dev/", name) == -EINVAL);
	CHECK(block_name("/dev/..", name) == -EINVAL);
	CHECK(block_name("/dev/a/b", name) == -EINVAL);
	CHECK(block_name("/sys/a", name) == -EINVAL);
	memset(device, 'a', sizeof(device));
	memcpy(device, "/dev/", 5);
	device[5 + BLOCK_NAME_MAX - 1] = '\0';
	CHECK(!block_name(device, name));
	CHECK(strlen(name) == BLOCK_NAME_MAX - 1);
	device[5 + BLOCK_NAME_MAX - 1] = 'a';
	device[5 + BLOCK_NAME_MAX] = '\0';
	CHECK(block_name(device, name) == -EINVAL);
}

static void test_wait(void)
{
	/* At once: there is something, and it is no disk. */
	CHECK(!block_wait(root, "/dev/null"));
	CHECK(!block_wait(root, in_tree("sda")));
}

static void test_pin(void)
{
	const char *file;

	make_file("sda/queue/max_sectors_kb", "");
	CHECK(!block_pin(root, "sda", 252, &file));
	check_file("sda/queue/scheduler", "none");
	check_file("sda/queue/max_sectors_kb", "252");
	make_file("sda/queue/max_sectors_kb", "1280\n");
	CHECK(!block_pin(root, "sda", 0, &file));
	check_file("sda/queue/max_sectors_kb", "1280");
	/* Which file it was, when one cannot be written. */
	CHECK(block_pin(root, "none", 252, &file) == -ENOENT);
	CHECK_TEXT(file, "scheduler");
	CHECK(!unlink(in_tree("sda/queue/max_sectors_kb")));
	CHECK(block_pin(root, "sda", 252, &file) == -ENOENT);
	CHECK_TEXT(file, "max_sectors_kb");
	CHECK(!block_pin(root, "sda", 0, &file));
}

static void test_read(void)
{
	const struct block_value *wbt = BLOCK_VALUES;
	uint64_t number;

	for (const struct block_value *value = BLOCK_VALUES; value->name; value++)
		CHECK(!strncmp(value->name, "block.", 6) &&
		      !strcmp(value->name + 6, value->file));
	make_file("sdb/queue/max_sectors_kb", "252\n");
	CHECK(!block_read(root, "sdb", &BLOCK_VALUES[0], &number));
	CHECK(number == 252);
	while (wbt->name && strcmp(wbt->file, "wbt_lat_usec"))
		wbt++;
	CHECK(wbt->name);
	CHECK(block_read(root, "sdb", wbt, &number) == -ENOENT);
	/* As the kernel has it where it is off. */
	make_file("sdb/queue/wbt_lat_usec", "-1\n");
	CHECK(block_read(root, "sdb", wbt, &number) == -EINVAL);
	make_file("sdb/queue/wbt_lat_usec", "0\n");
	CHECK(!block_read(root, "sdb", wbt, &number) && number == 0);
}

static void test_scheduler(void)
{
	char scheduler[12];

	CHECK(block_scheduler(root, "sdc", scheduler, sizeof(scheduler)) == -ENOENT);
	make_file("sdc/queue/scheduler", "[none] \n");
	CHECK(!block_scheduler(root, "sdc", scheduler, sizeof(scheduler)));
	CHECK_TEXT(scheduler, "none");
	make_file("sdc/queue/scheduler", "none [mq-deadline] kyber\n");
	CHECK(!block_scheduler(root, "sdc", scheduler, sizeof(scheduler)));
	CHECK_TEXT(scheduler, "mq-deadline");
	make_file("sdc/queue/scheduler", "none\n");
	CHECK(!block_scheduler(root, "sdc", scheduler, sizeof(scheduler)));
	CHECK_TEXT(scheduler, "none");
	make_file("sdc/queue/scheduler", "[mq-deadlines]\n");
	CHECK(block_scheduler(root, "sdc", scheduler, sizeof(scheduler)) == -EINVAL);
	make_file("sdc/queue/scheduler", "");
	CHECK(block_scheduler(root, "sdc", scheduler, sizeof(scheduler)) == -EINVAL);
}

static void test_queues(void)
{
	make_file("sdd/mq/0/cpu_list", "0\n");
	make_file("sdd/mq/1/cpu_list", "1\n");
	CHECK(block_queues(root, "sdd") == 2);
	CHECK(block_queues(root, "none") == -ENOENT);
}

int main(void)
{
	make_tree();
	make_file("sda/queue/scheduler", "");
	test_name();
	test_wait();
	test_pin();
	test_read();
	test_scheduler();
	test_queues();
	return 0;
}
