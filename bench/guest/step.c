// SPDX-License-Identifier: GPL-2.0-only
/* The step lines of a job: one table of keys per kind. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "job.h"
#include "words.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyz0123456789_.+-"

enum key_type { KEY_U32, KEY_U64, KEY_CHOICE, KEY_ERRNO, KEY_PATH, KEY_DEVICE };

/*
 * A key of a kind: where its value goes in struct step, and for KEY_CHOICE
 * the words it allows, the value being the index, separated by '|'.
 */
struct key {
	const char *name;
	enum key_type type;
	size_t offset;
	const char *choices;
	bool required;
};

#define PARAM(key_type, member) \
	{ #member, key_type, offsetof(struct step, dmabench.params.member), \
	  NULL, false }
#define CHOICE(member, words, needed) \
	{ #member, KEY_CHOICE, offsetof(struct step, dmabench.params.member), \
	  words, needed }
#define MAP_KEY(member) \
	{ #member, KEY_U32, offsetof(struct step, map_benchmark.member), \
	  NULL, false }
#define CHECK_PARAM(key_type, member) \
	{ #member, key_type, offsetof(struct step, dmacheck.member), NULL, false }
#define CHECK_CHOICE(name, member, words, needed) \
	{ name, KEY_CHOICE, offsetof(struct step, dmacheck.member), words, \
	  needed }
#define DIRECTIONS "bidirectional|to_device|from_device"
#define PLACES "any|low|high|dma32"
#define LAYOUTS "any|contiguous|scattered"

static const struct key dmabench_keys[] = {
	CHOICE(op, "map_single|map_page|map_sg|sync|coherent|pages", true),
	CHOICE(dir, DIRECTIONS, false),
	CHOICE(place, PLACES, false),
	CHOICE(layout, LAYOUTS, false),
	PARAM(KEY_U32, mask_bits),
	PARAM(KEY_U32, size),
	PARAM(KEY_U32, offset),
	PARAM(KEY_U32, nents),
	PARAM(KEY_U32, buffers),
	PARAM(KEY_U32, depth),
	PARAM(KEY_U32, irqs_off),
	PARAM(KEY_U64, count),
	PARAM(KEY_U64, warmup),
	{ "expect", KEY_ERRNO, offsetof(struct step, dmabench.expect), NULL,
	  false },
	{ 0 }
};

static const struct key map_benchmark_keys[] = {
	MAP_KEY(seconds),
	{ "dir", KEY_CHOICE, offsetof(struct step, map_benchmark.dir),
	  DIRECTIONS, false },
	MAP_KEY(granule),
	MAP_KEY(mask_bits),
	{ 0 }
};

static const struct key read_keys[] = {
	{ "path", KEY_PATH, offsetof(struct step, path), NULL, true },
	{ 0 }
};

/* In the order of enum selftest. */
static const struct key selftest_keys[] = {
	{ "do", KEY_CHOICE, offsetof(struct step, selftest),
	  "ok|fail|error|skip|panic|hang|spin|exit|poweroff|reboot|garbage|"
	  "truncate|silent", true },
	{ 0 }
};

static const struct key dmacheck_keys[] = {
	CHECK_CHOICE("case", test,
		     "map|sync|coherent|edge|full|limit|required|foreign|edu|bio",
		     true),
	CHECK_CHOICE("op", op, "single|page|sg", false),
	CHECK_CHOICE("dir", dir, DIRECTIONS, false),
	CHECK_CHOICE("place", place, PLACES, false),
	CHECK_CHOICE("layout", layout, LAYOUTS, false),
	CHECK_PARAM(KEY_U32, mask_bits),
	CHECK_PARAM(KEY_U32, size),
	CHECK_PARAM(KEY_U32, offset),
	CHECK_PARAM(KEY_U32, nents),
	CHECK_PARAM(KEY_U32, buffers),
	CHECK_PARAM(KEY_U32, min_align),
	CHECK_PARAM(KEY_U32, boundary),
	CHECK_PARAM(KEY_U32, skip_sync),
	CHECK_PARAM(KEY_U32, whole),
	CHECK_PARAM(KEY_U64, count),
	CHECK_PARAM(KEY_U64, seed),
	{ "path", KEY_DEVICE, offsetof(struct step, dmacheck.path), NULL, false },
	{ 0 }
};

static const struct key reload_keys[] = {
	{ "times", KEY_U32, offsetof(struct step, times), NULL, true },
	{ 0 }
};

static const struct key balloon_keys[] = {
	{ "mib", KEY_U32, offsetof(struct step, mib), NULL, true },
	{ 0 }
};

static const struct key p2m_keys[] = {
	{ 0 }
};

static const struct key *const keys_of[STEP_KINDS] = {
	[STEP_DMABENCH] = dmabench_keys,
	[STEP_MAP_BENCHMARK] = map_benchmark_keys,
	[STEP_READ] = read_keys,
	[STEP_SELFTEST] = selftest_keys,
	[STEP_DMACHECK] = dmacheck_keys,
	[STEP_RELOAD] = reload_keys,
	[STEP_BALLOON] = balloon_keys,
	[STEP_P2M] = p2m_keys,
};

const char *const STEP_KIND_NAMES[STEP_KINDS] = {
	[STEP_DMABENCH] = "dmabench",
	[STEP_MAP_BENCHMARK] = "map_benchmark",
	[STEP_READ] = "read",
	[STEP_SELFTEST] = "selftest",
	[STEP_DMACHECK] = "dmacheck",
	[STEP_RELOAD] = "reload",
	[STEP_BALLOON] = "balloon",
	[STEP_P2M] = "p2m",
};

static void set_defaults(struct step *step)
{
	switch (step->kind) {
	case STEP_DMABENCH:
		step->dmabench.params = (struct dmabench_params){
			.abi = DMABENCH_ABI,
			.dir = 1,
			.mask_bits = 64,
			.size = 4096,
			.nents = 1,
			.buffers = 64,
			.depth = 1,
			.count = 20000,
			.warmup = 200,
		};
		break;
	case STEP_MAP_BENCHMARK:
		step->map_benchmark = (struct map_benchmark_step){
			.seconds = 1,
			.dir = 1,
			.granule = 1,
			.mask_bits = 64,
		};
		break;
	case STEP_DMACHECK:
		step->dmacheck = (struct dmacheck_run){
			.abi = DMACHECK_ABI,
			.dir = 0,
			.mask_bits = 64,
			.size = 4096,
			.nents = 1,
			.buffers = 8,
			.count = 1,
			.seed = 1,
		};
		break;
	default:
		break;
	}
}

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
	const struct key *keys = keys_of[step->kind];
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
	for (int kind = 0; kind < STEP_KINDS; kind++) {
		if (word && !strcmp(word, STEP_KIND_NAMES[kind])) {
			step->kind = (enum step_kind)kind;
			return 0;
		}
	}
	snprintf(message, size, "unknown kind of step '%s'; allowed: "
		 "dmabench map_benchmark read selftest dmacheck reload balloon p2m",
		 word ? word : "");
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
	set_defaults(step);
	while ((word = next_word(&line)))
		if (parse_key(word, step, &seen, message, size))
			return -EINVAL;
	for (const struct key *key = keys_of[step->kind]; key->name; key++) {
		if (!key->required ||
		    seen & 1u << (key - keys_of[step->kind]))
			continue;
		snprintf(message, size, "step %s lacks the key %s; allowed: %s",
			 step->name, key->name, allowed(key));
		return -EINVAL;
	}
	return 0;
}
