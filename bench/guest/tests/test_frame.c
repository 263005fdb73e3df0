// SPDX-License-Identifier: GPL-2.0-only
/* With a file's name it prints the file's checksum instead of testing. */
#include "frame.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "channel.h"
#include "sys.h"
#include "test.h"

static int print_checksum(const char *path)
{
	size_t length;
	char *bytes = read_file(path, &length, 16 * 1024 * 1024);
	size_t half;

	if (!bytes) {
		perror(path);
		return 1;
	}
	/* In two parts: the sum of the first goes into the second. */
	half = length / 2;
	printf("%08" PRIx32 "\n",
	       crc32_update(crc32_update(0, bytes, half), bytes + half,
			    length - half));
	free(bytes);
	return 0;
}

static void test_format(void)
{
	static char big[FRAME_PAYLOAD_MAX + 1];
	char frame[64 + FRAME_OVERHEAD];
	char *large = malloc(sizeof(big) + FRAME_OVERHEAD);
	size_t length;

	CHECK(crc32_update(0, "123456789", 9) == 0xcbf43926);
	length = frame_format(frame, 0, "{}", 2);
	frame[length] = '\0';
	CHECK_TEXT(frame, "BM1 0 2 f469527c {}\n");
	length = frame_format(frame, UINT64_MAX, "{}", 2);
	CHECK(!memcmp(frame, "BM1 18446744073709551615 2 ", 27));
	CHECK(length == 27 + 9 + 3 && frame[length - 1] == '\n');
	CHECK(frame_format(frame, 0, "", 0) == 0);

	CHECK(large);
	memset(big, 'x', sizeof(big));
	CHECK(frame_format(large, 1, big, sizeof(big)) == 0);
	length = frame_format(large, 1, big, sizeof(big) - 1);
	CHECK(length > FRAME_PAYLOAD_MAX && large[length - 1] == '\n');
	free(large);
}

/* A channel that failed once sends nothing more: no gap within the stream. */
static void test_errors(void)
{
	struct channel channel;
	struct json json = { 0 };

	CHECK(channel_open(&channel, "/nonexistent") == -ENOENT);
	CHECK(channel_open(&channel, "port:") == -EINVAL);
	CHECK(channel_open(&channel, "port:0") == -EINVAL);
	CHECK(channel_open(&channel, "port:10000") == -EINVAL);
	CHECK(channel_open(&channel, "port:e9 ") == -EINVAL);

	CHECK(channel_open(&channel, "/dev/full") == 0);
	json_bool(&json, true);
	channel_send(&channel, &json);
	CHECK(channel.error == -ENOSPC);
	CHECK(!json.text);
	close(channel.fd);

	CHECK(channel_open(&channel, "/dev/null") == 0);
	json.failed = true;
	channel_send(&channel, &json);
	CHECK(channel.error == -ENOMEM);
	json_bool(&json, true);
	channel_send(&channel, &json);
	CHECK(channel.error == -ENOMEM && channel.seq == 0);
	close(channel.fd);
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return print_checksum(argv[1]);
	test_format();
	test_errors();
	return 0;
}
