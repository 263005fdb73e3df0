// SPDX-License-Identifier: GPL-2.0-only
#include "write.h"

#include <inttypes.h>

/* The lists that a cell may have, in their order. */
enum list { READS, WRITES, L1_MISSES, LLC_MISSES };

static void write_level(FILE *out, const char *name, const struct level *level)
{
	fprintf(out, "\"%s\":{\"bytes\":%u,\"ways\":%u}", name, level->bytes,
		level->ways);
}

void write_head(FILE *out, int api, int vcpus, const struct cache *cache)
{
	fprintf(out, "{\"type\":\"head\",\"format\":%d,\"plugin_api\":%d,"
		"\"vcpus\":%d,\"cache\":", WRITE_FORMAT, api, vcpus);
	if (cache) {
		fprintf(out, "{\"line\":%u,", cache->l1.line);
		write_level(out, "l1d", &cache->l1);
		fputc(',', out);
		write_level(out, "llc", &cache->llc);
		fputc('}', out);
	} else {
		fputs("null", out);
	}
	fputs("}\n", out);
}

static void write_block(FILE *out, const struct block *block, size_t number)
{
	fprintf(out, "{\"type\":\"block\",\"block\":%zu,\"vaddr\":\"%016" PRIx64
		"\",\"sizes\":[", number, block->vaddr);
	for (uint32_t i = 0; i < block->count; i++)
		fprintf(out, "%s%u", i ? "," : "", block->sizes[i]);
	fputs("]}\n", out);
}

static void write_node(FILE *out, const struct node *node, unsigned int step)
{
	fprintf(out, "{\"type\":\"node\",\"step\":%u,\"node\":%u,\"parent\":%u,"
		"\"entry\":\"%016" PRIx64 "\"}\n", step, node->number,
		node->parent->number, node->entry);
	for (int series = 0; series < SERIES; series++)
		if (node->calls[series])
			fprintf(out, "{\"type\":\"calls\",\"step\":%u,"
				"\"series\":%d,\"node\":%u,\"calls\":%" PRIu64
				"}\n", step, series, node->number,
				node->calls[series]);
}

static uint64_t execs(const struct tally *tally, uint32_t index)
{
	return tally->whole + (tally->part ? tally->part[index] : 0);
}

/* How often an instruction did what one list tells. */
static uint64_t member(const struct block *block, const struct tally *tally,
		       enum list list, uint32_t index)
{
	const struct accesses *accesses = tally->accesses;
	enum access known = block->known[index];

	switch (list) {
	case READS:
		return (accesses ? accesses[index].reads : 0) +
		       (known == READ || known == READ_WRITE ?
			execs(tally, index) : 0);
	case WRITES:
		return (accesses ? accesses[index].writes : 0) +
		       (known == WRITE || known == READ_WRITE ?
			execs(tally, index) : 0);
	case L1_MISSES:
		return accesses ? accesses[index].l1 : 0;
	case LLC_MISSES:
		return accesses ? accesses[index].llc : 0;
	}
	return 0;
}

/* A list of a number for each instruction; nothing if all are 0. */
static void write_list(FILE *out, const struct block *block,
		       const struct tally *tally, enum list list)
{
	static const char *const names[] = {
		[READS] = "reads", [WRITES] = "writes",
		[L1_MISSES] = "l1", [LLC_MISSES] = "llc",
	};
	uint64_t sum = 0;

	for (uint32_t i = 0; i < block->count; i++)
		sum += member(block, tally, list, i);
	if (!sum)
		return;
	fprintf(out, ",\"%s\":[", names[list]);
	for (uint32_t i = 0; i < block->count; i++)
		fprintf(out, "%s%" PRIu64, i ? "," : "",
			member(block, tally, list, i));
	fputc(']', out);
}

static bool is_empty(const struct tally *tally, uint32_t count)
{
	if (tally->whole)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (tally->part && tally->part[i])
			return false;
		if (tally->accesses &&
		    (tally->accesses[i].reads || tally->accesses[i].writes))
			return false;
	}
	return true;
}

/* Most blocks were executed outside of the windows only. */
static bool is_counted(const struct block *block)
{
	for (const struct cell *cell = block->cells; cell; cell = cell->sibling)
		for (int series = 0; series < SERIES; series++)
			if (!is_empty(&cell->series[series], block->count))
				return true;
	return false;
}

static void write_cell(FILE *out, const struct cell *cell, unsigned int step,
		       int series, size_t blocks)
{
	const struct tally *tally = &cell->series[series];
	uint32_t count = cell->block->count;

	if (is_empty(tally, count))
		return;
	fprintf(out, "{\"type\":\"cell\",\"step\":%u,\"series\":%d,\"vcpu\":%u,"
		"\"node\":%u,\"block\":%zu,\"execs\":", step, series, cell->vcpu,
		cell->node->number, blocks + cell->block->number);
	if (tally->part) {
		for (uint32_t i = 0; i < count; i++)
			fprintf(out, "%c%" PRIu64, i ? ',' : '[',
				execs(tally, i));
		fputc(']', out);
	} else {
		fprintf(out, "%" PRIu64, tally->whole);
	}
	for (enum list list = READS; list <= LLC_MISSES; list++)
		write_list(out, cell->block, tally, list);
	fputs("}\n", out);
}

size_t write_step(FILE *out, const struct counts *counts, unsigned int step,
		  bool is_whole, size_t blocks)
{
	fprintf(out, "{\"type\":\"step\",\"step\":%u,\"kind\":\"%s\"}\n", step,
		is_whole ? "whole" : "windows");
	for (int series = 0; series < SERIES; series++)
		if (counts->windows[series])
			fprintf(out, "{\"type\":\"series\",\"step\":%u,"
				"\"series\":%d,\"windows\":%" PRIu64
				",\"insns\":%" PRIu64 "}\n", step, series,
				counts->windows[series], counts->insns[series]);
	for (size_t i = 0; i < counts->block_count; i++)
		if (is_counted(counts->blocks[i]))
			write_block(out, counts->blocks[i], blocks + i);
	for (size_t i = 1; i < counts->tree.count; i++)
		write_node(out, counts->tree.nodes[i], step);
	for (size_t i = 0; i < counts->cell_count; i++)
		for (int series = 0; series < SERIES; series++)
			write_cell(out, counts->cells[i], step, series, blocks);
	fflush(out);
	return blocks + counts->block_count;
}

void write_end(FILE *out, unsigned int steps)
{
	fprintf(out, "{\"type\":\"end\",\"steps\":%u}\n", steps);
	fflush(out);
}
