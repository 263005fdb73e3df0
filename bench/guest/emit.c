// SPDX-License-Identifier: GPL-2.0-only
#include "emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct json payload(const char *type)
{
	struct json json = { 0 };

	json_open(&json, '{');
	json_key(&json, "type");
	json_string(&json, type);
	return json;
}

static void text(struct json *json, const char *key, const char *value)
{
	json_key(json, key);
	json_string(json, value);
}

static void number(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_u64(json, value);
}

static void send(struct channel *channel, struct json *json)
{
	json_close(json, '}');
	channel_send(channel, json);
}

void emit_hello(struct channel *channel, const struct hello *hello)
{
	struct json json = payload("hello");

	number(&json, "protocol", CHANNEL_PROTOCOL);
	text(&json, "cell", hello->cell);
	text(&json, "release", hello->release);
	text(&json, "version", hello->version);
	text(&json, "cmdline", hello->cmdline);
	text(&json, "clocksource", hello->clocksource);
	number(&json, "cpus", hello->cpus);
	number(&json, "memory_kib", hello->memory_kib);
	send(channel, &json);
}

static struct json fact(const char *name)
{
	struct json json = payload("fact");

	text(&json, "name", name);
	json_key(&json, "value");
	return json;
}

void emit_fact_string(struct channel *channel, const char *name,
		      const char *value)
{
	struct json json = fact(name);

	json_string(&json, value);
	send(channel, &json);
}

void emit_fact_u64(struct channel *channel, const char *name, uint64_t value)
{
	struct json json = fact(name);

	json_u64(&json, value);
	send(channel, &json);
}

void emit_fact_bool(struct channel *channel, const char *name, bool value)
{
	struct json json = fact(name);

	json_bool(&json, value);
	send(channel, &json);
}

void emit_begin(struct channel *channel, const char *step, const char *kind)
{
	struct json json = payload("begin");

	text(&json, "step", step);
	text(&json, "kind", kind);
	send(channel, &json);
}

void emit_series(struct channel *channel, const char *step, const char *name,
		 const struct dmabench_series *series, const uint64_t *hist)
{
	struct json json = payload("series");

	text(&json, "step", step);
	text(&json, "series", name);
	number(&json, "count", series->count);
	number(&json, "failed", series->failed);
	number(&json, "min", series->min);
	number(&json, "max", series->max);
	number(&json, "sum", series->sum);
	json_key(&json, "hist");
	json_open(&json, '[');
	for (uint32_t bucket = 0; bucket < DMABENCH_BUCKETS; bucket++) {
		if (!hist[bucket])
			continue;
		json_open(&json, '[');
		json_u64(&json, dmabench_bucket_low(bucket));
		json_u64(&json, hist[bucket]);
		json_close(&json, ']');
	}
	json_close(&json, ']');
	send(channel, &json);
}

void emit_counts(struct channel *channel, const char *step,
		 const struct dmabench_run *run)
{
	struct json json = payload("counts");

	text(&json, "step", step);
	number(&json, "mapped", run->mapped);
	number(&json, "forced", run->bounced_forced);
	number(&json, "mask", run->bounced_mask);
	number(&json, "contiguity", run->bounced_contiguity);
	number(&json, "unexplained", run->bounced_unexplained);
	number(&json, "missed", run->missed);
	number(&json, "nsecs", run->nsecs);
	send(channel, &json);
}

static struct json value(const char *step, const char *name, const char *unit)
{
	struct json json = payload("value");

	text(&json, "step", step);
	text(&json, "name", name);
	text(&json, "unit", unit);
	json_key(&json, "value");
	return json;
}

void emit_value_u64(struct channel *channel, const char *step,
		    const char *name, const char *unit, uint64_t number)
{
	struct json json = value(step, name, unit);

	json_u64(&json, number);
	send(channel, &json);
}

void emit_value_string(struct channel *channel, const char *step,
		       const char *name, const char *string)
{
	struct json json = value(step, name, "");

	json_string(&json, string);
	send(channel, &json);
}

/*
 * How much of a text goes into a part: no more than fits, and not the beginning of
 * a UTF-8 sequence without its end.
 */
static size_t part_length(const char *text, size_t length)
{
	size_t cut = OUTPUT_PART_MAX;

	if (length <= cut)
		return length;
	while (cut > OUTPUT_PART_MAX - 3 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	/* So many continuations are not UTF-8 anyway. */
	return ((unsigned char)text[cut] & 0xc0) == 0x80 ? OUTPUT_PART_MAX : cut;
}

void emit_output(struct channel *channel, const char *step, const char *name,
		 const char *bytes, size_t length)
{
	char *part = malloc(OUTPUT_PART_MAX + 1);
	uint64_t parts = 0;

	if (!part) {
		channel->error = channel->error ? channel->error : -ENOMEM;
		return;
	}
	do {
		size_t taken = part_length(bytes, length);
		struct json json = payload("output");

		memcpy(part, bytes, taken);
		part[taken] = '\0';
		for (char *nul; (nul = memchr(part, '\0', taken));)
			*nul = '?';
		text(&json, "step", step);
		text(&json, "name", name);
		number(&json, "part", parts++);
		text(&json, "text", part);
		send(channel, &json);
		bytes += taken;
		length -= taken;
	} while (length);
	free(part);
}

void emit_end(struct channel *channel, const char *step, enum status status,
	      const char *message)
{
	static const char *const names[] = {
		[STATUS_OK] = "ok",
		[STATUS_FAIL] = "fail",
		[STATUS_SKIP] = "skip",
		[STATUS_ERROR] = "error",
	};
	struct json json = payload("end");

	text(&json, "step", step);
	text(&json, "status", names[status]);
	text(&json, "message", message);
	send(channel, &json);
}

void emit_bye(struct channel *channel)
{
	struct json json = payload("bye");

	number(&json, "frames", channel->seq + 1);
	send(channel, &json);
}
