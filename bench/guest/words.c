// SPDX-License-Identifier: GPL-2.0-only
#include "words.h"

#include <stddef.h>
#include <string.h>

char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t");
	char *end = word + strcspn(word, " \t");

	if (!*word)
		return NULL;
	*line = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

bool parse_size(const char *word, uint64_t max, uint64_t *value)
{
	uint64_t result = 0, factor = 1;
	const char *p = word;

	for (; *p >= '0' && *p <= '9'; p++) {
		uint64_t digit = (uint64_t)(*p - '0');

		if (result > (UINT64_MAX - digit) / 10)
			return false;
		result = result * 10 + digit;
	}
	if (p == word)
		return false;
	if (*p == 'K' || *p == 'M')
		factor = *p++ == 'K' ? 1024 : 1024 * 1024;
	if (*p || result > max / factor)
		return false;
	*value = result * factor;
	return true;
}

bool parse_hex(const char *word, uint64_t max, uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t result = 0;
	const char *p = word;

	for (; *p; p++) {
		const char *digit = strchr(digits, *p);

		if (!digit || result > UINT64_MAX >> 4)
			return false;
		result = result << 4 | (uint64_t)(digit - digits);
	}
	if (p == word || result > max)
		return false;
	*value = result;
	return true;
}

bool parse_pci(const char *word, uint32_t *vendor, uint32_t *device)
{
	char digits[2][5] = { "", "" };
	uint64_t ids[2];

	if (strlen(word) != 9 || word[4] != ':')
		return false;
	memcpy(digits[0], word, 4);
	memcpy(digits[1], word + 5, 4);
	if (!parse_hex(digits[0], UINT16_MAX, &ids[0]) ||
	    !parse_hex(digits[1], UINT16_MAX, &ids[1]))
		return false;
	*vendor = (uint32_t)ids[0];
	*device = (uint32_t)ids[1];
	return true;
}
