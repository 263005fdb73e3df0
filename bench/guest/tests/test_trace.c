// SPDX-License-Identifier: GPL-2.0-only
#include "map_benchmark.h"

#include "test.h"

#define HEAD "# tracer: nop\n#\n#  TASK-PID  CPU#  |||||  TIMESTAMP  FUNCTION\n"
#define BEGIN "  dma-map-1.2: -75  [000] d.... 1234.000005: map_begin: (f+0x0/0x1)\n"
#define END "  dma-map-1.2: -75  [000] d.... 1235.100000: map_end: " \
	"(kthread+0x1/0x2 <- f) loops=11 sum_map=22 sum_unmap=33\n"

int main(void)
{
	struct map_trace trace;

	CHECK(map_trace_parse(HEAD BEGIN END, &trace));
	CHECK(trace.begin_us == 1234000005);
	CHECK(trace.end_us == 1235100000);
	CHECK(trace.loops == 11 && trace.sum_map == 22 && trace.sum_unmap == 33);

	CHECK(!map_trace_parse("", &trace));
	CHECK(!map_trace_parse(HEAD BEGIN, &trace));
	CHECK(!map_trace_parse(HEAD END, &trace));
	CHECK(!map_trace_parse(HEAD END BEGIN, &trace));
	CHECK(!map_trace_parse(HEAD BEGIN BEGIN END, &trace));
	CHECK(!map_trace_parse(HEAD BEGIN END END, &trace));
	CHECK(!map_trace_parse(HEAD BEGIN "map_end: loops=1\n", &trace));
	CHECK(!map_trace_parse(HEAD BEGIN "map_end: (f) loops=1 sum_map=1 "
			       "sum_unmap=(fault)\n", &trace));
	return 0;
}
