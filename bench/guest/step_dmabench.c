// SPDX-License-Identifier: GPL-2.0-only
/* A run of the dmabench module. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dmabench.h>

#include "steps.h"
#include "sys.h"

/* Series 0, series 1 and the probe. */
#define HISTS (DMABENCH_SERIES + 1)

_Static_assert(sizeof(struct dmabench_params) == 12 * 4 + 2 * 8,
	       "struct dmabench_params has no padding");
_Static_assert(sizeof(struct dmabench_series) == 6 * 8,
	       "struct dmabench_series has no padding");
_Static_assert(sizeof(struct dmabench_run) ==
	       sizeof(struct dmabench_params) +
	       HISTS * sizeof(struct dmabench_series) + 7 * 8 +
	       DMABENCH_MESSAGE, "struct dmabench_run has no padding");

/* What the two series of an operation are called. */
static const char *const series_names[DMABENCH_OPS][DMABENCH_SERIES] = {
	[DMABENCH_MAP_SINGLE] = { "map", "unmap" },
	[DMABENCH_MAP_PAGE] = { "map", "unmap" },
	[DMABENCH_MAP_SG] = { "map", "unmap" },
	[DMABENCH_SYNC] = { "sync_for_cpu", "sync_for_device" },
	[DMABENCH_COHERENT] = { "alloc", "free" },
	[DMABENCH_PAGES] = { "alloc", "free" },
};

static uint64_t hist_total(const uint64_t *hist)
{
	uint64_t total = 0;

	for (uint32_t bucket = 0; bucket < DMABENCH_BUCKETS; bucket++)
		total += hist[bucket];
	return total;
}

/* Send a series, unless its histogram has lost or invented an operation. */
static struct outcome send_series(struct guest *guest, const struct step *step,
				  const char *name,
				  const struct dmabench_series *series,
				  const uint64_t *hist)
{
	uint64_t total = hist_total(hist);

	if (total != series->count)
		return outcome(STATUS_ERROR,
			       "series %s: the histogram holds %llu of %llu operations",
			       name, (unsigned long long)total,
			       (unsigned long long)series->count);
	emit_series(&guest->channel, step->name, name, series, hist);
	return outcome(STATUS_OK, "%s", "");
}

static struct outcome send_results(struct guest *guest,
				   const struct step *step,
				   const struct dmabench_run *run,
				   uint64_t (*hists)[DMABENCH_BUCKETS])
{
	const char *const *names = series_names[step->dmabench.params.op];
	struct outcome result = outcome(STATUS_OK, "%s", "");

	for (int i = 0; i < DMABENCH_SERIES && !result.status; i++)
		result = send_series(guest, step, names[i], &run->series[i],
				     hists[i]);
	if (!result.status)
		result = send_series(guest, step, "probe", &run->probe,
				     hists[DMABENCH_SERIES]);
	if (!result.status)
		emit_counts(&guest->channel, step->name, run);
	return result;
}

/*
 * Whose matter an error is when none was expected: memory of the wanted kind is
 * a requirement, a bad parameter is the harness's mistake, all else the
 * subject's.
 */
static enum status error_status(int error)
{
	switch (error) {
	case ENODATA:
		return STATUS_SKIP;
	case EINVAL:
	case ENOMEM:
		return STATUS_ERROR;
	default:
		return STATUS_FAIL;
	}
}

/* Did the run end with the error number it should? */
static struct outcome judge_error(const struct dmabench_step *wanted,
				  int error, const char *message)
{
	char got[64], expected[64];

	describe(error, got, sizeof(got));
	if (!wanted->expect)
		return outcome(error_status(error), "%s: %s", got, message);
	if ((int)wanted->expect == error)
		return outcome(STATUS_OK, "%s: %s", got, message);
	describe((int)wanted->expect, expected, sizeof(expected));
	return outcome(STATUS_FAIL, "%s instead of the expected %s: %s",
		       error ? got : "success", expected, message);
}

struct outcome step_dmabench(struct guest *guest, const struct step *step)
{
	uint64_t (*hists)[DMABENCH_BUCKETS] = calloc(HISTS, sizeof(*hists));
	struct dmabench_run run = { .params = step->dmabench.params };
	struct outcome result;
	char text[64];
	int fd, error = 0;

	if (!hists)
		return outcome(STATUS_ERROR, "no memory for histograms");
	for (int i = 0; i < DMABENCH_SERIES; i++)
		run.series[i].hist = (uintptr_t)hists[i];
	run.probe.hist = (uintptr_t)hists[DMABENCH_SERIES];

	fd = open("/dev/dmabench", O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		result = outcome(STATUS_ERROR, "/dev/dmabench: %s",
				 describe(errno, text, sizeof(text)));
		goto out;
	}
	if (ioctl(fd, DMABENCH_RUN, &run) < 0)
		error = errno;
	close(fd);
	run.message[DMABENCH_MESSAGE - 1] = '\0';
	if (error || step->dmabench.expect)
		result = judge_error(&step->dmabench, error, run.message);
	else
		result = send_results(guest, step, &run, hists);
out:
	free(hists);
	return result;
}
