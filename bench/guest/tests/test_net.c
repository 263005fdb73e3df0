// SPDX-License-Identifier: GPL-2.0-only
/* In a tree that looks like the interfaces in sysfs, and texts like /proc/net/snmp. */
#include "net.h"

#include <errno.h>

#include "tree.h"

static const char snmp[] =
	"Ip: Forwarding DefaultTTL\nIp: 2 64\n"
	"Tcp: RtoMax MaxConn OutSegs RetransSegs InErrs InCsumErrors\n"
	"Tcp: 120000 -1 29205 3 0 7\n"
	"Udp: InDatagrams InErrors RcvbufErrors SndbufErrors InCsumErrors\n"
	"Udp: 6011 29 28 0 18446744073709551615\n"
	"UdpLite: InDatagrams InErrors\nUdpLite: 5 6\n";

static void test_find(void)
{
	char name[IFNAMSIZ];

	CHECK(net_find("/nonexistent", name) == -ENOENT);
	make_file("lo/mtu", "65536\n");
	make_file("dummy0/mtu", "1500\n");
	CHECK(net_find(root, name) == -ENODEV);
	make_file("eth1/device/vendor", "0x8086\n");
	CHECK(!net_find(root, name));
	CHECK_TEXT(name, "eth1");
	make_file("eth0/device/vendor", "0x8086\n");
	CHECK(!net_find(root, name));
	CHECK_TEXT(name, "eth0");
}

static void test_driver(void)
{
	char driver[8];

	CHECK(net_driver(root, "lo", driver, sizeof(driver)) == -ENOENT);
	CHECK(!symlink("../../drivers/e1000", in_tree("eth0/device/driver")));
	CHECK(!net_driver(root, "eth0", driver, sizeof(driver)));
	CHECK_TEXT(driver, "e1000");
	CHECK(!symlink("../drivers/virtio_net", in_tree("eth1/device/driver")));
	CHECK(net_driver(root, "eth1", driver, sizeof(driver)) == -ENAMETOOLONG);
}

static void test_wait(void)
{
	CHECK(net_wait(root, "eth0", 0) == -ENETDOWN);
	make_file("eth0/carrier", "0\n");
	CHECK(net_wait(root, "eth0", 0) == -ENETDOWN);
	make_file("eth0/carrier", "1\n");
	CHECK(!net_wait(root, "eth0", 0));
}

static void test_snmp(void)
{
	uint64_t value;

	CHECK(!net_snmp(snmp, "Tcp", "RetransSegs", &value) && value == 3);
	CHECK(!net_snmp(snmp, "Tcp", "InCsumErrors", &value) && value == 7);
	CHECK(!net_snmp(snmp, "Udp", "InErrors", &value) && value == 29);
	CHECK(!net_snmp(snmp, "Udp", "InCsumErrors", &value));
	CHECK(value == UINT64_MAX);
	CHECK(!net_snmp(snmp, "UdpLite", "InErrors", &value) && value == 6);
	/* A negative figure is none that is asked for. */
	CHECK(net_snmp(snmp, "Tcp", "MaxConn", &value) == -ENOENT);
	CHECK(net_snmp(snmp, "Tcp", "InErr", &value) == -ENOENT);
	CHECK(net_snmp(snmp, "Tc", "InErrs", &value) == -ENOENT);
	CHECK(net_snmp(snmp, "Icmp", "InErrors", &value) == -ENOENT);
	CHECK(net_snmp("", "Tcp", "InErrs", &value) == -ENOENT);
	/* Lines that are cut off. */
	CHECK(net_snmp("Tcp: A B\n", "Tcp", "B", &value) == -ENOENT);
	CHECK(net_snmp("Tcp: A B\nTcp: 1\n", "Tcp", "B", &value) == -ENOENT);
	CHECK(net_snmp("Tcp: A B\nTcp: 1\n", "Tcp", "A", &value) == 0);
	CHECK(net_snmp("Tcp: A B\nTcp: 1 x", "Tcp", "B", &value) == -ENOENT);
}

static void test_count(void)
{
	struct net_counts counts;
	char path[PATH_MAX], text[32];

	make_file("snmp", snmp);
	snprintf(path, sizeof(path), "%s/snmp", root);
	CHECK(net_count(root, path, "eth0", &counts) == -ENOENT);
	for (int i = 0; i < NET_COUNTERS; i++) {
		char file[256];

		if (NET_COUNTERS_OF[i].protocol)
			continue;
		snprintf(file, sizeof(file), "eth0/statistics/%s",
			 NET_COUNTERS_OF[i].counter);
		snprintf(text, sizeof(text), "%d\n", 100 + i);
		make_file(file, text);
	}
	CHECK(!net_count(root, path, "eth0", &counts));
	for (int i = 0; i < NET_COUNTERS; i++) {
		CHECK(!strncmp(NET_COUNTERS_OF[i].name, "net.", 4));
		if (!NET_COUNTERS_OF[i].protocol)
			CHECK(counts.value[i] == 100u + (unsigned int)i);
		if (!strcmp(NET_COUNTERS_OF[i].name, "net.tcp_retransmits"))
			CHECK(counts.value[i] == 3);
		if (!strcmp(NET_COUNTERS_OF[i].name, "net.udp_receive_buffer_errors"))
			CHECK(counts.value[i] == 28);
	}
	make_file("eth0/statistics/tx_errors", "");
	CHECK(net_count(root, path, "eth0", &counts) == -EINVAL);
	CHECK(net_count(root, "/nonexistent", "eth0", &counts) == -ENOENT);
}

static void test_features(void)
{
	char list[128];

	CHECK(net_features("bouncemark0", list, sizeof(list)) == -ENODEV);
}

int main(void)
{
	make_tree();
	test_find();
	test_driver();
	test_wait();
	test_snmp();
	test_count();
	test_features();
	return 0;
}
