// SPDX-License-Identifier: GPL-2.0-only
/* A run of fio on a disk, or on a file system that is made on it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "block.h"
#include "child.h"
#include "sys.h"
#include "tool.h"

#define FIO		"/usr/bin/fio"
#define JOBS		"/lib/bouncemark/jobs"
#define MKFS_XFS_PATH	"/usr/sbin/mkfs.xfs"
#define MKFS_LOG	TOOL_FOLDER "/mkfs.log"
/* What a fio job says of data that is not as it was written. */
#define VERIFY_FAILED	"err=84/"

/* In the order of enum fio_word. */
static const char *const names[FIO_WORDS] = {
	"DEVICE", "RW", "BS", "IOS", "DEPTH", "DIRECT", "SIZE", "NUMJOBS",
	"IOENGINE", "SEED",
};

static struct outcome pin(const struct step *step, const char *disk)
{
	const char *file;
	char text[64];
	int ret = block_pin(BLOCK_ROOT, disk, step->fio.max_sectors_kb, &file);

	if (!ret)
		return outcome(STATUS_OK, "%s", "");
	return outcome(STATUS_ERROR, "%s: queue/%s cannot be pinned: %s", disk,
		       file, describe(ret, text, sizeof(text)));
}

static struct outcome send_queue(struct guest *guest, const struct step *step,
				 const char *disk)
{
	char scheduler[32], text[64];
	int ret = block_scheduler(BLOCK_ROOT, disk, scheduler,
				  sizeof(scheduler));
	int queues = block_queues(BLOCK_ROOT, disk);

	if (ret || queues < 0)
		return outcome(STATUS_ERROR, "the queue of %s cannot be read: %s",
			       disk, describe(ret ? ret : queues, text,
					      sizeof(text)));
	emit_value_string(&guest->channel, step->name, "block.scheduler",
			  scheduler);
	emit_value_u64(&guest->channel, step->name, "block.hw_queues",
		       "queues", (uint64_t)queues);
	for (const struct block_value *value = BLOCK_VALUES; value->name;
	     value++) {
		uint64_t number;

		/* Not every kernel and disk has all of them. */
		if (!block_read(BLOCK_ROOT, disk, value, &number))
			emit_value_u64(&guest->channel, step->name,
				       value->name, value->unit, number);
	}
	return outcome(STATUS_OK, "%s", "");
}

/* An XFS file system on @device, mounted. */
static struct outcome make_xfs(struct guest *guest, const struct fio_step *fio,
			       const char *device)
{
	const char *argv[] = { MKFS_XFS_PATH, "-f", "-q", device, NULL };
	const char *environment[] = { NULL };
	const struct child child = {
		.argv = argv,
		.environment = environment,
		.output = MKFS_LOG,
		.errors = MKFS_LOG,
		.seconds = fio->options.seconds,
	};
	char text[64], said[256], *log;
	struct outcome missing;
	size_t length;
	int ret, status = 0;

	if (tool_missing(MKFS_XFS_PATH, &missing))
		return missing;
	unlink(MKFS_LOG);
	ret = child_run(&child, &status);
	log = read_file(MKFS_LOG, &length, TOOL_BYTES_MAX);
	tool_complaint("", log ? log : "", said, sizeof(said));
	free(log);
	/* As of fio itself: the disk is in use, and stays so. */
	if (ret == -EBUSY)
		snprintf(guest->broken, sizeof(guest->broken),
			 "mkfs.xfs %s cannot be killed", device);
	if (ret)
		return outcome(STATUS_ERROR, "mkfs.xfs %s: %s", device,
			       describe(ret, text, sizeof(text)));
	if (status)
		return outcome(STATUS_ERROR, "mkfs.xfs %s failed: %s", device,
			       said);
	if ((mkdir(fio->mount, 0755) < 0 && errno != EEXIST) ||
	    mount(device, fio->mount, "xfs", 0, NULL) < 0)
		return outcome(STATUS_ERROR, "%s cannot be mounted on %s: %s",
			       device, fio->mount,
			       describe(errno, text, sizeof(text)));
	return outcome(STATUS_OK, "%s", "");
}

struct outcome fio_prepare(struct guest *guest, const struct step *step)
{
	const char *device = step->fio.words[FIO_DEVICE];
	char disk[BLOCK_NAME_MAX];
	struct outcome result;

	if (tool_missing(FIO, &result))
		return result;
	if (block_name(device, disk))
		return outcome(STATUS_ERROR, "%s is not the name of a disk",
			       device);
	if (!block_wait(BLOCK_ROOT, device))
		return outcome(STATUS_SKIP, "there is no disk %s", device);
	result = pin(step, disk);
	if (!result.status)
		result = send_queue(guest, step, disk);
	if (!result.status && step->fio.mkfs == MKFS_XFS)
		result = make_xfs(guest, &step->fio, device);
	return result;
}

struct outcome fio_finish(const struct guest *guest, const struct step *step,
			  bool has_failed)
{
	const int flags = has_failed ? MNT_DETACH : 0;
	char text[64];

	/* Who cannot be killed waits for a device for which umount() would, too. */
	if (step->fio.mkfs != MKFS_XFS || guest->broken[0])
		return outcome(STATUS_OK, "%s", "");
	if (umount2(step->fio.mount, flags) < 0)
		return outcome(STATUS_ERROR, "%s cannot be unmounted: %s",
			       step->fio.mount,
			       describe(errno, text, sizeof(text)));
	return outcome(STATUS_OK, "%s", "");
}

/* The job's environment: what the step gives, and where to put what is temporary. */
struct environment {
	char variables[FIO_WORDS][2 * JOB_WORD_MAX];
	const char *list[FIO_WORDS + 2];
};

static void make_environment(const struct fio_step *fio,
			     struct environment *environment)
{
	size_t count = 0;

	for (size_t i = 0; i < FIO_WORDS; i++) {
		char *variable = environment->variables[count];

		if (!fio->words[i])
			continue;
		if (i == FIO_DEVICE && fio->mkfs == MKFS_XFS)
			snprintf(variable, sizeof(*environment->variables),
				 "%s=%s/data", names[i], fio->mount);
		else
			snprintf(variable, sizeof(*environment->variables),
				 "%s=%s", names[i], fio->words[i]);
		environment->list[count++] = variable;
	}
	environment->list[count++] = "TMPDIR=" TOOL_FOLDER;
	environment->list[count] = NULL;
}

struct outcome step_fio(struct guest *guest, const struct step *step)
{
	char path[JOB_WORD_MAX + 64];
	struct environment environment;
	const char *argv[] = {
		FIO, "--output-format=json",
		"--output=" TOOL_FOLDER "/fio.json", path, NULL
	};
	const struct tool tool = {
		.name = "fio",
		.argv = argv,
		.environment = environment.list,
		.options = &step->fio.options,
	};
	struct outcome result;

	make_environment(&step->fio, &environment);
	snprintf(path, sizeof(path), JOBS "/%s", step->fio.job);
	if (access(path, R_OK) < 0)
		return outcome(STATUS_ERROR, "there is no job file %s", path);
	result = tool_run(guest, step, &tool);
	if (result.status == STATUS_ERROR &&
	    strstr(result.message, VERIFY_FAILED))
		return outcome(STATUS_FAIL, "data was not what was written: %.400s",
			       result.message);
	return result;
}
