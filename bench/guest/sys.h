/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files of the kernel, and the log. */
#ifndef BOUNCEMARK_SYS_H
#define BOUNCEMARK_SYS_H

#include <stddef.h>
#include <stdint.h>

/** log_line() - write a line to the console, which is standard error. */
__attribute__((format(printf, 1, 2)))
void log_line(const char *format, ...);

/**
 * read_file() - read a whole file
 * @path: which
 * @length: result, bytes
 * @max: most bytes accepted
 * Return: the bytes with a NUL behind them, to be freed; NULL with errno set,
 * EFBIG if there are more than @max.
 */
char *read_file(const char *path, size_t *length, size_t max);

/**
 * read_line() - read a file that holds one line
 * @path: which
 * @line: result, without the newline
 * @size: of @line, bytes
 * Return: 0 or a negative errno: -EMSGSIZE if it is too long, -EBADMSG if
 * there is a second line.
 */
int read_line(const char *path, char *line, size_t size);

/**
 * read_u64() - read a file that holds one decimal number
 * @path: which
 * @value: result
 * Return: 0 or a negative errno.
 */
int read_u64(const char *path, uint64_t *value);

/**
 * write_file() - write a text to a file of the kernel by one write()
 * @path: which; must exist
 * @text: what
 * Return: 0 or a negative errno.
 */
int write_file(const char *path, const char *text);

/**
 * read_link_name() - read the last name of what a link leads to
 * @path: the link
 * @name: result
 * @size: of @name, bytes
 * Return: 0 or a negative errno: -ENAMETOOLONG if it does not fit.
 */
int read_link_name(const char *path, char *name, size_t size);

/**
 * describe() - name and text of an error number
 * @error: positive or negative errno
 * @text: result, "EINVAL (Invalid argument)"
 * @size: of @text, bytes
 * Return: @text.
 */
const char *describe(int error, char *text, size_t size);

#endif /* BOUNCEMARK_SYS_H */
