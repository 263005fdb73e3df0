// SPDX-License-Identifier: GPL-2.0-only
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

#include "frame.h"
#include "words.h"

static int port_open(struct channel *channel, const char *digits)
{
	uint64_t port = 0;

	if (!parse_hex(digits, UINT16_MAX, &port) || !port)
		return -EINVAL;
	if (ioperm(port, 1, 1) < 0)
		return -errno;
	if (inb((uint16_t)port) != CHANNEL_PORT_ID)
		return -ENODEV;
	channel->port = (uint16_t)port;
	return ioperm(port, 1, 0) < 0 ? -errno : 0;
}

/*
 * The permission is held no longer than it is needed: with it the kernel has
 * work to do whenever it switches to this task.
 */
static int port_bytes(const struct channel *channel, const void *bytes,
		      size_t length)
{
	if (ioperm(channel->port, 1, 1) < 0)
		return -errno;
	outsb(channel->port, bytes, length);
	return ioperm(channel->port, 1, 0) < 0 ? -errno : 0;
}

int channel_open(struct channel *channel, const char *path)
{
	struct termios line;

	*channel = (struct channel){ .fd = -1 };
	if (!strncmp(path, CHANNEL_PORT, strlen(CHANNEL_PORT))) {
		channel->error = port_open(channel,
					   path + strlen(CHANNEL_PORT));
		return channel->error;
	}
	channel->fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (channel->fd < 0) {
		channel->error = -errno;
		return channel->error;
	}
	channel->tty = isatty(channel->fd);
	if (!channel->tty)
		return 0;
	if (tcgetattr(channel->fd, &line) < 0)
		goto fail;
	cfmakeraw(&line);
	line.c_cflag |= CLOCAL;
	line.c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL);
	if (cfsetspeed(&line, B115200) < 0 ||
	    tcsetattr(channel->fd, TCSANOW, &line) < 0)
		goto fail;
	return 0;
fail:
	channel->error = -errno;
	close(channel->fd);
	channel->fd = -1;
	return channel->error;
}

void channel_drain(struct channel *channel)
{
	if (channel->error || !channel->tty)
		return;
	while (tcdrain(channel->fd) < 0) {
		if (errno == EINTR)
			continue;
		channel->error = -errno;
		return;
	}
}

void channel_bytes(struct channel *channel, const void *bytes, size_t length)
{
	const char *p = bytes;

	if (channel->port && !channel->error) {
		channel->error = port_bytes(channel, bytes, length);
		return;
	}
	while (length && !channel->error) {
		ssize_t written = write(channel->fd, p, length);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0) {
			channel->error = written < 0 ? -errno : -EIO;
			return;
		}
		p += written;
		length -= (size_t)written;
	}
	channel_drain(channel);
}

void channel_send(struct channel *channel, struct json *payload)
{
	char *frame;
	size_t length;

	if (channel->error)
		goto out;
	if (payload->failed) {
		channel->error = -ENOMEM;
		goto out;
	}
	frame = malloc(payload->length + FRAME_OVERHEAD);
	if (!frame) {
		channel->error = -ENOMEM;
		goto out;
	}
	length = frame_format(frame, channel->seq, payload->text,
			      payload->length);
	if (length)
		channel_bytes(channel, frame, length);
	else
		channel->error = -EMSGSIZE;
	channel->seq++;
	free(frame);
out:
	json_free(payload);
}
