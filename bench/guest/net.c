// SPDX-License-Identifier: GPL-2.0-only
#include "net.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys.h"

#define CARRIER_POLL_US 50000

int net_find(const char *root, char name[IFNAMSIZ])
{
	struct dirent **entries;
	int count = scandir(root, &entries, NULL, alphasort);
	int ret = -ENODEV;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s/device", root,
			 entries[i]->d_name);
		if (ret && entries[i]->d_name[0] != '.' &&
		    strlen(entries[i]->d_name) < IFNAMSIZ &&
		    !access(path, F_OK)) {
			strcpy(name, entries[i]->d_name);
			ret = 0;
		}
		free(entries[i]);
	}
	free(entries);
	return ret;
}

int net_driver(const char *root, const char *name, char *driver, size_t size)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s/device/driver", root, name);
	return read_link_name(path, driver, size);
}

static struct ifreq request(const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return request;
}

static int set_flags(int fd, const char *name, short set, short clear)
{
	struct ifreq ifr = request(name);

	if (ioctl(fd, SIOCGIFFLAGS, &ifr) < 0)
		return -errno;
	ifr.ifr_flags = (short)((ifr.ifr_flags & ~clear) | set);
	return ioctl(fd, SIOCSIFFLAGS, &ifr) < 0 ? -errno : 0;
}

static int set_address(int fd, const char *name, unsigned long what,
		       const char *address)
{
	struct ifreq ifr = request(name);
	struct sockaddr_in in = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, address, &in.sin_addr) != 1)
		return -EINVAL;
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	return ioctl(fd, what, &ifr) < 0 ? -errno : 0;
}

/* An interface that has the MTU already keeps its link. */
static int set_mtu(int fd, const char *name, uint32_t mtu)
{
	struct ifreq ifr = request(name);
	int ret;

	if (ioctl(fd, SIOCGIFMTU, &ifr) < 0)
		return -errno;
	if ((uint32_t)ifr.ifr_mtu == mtu)
		return 0;
	ret = set_flags(fd, name, 0, IFF_UP);
	if (ret)
		return ret;
	ifr = request(name);
	ifr.ifr_mtu = (int)mtu;
	return ioctl(fd, SIOCSIFMTU, &ifr) < 0 ? -errno : 0;
}

int net_up(const char *name, uint32_t mtu)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret;

	if (fd < 0)
		return -errno;
	ret = set_flags(fd, "lo", IFF_UP, 0);
	if (!ret)
		ret = set_mtu(fd, name, mtu);
	if (!ret)
		ret = set_address(fd, name, SIOCSIFADDR, NET_ADDRESS);
	if (!ret)
		ret = set_address(fd, name, SIOCSIFNETMASK, "255.255.255.0");
	if (!ret)
		ret = set_flags(fd, name, IFF_UP, 0);
	close(fd);
	return ret;
}

int net_wait(const char *root, const char *name, unsigned int seconds)
{
	char path[PATH_MAX];
	uint64_t carrier;

	snprintf(path, sizeof(path), "%s/%s/carrier", root, name);
	for (uint64_t us = 0; us <= seconds * 1000000ull; us += CARRIER_POLL_US) {
		if (!read_u64(path, &carrier) && carrier)
			return 0;
		usleep(CARRIER_POLL_US);
	}
	return -ENETDOWN;
}

int net_features(const char *name, char *list, size_t size)
{
	static const struct {
		uint32_t command;
		const char *name;
	} features[] = {
		{ ETHTOOL_GRXCSUM, "rx-checksum" },
		{ ETHTOOL_GTXCSUM, "tx-checksum" },
		{ ETHTOOL_GSG, "sg" },
		{ ETHTOOL_GTSO, "tso" },
		{ ETHTOOL_GGSO, "gso" },
		{ ETHTOOL_GGRO, "gro" },
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	size_t used = 0;
	int ret = 0;

	if (fd < 0)
		return -errno;
	list[0] = '\0';
	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++) {
		struct ethtool_value value = { .cmd = features[i].command };
		struct ifreq ifr = request(name);

		ifr.ifr_data = (char *)&value;
		if (ioctl(fd, SIOCETHTOOL, &ifr) < 0) {
			ret = -errno;
			break;
		}
		if (value.data && used < size)
			used += (size_t)snprintf(list + used, size - used,
						 "%s%s", used ? " " : "",
						 features[i].name);
	}
	close(fd);
	return ret;
}
