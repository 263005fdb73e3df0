// SPDX-License-Identifier: GPL-2.0-only
#include "device.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

/* The id in a file such as vendor, "0x1234". */
static bool has_id(const char *root, const char *address, const char *file,
		   uint32_t id)
{
	char path[PATH_MAX], line[32], wanted[16];

	snprintf(path, sizeof(path), "%s/devices/%s/%s", root, address, file);
	snprintf(wanted, sizeof(wanted), "0x%04x", id);
	return !read_line(path, line, sizeof(line)) && !strcmp(line, wanted);
}

int device_find(const char *root, uint32_t vendor, uint32_t device,
		char *address)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int count, ret = -ENODEV;

	snprintf(path, sizeof(path), "%s/devices", root);
	count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;

		if (ret && name[0] != '.' && strlen(name) < PCI_ADDRESS_MAX &&
		    has_id(root, name, "vendor", vendor) &&
		    has_id(root, name, "device", device)) {
			strcpy(address, name);
			ret = 0;
		}
		free(entries[i]);
	}
	free(entries);
	return ret;
}

/* Name of the function's driver, empty if it has none. */
static int driver_of(const char *root, const char *address, char *driver,
		     size_t size)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/devices/%s/driver", root, address);
	ret = read_link_name(path, driver, size);
	if (ret != -ENOENT)
		return ret;
	driver[0] = '\0';
	return 0;
}

int device_enable(const char *root, const char *address)
{
	char path[PATH_MAX], line[16];
	int ret;

	snprintf(path, sizeof(path), "%s/devices/%s/enable", root, address);
	ret = read_line(path, line, sizeof(line));
	if (ret || strcmp(line, "0"))
		return ret;
	return write_file(path, "1");
}

int device_bind(const char *root, const char *address, const char *driver)
{
	char path[PATH_MAX], bound[NAME_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/drivers/%s", root, driver);
	if (access(path, F_OK) < 0)
		return -errno;
	ret = driver_of(root, address, bound, sizeof(bound));
	if (ret || !strcmp(bound, driver))
		return ret;
	snprintf(path, sizeof(path), "%s/devices/%s/driver_override", root,
		 address);
	ret = write_file(path, driver);
	if (ret)
		return ret;
	if (bound[0]) {
		snprintf(path, sizeof(path), "%s/drivers/%s/unbind", root,
			 bound);
		ret = write_file(path, address);
		if (ret)
			return ret;
	}
	snprintf(path, sizeof(path), "%s/drivers/%s/bind", root, driver);
	ret = write_file(path, address);
	if (ret)
		return ret;
	ret = driver_of(root, address, bound, sizeof(bound));
	if (ret)
		return ret;
	return strcmp(bound, driver) ? -ENODEV : 0;
}

int device_unbind(const char *root, const char *address, const char *driver)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/drivers/%s/unbind", root, driver);
	ret = write_file(path, address);
	if (ret)
		return ret;
	snprintf(path, sizeof(path), "%s/devices/%s/driver_override", root,
		 address);
	return write_file(path, "\n");
}

int device_rebind(const char *root, const char *address, const char *driver)
{
	char bound[NAME_MAX];
	int ret = driver_of(root, address, bound, sizeof(bound));

	if (!ret && !strcmp(bound, driver))
		ret = device_unbind(root, address, driver);
	return ret ? ret : device_bind(root, address, driver);
}
