/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The payloads of the channel, one function per type. Failure to send is kept
 * in struct channel.
 */
#ifndef BOUNCEMARK_EMIT_H
#define BOUNCEMARK_EMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <dmabench.h>

#include "channel.h"

/** CHANNEL_PROTOCOL - version of the payloads. */
#define CHANNEL_PROTOCOL 1
/** OUTPUT_PART_MAX - most bytes of a tool's output in a frame */
#define OUTPUT_PART_MAX (64 * 1024)

/**
 * enum status - how a step ended
 * @STATUS_OK: it did what it should
 * @STATUS_FAIL: the subject is wrong
 * @STATUS_SKIP: a requirement is missing
 * @STATUS_ERROR: the harness could not tell
 */
enum status { STATUS_OK, STATUS_FAIL, STATUS_SKIP, STATUS_ERROR };

/**
 * struct hello - what booted
 * @cell: id of the cell; empty if the job could not be read
 * @release: uname's release
 * @version: uname's version
 * @cmdline: the kernel's command line
 * @clocksource: the one in use
 * @cpus: processors online
 * @memory_kib: RAM the kernel manages, KiB
 */
struct hello {
	const char *cell;
	const char *release;
	const char *version;
	const char *cmdline;
	const char *clocksource;
	uint64_t cpus;
	uint64_t memory_kib;
};

/** emit_hello() - the first frame. */
void emit_hello(struct channel *channel, const struct hello *hello);

/** emit_fact_string() - a fact that is a text. */
void emit_fact_string(struct channel *channel, const char *name,
		      const char *value);

/** emit_fact_u64() - a fact that is a number. */
void emit_fact_u64(struct channel *channel, const char *name, uint64_t value);

/** emit_fact_bool() - a fact that is a truth value. */
void emit_fact_bool(struct channel *channel, const char *name, bool value);

/** emit_begin() - a step begins. @kind: name of its kind. */
void emit_begin(struct channel *channel, const char *step, const char *kind);

/**
 * emit_series() - the timings of one operation
 * @channel: where to
 * @step: name of the step
 * @name: name of the series
 * @series: its sums, ticks
 * @hist: its DMABENCH_BUCKETS counters
 */
void emit_series(struct channel *channel, const char *step, const char *name,
		 const struct dmabench_series *series, const uint64_t *hist);

/** emit_counts() - the bounce counts and the duration of a run. */
void emit_counts(struct channel *channel, const char *step,
		 const struct dmabench_run *run);

/** emit_value_u64() - one number of a step. @unit: of @value. */
void emit_value_u64(struct channel *channel, const char *step,
		    const char *name, const char *unit, uint64_t value);

/** emit_value_string() - one text of a step; its unit is empty. */
void emit_value_string(struct channel *channel, const char *step,
		       const char *name, const char *value);

/**
 * emit_output() - what a tool printed, in parts of OUTPUT_PART_MAX
 * @channel: where to
 * @step: name of the step
 * @name: of the file that it becomes
 * @text: its bytes; a NUL among them arrives as '?'
 * @length: how many; when there are none, one part is empty
 */
void emit_output(struct channel *channel, const char *step, const char *name,
		 const char *text, size_t length);

/** emit_end() - a step ended. @message: why, empty if there is nothing to say. */
void emit_end(struct channel *channel, const char *step, enum status status,
	      const char *message);

/** emit_bye() - the last frame; it counts all, itself included. */
void emit_bye(struct channel *channel);

#endif /* BOUNCEMARK_EMIT_H */
