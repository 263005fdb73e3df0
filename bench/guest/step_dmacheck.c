// SPDX-License-Identifier: GPL-2.0-only
/* A run of the dmacheck module. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dmacheck.h>

#include "steps.h"
#include "sys.h"

_Static_assert(sizeof(struct dmacheck_run) ==
	       16 * 4 + 6 * 8 + DMACHECK_PATH + DMACHECK_MESSAGE,
	       "struct dmacheck_run has no padding");

/* Whose matter an error is. */
static enum status error_status(int error)
{
	switch (error) {
	case EBADMSG:
		return STATUS_FAIL;
	case ENODATA:
	case ENODEV:
		return STATUS_SKIP;
	default:
		return STATUS_ERROR;
	}
}

static void send_counts(struct guest *guest, const struct step *step,
			const struct dmacheck_run *run)
{
	const struct {
		const char *name, *unit;
		uint64_t value;
	} rows[] = {
		{ "mapped", "mappings", run->mapped },
		{ "bounced", "mappings", run->bounced },
		{ "refused", "mappings", run->refused },
		{ "compared", "bytes", run->bytes },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		emit_value_u64(&guest->channel, step->name, rows[i].name,
			       rows[i].unit, rows[i].value);
}

struct outcome step_dmacheck(struct guest *guest, const struct step *step)
{
	struct dmacheck_run run = step->dmacheck;
	int fd, error = 0;
	char text[64];

	fd = open("/dev/dmacheck", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return outcome(STATUS_ERROR, "/dev/dmacheck: %s",
			       describe(errno, text, sizeof(text)));
	if (ioctl(fd, DMACHECK_RUN, &run) < 0)
		error = errno;
	close(fd);
	run.message[DMACHECK_MESSAGE - 1] = '\0';
	if (!error && !run.mapped)
		return outcome(STATUS_ERROR, "nothing was checked");
	if (!error) {
		send_counts(guest, step, &run);
		return outcome(STATUS_OK, "%s", "");
	}
	if (!run.message[0])
		return outcome(error_status(error), "%s",
			       describe(error, text, sizeof(text)));
	return outcome(error_status(error), "%s", run.message);
}
