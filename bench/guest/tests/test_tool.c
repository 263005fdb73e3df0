// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that are run, and what they say. With the word "held" it is such a
 * program: it leaves a process behind that is killed and cannot be waited for.
 */
#include "tool.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "child.h"
#include "tree.h"

/* Run a shell command, output to out and errors to err in the tree. */
static int run(const char *command, uint32_t seconds, int *status)
{
	char out[PATH_MAX], err[PATH_MAX];
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const char *const environment[] = { "A=1 2", "PATH=/usr/bin:/bin", NULL };
	const struct child child = {
		.argv = argv,
		.environment = environment,
		.output = out,
		.errors = err,
		.seconds = seconds,
	};

	snprintf(out, sizeof(out), "%s/out", root);
	snprintf(err, sizeof(err), "%s/err", root);
	unlink(out);
	unlink(err);
	return child_run(&child, status);
}

static void test_child(void)
{
	static const char *const nothing[] = { "/nonexistent", NULL };
	static const char *const empty[] = { NULL };
	const struct child missing = {
		.argv = nothing, .environment = empty,
		.output = "/dev/null", .errors = "/dev/null", .seconds = 1,
	};
	const struct child unwritable = {
		.argv = nothing, .environment = empty,
		.output = "/nonexistent/a", .errors = "/dev/null", .seconds = 1,
	};
	int status;

	CHECK(!run("echo \"$A\"; echo b >&2; read x || exit 7", 60, &status));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	check_file("out", "1 2");
	check_file("err", "b");
	CHECK(!run("kill -ABRT $$", 60, &status));
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	CHECK(child_run(&missing, &status) == -ENOENT);
	CHECK(child_run(&unwritable, &status) == -ENOENT);
}

/* What takes too long is killed, with what it has started; nobody is left. */
static void test_deadline(void)
{
	int status = 0;

	CHECK(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK(run("sleep 600 & trap '' TERM; sleep 600", 1, &status) == -ETIMEDOUT);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	CHECK(!run("sleep 600 & exit 0", 60, &status) && !status);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	CHECK(run("exit 0", 0, &status) == -ETIMEDOUT);
}

/* Fork, and have the parent wait until the child has said that it is ready. */
static pid_t fork_ready(void (*child)(int ready, pid_t other), pid_t other)
{
	int ready[2];
	pid_t pid;
	char byte;

	CHECK(!pipe(ready));
	pid = fork();
	CHECK(pid >= 0);
	if (!pid)
		child(ready[1], other);
	close(ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1);
	close(ready[0]);
	return pid;
}

static void say_ready(int ready)
{
	CHECK(write(ready, "", 1) == 1);
	for (;;)
		pause();
}

static void be_member(int ready, pid_t other)
{
	(void)other;
	/* Fails where everybody may do so anyway. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
	say_ready(ready);
}

/* The dead whom another one traces are not their parent's before that has looked. */
static void be_tracer(int ready, pid_t other)
{
	CHECK(!setpgid(0, 0));
	CHECK(!ptrace(PTRACE_SEIZE, other, 0, 0));
	printf("%d\n", (int)getpid());
	fflush(stdout);
	say_ready(ready);
}

static int held(void)
{
	fork_ready(be_tracer, fork_ready(be_member, 0));
	return 0;
}

/* What is left of a group after its first member's end is not waited for for ever. */
static void test_held(void)
{
	char command[PATH_MAX];
	uint64_t tracer;
	int status;

	CHECK(snprintf(command, sizeof(command), "exec /proc/%d/exe held",
		       (int)getpid()) > 0);
	CHECK(run(command, 60, &status) == -EBUSY && !status);
	CHECK(!read_u64(in_tree("out"), &tracer));
	CHECK(!kill((pid_t)tracer, SIGKILL));
	while (waitpid(-1, NULL, 0) > 0)
		;
	CHECK(errno == ECHILD);
}

static void check_complaint(const char *output, const char *errors,
			    const char *wanted)
{
	char line[24];

	tool_complaint(output, errors, line, sizeof(line));
	CHECK_TEXT(line, wanted);
}

static void test_complaint(void)
{
	char line[16];

	check_complaint("", "", "");
	check_complaint("", "\n \n", "");
	check_complaint("", "a\n  b c \n\n \t\n", "b c ");
	check_complaint("", "without an end", "without an end");
	/* fio's comes before the results, or in their place. */
	check_complaint("one\nfio: err=84\n{\n \"x\": 1\n}\n", "noise\n", "fio: err=84");
	check_complaint("fio: failed\n\n", "noise\n", "fio: failed");
	check_complaint("{\n \"x\": 1\n}\n", "said\n", "said");
	/* iperf3's is among them. */
	check_complaint("{\n\t\"end\":\t{\n\t},\n\t\"error\":\t\"no: route\"\n}\n",
			"noise\n", "no: route");
	check_complaint("", "0123456789012345678901234567890\n",
			"01234567890123456789012");
	CHECK(!tool_error("{\n\t\"end\":\t{\n\t\t\"error\":\t\"a\"\n\t}\n}\n",
			  line, sizeof(line)));
	CHECK(!tool_error("{\n  \"error\" : 84,\n}\n", line, sizeof(line)));
	/* Cut off in the middle of it. */
	CHECK(tool_error("{\n\t\"error\":\t\"unab", line, sizeof(line)));
	CHECK_TEXT(line, "unab");
}

static void test_events(void)
{
	char list[1024], few[8];

	tool_events(root, list, sizeof(list));
	CHECK_TEXT(list, "context-switches,cpu-migrations,page-faults,task-clock");
	make_file("kernel/tracing/events/dma/dma_map_sg/id", "1\n");
	make_file("kernel/tracing/events/swiotlb/swiotlb_bounced/id", "2\n");
	make_file("bus/event_source/devices/cpu/type", "4\n");
	tool_events(root, list, sizeof(list));
	CHECK_TEXT(list, "dma:dma_map_sg,swiotlb:swiotlb_bounced,context-switches,"
			 "cpu-migrations,page-faults,task-clock,cycles,"
			 "instructions,cache-misses");
	tool_events(root, few, sizeof(few));
	CHECK_TEXT(few, "dma:dma");
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "held"))
		return held();
	make_tree();
	test_child();
	test_deadline();
	test_held();
	test_complaint();
	test_events();
	return 0;
}
