// SPDX-License-Identifier: GPL-2.0-only
#include "frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint32_t crc32_update(uint32_t crc, const void *bytes, size_t length)
{
	static uint32_t table[256];
	const unsigned char *p = bytes;

	if (!table[1]) {
		for (uint32_t n = 0; n < 256; n++) {
			uint32_t c = n;

			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
			table[n] = c;
		}
	}
	crc = ~crc;
	while (length--)
		crc = table[(crc ^ *p++) & 0xff] ^ (crc >> 8);
	return ~crc;
}

size_t frame_format(char *frame, uint64_t seq, const char *payload,
		    size_t length)
{
	char numbers[FRAME_OVERHEAD];
	uint32_t crc;
	int size, head;

	if (length == 0 || length > FRAME_PAYLOAD_MAX)
		return 0;
	size = snprintf(numbers, sizeof(numbers), "%" PRIu64 " %zu ", seq,
			length);
	crc = crc32_update(0, numbers, (size_t)size);
	crc = crc32_update(crc, payload, length);
	head = snprintf(frame, FRAME_OVERHEAD, "BM1 %s%08" PRIx32 " ", numbers,
			crc);
	memcpy(frame + head, payload, length);
	frame[(size_t)head + length] = '\n';
	return (size_t)head + length + 1;
}
