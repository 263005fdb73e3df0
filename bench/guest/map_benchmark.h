/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interface of the kernel's own dma_map_benchmark (kernel/dma/
 * map_benchmark.c, CONFIG_DMA_MAP_BENCHMARK). Its header, include/linux/
 * map_benchmark.h, is not exported to user space; this repeats it as it is in
 * Linux 6.12.
 */
#ifndef BOUNCEMARK_MAP_BENCHMARK_H
#define BOUNCEMARK_MAP_BENCHMARK_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct map_benchmark - argument of DMA_MAP_BENCHMARK
 * @avg_map_100ns: out; mean of dma_map_single(), 100 ns
 * @map_stddev: out; its standard deviation, 100 ns
 * @avg_unmap_100ns: out; mean of dma_unmap_single(), 100 ns
 * @unmap_stddev: out; its standard deviation, 100 ns
 * @threads: kernel threads, 1 to 1024
 * @seconds: duration, 1 to 300 s
 * @node: NUMA node, -1 for any
 * @dma_bits: width of the streaming DMA mask
 * @dma_dir: 0 bidirectional, 1 to device, 2 from device
 * @dma_trans_ns: pause between map and unmap, ns
 * @granule: pages mapped at a time, 1 to 1024
 * @expansion: unused
 */
struct map_benchmark {
	__u64 avg_map_100ns;
	__u64 map_stddev;
	__u64 avg_unmap_100ns;
	__u64 unmap_stddev;
	__u32 threads;
	__u32 seconds;
	__s32 node;
	__u32 dma_bits;
	__u32 dma_dir;
	__u32 dma_trans_ns;
	__u32 granule;
	__u8 expansion[76];
};

#define DMA_MAP_BENCHMARK _IOWR('d', 1, struct map_benchmark)

/*
 * What the benchmark keeps to itself: members of struct map_benchmark_data of
 * map_benchmark.c in 6.12, bytes from its start.
 */
#define MAP_DATA_SUM_MAP	160
#define MAP_DATA_SUM_UNMAP	168
#define MAP_DATA_LOOPS		192

/**
 * struct map_trace - what the two probes on the benchmark's thread saw
 * @begin_us: when it began, by the kernel's monotonic clock, us
 * @end_us: when it ended, us
 * @loops: how often it mapped and unmapped
 * @sum_map: sum of its map times, 100 ns each truncated
 * @sum_unmap: sum of its unmap times, 100 ns each truncated
 */
struct map_trace {
	uint64_t begin_us;
	uint64_t end_us;
	uint64_t loops;
	uint64_t sum_map;
	uint64_t sum_unmap;
};

/**
 * map_trace_parse() - read the two events
 * @text: content of the trace file
 * @trace: result
 * Return: whether exactly one thread began and ended, in that order.
 */
bool map_trace_parse(const char *text, struct map_trace *trace);

/**
 * map_trace_start() - set up and arm the probes
 * @message: on error what is wrong
 * @size: of @message, bytes
 * Return: 0 or a negative errno; nothing is left armed after an error.
 */
int map_trace_start(char *message, size_t size);

/**
 * map_trace_stop() - disarm and remove the probes, read what they saw
 * @trace: result
 * @message: on error what is wrong
 * @size: of @message, bytes
 * Return: 0 or a negative errno.
 */
int map_trace_stop(struct map_trace *trace, char *message, size_t size);

#endif /* BOUNCEMARK_MAP_BENCHMARK_H */
