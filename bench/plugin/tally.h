/* SPDX-License-Identifier: GPL-2.0-only */
/* What was counted: for every block in every place of the call tree. */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cache.h"
#include "tree.h"

/**
 * struct block - instructions that QEMU translated in one piece
 * @number: by which the counts are written down
 * @vaddr: guest address of the first instruction
 * @end: address behind the last
 * @count: how many there are
 * @sizes: bytes of each
 * @known: enum access of each, by which its accesses are told without counting them;
 *	one that faults is told of, too
 * @flow: how the last one goes on
 * @target: where it jumps to, if that is known
 * @cell: the one that was used last
 * @cells: all that it has
 * @chain: next block of its bucket
 */
struct block {
	uint32_t number;
	uint64_t vaddr;
	uint64_t end;
	uint32_t count;
	uint8_t *sizes;
	uint8_t *known;
	enum flow flow;
	uint64_t target;
	struct cell *cell;
	struct cell *cells;
	struct block *chain;
};

/**
 * struct accesses - memory accesses of one instruction
 * @reads: loads
 * @writes: stores
 * @l1: of both, those that missed the first level
 * @llc: of them, those that missed the last level
 */
struct accesses {
	uint64_t reads;
	uint64_t writes;
	uint64_t l1;
	uint64_t llc;
};

/**
 * struct tally - counts of one block
 * @whole: how often all of it was executed
 * @part: how often each instruction was besides; NULL when none was
 * @accesses: of each instruction; NULL when there were none
 */
struct tally {
	uint64_t whole;
	uint64_t *part;
	struct accesses *accesses;
};

/** LOG - how many events wait to be told which series they belong to */
#define LOG		4096u

/**
 * struct cell - counts of a block in a node of the call tree, on a vCPU
 * @block: what was executed
 * @node: where
 * @next: the cell that came behind it last when all of the block was executed
 * @vcpu: by which
 * @is_touched: it is in the list of those with pending counts
 * @touched: the next of that list
 * @pending: counts not yet of a series
 * @series: those that are
 * @sibling: next cell of its block
 * @chain: next cell of its bucket
 */
struct cell {
	struct block *block;
	struct node *node;
	struct cell *next;
	unsigned int vcpu;
	bool is_touched;
	struct cell *touched;
	struct tally pending;
	struct tally series[SERIES];
	struct cell *sibling;
	struct cell *chain;
};

/**
 * struct counts - all that was counted in a step
 * @tree: the calls
 * @blocks: by number
 * @block_count: how many there are
 * @block_buckets: by address
 * @cells: all of them
 * @cell_count: how many there are
 * @cell_buckets: by block and node
 * @bits: how many buckets there are for cells, 2^@bits
 * @log: events of the window, in order; most windows fit in
 * @logged: how many there are
 * @touched: cells with pending counts
 * @windows: how often each series was recorded
 * @insns: instructions of each series
 */
struct counts {
	struct tree tree;
	struct block **blocks;
	size_t block_count;
	struct block **block_buckets;
	struct cell **cells;
	size_t cell_count;
	struct cell **cell_buckets;
	unsigned int bits;
	uint64_t log[LOG];
	size_t logged;
	struct cell *touched;
	uint64_t windows[SERIES];
	uint64_t insns[SERIES];
};

/** counts_init() - begin a step; @counts: to be filled in */
void counts_init(struct counts *counts);

/** counts_free() - give its memory back; @counts: of counts_init() */
void counts_free(struct counts *counts);

/**
 * counts_block() - the block of these instructions, made when it is the first
 * @counts: of the step
 * @vaddr: address of the first
 * @count: how many there are
 * @sizes: bytes of each; copied
 *
 * Return: it; in a new one flow and target are AHEAD and 0, and nothing is known of
 * its accesses: they are NO_ACCESS.
 */
struct block *counts_block(struct counts *counts, uint64_t vaddr, uint32_t count,
			   const uint8_t *sizes);

/**
 * counts_cell() - the cell of a block in a node, made when it is the first
 * @counts: of the step
 * @block: what is executed
 * @node: where
 * @vcpu: by which
 *
 * Return: it.
 */
struct cell *counts_cell(struct counts *counts, struct block *block,
			 struct node *node, unsigned int vcpu);

/*
 * What happens in a window, at every block and every access: kept by the word. Who
 * knows that an instruction accesses memory tells of it only that it missed.
 */
enum event { EXECUTED, CALLED, READ_MEMORY, WROTE_MEMORY, MISSED };

#define EVENT_SHIFT	48
#define EVENT_INDEX	9
#define EVENT_WHERE	2

/** counts_drain() - make what is logged pending; @counts: of the step */
void counts_drain(struct counts *counts);

static inline void counts_log(struct counts *counts, const void *what,
			      enum event event, uint32_t index, enum where where)
{
	uint64_t detail = (uint64_t)event << (EVENT_INDEX + EVENT_WHERE) |
			  (uint64_t)where << EVENT_INDEX | index;

	if (counts->logged == LOG)
		counts_drain(counts);
	counts->log[counts->logged++] = (uintptr_t)what | detail << EVENT_SHIFT;
}

/**
 * counts_whole() - all of a block was executed
 * @counts: of the step
 * @cell: which block and where
 */
static inline void counts_whole(struct counts *counts, const struct cell *cell)
{
	counts_log(counts, cell, EXECUTED, 0, IN_L1);
}

/**
 * counts_called() - a function was called
 * @counts: of the step
 * @node: which and where
 */
static inline void counts_called(struct counts *counts, const struct node *node)
{
	counts_log(counts, node, CALLED, 0, IN_L1);
}

/**
 * counts_executed() - a block was executed
 * @counts: of the step
 * @cell: which and where
 * @insns: how many instructions of it, from the first
 */
void counts_executed(struct counts *counts, struct cell *cell, uint64_t insns);

/**
 * counts_accessed() - an instruction accessed memory
 * @counts: of the step
 * @cell: which block and where
 * @index: the instruction's, in the block
 * @is_store: it wrote
 * @where: where the data was
 */
static inline void counts_accessed(struct counts *counts, const struct cell *cell,
				   uint32_t index, bool is_store,
				   enum where where)
{
	counts_log(counts, cell, is_store ? WROTE_MEMORY : READ_MEMORY, index,
		   where);
}

/**
 * counts_missed() - an access of an instruction whose accesses are known missed
 * @counts: of the step
 * @cell: which block and where
 * @index: the instruction's, in the block
 * @where: where the data was, not IN_L1
 */
static inline void counts_missed(struct counts *counts, const struct cell *cell,
				 uint32_t index, enum where where)
{
	counts_log(counts, cell, MISSED, index, where);
}

/**
 * counts_settle() - say what is logged and pending belongs to
 * @counts: nothing is, afterwards
 * @series: which series, or -1 for none: they are forgotten
 * @insns: how many instructions they are
 */
void counts_settle(struct counts *counts, int series, uint64_t insns);

#endif /* TALLY_H */
