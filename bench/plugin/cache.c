// SPDX-License-Identifier: GPL-2.0-only
#include "cache.h"

#include <stdlib.h>
#include <string.h>

static bool power_of_two(uint32_t number)
{
	return number && !(number & (number - 1));
}

/* Take a number of 32 bits from @text, and the character @behind it. */
static bool take_number(const char **text, char behind, uint32_t *number)
{
	uint64_t value = 0;
	size_t digits = strspn(*text, "0123456789");

	if (!digits || digits > 10 || (*text)[digits] != behind)
		return false;
	for (size_t i = 0; i < digits; i++)
		value = value * 10 + (*text)[i] - '0';
	*text += digits + 1;
	*number = value;
	return value <= UINT32_MAX;
}

const char *level_init(struct level *level, const char *text)
{
	uint32_t *numbers[] = { &level->bytes, &level->ways, &level->line };

	for (int i = 0; i < 3; i++)
		if (!take_number(&text, i < 2 ? ':' : '\0', numbers[i]))
			return "not of the form bytes:ways:line";
	if (!power_of_two(level->line) || level->line < 16)
		return "the line is no power of two from 16";
	if (!level->ways || level->ways > level->bytes / level->line ||
	    level->bytes % (level->ways * level->line))
		return "the size is no multiple of a way's lines";
	level->shift = __builtin_ctz(level->line);
	level->sets = level->bytes / level->ways / level->line;
	if (!power_of_two(level->sets))
		return "the number of sets is no power of two";
	level->tags = calloc((size_t)level->sets * level->ways,
			     sizeof(*level->tags));
	return level->tags ? NULL : "no memory for it";
}

/* Is the line in the set, but not the one used last? It is that afterwards. */
static bool set_find(const struct level *level, uint64_t *set, uint64_t tag)
{
	uint32_t way;
	bool found;

	for (way = 1; way < level->ways - 1 && set[way] != tag; way++)
		;
	/* A single way has been looked at. */
	if (level->ways == 1)
		way = 0;
	found = set[way] == tag;
	memmove(set + 1, set, way * sizeof(*set));
	set[0] = tag;
	return found;
}

/* Is the line there? It is the last used one of its set afterwards. */
static inline bool level_find(struct level *level, uint64_t line)
{
	uint64_t *set = &level->tags[(line & (level->sets - 1)) * level->ways];

	return set[0] == line + 1 || set_find(level, set, line + 1);
}

static enum where find(struct cache *cache, uint64_t line)
{
	if (level_find(&cache->l1, line))
		return IN_L1;
	return level_find(&cache->llc, line) ? IN_LLC : IN_MEMORY;
}

enum where cache_access(struct cache *cache, uint64_t address, unsigned int size)
{
	uint64_t line = address >> cache->l1.shift;
	const uint64_t last = (address + size - 1) >> cache->l1.shift;
	enum where where = find(cache, line);

	while (line < last) {
		enum where behind = find(cache, ++line);

		if (behind > where)
			where = behind;
	}
	return where;
}
