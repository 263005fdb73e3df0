// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a valid stream with the guest's own code: emit_sample FILE VARIANT.
 * Variants: 0 the shortest stream; 1 a job with every type of frame; 2 texts
 * that need escaping; 3 wide histograms; 4 long outputs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dmabench.h>

#include "emit.h"

static uint64_t hist[DMABENCH_BUCKETS];
static unsigned int seed = 1;

/* A series of @samples that lie in @buckets buckets from @first on. */
static void send_series(struct channel *channel, const char *step,
			const char *name, uint64_t samples, uint32_t first,
			uint32_t buckets)
{
	struct dmabench_series series = { .min = ~0ull };

	memset(hist, 0, sizeof(hist));
	for (uint64_t i = 0; i < samples; i++) {
		uint32_t bucket = first + (uint32_t)rand_r(&seed) % buckets;
		uint64_t ticks = dmabench_bucket_low(bucket);

		hist[bucket]++;
		series.count++;
		series.sum += ticks;
		if (ticks < series.min)
			series.min = ticks;
		if (ticks > series.max)
			series.max = ticks;
	}
	if (!samples)
		series.min = 0;
	series.failed = samples / 100;
	emit_series(channel, step, name, &series, hist);
}

static void send_step(struct channel *channel, const char *step,
		      uint64_t samples, uint32_t buckets)
{
	struct dmabench_run run = {
		.mapped = samples,
		.bounced_forced = samples / 8,
		.bounced_mask = samples / 16,
		.bounced_contiguity = samples / 32,
		.bounced_unexplained = samples / 64,
		.missed = samples / 128,
		.nsecs = samples * 300,
	};

	emit_begin(channel, step, "dmabench");
	send_series(channel, step, "map", samples, 95, buckets);
	send_series(channel, step, "unmap", samples, 54, buckets);
	send_series(channel, step, "probe", samples / 16, 3, 1);
	emit_counts(channel, step, &run);
	emit_end(channel, step, STATUS_OK, "");
}

static void send_hello(struct channel *channel, const char *cmdline)
{
	emit_hello(channel, &(struct hello){
		.cell = "0123456789abcdef",
		.release = "6.12.0",
		.version = "#1 SMP",
		.cmdline = cmdline,
		.clocksource = "tsc",
		.cpus = 1,
		.memory_kib = 1980996,
	});
}

static void send_job(struct channel *channel)
{
	emit_fact_string(channel, "dma.ops", "xen_swiotlb_map_page");
	emit_fact_u64(channel, "dma.max_mapping_size", UINT64_MAX);
	emit_fact_bool(channel, "symbol.xen_p2m_addr", true);
	send_step(channel, "map_single-4096", 20000, 1);
	send_step(channel, "map_sg-4096x16", 5000, 7);
	send_step(channel, "nothing", 0, 1);
	emit_begin(channel, "mb", "map_benchmark");
	emit_value_u64(channel, "mb", "samples_per_second", "1/s", 898156);
	emit_end(channel, "mb", STATUS_OK, "");
	emit_begin(channel, "r", "read");
	emit_value_string(channel, "r", "/proc/version", "Linux");
	emit_end(channel, "r", STATUS_OK, "");
	emit_begin(channel, "f", "fio");
	emit_output(channel, "f", "fio.json", "{}\n", 3);
	emit_output(channel, "f", "fio.stderr", "a\0b", 3);
	emit_end(channel, "f", STATUS_OK, "");
	emit_begin(channel, "s", "selftest");
	emit_end(channel, "s", STATUS_FAIL, "asked to end as fail");
	emit_fact_u64(channel, "swiotlb.used_after", 0);
}

static void send_texts(struct channel *channel)
{
	char byte[2] = "";

	emit_fact_string(channel, "quotes", "\"\\/\" BM1 0 2 00000000 {}\n");
	emit_fact_string(channel, "utf8", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
	emit_fact_string(channel, "torn", "\xe2\x82");
	for (int value = 1; value < 256; value++) {
		char name[16];

		snprintf(name, sizeof(name), "byte.%d", value);
		byte[0] = (char)value;
		emit_fact_string(channel, name, byte);
	}
}

/* Outputs whose parts must not end within a character, or have no such end. */
static void send_outputs(struct channel *channel)
{
	static char text[3 * OUTPUT_PART_MAX];

	emit_begin(channel, "long", "fio");
	memset(text, 'x', OUTPUT_PART_MAX);
	emit_output(channel, "long", "fio.stderr", text, OUTPUT_PART_MAX);
	for (size_t i = 1; i + 4 <= sizeof(text); i += 4)
		memcpy(text + i, "\xf0\x9f\x98\x80", 4);
	emit_output(channel, "long", "fio.json", text, sizeof(text) - 3);
	memset(text, 0x80, sizeof(text));
	emit_output(channel, "long", "perf.csv", text, sizeof(text));
	emit_output(channel, "long", "perf.stderr", "", 0);
	emit_end(channel, "long", STATUS_OK, "");
}

int main(int argc, char **argv)
{
	struct channel channel;
	int variant = argc == 3 ? atoi(argv[2]) : -1;

	if (variant < 0 || variant > 4) {
		fprintf(stderr, "usage: emit_sample FILE 0|1|2|3|4\n");
		return 2;
	}
	if (channel_open(&channel, argv[1])) {
		perror(argv[1]);
		return 1;
	}
	send_hello(&channel, variant == 2 ? "a=\"\xff\x01\" b" : "quiet");
	if (variant == 1)
		send_job(&channel);
	if (variant == 2)
		send_texts(&channel);
	if (variant == 3)
		send_step(&channel, "wide", 30000, 1000);
	if (variant == 4)
		send_outputs(&channel);
	emit_bye(&channel);
	close(channel.fd);
	return channel.error ? 1 : 0;
}
