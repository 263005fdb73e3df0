// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data that tells where it was written: every byte depends on its place and on
 * a seed.
 */

#include "dmacheck_internal.h"

static u8 byte_at(size_t at, u32 seed)
{
	u32 mixed = ((u32)at ^ seed) * 2654435761u;

	return mixed >> 24 ^ mixed >> 13;
}

/**
 * dmacheck_fill() - write data
 * @data: where to
 * @size: bytes
 * @seed: of the data
 */
void dmacheck_fill(u8 *data, size_t size, u32 seed)
{
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = byte_at(i, seed);
}

/**
 * dmacheck_differs() - compare with what dmacheck_fill() wrote
 * @check: counts the bytes compared
 * @data: first byte to compare
 * @from: its place in what was written
 * @size: bytes to compare
 * @seed: of the data
 *
 * Return: place of the first byte that differs, from @data; @size if none does.
 */
size_t dmacheck_differs(struct dmacheck *check, const u8 *data, size_t from,
			size_t size, u32 seed)
{
	size_t i;

	check->run->bytes += size;
	for (i = 0; i < size; i++)
		if (data[i] != byte_at(from + i, seed))
			break;
	return i;
}

/**
 * dmacheck_differs_from() - compare with other memory
 * @check: counts the bytes compared
 * @data: first byte to compare
 * @expected: what it must be
 * @size: bytes to compare
 *
 * Return: place of the first byte that differs; @size if none does.
 */
size_t dmacheck_differs_from(struct dmacheck *check, const u8 *data,
			     const u8 *expected, size_t size)
{
	size_t i = size;

	check->run->bytes += size;
	if (memcmp(data, expected, size))
		for (i = 0; data[i] == expected[i]; i++)
			;
	return i;
}
