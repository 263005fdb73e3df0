// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices answer before the guest goes on: behind each write to one, the vCPU waits
 * until no other thread of QEMU's has work. When an answer comes is then the same in
 * each boot, counted in instructions: whether a guest was asleep already when its I/O
 * was done no longer depends on the host.
 *
 *   -plugin settle.so,out=FILE
 *
 * An access to a device ends a block of code in the insn clock: QEMU executes it in a
 * block of its own, in which there is nothing else. Those are watched and no others.
 */
#include "qemu.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define FORMAT		1
#define TASKS		"/proc/self/task"
/* How long another thread is given, and in what steps. */
#define PATIENCE_NS	(200 * 1000 * 1000ull)
#define PAUSE_NS	(10 * 1000)

/* One QEMU loads this once: there is nothing to pass it along by. */
static struct {
	FILE *out;
	uint64_t writes;
	uint64_t unsettled;
} plugin;

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000ull + time.tv_nsec;
}

/**
 * struct state - what the other threads do
 * @busy: one is executing, about to, or waiting for a disk
 * @switches: how often all have begun to sleep, so far
 */
struct state {
	bool busy;
	uint64_t switches;
};

static void look_at(const char *thread, struct state *all)
{
	static const char sleeps[] = "\nvoluntary_ctxt_switches:";
	static const char state[] = "\nState:\t";
	char path[64], text[4096];
	const char *found;
	ssize_t size;
	int file;

	snprintf(path, sizeof(path), TASKS "/%.20s/status", thread);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return;
	size = read(file, text, sizeof(text) - 1);
	close(file);
	if (size <= 0)
		return;
	text[size] = 0;
	found = strstr(text, state);
	if (found)
		all->busy |= strchr("RD", found[sizeof(state) - 1]) != NULL;
	found = strstr(text, sleeps);
	if (found)
		all->switches += strtoull(found + sizeof(sleeps) - 1, NULL, 10);
}

static struct state look(void)
{
	struct state all = { 0 };
	pid_t mine = gettid();
	DIR *tasks = opendir(TASKS);
	struct dirent *task;

	all.busy = !tasks;
	while (tasks && (task = readdir(tasks)))
		if (task->d_name[0] != '.' && atoi(task->d_name) != mine)
			look_at(task->d_name, &all);
	if (tasks)
		closedir(tasks);
	return all;
}

/*
 * Threads are looked at one after the other, and one may have woken another that was
 * seen asleep. So nobody may have begun to sleep between two looks, either.
 */
static void settle(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	uint64_t end = now() + PATIENCE_NS;
	struct state before, after;

	/* The kernel may wake who sleeps 50 us late, or he says how late it may be. */
	if (!plugin.writes++)
		prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
	before = look();
	for (;;) {
		after = look();
		if (!before.busy && !after.busy && before.switches == after.switches)
			return;
		if (now() > end) {
			plugin.unsettled++;
			return;
		}
		before = after;
		nanosleep(&pause, NULL);
	}
}

static void on_write(unsigned int vcpu, uint32_t info, uint64_t address, void *data)
{
	struct qemu_plugin_hwaddr *place;

	(void)vcpu;
	(void)data;
	if (!qemu_plugin_mem_is_store(info))
		return;
	place = qemu_plugin_get_hwaddr(info, address);
	if (place && qemu_plugin_hwaddr_is_io(place))
		settle();
}

static void on_translation(qemu_id id, struct qemu_plugin_tb *tb)
{
	(void)id;
	if (qemu_plugin_tb_n_insns(tb) == 1)
		qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(tb, 0),
						 on_write, QEMU_NO_REGS,
						 QEMU_MEM_RW, NULL);
}

static void at_exit(qemu_id id, void *data)
{
	(void)id;
	(void)data;
	fprintf(plugin.out, "{\"type\":\"settle\",\"format\":%d,\"writes\":%" PRIu64
		",\"unsettled\":%" PRIu64 "}\n", FORMAT, plugin.writes, plugin.unsettled);
	fclose(plugin.out);
}

int qemu_plugin_install(qemu_id id, const struct qemu_info *info, int argc,
			char **argv)
{
	if (refuse_host(info))
		return 1;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return refuse("words", "allowed is one out=FILE");
	plugin.out = fopen(argv[0] + 4, "we");
	if (!plugin.out)
		return refuse(argv[0], "cannot be written");
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	return 0;
}
