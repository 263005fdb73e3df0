// SPDX-License-Identifier: GPL-2.0-only
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What is killed and has not ended by then waits for the kernel, maybe forever. */
#ifndef KILL_SECONDS
#define KILL_SECONDS 10
#endif
#define KILL_POLL_MS 10

static int start(const struct child *child, pid_t *pid)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND;
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int ret;

	if (posix_spawn_file_actions_init(&files))
		return -ENOMEM;
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&files);
		return -ENOMEM;
	}
	ret = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	if (!ret)
		ret = posix_spawn_file_actions_addopen(&files, 0, "/dev/null",
						       O_RDONLY, 0);
	if (!ret)
		ret = posix_spawn_file_actions_addopen(&files, 1, child->output,
						       flags, 0644);
	if (!ret)
		ret = posix_spawn_file_actions_addopen(&files, 2, child->errors,
						       flags, 0644);
	if (!ret)
		ret = posix_spawn(pid, child->argv[0], &files, &attributes,
				  (char *const *)child->argv,
				  (char *const *)child->environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return -ret;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Wait for the end of a process, without looking at a clock until then. */
static bool ends_within(int pidfd, uint32_t seconds)
{
	struct pollfd end = { .fd = pidfd, .events = POLLIN };
	const int64_t until = now_ms() + (int64_t)seconds * 1000;

	for (int64_t rest; (rest = until - now_ms()) > 0;) {
		/* A timeout is an int; three weeks fit. */
		int limit = rest > INT32_MAX ? INT32_MAX : (int)rest;

		if (poll(&end, 1, limit) > 0)
			return true;
	}
	return false;
}

/*
 * Wait for all that is left of a group that was killed. PID 1 is the parent of
 * orphans; no descriptor tells of the end of one that is not known by number.
 */
static int reap_group(pid_t group)
{
	const struct timespec tick = { .tv_nsec = KILL_POLL_MS * 1000 * 1000 };
	const int64_t until = now_ms() + KILL_SECONDS * 1000;

	for (;;) {
		pid_t pid = waitpid(-group, NULL, WNOHANG);

		if (pid < 0 && errno != EINTR)
			return 0;
		if (pid)
			continue;
		if (now_ms() >= until)
			return -EBUSY;
		nanosleep(&tick, NULL);
	}
}

int child_run(const struct child *child, int *status)
{
	pid_t pid;
	int pidfd, ret = start(child, &pid);

	if (ret)
		return ret;
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0)
		ret = -errno;
	else if (!ends_within(pidfd, child->seconds))
		ret = -ETIMEDOUT;
	kill(-pid, SIGKILL);
	if (ret == -ETIMEDOUT && !ends_within(pidfd, KILL_SECONDS))
		ret = -EBUSY;
	if (pidfd >= 0)
		close(pidfd);
	if (ret == -EBUSY)
		return ret;
	while (waitpid(pid, status, 0) < 0 && errno == EINTR)
		;
	/* A member that is left uses the device yet, whatever the first one said. */
	return reap_group(pid) ? -EBUSY : ret;
}
