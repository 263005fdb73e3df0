/* SPDX-License-Identifier: GPL-2.0-only */
/* A writer of JSON text into a buffer that grows. */
#ifndef BOUNCEMARK_JSON_H
#define BOUNCEMARK_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct json - a JSON text under construction
 * @text: the bytes so far; not terminated
 * @length: how many, bytes
 * @capacity: size of the allocation, bytes
 * @comma: the next value or key needs a comma before it
 * @failed: memory ran out; everything written since is dropped
 *
 * All zero is an empty text. The caller keeps brackets and keys balanced.
 */
struct json {
	char *text;
	size_t length;
	size_t capacity;
	bool comma;
	bool failed;
};

/** json_open() - begin an object or array. @bracket: '{' or '['. */
void json_open(struct json *json, char bracket);

/** json_close() - end it. @bracket: '}' or ']'. */
void json_close(struct json *json, char bracket);

/** json_key() - write an object's key; exactly one value must follow. */
void json_key(struct json *json, const char *key);

/**
 * json_string() - write a string value
 * @json: where to
 * @text: bytes up to a NUL. Valid UTF-8 is kept; a byte that is not part of it
 *	is written as \u00XX. So is every control character: the text has no
 *	raw newline
 */
void json_string(struct json *json, const char *text);

/** json_u64() - write an integer in decimal. */
void json_u64(struct json *json, uint64_t value);

/** json_bool() - write true or false. */
void json_bool(struct json *json, bool value);

/** json_free() - release the buffer and make the text empty again. */
void json_free(struct json *json);

#endif /* BOUNCEMARK_JSON_H */
