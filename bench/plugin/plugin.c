// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a guest's instructions go: counts them by address and by call, in the
 * windows that the guest marks (bouncemark_marks.h) and nowhere else.
 *
 *   -plugin counters.so,out=FILE[,l1d=BYTES:WAYS:LINE,llc=BYTES:WAYS:LINE]
 *
 * Between steps nothing but the mark of the next step is watched. When it is
 * executed QEMU forgets all that it has translated, and translates it again with
 * everything that counts.
 *
 * Instructions add to one counter, and each block calls back when it begins: the
 * counter then tells how much of the block before was executed, also where an
 * exception or a device access cut it short. (What can do neither is added with the
 * next instruction that can.) An instruction that accesses memory calls back, unless
 * there is no cache and it is known how often it does. One host thread runs all
 * vCPUs: that is so with -icount, and there the guest's own clock counts the same
 * instructions.
 */
#include "qemu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "decode.h"
#include "memory.h"
#include "options.h"
#include "pages.h"
#include "tally.h"
#include "write.h"

/** BLOCK_ADDRESS_BITS - an address in user space has no more on x86-64 */
#define BLOCK_ADDRESS_BITS	48
/** IS_KNOWN - of an access: the instruction's accesses are counted without it */
#define IS_KNOWN		(1ull << 63)
/** INDEX_MASK - which of a block's instructions, above the block's address */
#define INDEX_MASK		0x1ffu

/** INSNS_MAX - QEMU translates no more in one piece */
#define INSNS_MAX	512

/** KINDS - of so many kinds of access is remembered what QEMU says of them */
#define KINDS		64u

/**
 * struct vcpu - one vCPU
 * @index: its number
 * @is_open: what it executes is counted
 * @is_closed: a window was closed and is not recorded yet
 * @cell: what it executes, or NULL
 * @started: the counter when it began to
 * @insns: counted since the window was opened
 * @left: what it executed last, or NULL
 * @done: how many instructions of that
 * @stack: where it is
 * @pages: where its virtual addresses lead, for the cache
 */
struct vcpu {
	unsigned int index;
	bool is_open;
	bool is_closed;
	struct cell *cell;
	uint64_t started;
	uint64_t insns;
	const struct block *left;
	uint64_t done;
	struct stack stack;
	struct pages pages;
};

/**
 * struct kind - what QEMU says of accesses; to ask it each time takes as long as
 *	the cache model
 * @info: what it calls them
 * @is_known: the rest is filled in
 * @is_store: they write
 * @size: bytes
 */
struct kind {
	uint32_t info;
	bool is_known;
	bool is_store;
	uint16_t size;
};

/**
 * struct access_trace - one access as the cache model saw it, for its own tests
 * @address: physical
 * @size: bytes
 * @where: enum where
 * @zero: nothing
 */
struct access_trace {
	uint64_t address;
	uint32_t size;
	uint16_t where;
	uint16_t zero;
};

/*
 * One QEMU loads this once: there is nothing to pass it along by. A step that has
 * begun is being counted when QEMU has forgotten what was translated before.
 */
static struct {
	qemu_id id;
	int api;
	struct options asked;
	struct vcpu *vcpus;
	int vcpu_count;
	struct vcpu *running;
	uint64_t executed;
	struct qemu_plugin_scoreboard *board;
	struct counts counts;
	bool has_begun;
	bool in_step;
	bool is_whole;
	unsigned int steps;
	size_t blocks;
	struct kind kinds[KINDS];
} plugin;

static uint64_t executed(const struct vcpu *vcpu)
{
	if (plugin.api < API_PER_VCPU)
		return plugin.executed;
	return *(uint64_t *)qemu_plugin_scoreboard_find(plugin.board,
							vcpu->index);
}

/* What a vCPU executes is over when its counter is at @now. */
static void finish(struct vcpu *vcpu, uint64_t now)
{
	uint64_t done = now - vcpu->started;

	if (!vcpu->cell)
		return;
	counts_executed(&plugin.counts, vcpu->cell, done);
	vcpu->insns += done;
	vcpu->left = vcpu->cell->block;
	vcpu->done = done;
	vcpu->cell = NULL;
}

/* Go on to @to from the first @done instructions of a block. */
static void move(struct stack *stack, const struct block *block, uint64_t done,
		 uint64_t to)
{
	struct leg leg = { block->vaddr, block->end, block->end, block->flow,
			   block->target };
	uint64_t last;

	/* Most blocks lead to the next one or to where they jump. */
	if (done == block->count && leg.flow == AHEAD &&
	    (to == leg.end || (leg.target && to == leg.target)))
		return;
	last = block->end - block->sizes[block->count - 1];
	if (done < block->count) {
		leg.flow = AHEAD;
		leg.target = 0;
		last = leg.next = block->vaddr;
		for (uint64_t i = 0; i < done; i++) {
			last = leg.next;
			leg.next += block->sizes[i];
		}
	}
	/* Behind a fault the instruction that had it is executed again. */
	if (leg.flow == AHEAD && !leg.target)
		leg.target = last;
	stack_move(stack, &plugin.counts.tree, &leg, to);
}

