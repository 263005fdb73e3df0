// SPDX-License-Identifier: GPL-2.0-only
/* The harness's own trials: guests that end as guests should not. */
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "frame.h"
#include "steps.h"
#include "sys.h"

/* The first half of a frame that would be valid. */
static void send_half_a_frame(struct channel *channel)
{
	static const char payload[] =
		"{\"type\":\"fact\",\"name\":\"selftest.torn\",\"value\":true}";
	char frame[sizeof(payload) + FRAME_OVERHEAD];
	size_t length = frame_format(frame, channel->seq, payload,
				     strlen(payload));

	channel_bytes(channel, frame, length / 2);
}

__attribute__((noreturn)) static void wait_forever(void)
{
	for (;;)
		pause();
}

static void send_garbage(struct channel *channel)
{
	static const char junk[] =
		"\x00\xff\x7f\r\n\x80junk BM1 0 2 00000000 {}\n";

	channel_bytes(channel, junk, sizeof(junk) - 1);
}

struct outcome step_selftest(struct guest *guest, const struct step *step)
{
	volatile unsigned long spins = 0;
	char text[64];
	int ret;

	switch ((enum selftest)step->selftest) {
	case SELFTEST_OK:
		return outcome(STATUS_OK, "asked to end as ok");
	case SELFTEST_FAIL:
		return outcome(STATUS_FAIL, "asked to end as fail");
	case SELFTEST_ERROR:
		return outcome(STATUS_ERROR, "asked to end as error");
	case SELFTEST_SKIP:
		return outcome(STATUS_SKIP, "asked to end as skip");
	case SELFTEST_PANIC:
		ret = write_file("/proc/sysrq-trigger", "c");
		return outcome(STATUS_ERROR, "no panic: %s",
			       describe(ret, text, sizeof(text)));
	case SELFTEST_HANG:
		wait_forever();
	case SELFTEST_SPIN:
		for (;;)
			spins++;
	case SELFTEST_EXIT:
		exit(0);
	case SELFTEST_POWEROFF:
		power_off();
	case SELFTEST_REBOOT:
		sync();
		reboot(RB_AUTOBOOT);
		return outcome(STATUS_ERROR, "no reboot");
	case SELFTEST_GARBAGE:
		send_garbage(&guest->channel);
		return outcome(STATUS_OK, "junk was sent");
	case SELFTEST_TRUNCATE:
		send_half_a_frame(&guest->channel);
		power_off();
	case SELFTEST_SILENT:
		send_half_a_frame(&guest->channel);
		wait_forever();
	case SELFTESTS:
		break;
	}
	return outcome(STATUS_ERROR, "unknown selftest %u", step->selftest);
}
