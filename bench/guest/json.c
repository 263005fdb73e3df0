// SPDX-License-Identifier: GPL-2.0-only
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append(struct json *json, const char *bytes, size_t length)
{
	if (json->failed)
		return;
	if (length > json->capacity - json->length) {
		size_t capacity = json->capacity ? json->capacity : 1024;
		char *text;

		while (length > capacity - json->length)
			capacity *= 2;
		text = realloc(json->text, capacity);
		if (!text) {
			json->failed = true;
			return;
		}
		json->text = text;
		json->capacity = capacity;
	}
	memcpy(json->text + json->length, bytes, length);
	json->length += length;
}

static void before_value(struct json *json)
{
	if (json->comma)
		append(json, ",", 1);
	json->comma = true;
}

void json_open(struct json *json, char bracket)
{
	before_value(json);
	append(json, &bracket, 1);
	json->comma = false;
}

void json_close(struct json *json, char bracket)
{
	append(json, &bracket, 1);
	json->comma = true;
}

/* Bytes of the valid UTF-8 sequence at @s, 0 if there is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char first, last, low, high, length;
	} rows[] = {	/* The second byte's range excludes what is overlong, */
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },	/* a surrogate or beyond */
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },	/* U+10FFFF. */
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	if (*s < 0x80)
		return 1;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*s < rows[i].first || *s > rows[i].last)
			continue;
		if (s[1] < rows[i].low || s[1] > rows[i].high)
			return 0;
		for (size_t n = 2; n < rows[i].length; n++)
			if ((s[n] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

static void append_string(struct json *json, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	append(json, "\"", 1);
	while (*s) {
		size_t length = utf8_length(s);

		if (length == 0 || *s < 0x20 || *s == 0x7f) {
			char escape[8];

			snprintf(escape, sizeof(escape), "\\u%04x", *s);
			append(json, escape, 6);
			s++;
			continue;
		}
		if (*s == '"' || *s == '\\')
			append(json, "\\", 1);
		append(json, (const char *)s, length);
		s += length;
	}
	append(json, "\"", 1);
}

void json_key(struct json *json, const char *key)
{
	before_value(json);
	append_string(json, key);
	append(json, ":", 1);
	json->comma = false;
}

void json_string(struct json *json, const char *text)
{
	before_value(json);
	append_string(json, text);
}

void json_u64(struct json *json, uint64_t value)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);

	before_value(json);
	append(json, digits, (size_t)length);
}

void json_bool(struct json *json, bool value)
{
	const char *word = value ? "true" : "false";

	before_value(json);
	append(json, word, strlen(word));
}

void json_free(struct json *json)
{
	free(json->text);
	*json = (struct json){ 0 };
}
