// SPDX-License-Identifier: GPL-2.0-only
/* Counting, settling and writing. */
#include "write.h"

#include "../../guest/tests/test.h"

#define CELLS	20000u

static void settle(void)
{
	static const uint8_t sizes[] = { 1, 2, 3 };
	struct counts counts;
	struct block *block;
	struct cell *cell;

	counts_init(&counts);
	block = counts_block(&counts, 0x1000, 3, sizes);
	CHECK(block->end == 0x1006);
	CHECK(counts_block(&counts, 0x1000, 3, sizes) == block);
	CHECK(counts_block(&counts, 0x1000, 2, sizes) != block);

	/* what is not recorded is forgotten */
	cell = counts_cell(&counts, block, counts.tree.nodes[0], 0);
	counts_executed(&counts, cell, 3);
	counts_settle(&counts, -1, 3);
	CHECK(!cell->series[0].whole && !cell->pending.whole);
	CHECK(!counts.windows[0] && !counts.insns[0]);

	/* what is belongs to its series */
	CHECK(counts_cell(&counts, block, counts.tree.nodes[0], 0) == cell);
	counts_executed(&counts, cell, 3);
	counts_executed(&counts, cell, 2);
	counts_accessed(&counts, cell, 1, true, IN_MEMORY);
	counts_accessed(&counts, cell, 1, false, IN_LLC);
	counts_settle(&counts, 1, 5);
	CHECK(cell->series[1].whole == 1);
	CHECK(cell->series[1].part[0] == 1 && cell->series[1].part[1] == 1 &&
	      cell->series[1].part[2] == 0);
	CHECK(cell->series[1].accesses[1].reads == 1);
	CHECK(cell->series[1].accesses[1].writes == 1);
	CHECK(cell->series[1].accesses[1].l1 == 2);
	CHECK(cell->series[1].accesses[1].llc == 1);
	CHECK(counts.windows[1] == 1 && counts.insns[1] == 5);
	counts_settle(&counts, 1, 0);
	CHECK(cell->series[1].whole == 1 && cell->series[1].part[0] == 1);
	counts_free(&counts);
}

/* A window with more events than are logged. */
static void long_window(void)
{
	static const uint8_t sizes[] = { 1, 2 };
	struct counts counts;
	struct node *node;
	struct cell *cell;

	counts_init(&counts);
	node = counts.tree.nodes[0];
	cell = counts_cell(&counts, counts_block(&counts, 0x1000, 2, sizes), node,
			   0);
	for (int series = -1; series < 2; series++) {
		for (unsigned int i = 0; i < LOG; i++) {
			counts_executed(&counts, cell, 2);
			counts_accessed(&counts, cell, 1, true, IN_LLC);
			counts_called(&counts, node);
		}
		counts_executed(&counts, cell, 1);
		counts_settle(&counts, series, 2 * LOG + 1);
	}
	for (int series = 0; series < 2; series++) {
		CHECK(cell->series[series].whole == LOG);
		CHECK(cell->series[series].part[0] == 1);
		CHECK(cell->series[series].accesses[1].writes == LOG);
		CHECK(cell->series[series].accesses[1].l1 == LOG);
		CHECK(node->calls[series] == LOG);
	}
	CHECK(!cell->pending.whole && !node->pending && !counts.logged);
	counts_free(&counts);
}

static void many(void)
{
	static const uint8_t size = 1;
	struct counts counts;

	counts_init(&counts);
	for (unsigned int round = 0; round < 2; round++)
		for (unsigned int i = 0; i < CELLS; i++) {
			struct block *block = counts_block(&counts, i, 1, &size);

			counts_executed(&counts,
					counts_cell(&counts, block,
						    counts.tree.nodes[0], i % 2),
					1);
		}
	counts_settle(&counts, 0, 2 * CELLS);
	CHECK(counts.block_count == CELLS && counts.cell_count == CELLS);
	for (unsigned int i = 0; i < CELLS; i++)
		CHECK(counts.cells[i]->series[0].whole == 2);
	counts_free(&counts);
}

static void text(void)
{
	static const uint8_t sizes[] = { 4, 1 };
	struct counts counts;
	char *written = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&written, &length);
	struct cell *cell;

	counts_init(&counts);
	counts_block(&counts, 0x10, 1, sizes);
	cell = counts_cell(&counts,
			   counts_block(&counts, 0xffffffff81000000, 2, sizes),
			   counts.tree.nodes[0], 0);
	counts_executed(&counts, cell, 2);
	counts_executed(&counts, cell, 1);
	counts_accessed(&counts, cell, 1, false, IN_LLC);
	counts_settle(&counts, 0, 3);
	write_head(out, 1, 1, NULL);
	/* a block without counts is not written, and keeps its number */
	CHECK(write_step(out, &counts, 0, false, 5) == 7);
	write_end(out, 1);
	fclose(out);
	CHECK_TEXT(written,
		   "{\"type\":\"head\",\"format\":1,\"plugin_api\":1,\"vcpus\":1,"
		   "\"cache\":null}\n"
		   "{\"type\":\"step\",\"step\":0,\"kind\":\"windows\"}\n"
		   "{\"type\":\"series\",\"step\":0,\"series\":0,\"windows\":1,"
		   "\"insns\":3}\n"
		   "{\"type\":\"block\",\"block\":6,\"vaddr\":\"ffffffff81000000\","
		   "\"sizes\":[4,1]}\n"
		   "{\"type\":\"cell\",\"step\":0,\"series\":0,\"vcpu\":0,\"node\":0,"
		   "\"block\":6,\"execs\":[2,1],\"reads\":[0,1],\"l1\":[0,1]}\n"
		   "{\"type\":\"end\",\"steps\":1}\n");
	free(written);
	counts_free(&counts);
}

int main(void)
{
	settle();
	long_window();
	many();
	text();
	return 0;
}
