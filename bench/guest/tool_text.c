// SPDX-License-Identifier: GPL-2.0-only
/* What tools are asked, and what they say. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* Whether an event is to be had; a tracepoint has a folder, others need a PMU. */
static bool has_event(const char *sys, const char *event, bool is_hardware)
{
	char path[PATH_MAX];
	const char *colon = strchr(event, ':');

	if (colon)
		snprintf(path, sizeof(path), "%s/kernel/tracing/events/%.*s/%s",
			 sys, (int)(colon - event), event, colon + 1);
	else
		snprintf(path, sizeof(path), "%s/bus/event_source/devices/cpu",
			 sys);
	return (!colon && !is_hardware) || !access(path, F_OK);
}

void tool_events(const char *sys, char *list, size_t size)
{
	static const struct {
		const char *name;
		bool is_hardware;
	} events[] = {
		{ "dma:dma_map_page", false },
		{ "dma:dma_unmap_page", false },
		{ "dma:dma_map_sg", false },
		{ "dma:dma_unmap_sg", false },
		{ "dma:dma_sync_single_for_cpu", false },
		{ "dma:dma_sync_single_for_device", false },
		{ "swiotlb:swiotlb_bounced", false },
		{ "context-switches", false },
		{ "cpu-migrations", false },
		{ "page-faults", false },
		{ "task-clock", false },
		{ "cycles", true },
		{ "instructions", true },
		{ "cache-misses", true },
	};
	size_t used = 0;

	list[0] = '\0';
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (has_event(sys, events[i].name, events[i].is_hardware) &&
		    used < size)
			used += (size_t)snprintf(list + used, size - used,
						 "%s%s", used ? "," : "",
						 events[i].name);
}

/* The line that begins at @start, without the newline. */
static void take_line(const char *start, char *line, size_t size)
{
	snprintf(line, size, "%.*s", (int)strcspn(start, "\r\n"), start);
}

/* The last line before @end with something on it; empty if there is none. */
static void last_line(const char *text, const char *end, char *line,
		      size_t size)
{
	line[0] = '\0';
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t blank = strspn(text, " \t\r\n");

		stop = stop ? stop : end;
		if (text + blank < stop)
			take_line(text + blank, line, size);
		text = stop + 1;
	}
}

bool tool_error(const char *output, char *line, size_t size)
{
	static const char member[] = "\n\t\"error\":\t\"";
	const char *error = strstr(output, member);

	if (!error)
		return false;
	take_line(error + strlen(member), line, size);
	line[strcspn(line, "\"")] = '\0';
	return true;
}

void tool_complaint(const char *output, const char *errors, char *line,
		    size_t size)
{
	const char *json = output[0] == '{' ? output : strstr(output, "\n{");

	if (tool_error(output, line, size))
		return;
	last_line(output, json ? json : output + strlen(output), line, size);
	if (!line[0])
		last_line(errors, errors + strlen(errors), line, size);
}
