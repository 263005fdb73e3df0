// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often did the kernel's dma_map_benchmark map and unmap?
 *
 * Its ioctl returns means and standard deviations, not the count. The count is
 * in its private structure, whose address is the argument of its thread
 * function, map_benchmark_thread(). A kprobe on that function's entry gives
 * the begin, a kretprobe the end, and the kretprobe reads the structure there
 * ($argN in a return probe: Linux 6.9). Both fire once in a run, outside the
 * loop, so the loop that is counted runs as it does without them.
 *
 * The offsets are those of 6.12. The caller tests them: the sums read with the
 * count, divided by it, must be the very means that the ioctl returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "map_benchmark.h"
#include "sys.h"

#define TRACEFS "/sys/kernel/tracing/"
#define GROUP "bouncemark"
#define STRING(number) #number
#define AT(offset) "+" STRING(offset) "($arg1):u64"

#define BEGIN_PROBE "p:" GROUP "/map_begin map_benchmark_thread\n"
#define END_PROBE \
	"r:" GROUP "/map_end map_benchmark_thread loops=" AT(MAP_DATA_LOOPS) \
	" sum_map=" AT(MAP_DATA_SUM_MAP) \
	" sum_unmap=" AT(MAP_DATA_SUM_UNMAP) "\n"

/* "  12.345678: map_begin:": the time stamp stands before the name. */
static bool stamp_before(const char *text, const char *name, uint64_t *us)
{
	const char *p = name;
	unsigned long long seconds, micro;

	while (p > text && p[-1] != '\n')
		p--;
	for (; p < name; p++) {
		int used = 0;

		if (sscanf(p, " %llu.%6llu: %n", &seconds, &micro, &used) == 2 &&
		    used && p + used == name) {
			*us = seconds * 1000000 + micro;
			return true;
		}
	}
	return false;
}

bool map_trace_parse(const char *text, struct map_trace *trace)
{
	const char *begin = strstr(text, "map_begin: ");
	const char *end = strstr(text, "map_end: ");
	const char *loops;
	unsigned long long values[3];

	if (!begin || !end || end < begin ||
	    strstr(begin + 1, "map_begin: ") || strstr(end + 1, "map_end: "))
		return false;
	loops = strstr(end, " loops=");
	if (!loops || sscanf(loops, " loops=%llu sum_map=%llu sum_unmap=%llu",
			     &values[0], &values[1], &values[2]) != 3)
		return false;
	trace->loops = values[0];
	trace->sum_map = values[1];
	trace->sum_unmap = values[2];
	return stamp_before(text, begin, &trace->begin_us) &&
	       stamp_before(text, end, &trace->end_us) &&
	       trace->begin_us < trace->end_us;
}

static int append_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static void remove_probes(void)
{
	write_file(TRACEFS "events/" GROUP "/enable", "0");
	append_file(TRACEFS "kprobe_events", "-:" GROUP "/map_begin\n");
	append_file(TRACEFS "kprobe_events", "-:" GROUP "/map_end\n");
}

int map_trace_start(char *message, size_t size)
{
	static const struct {
		const char *path, *text;
		bool append;
	} writes[] = {
		{ TRACEFS "kprobe_events", BEGIN_PROBE, true },
		{ TRACEFS "kprobe_events", END_PROBE, true },
		{ TRACEFS "trace_clock", "mono", false },
		{ TRACEFS "trace", "\n", false },
		{ TRACEFS "events/" GROUP "/enable", "1", false },
		{ TRACEFS "tracing_on", "1", false },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		int ret = writes[i].append ?
			append_file(writes[i].path, writes[i].text) :
			write_file(writes[i].path, writes[i].text);

		if (!ret)
			continue;
		snprintf(message, size, "%s: %s", writes[i].path,
			 describe(ret, text, sizeof(text)));
		remove_probes();
		return ret;
	}
	return 0;
}

int map_trace_stop(struct map_trace *trace, char *message, size_t size)
{
	char *text, error[64];
	size_t length;
	int ret = 0;

	write_file(TRACEFS "tracing_on", "0");
	text = read_file(TRACEFS "trace", &length, 1024 * 1024);
	if (!text) {
		ret = -errno;
		snprintf(message, size, "%strace: %s", TRACEFS,
			 describe(ret, error, sizeof(error)));
	} else if (!map_trace_parse(text, trace)) {
		ret = -EBADMSG;
		snprintf(message, size,
			 "the probes did not see one thread begin and end");
	}
	free(text);
	remove_probes();
	return ret;
}
