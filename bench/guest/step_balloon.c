// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory given to Xen and taken back: what comes back is scattered. And the
 * histogram of how RAM lies in machine memory now.
 */
#include <errno.h>
#include <stdio.h>
#include <time.h>

#include <dmabench.h>

#include "facts.h"
#include "steps.h"
#include "sys.h"

#define BALLOON "/sys/devices/system/xen_memory/xen_memory0/"
/* The balloon moves some MiB a second at worst. */
#define BALLOON_SECONDS 120

static int balloon_to(uint64_t kib)
{
	const struct timespec tick = { .tv_nsec = 100 * 1000 * 1000 };
	char text[32];
	uint64_t now;
	int ret;

	snprintf(text, sizeof(text), "%llu", (unsigned long long)kib);
	ret = write_file(BALLOON "target_kb", text);
	for (int i = 0; !ret && i < BALLOON_SECONDS * 10; i++) {
		ret = read_u64(BALLOON "info/current_kb", &now);
		if (ret || now == kib)
			return ret;
		nanosleep(&tick, NULL);
	}
	return ret ? ret : -ETIMEDOUT;
}

struct outcome step_balloon(struct guest *guest, const struct step *step)
{
	const uint64_t kib = 1024ull * step->mib;
	uint64_t before;
	char text[64];
	int ret, back;

	ret = read_u64(BALLOON "info/current_kb", &before);
	if (ret)
		return outcome(STATUS_SKIP, "no balloon: %s",
			       describe(ret, text, sizeof(text)));
	if (kib >= before)
		return outcome(STATUS_ERROR, "mib %u: allowed less than the %llu KiB there are",
			       step->mib, (unsigned long long)before);
	ret = balloon_to(before - kib);
	/* Whatever came of it: the steps behind this one have all of the memory. */
	back = balloon_to(before);
	ret = ret ? ret : back;
	if (ret)
		return outcome(STATUS_ERROR, "the balloon does not get there: %s",
			       describe(ret, text, sizeof(text)));
	emit_value_u64(&guest->channel, step->name, "ballooned", "MiB", step->mib);
	return step_p2m(guest, step);
}

struct outcome step_p2m(struct guest *guest, const struct step *step)
{
	struct dmabench_facts facts;
	char text[64], name[32];
	int ret = facts_read(&facts);

	if (ret)
		return outcome(STATUS_ERROR, "/dev/dmabench: %s",
			       describe(ret, text, sizeof(text)));
	emit_value_u64(&guest->channel, step->name, "contiguous_permille", "",
		       facts_contiguous_permille(&facts));
	for (unsigned int i = 0; i < DMABENCH_RUNS; i++) {
		if (!facts.p2m_runs[i])
			continue;
		snprintf(name, sizeof(name), "runs_%llu", 1ull << i);
		emit_value_u64(&guest->channel, step->name, name, "runs",
			       facts.p2m_runs[i]);
	}
	return outcome(STATUS_OK, "%s", "");
}