/*
 * What most blocks do: all of the one before was executed, and it leads to where it
 * led before. Returns whether it was so; else nothing is done.
 */
static inline bool go_on(struct vcpu *vcpu, const struct block *block,
			 uint64_t now)
{
	struct cell *from = vcpu->cell, *to;
	const struct block *before;

	if (!from)
		return false;
	to = from->next;
	before = from->block;
	if (!to || to->block != block || now - vcpu->started != before->count)
		return false;
	if (to->node != from->node) {
		/* An interrupt came before what was called. */
		if (before->flow == CALL && before->target &&
		    before->target != block->vaddr)
			return false;
		if (!stack_follow(&vcpu->stack, before->flow, before->end,
				  block->vaddr, to->node))
			return false;
		if (before->flow == CALL)
			counts_called(&plugin.counts, to->node);
	} else if (before->flow == RETURN || before->flow == LEAVE) {
		return false;
	}
	counts_whole(&plugin.counts, from);
	vcpu->insns += before->count;
	vcpu->cell = to;
	vcpu->started = now;
	return true;
}

static void on_block(unsigned int index, void *data)
{
	struct vcpu *vcpu = &plugin.vcpus[index];
	struct block *block = data;
	struct cell *before;
	uint64_t now;

	/* With one counter for all, another's block is over when this one begins. */
	if (plugin.running != vcpu) {
		finish(plugin.running, executed(plugin.running));
		plugin.running = vcpu;
	}
	if (!vcpu->is_open)
		return;
	now = executed(vcpu);
	if (go_on(vcpu, block, now))
		return;
	before = vcpu->cell;
	finish(vcpu, now);
	if (vcpu->left)
		move(&vcpu->stack, vcpu->left, vcpu->done, block->vaddr);
	vcpu->cell = counts_cell(&plugin.counts, block, vcpu->stack.node, index);
	vcpu->started = now;
	if (before && vcpu->done == before->block->count)
		before->next = vcpu->cell;
}

/* Counting begins with the next block. */
static void begin(struct vcpu *vcpu)
{
	stack_begin(&vcpu->stack, &plugin.counts.tree);
	vcpu->is_open = true;
	vcpu->is_closed = false;
	vcpu->left = NULL;
	vcpu->cell = NULL;
	vcpu->insns = 0;
}

/*
 * Opened by the last instruction of a block: what follows is a block of its own.
 * What is pending is of one window: that of another vCPU is thrown away.
 */
static void open_window(unsigned int index, void *data)
{
	(void)data;
	for (int i = 0; i < plugin.vcpu_count; i++) {
		plugin.vcpus[i].is_open = false;
		plugin.vcpus[i].is_closed = false;
		plugin.vcpus[i].cell = NULL;
	}
	counts_settle(&plugin.counts, -1, 0);
	begin(&plugin.vcpus[index]);
}

/* data: how many instructions of the block are in the window, this one included. */
static void close_window(unsigned int index, void *data)
{
	struct vcpu *vcpu = &plugin.vcpus[index];

	if (!vcpu->is_open)
		return;
	finish(vcpu, vcpu->started + (uintptr_t)data);
	vcpu->is_open = false;
	vcpu->is_closed = true;
}

static void record_window(unsigned int index, void *data)
{
	struct vcpu *vcpu = &plugin.vcpus[index];

	if (!vcpu->is_closed)
		return;
	vcpu->is_closed = false;
	counts_settle(&plugin.counts, (int)(uintptr_t)data, vcpu->insns);
}

static void trace_access(uint64_t address, unsigned int size, enum where where)
{
	struct access_trace access = { address, size, where, 0 };

	fwrite(&access, sizeof(access), 1, plugin.asked.trace);
}

/* Find the physical address of an access. Returns whether there is memory. */
static bool physical(struct vcpu *vcpu, uint32_t info, uint64_t vaddr,
		     bool is_store, uint64_t *address)
{
	const struct qemu_plugin_hwaddr *where;

	if (pages_find(&vcpu->pages, vaddr, is_store, address))
		return true;
	where = qemu_plugin_get_hwaddr(info, vaddr);
	if (!where || qemu_plugin_hwaddr_is_io(where))
		return false;
	*address = qemu_plugin_hwaddr_phys_addr(where);
	pages_add(&vcpu->pages, vaddr, is_store, *address);
	return true;
}

