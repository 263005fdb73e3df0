// SPDX-License-Identifier: GPL-2.0-only
/* The step lines of a job. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keys.h"
#include "words.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_.+-"
#define WORD_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/%-"

static bool parse_choice(const char *word, const char *choices,
			 uint32_t *value)
{
	uint32_t index = 0;

	for (const char *p = choices;; index++) {
		size_t length = strcspn(p, "|");

		if (strlen(word) == length && !memcmp(word, p, length)) {
			*value = index;
			return true;
		}
		if (!p[length])
			return false;
		p += length + 1;
	}
}

static bool parse_errno(const char *word, uint32_t *value)
{
	for (int number = 1; number < 256; number++) {
		const char *name = strerrorname_np(number);

		if (name && !strcmp(name, word)) {
			*value = (uint32_t)number;
			return true;
		}
	}
	return false;
}

static bool parse_value(const struct key *key, const char *word,
			struct step *step)
{
	void *member = (char *)step + key->offset;
	uint64_t wide;

	switch (key->type) {
	case KEY_U32:
		if (!parse_size(word, UINT32_MAX, &wide))
			return false;
		*(uint32_t *)member = (uint32_t)wide;
		return true;
	case KEY_U64:
		if (!parse_size(word, UINT64_MAX, &wide))
			return false;
		*(uint64_t *)member = wide;
		return true;
	case KEY_CHOICE:
		return parse_choice(word, key->choices, member);
	case KEY_ERRNO:
		return parse_errno(word, member);
	case KEY_PATH:
		if (word[0] != '/' || strlen(word) > JOB_WORD_MAX)
			return false;
		strcpy(member, word);
		return true;
	case KEY_DEVICE:
		if (word[0] != '/' || strlen(word) >= DMACHECK_PATH)
			return false;
		strcpy(member, word);
		return true;
	case KEY_WORD:
		if (!*word || strlen(word) > JOB_WORD_MAX ||
		    word[strspn(word, WORD_CHARS)])
			return false;
		*(const char **)member = word;
		return true;
	case KEY_PCI: {
		struct pci_kind *kind = member;

		return parse_pci(word, &kind->vendor, &kind->device);
	}
	}
	return false;
}

static const char *allowed(const struct key *key)
{
	switch (key->type) {
	case KEY_U32:
		return "0 to 4294967295, decimal, K or M may follow";
	case KEY_U64:
		return "0 to 18446744073709551615, decimal, K or M may follow";
	case KEY_CHOICE:
		return key->choices;
	case KEY_ERRNO:
		return "the name of an errno, such as EINVAL";
	case KEY_PATH:
		return "an absolute path of at most 200 bytes";
	case KEY_DEVICE:
		return "an absolute path of at most 63 bytes";
	case KEY_WORD:
		return "1 to 200 characters of a-z A-Z 0-9 _ . : / % -";
	case KEY_PCI:
		return "vendor:device, four hex digits each";
	}
	return "";
}

/* "a b c": the names of @keys, for a message. */
static void list_keys(const struct key *keys, char *list, size_t size)
{
	size_t used = 0;

	list[0] = '\0';
	for (; keys->name && used < size; keys++)
		used += (size_t)snprintf(list + used, size - used, "%s%s",
					 used ? " " : "", keys->name);
}

static int parse_key(char *word, struct step *step, unsigned int *seen,
		     char *message, size_t size)
{
	const struct key *keys = KEYS_OF[step->kind];
	char *value = strchr(word, '=');
	char names[256];

	if (value)
		*value++ = '\0';
	for (size_t i = 0; keys[i].name; i++) {
		if (strcmp(keys[i].name, word))
			continue;
		if (*seen & 1u << i) {
			snprintf(message, size,
				 "key %s is given twice; allowed: once", word);
			return -EINVAL;
		}
		*seen |= 1u << i;
		if (value && parse_value(&keys[i], value, step))
			return 0;
		snprintf(message, size, "key %s has the value '%s'; allowed: %s",
			 word, value ? value : "", allowed(&keys[i]));
		return -EINVAL;
	}
	list_keys(keys, names, sizeof(names));
	snprintf(message, size, "unknown key '%s' of %s; allowed: %s", word,
		 STEP_KIND_NAMES[step->kind], names);
	return -EINVAL;
}

static int parse_kind(const char *word, struct step *step, char *message,
		      size_t size)
{
	char names[256];
	size_t used = 0;

	for (int kind = 0; kind < STEP_KINDS; kind++) {
		if (word && !strcmp(word, STEP_KIND_NAMES[kind])) {
			step->kind = (enum step_kind)kind;
			return 0;
		}
	}
	for (int kind = 0; kind < STEP_KINDS && used < sizeof(names); kind++)
		used += (size_t)snprintf(names + used, sizeof(names) - used,
					 " %s", STEP_KIND_NAMES[kind]);
	snprintf(message, size, "unknown kind of step '%s'; allowed:%s",
		 word ? word : "", names);
	return -EINVAL;
}

int step_parse(char *line, struct step *step, char *message, size_t size)
{
	unsigned int seen = 0;
	char *word;

	memset(step, 0, sizeof(*step));
	if (parse_kind(next_word(&line), step, message, size))
		return -EINVAL;
	word = next_word(&line);
	if (!word || strlen(word) > STEP_NAME_MAX ||
	    word[strspn(word, NAME_CHARS)]) {
		snprintf(message, size, "step has the name '%s'; allowed: "
			 "1 to 80 characters of a-z 0-9 _ . + -",
			 word ? word : "");
		return -EINVAL;
	}
	strcpy(step->name, word);
	keys_default(step);
	while ((word = next_word(&line)))
		if (parse_key(word, step, &seen, message, size))
			return -EINVAL;
	for (const struct key *key = KEYS_OF[step->kind]; key->name; key++) {
		if (!key->required ||
		    seen & 1u << (key - KEYS_OF[step->kind]))
			continue;
		snprintf(message, size, "step %s lacks the key %s; allowed: %s",
			 step->name, key->name, allowed(key));
		return -EINVAL;
	}
	return 0;
}
