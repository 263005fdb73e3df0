// SPDX-License-Identifier: GPL-2.0-only
#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "device.h"
#include "sys.h"

#define DRIVER "dmabench"

static int insert(const struct module *module)
{
	int fd = open(module->path, O_RDONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, module->arguments, 0) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static const char *file_of(const struct module *module)
{
	return strrchr(module->path, '/') + 1;
}

void setup_module_name(const struct module *module, char *name, size_t size)
{
	char *dot;

	snprintf(name, size, "%s", file_of(module));
	dot = strrchr(name, '.');
	if (dot)
		*dot = '\0';
}

static int delete(const struct module *module)
{
	char name[JOB_WORD_MAX + 1];

	setup_module_name(module, name, sizeof(name));
	return syscall(SYS_delete_module, name, O_NONBLOCK) < 0 ? -errno : 0;
}

static int failed(int ret, const char *prefix, const char *subject, char *what,
		  char *why, size_t size)
{
	snprintf(what, size, "%s%s", prefix, subject);
	describe(ret, why, size);
	return ret;
}

int setup_begin(const struct job *job, char *address, char *what, char *why,
		size_t size)
{
	int ret;

	address[0] = '\0';
	for (size_t i = 0; i < job->module_count; i++) {
		ret = insert(&job->modules[i]);
		if (ret)
			return failed(ret, "module.", file_of(&job->modules[i]),
				      what, why, size);
	}
	if (!job->has_device)
		return 0;
	ret = device_find(PCI_ROOT, job->vendor, job->device, address);
	if (!ret)
		ret = device_enable(PCI_ROOT, address);
	if (!ret)
		ret = device_bind(PCI_ROOT, address, DRIVER);
	if (ret) {
		address[0] = '\0';
		return failed(ret, "device", "", what, why, size);
	}
	return 0;
}

int setup_end(const struct job *job, const char *address, char *what, char *why,
	      size_t size)
{
	int ret;

	if (address[0]) {
		ret = device_unbind(PCI_ROOT, address, DRIVER);
		if (ret)
			return failed(ret, "device", "", what, why, size);
	}
	for (size_t i = job->module_count; i-- > 0;) {
		ret = delete(&job->modules[i]);
		if (ret)
			return failed(ret, "module.", file_of(&job->modules[i]),
				      what, why, size);
	}
	return 0;
}
