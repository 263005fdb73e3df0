// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"

#include <errno.h>
#include <string.h>

#include "qemu.h"

static int open_file(FILE **file, const char *path)
{
	*file = fopen(path, "we");
	return *file ? 0 : refuse(path, strerror(errno));
}

static int take_level(struct level *level, const char *word, const char *text)
{
	const char *wrong = level_init(level, text);

	return wrong ? refuse(word, wrong) : 0;
}

static int take_word(struct options *options, const char *word)
{
	const char *value = strchr(word, '=');

	if (value && !strncmp(word, "out=", 4))
		return open_file(&options->out, value + 1);
	if (value && !strncmp(word, "trace=", 6))
		return open_file(&options->trace, value + 1);
	if (value && !strncmp(word, "l1d=", 4))
		return take_level(&options->cache.l1, word, value + 1);
	if (value && !strncmp(word, "llc=", 4))
		return take_level(&options->cache.llc, word, value + 1);
	return refuse(word, "allowed are out=, l1d=, llc= and trace=");
}

int options_take(struct options *options, int argc, char **argv)
{
	bool l1, llc;

	for (int i = 0; i < argc; i++)
		if (take_word(options, argv[i]))
			return 1;
	if (!options->out)
		return refuse("out=", "missing");
	l1 = options->cache.l1.tags;
	llc = options->cache.llc.tags;
	options->has_cache = l1 && llc;
	if (l1 != llc)
		return refuse("l1d=, llc=", "one is given, the other is missing");
	if (l1 && options->cache.l1.line != options->cache.llc.line)
		return refuse("l1d=, llc=", "their lines differ");
	if (options->trace && !l1)
		return refuse("trace=", "without l1d= and llc= there is nothing in it");
	return 0;
}
