// SPDX-License-Identifier: GPL-2.0-only
/*
 * One run: get the memory, go round the loop, give all back.
 */

#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "dmabench_job.h"

#define HIST_BYTES	(DMABENCH_BUCKETS * sizeof(u64))

static int publish_series(struct dmabench_series *series,
			  const struct dmabench_sample *sample)
{
	void __user *hist = u64_to_user_ptr(series->hist);

	series->count = sample->count;
	series->failed = sample->failed;
	series->min = sample->count ? sample->min : 0;
	series->max = sample->max;
	series->sum = sample->sum;
	if (series->hist && copy_to_user(hist, sample->hist, HIST_BYTES))
		return -EFAULT;
	return 0;
}

static int publish(const struct dmabench_job *job, struct dmabench_run *run)
{
	const u64 (*tally)[2] = job->tally;
	unsigned int i;
	int ret;

	for (i = 0; i < DMABENCH_REASONS; i++)
		run->mapped += tally[i][0] + tally[i][1];
	run->bounced_forced = tally[DMABENCH_FORCED][1];
	run->bounced_mask = tally[DMABENCH_MASK][1];
	run->bounced_contiguity = tally[DMABENCH_CONTIGUITY][1];
	run->bounced_unexplained = tally[DMABENCH_NONE][1];
	run->missed = run->mapped - tally[DMABENCH_NONE][0] -
		      run->bounced_forced - run->bounced_mask -
		      run->bounced_contiguity - run->bounced_unexplained;

	for (i = 0; i < DMABENCH_SERIES; i++) {
		ret = publish_series(&run->series[i], &job->samples[i]);
		if (ret)
			return dmabench_fail(run, ret, "series[%u].hist: cannot be written",
					     i);
	}
	ret = publish_series(&run->probe, &job->samples[DMABENCH_SERIES]);
	if (ret)
		return dmabench_fail(run, ret, "probe.hist: cannot be written");
	return 0;
}

/* Memory that an operation allocates itself is of the wanted place, too. */
static int loop(struct dmabench_job *job, struct dmabench_run *run)
{
	const struct dmabench_params *p = job->p;
	struct dmabench_search search;
	int ret;

	if (!dmabench_allocates(p->op) || p->place == DMABENCH_PLACE_ANY)
		return dmabench_loop(job, run);
	ret = dmabench_place_begin(&search, job->dev, run);
	if (!ret)
		ret = dmabench_loop(job, run);
	dmabench_place_end(&search);
	if (!ret && job->misplaced)
		return dmabench_fail(run, -ENODATA,
				     "place %u: %u allocations were of other memory",
				     p->place, job->misplaced);
	return ret;
}

static int run_job(struct dmabench_job *job, struct dmabench_run *run)
{
	const struct dmabench_params *p = job->p;
	int ret;

	if (!dmabench_allocates(p->op)) {
		ret = dmabench_buffers_get(&job->buffers, job->dev, run);
		if (ret)
			return ret;
	}
	job->depth = p->depth;
	job->ring = kvcalloc(job->depth, sizeof(*job->ring), GFP_KERNEL);
	if (!job->ring)
		return dmabench_fail(run, -ENOMEM, "depth %u: memory for its list",
				     p->depth);
	ret = loop(job, run);
	if (ret)
		return ret;
	return publish(job, run);
}

static void job_free(struct dmabench_job *job)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(job->samples); i++)
		vfree(job->samples[i].hist);
	kvfree(job->ring);
	dmabench_buffers_put(&job->buffers);
	kfree(job);
}

static struct dmabench_job *job_new(struct device *dev,
				    const struct dmabench_params *p)
{
	struct dmabench_job *job = kzalloc(sizeof(*job), GFP_KERNEL);
	unsigned int i;

	if (!job)
		return NULL;
	job->dev = dev;
	job->p = p;
	for (i = 0; i < ARRAY_SIZE(job->samples); i++) {
		struct dmabench_sample *sample = &job->samples[i];

		sample->min = U64_MAX;
		sample->hist = vzalloc(HIST_BYTES);
		if (!sample->hist) {
			job_free(job);
			return NULL;
		}
	}
	return job;
}

/**
 * dmabench_run() - do one run
 * @dev: device, with the DMA mask of the run
 * @run: checked parameters in, results out, message out on error
 *
 * Nothing is left mapped or allocated, whatever is returned.
 *
 * Return: 0; -ENOMEM, -ENODATA: no memory, none of the wanted kind; -EIO: none
 * of the mappings that sync needs could be made; -EINTR: a fatal signal;
 * -EFAULT: a histogram cannot be written.
 */
int dmabench_run(struct device *dev, struct dmabench_run *run)
{
	struct dmabench_job *job = job_new(dev, &run->params);
	int ret;

	if (!job)
		return dmabench_fail(run, -ENOMEM, "memory for the histograms");
	ret = run_job(job, run);
	job_free(job);
	return ret;
}
