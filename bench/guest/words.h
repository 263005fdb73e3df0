/* SPDX-License-Identifier: GPL-2.0-only */
/* Words and numbers of a job's lines. */
#ifndef BOUNCEMARK_WORDS_H
#define BOUNCEMARK_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * next_word() - cut the next word off a line
 * @line: in: the rest of the line; out: what follows the word
 * Return: the word, terminated in place, or NULL if none is left. Words are
 * separated by spaces and tabs.
 */
char *next_word(char **line);

/**
 * parse_size() - parse a decimal integer with an optional K or M (1024-based)
 * @word: digits and suffix, nothing else
 * @max: greatest value allowed
 * @value: result
 * Return: whether @word is one and at most @max.
 */
bool parse_size(const char *word, uint64_t max, uint64_t *value);

/**
 * parse_hex() - parse a hexadecimal integer
 * @word: digits 0-9 a-f, nothing else
 * @max: greatest value allowed
 * @value: result
 * Return: whether @word is one and at most @max.
 */
bool parse_hex(const char *word, uint64_t max, uint64_t *value);

/**
 * parse_pci() - parse what kind a PCI function is
 * @word: "vendor:device", four hex digits each
 * @vendor: result
 * @device: result
 * Return: whether @word is one.
 */
bool parse_pci(const char *word, uint32_t *vendor, uint32_t *device);

#endif /* BOUNCEMARK_WORDS_H */
