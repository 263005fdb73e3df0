/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is there or ends the process: there is nothing to count without. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/** die() - end the process; @why: in words */
__attribute__((noreturn)) void die(const char *why);

/** new() - zeroed memory; @size: bytes. Return: it; the process ends without */
void *new(size_t size);

/**
 * grown() - make room for one more
 * @array: of @count members, or NULL
 * @count: how many are in use
 * @size: bytes of one
 *
 * Return: the array, which may have moved.
 */
void *grown(void *array, size_t count, size_t size);

/** release() - give memory back; @memory: of new() or grown(), or NULL */
void release(void *memory);

#endif /* MEMORY_H */
