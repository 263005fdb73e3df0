// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data that tells where it was written: every byte depends on its place and on
 * a seed. It is made and compared by words, because all of it is, in every round.
 */

#include <linux/unaligned.h>

#include "dmacheck_internal.h"

#define WORD sizeof(u64)

/* Knuth's multiplicative hashing, with multipliers of SplitMix64. */
static u64 word_at(size_t word, u32 seed)
{
	u64 mixed = (word + seed * 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;

	return mixed ^ mixed >> 32;
}

static u8 byte_at(size_t at, u32 seed)
{
	return word_at(at / WORD, seed) >> 8 * (at % WORD);
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

	for (i = 0; i + WORD <= size; i += WORD)
		put_unaligned_le64(word_at(i / WORD, seed), data + i);
	for (; i < size; i++)
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
	size_t i = 0;

	check->run->bytes += size;
	while (i < size) {
		size_t at = from + i;

		if (at % WORD == 0 && size - i >= WORD &&
		    get_unaligned_le64(data + i) == word_at(at / WORD, seed)) {
			i += WORD;
			continue;
		}
		if (data[i] != byte_at(at, seed))
			break;
		i++;
	}
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
