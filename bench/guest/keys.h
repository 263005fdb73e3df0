/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys that a step line of a kind may have. */
#ifndef BOUNCEMARK_KEYS_H
#define BOUNCEMARK_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "job.h"

/** enum key_type - what the value of a key is */
enum key_type { KEY_U32, KEY_U64, KEY_CHOICE, KEY_ERRNO, KEY_PATH, KEY_DEVICE,
		KEY_WORD, KEY_PCI };

/**
 * struct key - a key of a kind
 * @name: in the job
 * @type: of its value
 * @offset: where the value goes in struct step
 * @choices: KEY_CHOICE: the words it allows, separated by '|'; the value is the
 * index
 * @required: whether a step must have it
 */
struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	const char *choices;
	bool required;
};

/** KEYS_OF - the keys of each kind, .name is NULL behind the last. */
extern const struct key *const KEYS_OF[STEP_KINDS];

/** keys_default() - give a step of its kind what it has when no key is given. */
void keys_default(struct step *step);

#endif /* BOUNCEMARK_KEYS_H */
