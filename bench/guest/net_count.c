// SPDX-License-Identifier: GPL-2.0-only
/* What an interface and the protocols above it have counted. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "sys.h"
#include "words.h"

#define SNMP_BYTES_MAX 65536

const struct net_counter NET_COUNTERS_OF[NET_COUNTERS] = {
	{ NULL, "rx_packets", "net.rx_packets", "packets" },
	{ NULL, "tx_packets", "net.tx_packets", "packets" },
	{ NULL, "rx_bytes", "net.rx_bytes", "bytes" },
	{ NULL, "tx_bytes", "net.tx_bytes", "bytes" },
	{ NULL, "rx_errors", "net.rx_errors", "packets" },
	{ NULL, "tx_errors", "net.tx_errors", "packets" },
	{ NULL, "rx_dropped", "net.rx_dropped", "packets" },
	{ NULL, "tx_dropped", "net.tx_dropped", "packets" },
	{ NULL, "rx_crc_errors", "net.rx_crc_errors", "packets" },
	{ NULL, "rx_missed_errors", "net.rx_missed_errors", "packets" },
	{ "Tcp", "OutSegs", "net.tcp_segments_out", "segments" },
	{ "Tcp", "RetransSegs", "net.tcp_retransmits", "segments" },
	{ "Tcp", "InErrs", "net.tcp_in_errors", "segments" },
	{ "Tcp", "InCsumErrors", "net.tcp_checksum_errors", "segments" },
	{ "Udp", "InErrors", "net.udp_in_errors", "datagrams" },
	{ "Udp", "RcvbufErrors", "net.udp_receive_buffer_errors",
	  "datagrams" },
	{ "Udp", "SndbufErrors", "net.udp_send_buffer_errors",
	  "datagrams" },
	{ "Udp", "InCsumErrors", "net.udp_checksum_errors", "datagrams" },
};

/* The line of a protocol at or behind @text: what follows "Tcp:". */
static const char *find_line(const char *text, const char *protocol)
{
	size_t length = strlen(protocol);

	while (text) {
		if (!strncmp(text, protocol, length) && text[length] == ':')
			return text + length + 1;
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	return NULL;
}

/* The next word of a line, NULL at its end. */
static const char *next(const char **line, size_t *length)
{
	const char *word = *line + strspn(*line, " ");

	*length = strcspn(word, " \n");
	*line = word + *length;
	return *length ? word : NULL;
}

int net_snmp(const char *text, const char *protocol, const char *counter,
	     uint64_t *value)
{
	const char *names = find_line(text, protocol);
	const char *values = names ? find_line(names, protocol) : NULL;
	const char *name, *figure;
	size_t length, digits;
	char word[32];

	if (!values)
		return -ENOENT;
	while ((name = next(&names, &length)) &&
	       (figure = next(&values, &digits))) {
		if (strlen(counter) != length || memcmp(name, counter, length))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)digits, figure);
		return parse_size(word, UINT64_MAX, value) ? 0 : -ENOENT;
	}
	return -ENOENT;
}

int net_count(const char *root, const char *snmp, const char *name,
	      struct net_counts *counts)
{
	char path[PATH_MAX];
	size_t length;
	char *text = read_file(snmp, &length, SNMP_BYTES_MAX);
	int ret = 0;

	if (!text)
		return -errno;
	for (size_t i = 0; i < NET_COUNTERS && !ret; i++) {
		if (NET_COUNTERS_OF[i].protocol) {
			ret = net_snmp(text, NET_COUNTERS_OF[i].protocol,
				       NET_COUNTERS_OF[i].counter, &counts->value[i]);
			continue;
		}
		snprintf(path, sizeof(path), "%s/%s/statistics/%s", root, name,
			 NET_COUNTERS_OF[i].counter);
		ret = read_u64(path, &counts->value[i]);
	}
	free(text);
	return ret;
}
