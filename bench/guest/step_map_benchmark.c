// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run of the kernel's own dma_map_benchmark on the bound function, to
 * compare its samples per second with those of dmabench. One sample is one
 * dma_map_single() and one dma_unmap_single(), as in dmabench's map_single.
 * The duration is that of its thread, from entry to return.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "map_benchmark.h"
#include "steps.h"
#include "sys.h"

#define DRIVER "dma_map_benchmark"
#define BENCHMARK_FILE "/sys/kernel/debug/dma_map_benchmark"

_Static_assert(sizeof(struct map_benchmark) == 4 * 8 + 7 * 4 + 76,
	       "struct map_benchmark has no padding");
_Static_assert(MAP_DATA_SUM_MAP == sizeof(struct map_benchmark) + 3 * 8,
	       "two pointers and an enum follow struct map_benchmark");

static void send_values(struct guest *guest, const char *step,
			const struct map_benchmark *run,
			const struct map_trace *trace)
{
	uint64_t us = trace->end_us - trace->begin_us;
	const struct {
		const char *name, *unit;
		uint64_t value;
	} values[] = {
		{ "loops", "1", trace->loops },
		{ "nsecs", "ns", us * 1000 },
		{ "samples_per_second", "1/s", trace->loops * 1000000 / us },
		{ "map_average", "100ns", run->avg_map_100ns },
		{ "map_stddev", "100ns", run->map_stddev },
		{ "unmap_average", "100ns", run->avg_unmap_100ns },
		{ "unmap_stddev", "100ns", run->unmap_stddev },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		emit_value_u64(&guest->channel, step, values[i].name,
			       values[i].unit, values[i].value);
}

/* The layout of the private structure is a guess until this says it fits. */
static bool fits(const struct map_benchmark *run, const struct map_trace *trace)
{
	return trace->loops &&
	       trace->sum_map / trace->loops == run->avg_map_100ns &&
	       trace->sum_unmap / trace->loops == run->avg_unmap_100ns;
}

static struct outcome run_benchmark(struct guest *guest,
				    const struct step *step)
{
	struct map_benchmark run = {
		.threads = 1,
		.seconds = step->map_benchmark.seconds,
		.node = -1,
		.dma_bits = step->map_benchmark.mask_bits,
		.dma_dir = step->map_benchmark.dir,
		.granule = step->map_benchmark.granule,
	};
	struct map_trace trace;
	char message[256], text[64];
	int fd, error = 0;

	if (map_trace_start(message, sizeof(message)))
		return outcome(STATUS_SKIP, "cannot count its loops: %s",
			       message);
	fd = open(BENCHMARK_FILE, O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, DMA_MAP_BENCHMARK, &run) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (map_trace_stop(&trace, message, sizeof(message)) && !error)
		return outcome(STATUS_ERROR, "cannot count its loops: %s",
			       message);
	if (error)
		return outcome(STATUS_FAIL, "%s: %s", BENCHMARK_FILE,
			       describe(error, text, sizeof(text)));
	if (!fits(&run, &trace))
		return outcome(STATUS_ERROR,
			       "its private structure is not the one of Linux 6.12");
	send_values(guest, step->name, &run, &trace);
	return outcome(STATUS_OK, "%s", "");
}

struct outcome step_map_benchmark(struct guest *guest, const struct step *step)
{
	struct outcome result;
	char text[64];
	int ret;

	if (!guest->address[0])
		return outcome(STATUS_ERROR, "the job names no device");
	ret = device_bind(PCI_ROOT, guest->address, DRIVER);
	if (ret == -ENOENT)
		return outcome(STATUS_SKIP,
			       "the kernel lacks CONFIG_DMA_MAP_BENCHMARK");
	if (ret)
		return outcome(STATUS_ERROR, "binding %s to " DRIVER ": %s",
			       guest->address,
			       describe(ret, text, sizeof(text)));
	result = run_benchmark(guest, step);
	ret = device_bind(PCI_ROOT, guest->address, "dmabench");
	if (ret)
		result = outcome(STATUS_ERROR,
				 "binding %s back to dmabench: %s",
				 guest->address,
				 describe(ret, text, sizeof(text)));
	return result;
}
