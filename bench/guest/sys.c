// SPDX-License-Identifier: GPL-2.0-only
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "words.h"

void log_line(const char *format, ...)
{
	char line[1024];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(line, sizeof(line) - 1, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;
	if ((size_t)length > sizeof(line) - 2)
		length = (int)sizeof(line) - 2;
	line[length] = '\n';
	line[length + 1] = '\0';
	/* The log is a courtesy: what matters goes over the channel. */
	fprintf(stderr, "bouncemark: %s", line);
}

char *read_file(const char *path, size_t *length, size_t max)
{
	char *bytes = malloc(max + 2);
	int fd, error = 0;

	if (!bytes)
		return NULL;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		error = errno;
		goto out;
	}
	*length = 0;
	while (*length <= max) {
		ssize_t got = read(fd, bytes + *length, max + 1 - *length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			error = errno;
		if (got <= 0)
			break;
		*length += (size_t)got;
	}
	if (!error && *length > max)
		error = EFBIG;
	close(fd);
out:
	if (error) {
		free(bytes);
		errno = error;
		return NULL;
	}
	bytes[*length] = '\0';
	return bytes;
}

int read_line(const char *path, char *line, size_t size)
{
	size_t length;
	char *bytes = read_file(path, &length, size);
	char *end;
	int ret = 0;

	if (!bytes)
		return errno == EFBIG ? -EMSGSIZE : -errno;
	end = memchr(bytes, '\n', length);
	if (end && end != bytes + length - 1)
		ret = -EBADMSG;
	else if (end)
		length--;
	if (!ret && length >= size)
		ret = -EMSGSIZE;
	if (!ret) {
		memcpy(line, bytes, length);
		line[length] = '\0';
	}
	free(bytes);
	return ret;
}

int read_u64(const char *path, uint64_t *value)
{
	char line[32];
	int ret = read_line(path, line, sizeof(line));

	if (ret)
		return ret;
	return parse_size(line, UINT64_MAX, value) ? 0 : -EINVAL;
}

int write_file(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int ret = 0;

	if (fd < 0)
		return -errno;
	do {
		written = write(fd, text, length);
	} while (written < 0 && errno == EINTR);
	if (written < 0)
		ret = -errno;
	else if ((size_t)written != length)
		ret = -EIO;
	if (close(fd) < 0 && !ret)
		ret = -errno;
	return ret;
}

int read_link_name(const char *path, char *name, size_t size)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *base;

	if (length < 0)
		return -errno;
	target[length] = '\0';
	base = strrchr(target, '/');
	base = base ? base + 1 : target;
	if (strlen(base) >= size)
		return -ENAMETOOLONG;
	strcpy(name, base);
	return 0;
}

const char *describe(int error, char *text, size_t size)
{
	int number = error < 0 ? -error : error;
	const char *name = strerrorname_np(number);

	if (name)
		snprintf(text, size, "%s (%s)", name, strerrordesc_np(number));
	else
		snprintf(text, size, "error %d", number);
	return text;
}
