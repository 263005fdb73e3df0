// SPDX-License-Identifier: GPL-2.0-only
#include "tally.h"

#include <string.h>

#include "memory.h"

#define BLOCK_BITS	14
#define CELL_BITS	12

static size_t mixed(uint64_t key, unsigned int bits)
{
	return key * 0x9e3779b97f4a7c15u >> (64 - bits);
}

void counts_init(struct counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	tree_init(&counts->tree);
	counts->block_buckets = new(sizeof(*counts->block_buckets) << BLOCK_BITS);
	counts->bits = CELL_BITS;
	counts->cell_buckets = new(sizeof(*counts->cell_buckets) << counts->bits);
}

static void tally_free(struct tally *tally)
{
	release(tally->part);
	release(tally->accesses);
}

void counts_free(struct counts *counts)
{
	for (size_t i = 0; i < counts->cell_count; i++) {
		struct cell *cell = counts->cells[i];

		tally_free(&cell->pending);
		for (int series = 0; series < SERIES; series++)
			tally_free(&cell->series[series]);
		release(cell);
	}
	for (size_t i = 0; i < counts->block_count; i++) {
		release(counts->blocks[i]->sizes);
		release(counts->blocks[i]->known);
		release(counts->blocks[i]);
	}
	release(counts->cells);
	release(counts->cell_buckets);
	release(counts->blocks);
	release(counts->block_buckets);
	tree_free(&counts->tree);
	memset(counts, 0, sizeof(*counts));
}

struct block *counts_block(struct counts *counts, uint64_t vaddr, uint32_t count,
			   const uint8_t *sizes)
{
	struct block **bucket = &counts->block_buckets[mixed(vaddr, BLOCK_BITS)];
	struct block *block;

	for (block = *bucket; block; block = block->chain)
		if (block->vaddr == vaddr && block->count == count &&
		    !memcmp(block->sizes, sizes, count))
			return block;
	block = new(sizeof(*block));
	block->number = counts->block_count;
	block->vaddr = vaddr;
	block->end = vaddr;
	block->count = count;
	block->sizes = new(count);
	block->known = new(count);
	memcpy(block->sizes, sizes, count);
	for (uint32_t i = 0; i < count; i++)
		block->end += sizes[i];
	block->chain = *bucket;
	*bucket = block;
	counts->blocks = grown(counts->blocks, counts->block_count,
			       sizeof(*counts->blocks));
	counts->blocks[counts->block_count++] = block;
	return block;
}

static struct cell **bucket_of(struct counts *counts, const struct block *block,
			       const struct node *node, unsigned int vcpu)
{
	uint64_t key = (uint64_t)block->number << 32 | node->number;

	return &counts->cell_buckets[mixed(key ^ (uint64_t)vcpu << 27,
					   counts->bits)];
}

/* As many buckets as cells, or nearly. */
static void rehash(struct counts *counts)
{
	if (counts->cell_count >> counts->bits == 0)
		return;
	release(counts->cell_buckets);
	counts->bits++;
	counts->cell_buckets = new(sizeof(*counts->cell_buckets) << counts->bits);
	for (size_t i = 0; i < counts->cell_count; i++) {
		struct cell *cell = counts->cells[i];
		struct cell **bucket = bucket_of(counts, cell->block, cell->node,
						 cell->vcpu);

		cell->chain = *bucket;
		*bucket = cell;
	}
}

static struct cell *find(struct counts *counts, struct block *block,
			 struct node *node, unsigned int vcpu)
{
	struct cell **bucket = bucket_of(counts, block, node, vcpu);
	struct cell *cell;

	for (cell = *bucket; cell; cell = cell->chain)
		if (cell->block == block && cell->node == node &&
		    cell->vcpu == vcpu)
			return cell;
	cell = new(sizeof(*cell));
	cell->block = block;
	cell->node = node;
	cell->vcpu = vcpu;
	cell->sibling = block->cells;
	block->cells = cell;
	cell->chain = *bucket;
	*bucket = cell;
	counts->cells = grown(counts->cells, counts->cell_count,
			      sizeof(*counts->cells));
	counts->cells[counts->cell_count++] = cell;
	rehash(counts);
	return cell;
}

