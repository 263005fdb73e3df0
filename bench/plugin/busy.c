// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many instructions a guest executes in each step, and how many of them on its
 * way to sleep and back. Two counters and nothing else, where plugin.c asks where
 * each went: a run with I/O is too long to be asked that.
 *
 *   -plugin busy.so,out=FILE[,idle=BEGIN-END]...
 *
 * idle: guest addresses, hexadecimal, of a function of an idle loop; END is behind it.
 * Between steps nothing but the mark of the next one is watched, as in plugin.c.
 */
#include "qemu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

#define FORMAT		1
#define IDLE_MAX	64

/**
 * struct range - code of one function
 * @begin: guest address of its first byte
 * @end: behind its last
 */
struct range {
	uint64_t begin;
	uint64_t end;
};

/**
 * struct counters - of a vCPU, or of all
 * @busy: instructions executed outside of the idle loops
 * @idle: and inside
 */
struct counters {
	uint64_t busy;
	uint64_t idle;
};

/* One QEMU loads this once: there is nothing to pass it along by. */
static struct {
	qemu_id id;
	int api;
	int vcpus;
	FILE *out;
	struct range idle[IDLE_MAX];
	size_t ranges;
	struct counters executed;
	struct qemu_plugin_scoreboard *board;
	struct counters before;
	bool has_begun;
	bool in_step;
	unsigned int steps;
} plugin;

static struct counters executed(void)
{
	struct counters sum = plugin.executed;

	for (int i = 0; plugin.api >= API_PER_VCPU && i < plugin.vcpus; i++) {
		struct counters *own = qemu_plugin_scoreboard_find(plugin.board, i);

		sum.busy += own->busy;
		sum.idle += own->idle;
	}
	return sum;
}

static bool is_idle(uint64_t address)
{
	for (size_t i = 0; i < plugin.ranges; i++)
		if (address >= plugin.idle[i].begin && address < plugin.idle[i].end)
			return true;
	return false;
}

static enum mark mark_of(const struct qemu_plugin_tb *tb, size_t index)
{
	uint8_t bytes[INSN_BYTES];
	unsigned int series;
	size_t size = insn_bytes(plugin.api, qemu_plugin_tb_get_insn(tb, index), bytes);

	return decode_mark(bytes, size, &series);
}

static void watch(qemu_id id);

static void begin_step(unsigned int index, void *data)
{
	(void)index;
	(void)data;
	if (plugin.has_begun)
		return;
	plugin.has_begun = true;
	qemu_plugin_reset(plugin.id, watch);
}

static void end_step(unsigned int index, void *data)
{
	struct counters now = executed();

	(void)index;
	(void)data;
	if (!plugin.in_step)
		return;
	fprintf(plugin.out, "{\"type\":\"step\",\"step\":%u,\"busy\":%" PRIu64
		",\"idle\":%" PRIu64 "}\n", plugin.steps++,
		now.busy - plugin.before.busy, now.idle - plugin.before.idle);
	fflush(plugin.out);
	plugin.has_begun = false;
	plugin.in_step = false;
	qemu_plugin_reset(plugin.id, watch);
}

static void count(struct qemu_plugin_insn *insn, bool idle, uint64_t insns)
{
	struct qemu_counter counter = {
		plugin.board, idle ? offsetof(struct counters, idle) : 0
	};
	uint64_t *all = idle ? &plugin.executed.idle : &plugin.executed.busy;

	if (plugin.api >= API_PER_VCPU)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn,
								    QEMU_ADD_U64,
								    counter, insns);
	else
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_ADD_U64, all,
							   insns);
}

/*
 * Is what was executed up to an instruction to be counted with it? What may not go
 * on to the next one has to be, and what is before a mark: that reads the counters.
 */
static bool is_due(const struct qemu_plugin_tb *tb, size_t index, size_t insns)
{
	uint8_t bytes[INSN_BYTES];
	struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, index);
	uint64_t address = qemu_plugin_insn_vaddr(insn);
	size_t size = insn_bytes(plugin.api, insn, bytes);

	/* QEMU 7.2 also shows an instruction it left for the next page. */
	if (index + 2 >= insns || decode_access(bytes, size) != NO_ACCESS)
		return true;
	return mark_of(tb, index + 1) != NO_MARK ||
	       is_idle(address) != is_idle(address + size);
}

static void on_translation(qemu_id id, struct qemu_plugin_tb *tb)
{
	size_t insns = qemu_plugin_tb_n_insns(tb), uncounted = 0;

	(void)id;
	for (size_t i = 0; i < insns; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		enum mark mark;
		bool begins;

		/* Most of a boot is between steps: its blocks are looked at in haste. */
		if (!plugin.in_step && qemu_plugin_insn_size(insn) != STEP_MARK_BYTES)
			continue;
		mark = mark_of(tb, i);
		begins = mark == STEP_WINDOWS || mark == STEP_WHOLE;
		if (!plugin.in_step && begins)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_step,
							       QEMU_NO_REGS, NULL);
		if (plugin.in_step && mark == STEP_END)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end_step,
							       QEMU_NO_REGS, NULL);
		if (!plugin.in_step)
			continue;
		uncounted++;
		if (!is_due(tb, i, insns))
			continue;
		count(insn, is_idle(qemu_plugin_insn_vaddr(insn)), uncounted);
		uncounted = 0;
	}
}

static void at_exit(qemu_id id, void *data)
{
	(void)id;
	(void)data;
	if (!plugin.has_begun)
		fprintf(plugin.out, "{\"type\":\"end\",\"steps\":%u}\n",
			plugin.steps);
	fclose(plugin.out);
}

/* Nothing is translated: from now on it is, for a step or for what is between. */
static void watch(qemu_id id)
{
	plugin.in_step = plugin.has_begun;
	plugin.before = executed();
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
}

static bool take_range(const char *text)
{
	struct range *range = &plugin.idle[plugin.ranges];
	char *end;

	if (plugin.ranges == IDLE_MAX)
		return false;
	range->begin = strtoull(text, &end, 16);
	if (end == text || *end != '-')
		return false;
	text = end + 1;
	range->end = strtoull(text, &end, 16);
	plugin.ranges++;
	return end != text && !*end && range->begin < range->end;
}

static bool take_word(const char *word)
{
	if (!strncmp(word, "out=", 4) && !plugin.out) {
		plugin.out = fopen(word + 4, "we");
		return plugin.out;
	}
	return !strncmp(word, "idle=", 5) && take_range(word + 5);
}

int qemu_plugin_install(qemu_id id, const struct qemu_info *info, int argc,
			char **argv)
{
	if (refuse_host(info))
		return 1;
	for (int i = 0; i < argc; i++)
		if (!take_word(argv[i]))
			return refuse(argv[i], "allowed are one out=FILE, and at most 64 idle=BEGIN-END");
	if (!plugin.out)
		return refuse("out=", "missing");
	plugin.id = id;
	plugin.api = info->version.cur;
	plugin.vcpus = info->vcpus.max;
	if (plugin.api >= API_PER_VCPU)
		plugin.board = qemu_plugin_scoreboard_new(sizeof(struct counters));
	fprintf(plugin.out, "{\"type\":\"head\",\"format\":%d,\"plugin_api\":%d}\n",
		FORMAT, plugin.api);
	watch(id);
	return 0;
}
