// SPDX-License-Identifier: GPL-2.0-only
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

void die(const char *why)
{
	fprintf(stderr, "bouncemark plugin: %s\n", why);
	exit(1);
}

static void *checked(void *memory)
{
	if (!memory)
		die("no memory");
	return memory;
}

void *new(size_t size)
{
	return checked(calloc(1, size));
}

void *grown(void *array, size_t count, size_t size)
{
	/* Room doubles: it is full when the count is a power of two. */
	if (count & (count - 1))
		return array;
	return checked(realloc(array, (count ? count * 2 : 1) * size));
}

void release(void *memory)
{
	free(memory);
}