static void forget_pages(unsigned int index, void *data)
{
	(void)data;
	pages_forget(&plugin.vcpus[index].pages);
}

static inline const struct kind *kind_of(uint32_t info)
{
	struct kind *kind = &plugin.kinds[(info ^ info >> 4 ^ info >> 16) % KINDS];

	if (!kind->is_known || kind->info != info)
		*kind = (struct kind){ info, true, qemu_plugin_mem_is_store(info),
				       1u << qemu_plugin_mem_size_shift(info) };
	return kind;
}

/* Where the data of an access was; what is no memory is in no cache. */
static inline enum where look_up(struct vcpu *vcpu, const struct kind *kind,
				 uint64_t vaddr)
{
	uint64_t address;
	enum where found;

	if (!physical(vcpu, kind->info, vaddr, kind->is_store, &address))
		return IN_L1;
	found = cache_access(&plugin.asked.cache, address, kind->size);
	if (plugin.asked.trace)
		trace_access(address, kind->size, found);
	return found;
}

/* data: the block, and in its unused upper bits which of its instructions, IS_KNOWN. */
static void on_access(unsigned int index, uint32_t info, uint64_t vaddr,
		      void *data)
{
	struct vcpu *vcpu = &plugin.vcpus[index];
	uintptr_t mask = (1ull << BLOCK_ADDRESS_BITS) - 1;
	struct block *block = (void *)((uintptr_t)data & mask);
	const struct kind *kind = kind_of(info);
	enum where where = IN_L1;
	uint32_t index_of;
	struct cell *cell;

	/* The cache sees all of a step, or a window would find it cold. */
	if (plugin.asked.has_cache)
		where = look_up(vcpu, kind, vaddr);
	cell = vcpu->cell;
	if (!cell || ((uintptr_t)data & IS_KNOWN && where == IN_L1))
		return;
	/* An access to a device is repeated outside of its block. */
	if (cell->block != block)
		cell = counts_cell(&plugin.counts, block, cell->node, index);
	index_of = (uintptr_t)data >> BLOCK_ADDRESS_BITS & INDEX_MASK;
	if ((uintptr_t)data & IS_KNOWN)
		counts_missed(&plugin.counts, cell, index_of, where);
	else
		counts_accessed(&plugin.counts, cell, index_of, kind->is_store,
				where);
}

static void watch(qemu_id id);

static void begin_step(unsigned int index, void *data)
{
	(void)index;
	if (plugin.has_begun)
		return;
	plugin.has_begun = true;
	plugin.is_whole = (uintptr_t)data == STEP_WHOLE;
	qemu_plugin_reset(plugin.id, watch);
}

/* data: how many instructions of the block are in the step. */
static void end_step(unsigned int index, void *data)
{
	uint64_t insns = 0;

	if (!plugin.in_step)
		return;
	/* Whether this one is counted already is not the same in every QEMU. */
	if (plugin.is_whole)
		finish(&plugin.vcpus[index],
		       plugin.vcpus[index].started + (uintptr_t)data);
	for (int i = 0; i < plugin.vcpu_count; i++) {
		struct vcpu *vcpu = &plugin.vcpus[i];

		if (plugin.is_whole)
			finish(vcpu, executed(vcpu));
		insns += vcpu->insns;
		vcpu->is_open = false;
		vcpu->cell = NULL;
	}
	counts_settle(&plugin.counts, plugin.is_whole ? 0 : -1, insns);
	plugin.blocks = write_step(plugin.asked.out, &plugin.counts, plugin.steps++,
				   plugin.is_whole, plugin.blocks);
	plugin.has_begun = false;
	plugin.in_step = false;
	qemu_plugin_reset(plugin.id, watch);
}

/*
 * Call back when a mark is executed that means something now.
 * @before: instructions of the block before this one
 */
static void watch_mark(struct qemu_plugin_insn *insn, enum mark mark,
		       unsigned int series, size_t before)
{
	uintptr_t data = mark;
	qemu_exec_cb call = NULL;
	bool windows = plugin.in_step && !plugin.is_whole;

	switch (mark) {
	case STEP_WINDOWS:
	case STEP_WHOLE:
		call = plugin.in_step ? NULL : begin_step;
		break;
	case STEP_END:
		call = plugin.in_step ? end_step : NULL;
		data = before;
		break;
	case OPEN:
		call = windows ? open_window : NULL;
		break;
	case CLOSE:
		call = windows ? close_window : NULL;
		data = before + 1;
		break;
	case RECORD:
		call = windows ? record_window : NULL;
		data = series;
		break;
	case NO_MARK:
		break;
	}
	if (call)
		qemu_plugin_register_vcpu_insn_exec_cb(insn, call, QEMU_NO_REGS,
						       (void *)data);
}

