// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a guest: runs one job, sends what it finds over the channel, and
 * powers off. The host watches the time; only what waits for a device or a tool has
 * a time-out of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts.h"
#include "setup.h"
#include "steps.h"
#include "sys.h"

#define JOB_PATH "/bouncemark/job"
#define JOB_BYTES_MAX (1024 * 1024)
#define CHANNEL_WORD "bouncemark.channel="

/* Mount what the guest reads. The optional ones are missed where they are used. */
static void mount_all(void)
{
	static const struct {
		const char *type, *path;
	} mounts[] = {
		{ "devtmpfs", "/dev" },
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "debugfs", "/sys/kernel/debug" },
		{ "tracefs", "/sys/kernel/tracing" },
		{ "tmpfs", "/run" },
	};

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		if (mkdir(mounts[i].path, 0755) < 0 && errno != EEXIST)
			log_line("mkdir %s: %s", mounts[i].path,
				 strerror(errno));
		if (mount(mounts[i].type, mounts[i].path, mounts[i].type,
			  MS_NOSUID | MS_NOEXEC, NULL) < 0 && errno != EBUSY)
			log_line("mount %s: %s", mounts[i].path,
				 strerror(errno));
	}
}

/* Make the console standard input, output and error. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		return;
	for (int target = 0; target < 3; target++)
		if (fd != target)
			dup2(fd, target);
	if (fd > 2)
		close(fd);
	setvbuf(stderr, NULL, _IOLBF, 1024);
}

/*
 * Give the kernel something to call entropy: the machine has no RDRAND, so that a
 * boot is the same each time, and the first who asks for a random number would keep
 * the CPU busy for two seconds until the kernel has made some. Nothing is secret here.
 */
static void seed_random(void)
{
	struct {
		struct rand_pool_info info;
		char seed[32];
	} entropy = {
		.info = { .entropy_count = 8 * sizeof(entropy.seed),
			  .buf_size = sizeof(entropy.seed) },
		.seed = "bouncemark",
	};
	int fd = open("/dev/random", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &entropy) < 0)
		log_line("/dev/random: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* The channel's path: the command line's, or the default. */
static void channel_path(const char *cmdline, char *path, size_t size)
{
	const char *word = strstr(cmdline, CHANNEL_WORD);
	size_t length;

	snprintf(path, size, "%s", CHANNEL_DEFAULT);
	if (!word || (word != cmdline && word[-1] != ' '))
		return;
	word += strlen(CHANNEL_WORD);
	length = strcspn(word, " ");
	if (length && length < size)
		snprintf(path, size, "%.*s", (int)length, word);
}

static int read_job(struct job *job, char *message, size_t size)
{
	size_t length;
	char *text = read_file(JOB_PATH, &length, JOB_BYTES_MAX);
	char error[64];

	if (!text) {
		snprintf(message, size, JOB_PATH ": %s",
			 describe(errno, error, sizeof(error)));
		return -EINVAL;
	}
	/* The job points into the text: it stays. */
	return job_parse(text, length, job, message, size);
}

/* What cannot be put in place is why no step can be run. */
static void set_up(struct guest *guest, const struct job *job)
{
	char what[JOB_WORD_MAX + 32], why[sizeof(what)], name[sizeof(what) + 8];

	if (!setup_begin(job, guest->address, what, why, sizeof(what)))
		return;
	snprintf(name, sizeof(name), "%s.error", what);
	emit_fact_string(&guest->channel, name, why);
	snprintf(guest->broken, sizeof(guest->broken), "%s: %s", what, why);
}

static void run_job(struct guest *guest, const struct job *job)
{
	char text[64];
	int ret;

	guest->job = job;
	set_up(guest, job);
	facts_symbols(&guest->channel, job);
	facts_modules(&guest->channel, job);
	facts_pools(&guest->channel, false);
	if (guest->address[0])
		facts_dma(&guest->channel);
	steps_run(guest, job);
	/* A driver with a request that hangs does not give its device up. */
	ret = guest->broken[0] ? 0 : bind_undo(guest);
	if (ret)
		emit_fact_string(&guest->channel, "unbind.error",
				 describe(ret, text, sizeof(text)));
	facts_pools(&guest->channel, true);
}

int main(void)
{
	static struct guest guest;
	static struct job job;
	char cmdline[4096], path[256], message[OUTCOME_MESSAGE];
	int ret;

	if (getpid() != 1) {
		fprintf(stderr, "init: not PID 1 of a guest: nothing is done\n");
		return 1;
	}
	mount_all();
	open_console();
	seed_random();
	ret = read_line("/proc/cmdline", cmdline, sizeof(cmdline));
	if (ret) {
		log_line("/proc/cmdline: %s", strerror(-ret));
		cmdline[0] = '\0';
	}
	channel_path(cmdline, path, sizeof(path));
	if (channel_open(&guest.channel, path)) {
		log_line("channel %s: %s", path,
			 strerror(-guest.channel.error));
		power_off();
	}
	ret = read_job(&job, message, sizeof(message));
	facts_hello(&guest.channel, job.cell, cmdline);
	if (ret) {
		log_line("job: %s", message);
		emit_fact_string(&guest.channel, "job.error", message);
	} else {
		run_job(&guest, &job);
	}
	emit_bye(&guest.channel);
	if (guest.channel.error)
		log_line("channel %s: %s", path,
			 strerror(-guest.channel.error));
	power_off();
}
