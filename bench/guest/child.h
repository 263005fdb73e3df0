/* SPDX-License-Identifier: GPL-2.0-only */
/* Run a program and wait for its end. */
#ifndef BOUNCEMARK_CHILD_H
#define BOUNCEMARK_CHILD_H

#include <stdint.h>

/**
 * struct child - a program to run
 * @argv: its path and arguments, NULL behind the last
 * @environment: "NAME=value", NULL behind the last
 * @output: file for its standard output
 * @errors: file for its standard error; may be the same
 * @seconds: how long it may take
 */
struct child {
	const char *const *argv;
	const char *const *environment;
	const char *output;
	const char *errors;
	uint32_t seconds;
};

/**
 * child_run() - run a program in a process group of its own, input /dev/null
 * @child: which
 * @status: result: as waitpid() has it
 * Return: 0 when it came to its end; -ETIMEDOUT when it had to be killed; -EBUSY
 * when that did not end it, or what it had started, either; another negative errno
 * when it could not be started. Whatever it had started is killed with it, and all
 * are waited for, but not for ever.
 */
int child_run(const struct child *child, int *status);

#endif /* BOUNCEMARK_CHILD_H */
