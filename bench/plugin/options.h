/* SPDX-License-Identifier: GPL-2.0-only */
/* What the plugin is told when it is loaded: NAME=VALUE, a word each. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "cache.h"

/**
 * struct options - what was asked for
 * @out: where what is counted goes
 * @trace: where each access that the cache model sees goes, or NULL
 * @has_cache: caches are modelled
 * @cache: which
 */
struct options {
	FILE *out;
	FILE *trace;
	bool has_cache;
	struct cache cache;
};

/**
 * options_take() - open and make what is asked for
 * @options: to be filled in; zeroed
 * @argc: how many words there are
 * @argv: out=FILE, l1d=BYTES:WAYS:LINE and llc=, trace=FILE
 *
 * Return: 0, or 1 after it was said what is wrong.
 */
int options_take(struct options *options, int argc, char **argv);

#endif /* OPTIONS_H */
