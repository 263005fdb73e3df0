// SPDX-License-Identifier: GPL-2.0-only
#include "steps.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

#include <bouncemark_marks.h>

#include "scope.h"
#include "sys.h"

struct outcome outcome(enum status status, const char *format, ...)
{
	struct outcome result = { .status = status };
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(result.message, sizeof(result.message), format, arguments);
	va_end(arguments);
	return result;
}

static struct outcome run_step(struct guest *guest, const struct step *step)
{
	static struct outcome (*const run[STEP_KINDS])(struct guest *guest,
						       const struct step *) = {
		[STEP_DMABENCH] = step_dmabench,
		[STEP_MAP_BENCHMARK] = step_map_benchmark,
		[STEP_READ] = step_read,
		[STEP_SELFTEST] = step_selftest,
		[STEP_DMACHECK] = step_dmacheck,
		[STEP_RELOAD] = step_reload,
		[STEP_BALLOON] = step_balloon,
		[STEP_P2M] = step_p2m,
		[STEP_FIO] = step_fio,
		[STEP_IPERF3] = step_iperf3,
		[STEP_BIND] = step_bind,
	};

	if (guest->broken[0])
		return outcome(STATUS_ERROR, "%s", guest->broken);
	return run[step->kind](guest, step);
}

/* Run a step with marks around it: its own windows count, or all of it. */
static struct outcome run_marked(struct guest *guest, const struct step *step)
{
	struct outcome result;

	if (step->kind == STEP_DMABENCH)
		bouncemark_mark(MARK_STEP_WINDOWS);
	else
		bouncemark_mark(MARK_STEP_WHOLE);
	result = run_step(guest, step);
	bouncemark_mark_end();
	return result;
}

/*
 * Run a step in a window of dmascope if it wants one. Outside of the marks: what
 * opens and closes it is not the step's.
 */
static struct outcome run_scoped(struct guest *guest, const struct step *step)
{
	char device[SCOPE_DEVICE_MAX], why[OUTCOME_MESSAGE], text[64];
	struct outcome result;
	int ret;

	if (!step->scope || guest->broken[0])
		return run_marked(guest, step);
	ret = scope_target(guest, step, device, sizeof(device));
	if (ret)
		return outcome(STATUS_ERROR, "scope: no device: %s",
			       describe(ret, text, sizeof(text)));
	if (scope_begin(guest, device, why, sizeof(why)))
		return outcome(STATUS_ERROR, "scope: %s", why);
	result = run_marked(guest, step);
	if (scope_end(guest, step->name, why, sizeof(why)) && !result.status)
		return outcome(STATUS_ERROR, "scope: %s", why);
	return result;
}

/* What a step needs is put in place, and taken away, outside of its windows. */
static struct outcome run_whole(struct guest *guest, const struct step *step)
{
	struct outcome result = outcome(STATUS_OK, "%s", ""), after = result;

	if (guest->broken[0])
		return run_step(guest, step);
	if (step->kind == STEP_FIO)
		result = fio_prepare(guest, step);
	if (step->kind == STEP_IPERF3)
		result = iperf3_prepare(guest, step);
	if (result.status)
		return result;
	/*
	 * No byte may be on its way when a measurement begins: its
	 * transmitter's interrupt would fall into it. The channel is
	 * drained by every frame; standard error is the console.
	 */
	tcdrain(STDERR_FILENO);
	result = run_scoped(guest, step);
	if (step->kind == STEP_FIO)
		after = fio_finish(guest, step, result.status != STATUS_OK);
	return after.status && !result.status ? after : result;
}

void steps_run(struct guest *guest, const struct job *job)
{
	for (size_t i = 0; i < job->step_count; i++) {
		const struct step *step = &job->steps[i];
		struct outcome result;

		log_line("step %zu/%zu %s %s", i + 1, job->step_count,
			 STEP_KIND_NAMES[step->kind], step->name);
		emit_begin(&guest->channel, step->name,
			   STEP_KIND_NAMES[step->kind]);
		result = run_whole(guest, step);
		emit_end(&guest->channel, step->name, result.status,
			 result.message);
		if (guest->channel.error)
			return;
	}
}

struct outcome step_read(struct guest *guest, const struct step *step)
{
	char line[4096], text[64];
	int ret = read_line(step->path, line, sizeof(line));

	if (ret == -EBADMSG)
		return outcome(STATUS_ERROR, "%s: has more than one line",
			       step->path);
	if (ret)
		return outcome(STATUS_ERROR, "%s: %s", step->path,
			       describe(ret, text, sizeof(text)));
	emit_value_string(&guest->channel, step->name, step->path, line);
	return outcome(STATUS_OK, "%s", "");
}

void power_off(void)
{
	/*
	 * Before it powers off Xen reads the time of day, for which it asks the
	 * RTC until the second is over: a third of all instructions of a boot.
	 * It does not before it reboots, and QEMU ends then, too.
	 */
	bool is_domain = access("/sys/devices/system/xen_memory", F_OK) == 0;

	/* No sync(): the disks are gone after the boot, and one of them may hang. */
	if (reboot(is_domain ? RB_AUTOBOOT : RB_POWER_OFF) < 0)
		log_line("power off failed");
	/* PID 1 must not return: wait for the host to end it. */
	for (;;)
		pause();
}