static void count_insns(struct qemu_plugin_insn *insn, uint64_t insns)
{
	struct qemu_counter counter = { plugin.board, 0 };

	if (plugin.api >= API_PER_VCPU)
		qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn,
								    QEMU_ADD_U64,
								    counter, insns);
	else
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_ADD_U64,
							   &plugin.executed, insns);
}

/* Call back at the accesses of a block, or know them. */
static void watch_accesses(struct qemu_plugin_tb *tb, struct block *block,
			   const uint8_t *accesses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uintptr_t data = (uintptr_t)block | i << BLOCK_ADDRESS_BITS;

		if (accesses[i] == NO_ACCESS)
			continue;
		if (accesses[i] != ANY_ACCESS) {
			block->known[i] = accesses[i];
			data |= IS_KNOWN;
			if (!plugin.asked.has_cache)
				continue;
		}
		qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_NO_REGS,
						 QEMU_MEM_RW, (void *)data);
	}
}

static void on_translation(qemu_id id, struct qemu_plugin_tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb), uncounted = 0;
	uint8_t sizes[INSNS_MAX], accesses[INSNS_MAX], bytes[INSN_BYTES];
	uint64_t vaddr = 0, next = 0, target = 0;
	enum flow flow = AHEAD;
	struct block *block;
	bool has_data = true;

	(void)id;
	if (count > INSNS_MAX)
		die("a block of more instructions than QEMU makes");
	for (size_t i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		unsigned int series = 0;
		enum mark mark;
		size_t size;

		/* Most of a boot is between steps: its blocks are looked at in haste. */
		if (!plugin.in_step && qemu_plugin_insn_size(insn) != STEP_MARK_BYTES)
			continue;
		size = insn_bytes(plugin.api, insn, bytes);
		mark = decode_mark(bytes, size, &series);
		watch_mark(insn, mark, series, i);
		if (!plugin.in_step)
			continue;
		if (plugin.asked.has_cache && decode_forgets(bytes, size))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, forget_pages,
							       QEMU_NO_REGS, NULL);
		if (!i)
			vaddr = qemu_plugin_insn_vaddr(insn);
		next = qemu_plugin_insn_vaddr(insn) + size;
		sizes[i] = size;
		accesses[i] = decode_access(bytes, size);
		uncounted++;
		/* QEMU 7.2 also shows an instruction it left for the next page. */
		if (accesses[i] != NO_ACCESS || i + 2 >= count) {
			count_insns(insn, uncounted);
			uncounted = 0;
		}
		flow = decode_flow(bytes, size, next, &target);
		has_data = decode_has_data(bytes, size);
	}
	if (!plugin.in_step || !count)
		return;
	block = counts_block(&plugin.counts, vaddr, count, sizes);
	block->flow = flow;
	block->target = target;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_NO_REGS, block);
	watch_accesses(tb, block, accesses, has_data ? count : count - 1);
}

static void at_exit(qemu_id id, void *data)
{
	(void)id;
	(void)data;
	if (!plugin.has_begun)
		write_end(plugin.asked.out, plugin.steps);
	fclose(plugin.asked.out);
	if (plugin.asked.trace)
		fclose(plugin.asked.trace);
}

/* Nothing is translated: from now on it is, for a step or for what is between. */
static void watch(qemu_id id)
{
	if (plugin.counts.block_buckets)
		counts_free(&plugin.counts);
	plugin.in_step = plugin.has_begun;
	if (plugin.in_step) {
		counts_init(&plugin.counts);
		for (int i = 0; i < plugin.vcpu_count; i++) {
			begin(&plugin.vcpus[i]);
			pages_forget(&plugin.vcpus[i].pages);
			plugin.vcpus[i].is_open = plugin.is_whole;
		}
	}
	qemu_plugin_register_atexit_cb(id, at_exit, NULL);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
}

int qemu_plugin_install(qemu_id id, const struct qemu_info *info, int argc,
			char **argv)
{
	if (refuse_host(info))
		return 1;
	plugin.id = id;
	plugin.api = info->version.cur;
	if (options_take(&plugin.asked, argc, argv))
		return 1;
	plugin.vcpu_count = info->vcpus.max;
	plugin.vcpus = new(plugin.vcpu_count * sizeof(*plugin.vcpus));
	for (int i = 0; i < plugin.vcpu_count; i++)
		plugin.vcpus[i].index = i;
	plugin.running = plugin.vcpus;
	if (plugin.api >= API_PER_VCPU)
		plugin.board = qemu_plugin_scoreboard_new(sizeof(uint64_t));
	write_head(plugin.asked.out, plugin.api, info->vcpus.now,
		   plugin.asked.has_cache ? &plugin.asked.cache : NULL);
	watch(id);
	return 0;
}
