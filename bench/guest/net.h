/* SPDX-License-Identifier: GPL-2.0-only */
/* A network interface: putting it in place, and what it counts. */
#ifndef BOUNCEMARK_NET_H
#define BOUNCEMARK_NET_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

/** NET_ROOT - where the interfaces are in sysfs */
#define NET_ROOT	"/sys/class/net"
/** NET_SNMP - the counters of the protocols */
#define NET_SNMP	"/proc/net/snmp"
/** NET_ADDRESS - what QEMU's user network expects the guest to be; /24 */
#define NET_ADDRESS	"10.0.2.15"
/** NET_CARRIER_SECONDS - how long a link may take to come up */
#define NET_CARRIER_SECONDS 20

/** NET_COUNTERS - how many counters there are */
#define NET_COUNTERS	18

/**
 * struct net_counts - what an interface and the protocols have counted
 * @value: in the order of NET_COUNTERS_OF
 */
struct net_counts {
	uint64_t value[NET_COUNTERS];
};

/**
 * struct net_counter - a counter
 * @protocol: its line in NET_SNMP; NULL: it is the interface's, in statistics/
 * @counter: its name there
 * @name: as it is sent
 * @unit: of the figure
 */
struct net_counter {
	const char *protocol;
	const char *counter;
	const char *name;
	const char *unit;
};

/** NET_COUNTERS_OF - the counters */
extern const struct net_counter NET_COUNTERS_OF[NET_COUNTERS];

/**
 * net_find() - find the interface to use
 * @root: NET_ROOT, or a tree like it
 * @name: result, the first in alphabetical order that has a device behind it
 * Return: 0, or a negative errno: -ENODEV if there is none.
 */
int net_find(const char *root, char name[IFNAMSIZ]);

/**
 * net_driver() - the driver of an interface
 * @root: NET_ROOT, or a tree like it
 * @name: which interface
 * @driver: result
 * @size: of @driver, bytes
 * Return: 0 or a negative errno.
 */
int net_driver(const char *root, const char *name, char *driver, size_t size);

/**
 * net_up() - give an interface its address and MTU, and bring it and lo up
 * @name: which
 * @mtu: bytes
 * Return: 0 or a negative errno.
 */
int net_up(const char *name, uint32_t mtu);

/**
 * net_wait() - wait until the link is there
 * @root: NET_ROOT, or a tree like it
 * @name: which interface
 * @seconds: at most so long
 * Return: 0, or -ENETDOWN if it is not.
 */
int net_wait(const char *root, const char *name, unsigned int seconds);

/**
 * net_features() - which offloads are on
 * @name: which interface
 * @list: result: "tx-checksum sg tso", empty if none is
 * @size: of @list, bytes
 * Return: 0 or a negative errno.
 */
int net_features(const char *name, char *list, size_t size);

/**
 * net_snmp() - find a counter in the text of NET_SNMP
 * @text: its two lines for a protocol are the names and the values
 * @protocol: such as Tcp
 * @counter: such as RetransSegs
 * @value: result
 * Return: 0, or -ENOENT if it is not there.
 */
int net_snmp(const char *text, const char *protocol, const char *counter,
	     uint64_t *value);

/**
 * net_count() - read all counters
 * @root: NET_ROOT, or a tree like it
 * @snmp: NET_SNMP, or a file like it
 * @name: which interface
 * @counts: result
 * Return: 0 or a negative errno: a counter is missing.
 */
int net_count(const char *root, const char *snmp, const char *name,
	      struct net_counts *counts);

#endif /* BOUNCEMARK_NET_H */
