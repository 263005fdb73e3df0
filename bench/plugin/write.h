/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was counted, as lines of JSON; see docs/architecture.md for what each of
 * them holds.
 */
#ifndef WRITE_H
#define WRITE_H

#include <stdio.h>

#include "tally.h"

/** WRITE_FORMAT - version of the lines; any change of their members raises it */
#define WRITE_FORMAT	1

/**
 * write_head() - begin a file
 * @out: the file
 * @api: QEMU's plugin interface
 * @vcpus: how many there are
 * @cache: what was modelled, or NULL
 */
void write_head(FILE *out, int api, int vcpus, const struct cache *cache);

/**
 * write_step() - write all that was counted in a step
 * @out: the file
 * @counts: with nothing pending
 * @step: number of the step
 * @is_whole: all of it was counted, not only its windows
 * @blocks: blocks that earlier steps wrote; their numbers go on from there
 *
 * Return: blocks written until now.
 */
size_t write_step(FILE *out, const struct counts *counts, unsigned int step,
		  bool is_whole, size_t blocks);

/**
 * write_end() - end a file that is complete
 * @out: the file
 * @steps: how many steps it has
 */
void write_end(FILE *out, unsigned int steps);

#endif /* WRITE_H */
