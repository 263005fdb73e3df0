/* SPDX-License-Identifier: GPL-2.0-only */
/* A folder that looks like a part of sysfs, and is gone afterwards. */
#ifndef BOUNCEMARK_TREE_H
#define BOUNCEMARK_TREE_H

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys.h"
#include "test.h"

static char root[] = "/tmp/bouncemark-test-XXXXXX";

static inline const char *in_tree(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	return full;
}

/* Make a file and the folders above it. */
static inline void make_file(const char *path, const char *text)
{
	char full[PATH_MAX];
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (char *slash = full + sizeof(root); (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	CHECK(file);
	CHECK(fputs(text, file) >= 0);
	CHECK(!fclose(file));
}

static inline void check_file(const char *path, const char *text)
{
	char line[256];

	CHECK(!read_line(in_tree(path), line, sizeof(line)));
	CHECK_TEXT(line, text);
}

static inline int remove_entry(const char *path, const struct stat *info,
			       int kind, struct FTW *ftw)
{
	(void)info, (void)kind, (void)ftw;
	return remove(path);
}

static inline void remove_tree(void)
{
	nftw(root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Make the tree; it is removed when the test is over, however it ends. */
static inline void make_tree(void)
{
	CHECK(mkdtemp(root));
	CHECK(!atexit(remove_tree));
}

#endif /* BOUNCEMARK_TREE_H */
