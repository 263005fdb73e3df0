/* SPDX-License-Identifier: GPL-2.0-only */
/* A tool that a step runs: what it prints is sent as it is. */
#ifndef BOUNCEMARK_TOOL_H
#define BOUNCEMARK_TOOL_H

#include <stddef.h>

#include "steps.h"

/** TOOL_WORDS - most words of a tool's command line and of its environment */
#define TOOL_WORDS	64
/** TOOL_FOLDER - where tools leave their files */
#define TOOL_FOLDER	"/run"
/** TOOL_BYTES_MAX - most bytes of a file that is sent */
#define TOOL_BYTES_MAX	(8 * 1024 * 1024)

/**
 * struct tool - a tool and how it is run
 * @name: such as fio: /usr/bin/fio, whose results are in TOOL_FOLDER/fio.json
 * @is_printing: it prints the results instead of writing that file itself
 * @argv: its path and arguments, NULL behind the last
 * @environment: NULL behind the last
 * @options: how long it may take, whether perf counts
 */
struct tool {
	const char *name;
	bool is_printing;
	const char *const *argv;
	const char *const *environment;
	const struct tool_options *options;
};

/**
 * tool_missing() - look for a program
 * @path: which
 * @result: STATUS_SKIP with the reason, if it is not there
 * Return: whether it is missing.
 */
bool tool_missing(const char *path, struct outcome *result);

/**
 * tool_run() - run a tool and send its files: NAME.json, NAME.stderr; with perf=1
 * perf.csv and, in the place of NAME.stderr, perf.stderr, which has both
 * @guest: where to
 * @step: whose
 * @tool: which
 * Return: how it ended; an error has what the tool said of it.
 */
struct outcome tool_run(struct guest *guest, const struct step *step,
			const struct tool *tool);

/**
 * tool_error() - the error in a tool's results
 * @output: JSON as iperf3 prints it
 * @line: result
 * @size: of @line, bytes
 * Return: whether there is one.
 */
bool tool_error(const char *output, char *line, size_t size);

/**
 * tool_complaint() - what a tool said when it failed
 * @output: its results: the last line before the JSON, or its member "error"
 * @errors: its standard error: the last line that is not empty
 * @line: result; of @output if there is one, else of @errors, else empty
 * @size: of @line, bytes
 */
void tool_complaint(const char *output, const char *errors, char *line,
		    size_t size);

/**
 * tool_events() - the events that perf is to count
 * @sys: /sys, or a tree like it
 * @list: result, separated by commas: those that this kernel has
 * @size: of @list, bytes
 */
void tool_events(const char *sys, char *list, size_t size);

#endif /* BOUNCEMARK_TOOL_H */
