/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame, the unit of the channel: one line
 *	BM1 <seq> <length> <crc32> <payload>\n
 * <seq> counts from 0, <length> is the payload's, both canonical decimal;
 * <crc32> covers "<seq> <length> " and the payload, as 8 hex digits.
 */
#ifndef BOUNCEMARK_FRAME_H
#define BOUNCEMARK_FRAME_H

#include <stddef.h>
#include <stdint.h>

/** FRAME_PAYLOAD_MAX - most bytes of a payload. */
#define FRAME_PAYLOAD_MAX 1048576

/** FRAME_OVERHEAD - most bytes of a frame around its payload. */
#define FRAME_OVERHEAD 64

/**
 * crc32_update() - CRC-32 of zlib (polynomial 0xedb88320, reflected)
 * @crc: result for the bytes before, 0 at the start
 * @bytes: what to add
 * @length: how many, bytes
 * Return: the checksum of all bytes so far.
 */
uint32_t crc32_update(uint32_t crc, const void *bytes, size_t length);

/**
 * frame_format() - make a frame of a payload
 * @frame: result, at least @length + FRAME_OVERHEAD bytes
 * @seq: the frame's number
 * @payload: one JSON object without raw newlines
 * @length: its bytes, 1 to FRAME_PAYLOAD_MAX
 * Return: bytes written, newline included; 0 if @length is out of range.
 */
size_t frame_format(char *frame, uint64_t seq, const char *payload,
		    size_t length);

#endif /* BOUNCEMARK_FRAME_H */
