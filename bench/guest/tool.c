// SPDX-License-Identifier: GPL-2.0-only
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "sys.h"

#define PERF		"/usr/bin/perf"
#define PERF_CSV	TOOL_FOLDER "/perf.csv"

bool tool_missing(const char *path, struct outcome *result)
{
	if (!access(path, X_OK))
		return false;
	*result = outcome(STATUS_SKIP, "%s is not in the guest", path);
	return true;
}

/*
 * Send a file under the name it has in TOOL_FOLDER, if there is one and it is not
 * empty. Returns its text, to be freed, or NULL.
 */
static char *send_file(struct guest *guest, const struct step *step,
		       const char *path, int *error)
{
	size_t length;
	char *text = read_file(path, &length, TOOL_BYTES_MAX);

	if (!text && errno != ENOENT)
		*error = -errno;
	if (text && length)
		emit_output(&guest->channel, step->name,
			    path + strlen(TOOL_FOLDER "/"), text, length);
	return text;
}

/* What the end of a tool means. */
static struct outcome judge(const struct tool *tool, int ret, int status,
			    const char *said)
{
	char text[64];

	if (ret == -ETIMEDOUT)
		return outcome(STATUS_ERROR, "%s was killed: it took more than %u seconds",
			       tool->name, tool->options->seconds);
	if (ret == -EBUSY)
		return outcome(STATUS_ERROR, "%s, or what it started, cannot be killed",
			       tool->name);
	if (ret)
		return outcome(STATUS_ERROR, "%s cannot be run: %s", tool->name,
			       describe(ret, text, sizeof(text)));
	if (WIFSIGNALED(status))
		return outcome(STATUS_ERROR, "%s was ended by signal %d (SIG%s)",
			       tool->name, WTERMSIG(status),
			       sigabbrev_np(WTERMSIG(status)));
	if (WEXITSTATUS(status))
		return outcome(STATUS_ERROR, "%s: exit status %d: %s",
			       tool->name, WEXITSTATUS(status),
			       said[0] ? said : "it said nothing");
	return outcome(STATUS_OK, "%s", "");
}

/* The command line: perf's, if it counts, then the tool's. */
static void command_line(const struct tool *tool, const char *events,
			 const char *argv[])
{
	const char *const perf[] = {
		PERF, "stat", "-a", "-x", ",", "-o", PERF_CSV, "-e", events,
		"--",
	};
	size_t count = 0;

	if (tool->options->perf)
		for (size_t i = 0; i < sizeof(perf) / sizeof(*perf); i++)
			argv[count++] = perf[i];
	for (size_t i = 0; tool->argv[i] && count < TOOL_WORDS; i++)
		argv[count++] = tool->argv[i];
	argv[count] = NULL;
}

struct outcome tool_run(struct guest *guest, const struct step *step,
			const struct tool *tool)
{
	char json[64], errors[64], unused[64], events[1024], said[256];
	const char *argv[TOOL_WORDS + 1];
	struct child child = {
		.argv = argv,
		.environment = tool->environment,
		.errors = errors,
		.seconds = tool->options->seconds,
	};
	struct outcome result;
	char *output, *complaints;
	int status = 0, ret, error = 0;

	if (tool_missing(tool->argv[0], &result) ||
	    (tool->options->perf && tool_missing(PERF, &result)))
		return result;
	snprintf(json, sizeof(json), TOOL_FOLDER "/%s.json", tool->name);
	snprintf(unused, sizeof(unused), TOOL_FOLDER "/%s.stdout", tool->name);
	snprintf(errors, sizeof(errors), TOOL_FOLDER "/%s.stderr",
		 tool->options->perf ? "perf" : tool->name);
	unlink(json);
	unlink(unused);
	unlink(errors);
	unlink(PERF_CSV);
	tool_events("/sys", events, sizeof(events));
	command_line(tool, events, argv);
	child.output = tool->is_printing ? json : unused;
	ret = child_run(&child, &status);
	output = send_file(guest, step, json, &error);
	complaints = send_file(guest, step, errors, &error);
	if (tool->options->perf)
		free(send_file(guest, step, PERF_CSV, &error));
	tool_complaint(output ? output : "", complaints ? complaints : "", said,
		       sizeof(said));
	result = judge(tool, ret, status, said);
	/* iperf3 exits with 0 after an error, if it prints JSON. */
	if (!result.status && tool_error(output ? output : "", said, sizeof(said)))
		result = outcome(STATUS_ERROR, "%s: %s", tool->name, said);
	free(output);
	free(complaints);
	if (ret == -EBUSY)
		snprintf(guest->broken, sizeof(guest->broken), "%s",
			 result.message);
	if (error && !result.status)
		return outcome(STATUS_ERROR, "what %s wrote cannot be read: %s",
			       tool->name, describe(error, said, sizeof(said)));
	return result;
}