struct cell *counts_cell(struct counts *counts, struct block *block,
			 struct node *node, unsigned int vcpu)
{
	struct cell *cell = block->cell;

	if (!cell || cell->node != node || cell->vcpu != vcpu) {
		cell = find(counts, block, node, vcpu);
		block->cell = cell;
	}
	return cell;
}

/* The pending counts of a cell, to be added to. */
static struct tally *touched(struct counts *counts, struct cell *cell)
{
	if (!cell->is_touched) {
		cell->is_touched = true;
		cell->touched = counts->touched;
		counts->touched = cell;
	}
	return &cell->pending;
}

void counts_executed(struct counts *counts, struct cell *cell, uint64_t insns)
{
	uint32_t count = cell->block->count;
	struct tally *tally;

	if (insns == count) {
		counts_whole(counts, cell);
		return;
	}
	tally = touched(counts, cell);
	if (!tally->part)
		tally->part = new(count * sizeof(*tally->part));
	for (uint32_t i = 0; i < insns && i < count; i++)
		tally->part[i]++;
}

static void add_access(struct tally *tally, uint32_t count, uint32_t index,
		       enum event event, enum where where)
{
	struct accesses *accesses;

	if (!tally->accesses)
		tally->accesses = new(count * sizeof(*tally->accesses));
	accesses = &tally->accesses[index];
	accesses->writes += event == WROTE_MEMORY;
	accesses->reads += event == READ_MEMORY;
	accesses->l1 += where != IN_L1;
	accesses->llc += where == IN_MEMORY;
}

/* Add what is logged to a series, or to what is pending if that is -1. */
static void drain(struct counts *counts, int series)
{
	uint64_t detail, mask = (1ull << EVENT_SHIFT) - 1;

	for (size_t i = 0; i < counts->logged; i++) {
		void *what = (void *)(uintptr_t)(counts->log[i] & mask);
		struct cell *cell = what;
		struct tally *tally;
		enum event event;

		detail = counts->log[i] >> EVENT_SHIFT;
		event = detail >> (EVENT_INDEX + EVENT_WHERE);
		if (event == CALLED) {
			tree_called(&counts->tree, what, series);
			continue;
		}
		tally = series < 0 ? touched(counts, cell) :
				     &cell->series[series];
		if (event == EXECUTED)
			tally->whole++;
		else
			add_access(tally, cell->block->count,
				   detail & ((1u << EVENT_INDEX) - 1),
				   event,
				   detail >> EVENT_INDEX &
					   ((1u << EVENT_WHERE) - 1));
	}
	counts->logged = 0;
}

void counts_drain(struct counts *counts)
{
	drain(counts, -1);
}

/* Add what is pending to a series, or to none, and set it to zero. */
static void settle(struct tally *from, struct tally *to, uint32_t count)
{
	if (to)
		to->whole += from->whole;
	from->whole = 0;
	if (from->part) {
		if (to && !to->part)
			to->part = new(count * sizeof(*to->part));
		for (uint32_t i = 0; to && i < count; i++)
			to->part[i] += from->part[i];
		memset(from->part, 0, count * sizeof(*from->part));
	}
	if (from->accesses) {
		if (to && !to->accesses)
			to->accesses = new(count * sizeof(*to->accesses));
		for (uint32_t i = 0; to && i < count; i++) {
			to->accesses[i].reads += from->accesses[i].reads;
			to->accesses[i].writes += from->accesses[i].writes;
			to->accesses[i].l1 += from->accesses[i].l1;
			to->accesses[i].llc += from->accesses[i].llc;
		}
		memset(from->accesses, 0, count * sizeof(*from->accesses));
	}
}

void counts_settle(struct counts *counts, int series, uint64_t insns)
{
	if (series < 0)
		counts->logged = 0;
	else
		drain(counts, series);
	while (counts->touched) {
		struct cell *cell = counts->touched;
		struct tally *to = series < 0 ? NULL : &cell->series[series];

		counts->touched = cell->touched;
		cell->is_touched = false;
		settle(&cell->pending, to, cell->block->count);
	}
	tree_settle(&counts->tree, series);
	if (series < 0)
		return;
	counts->windows[series]++;
	counts->insns[series] += insns;
}
