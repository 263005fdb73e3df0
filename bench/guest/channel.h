/* SPDX-License-Identifier: GPL-2.0-only */
/* The results channel: frames out, nothing in, no DMA. */
#ifndef BOUNCEMARK_CHANNEL_H
#define BOUNCEMARK_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "json.h"

/** CHANNEL_DEFAULT - where frames go unless the command line says else. */
#define CHANNEL_DEFAULT "/dev/ttyS1"

/** CHANNEL_PORT - what precedes a port number in a channel's path. */
#define CHANNEL_PORT "port:"

/** CHANNEL_PORT_ID - what QEMU's isa-debugcon answers to a read. */
#define CHANNEL_PORT_ID 0xe9

/**
 * struct channel - an open channel
 * @port: I/O port of a debug console, 0 for a file
 * @fd: the file, -1 for a port
 * @tty: it is a terminal line, which has to be drained
 * @seq: number of the next frame
 * @error: 0, or the negative errno that ended the channel; every later frame
 *	is dropped, so that what arrived stays a prefix of what was sent
 */
struct channel {
	uint16_t port;
	int fd;
	bool tty;
	uint64_t seq;
	int error;
};

/**
 * channel_open() - open the channel and make a terminal line raw
 * @channel: result
 * @path: a terminal line, a file, or "port:<hex>", QEMU's isa-debugcon
 * Return: 0 or a negative errno, also in @channel->error: -ENODEV if there is
 * nothing at the port, -EINVAL if it is not a port, -ENOSYS if the kernel lacks
 * CONFIG_X86_IOPL_IOPERM.
 *
 * The port needs no driver, raises no interrupt and takes bytes at once. As
 * dom0 every access to a port is trapped by Xen; a string instruction is one
 * trap for the whole frame, so this is much faster there than a serial line,
 * which costs a trap per byte.
 */
int channel_open(struct channel *channel, const char *path);

/**
 * channel_bytes() - send bytes as they are and wait until they have left
 * @channel: where to
 * @bytes: what
 * @length: bytes
 */
void channel_bytes(struct channel *channel, const void *bytes, size_t length);

/**
 * channel_send() - send a frame and wait until it has left
 * @channel: where to
 * @payload: one JSON object; freed, whatever happens. A text that is too long
 *	or incomplete for want of memory ends the channel
 */
void channel_send(struct channel *channel, struct json *payload);

/** channel_drain() - wait until no byte is on its way any more. */
void channel_drain(struct channel *channel);

#endif /* BOUNCEMARK_CHANNEL_H */
