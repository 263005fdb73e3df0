/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of two levels of data cache, as cachegrind's: it knows which lines are
 * there and nothing of time. Each level is set-associative, by physical address,
 * and replaces the line that was used longest ago; a store fetches its line.
 * Write-backs, prefetching, other CPUs and what devices write are not modelled.
 */
#ifndef CACHE_H
#define CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct level - one level of a cache
 * @bytes: size
 * @ways: lines of a set
 * @line: bytes of a line
 * @shift: it is 2^@shift
 * @sets: how many there are
 * @tags: @sets times @ways line numbers + 1, the last used first; 0 is no line
 */
struct level {
	uint32_t bytes;
	uint32_t ways;
	uint32_t line;
	uint32_t shift;
	uint32_t sets;
	uint64_t *tags;
};

/**
 * struct cache - a level 1 data cache and the last level behind it
 * @l1: asked first
 * @llc: asked for what @l1 does not have
 */
struct cache {
	struct level l1;
	struct level llc;
};

/**
 * enum where - where an access found its data
 * @IN_L1: nothing missed
 * @IN_LLC: a line was not in the first level
 * @IN_MEMORY: nor in the last
 */
enum where { IN_L1, IN_LLC, IN_MEMORY };

/**
 * level_init() - make an empty level
 * @level: to be filled in
 * @text: "bytes:ways:line", numbers; line and the number of sets are powers of two
 *
 * Return: NULL, or what is wrong with @text.
 */
const char *level_init(struct level *level, const char *text);

/**
 * cache_access() - do an access
 * @cache: both levels with the same line
 * @address: physical, of the first byte
 * @size: bytes, at least 1; a vector may be longer than a line
 *
 * An access that lies in several lines is one access, and is where the farthest
 * of them was.
 *
 * Return: where the data was; it is in both levels afterwards.
 */
enum where cache_access(struct cache *cache, uint64_t address, unsigned int size);

#endif /* CACHE_H */
