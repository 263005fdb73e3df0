// SPDX-License-Identifier: GPL-2.0-only
#include "job.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "words.h"

#define SYMBOL_CHARS \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

/* What is being read and where, for the message of a bad line. */
struct reader {
	struct job *job;
	unsigned int line;
	bool protocol;
	char *message;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static int bad(struct reader *reader, const char *format, ...)
{
	va_list arguments;
	int used = 0;

	if (reader->line)
		used = snprintf(reader->message, reader->size, "line %u: ",
				reader->line);
	if (used >= 0 && (size_t)used < reader->size) {
		va_start(arguments, format);
		vsnprintf(reader->message + used, reader->size - (size_t)used,
			  format, arguments);
		va_end(arguments);
	}
	return -EINVAL;
}

static int read_protocol(struct reader *reader, char *rest)
{
	char *word = next_word(&rest);
	uint64_t version;

	if (reader->protocol)
		return bad(reader, "a second protocol line; allowed: one");
	if (!word || !parse_size(word, UINT32_MAX, &version) ||
	    version != JOB_PROTOCOL || next_word(&rest))
		return bad(reader, "protocol '%s'; allowed: %d",
			   word ? word : "", JOB_PROTOCOL);
	reader->protocol = true;
	return 0;
}

static int read_cell(struct reader *reader, char *rest)
{
	char *word = next_word(&rest);

	if (reader->job->cell[0])
		return bad(reader, "a second cell line; allowed: one");
	if (!word || strlen(word) > JOB_CELL_MAX ||
	    word[strspn(word, "0123456789abcdef")] || next_word(&rest))
		return bad(reader, "cell '%s'; allowed: 1 to %d hex digits 0-9 a-f",
			   word ? word : "", JOB_CELL_MAX);
	strcpy(reader->job->cell, word);
	return 0;
}

static int read_device(struct reader *reader, char *rest)
{
	struct job *job = reader->job;
	char *word = next_word(&rest);

	if (job->has_device)
		return bad(reader, "a second device line; allowed: one");
	if (!word || !parse_pci(word, &job->vendor, &job->device) ||
	    next_word(&rest))
		return bad(reader, "device '%s'; allowed: vendor:device, four hex digits each",
			   word ? word : "");
	job->has_device = true;
	return 0;
}

static int read_module(struct reader *reader, char *rest)
{
	struct job *job = reader->job;
	char *word = next_word(&rest);

	if (!word || word[0] != '/' || strlen(word) > JOB_WORD_MAX)
		return bad(reader, "module '%s'; allowed: an absolute path of at most %d bytes, then its parameters",
			   word ? word : "", JOB_WORD_MAX);
	if (job->module_count == JOB_MODULES)
		return bad(reader, "too many modules; allowed: %d",
			   JOB_MODULES);
	job->modules[job->module_count++] = (struct module){
		.path = word, .arguments = rest ? rest : "",
	};
	return 0;
}

static int read_symbol(struct reader *reader, char *rest)
{
	struct job *job = reader->job;
	char *word = next_word(&rest);

	if (!word || word[strspn(word, SYMBOL_CHARS)] ||
	    strlen(word) > JOB_WORD_MAX || next_word(&rest))
		return bad(reader,
			   "symbol '%s'; allowed: one of at most %d characters a-z A-Z 0-9 _ .",
			   word ? word : "", JOB_WORD_MAX);
	if (job->symbol_count == JOB_SYMBOLS)
		return bad(reader, "too many symbols; allowed: %d",
			   JOB_SYMBOLS);
	job->symbols[job->symbol_count++] = word;
	return 0;
}

static int read_step(struct reader *reader, char *rest)
{
	struct job *job = reader->job;
	struct step *step = &job->steps[job->step_count];
	char message[512];

	if (job->step_count == JOB_STEPS)
		return bad(reader, "too many steps; allowed: %d", JOB_STEPS);
	if (step_parse(rest, step, message, sizeof(message)))
		return bad(reader, "%s", message);
	for (size_t i = 0; i < job->step_count; i++) {
		if (!strcmp(job->steps[i].name, step->name))
			return bad(reader, "step name '%s' a second time; allowed: each name once",
				   step->name);
		if (step->kind == STEP_BIND && job->steps[i].kind == STEP_BIND)
			return bad(reader, "step %s is a second bind step; allowed: one, its function is given back at the end",
				   step->name);
	}
	job->step_count++;
	return 0;
}

static int read_line(struct reader *reader, char *line)
{
	static const struct {
		const char *name;
		int (*read)(struct reader *reader, char *rest);
	} directives[] = {
		{ "protocol", read_protocol },
		{ "cell", read_cell },
		{ "device", read_device },
		{ "module", read_module },
		{ "symbol", read_symbol },
		{ "step", read_step },
	};
	char *word;

	/* A comment begins at a '#' that begins a word. */
	for (char *p = strchr(line, '#'); p; p = strchr(p + 1, '#')) {
		if (p == line || p[-1] == ' ' || p[-1] == '\t') {
			*p = '\0';
			break;
		}
	}
	word = next_word(&line);
	if (!word)
		return 0;
	if (!reader->protocol && strcmp(word, "protocol"))
		return bad(reader, "'%s' before the protocol line; allowed: protocol %d first",
			   word, JOB_PROTOCOL);
	for (size_t i = 0; i < sizeof(directives) / sizeof(*directives); i++)
		if (!strcmp(word, directives[i].name))
			return directives[i].read(reader, line);
	return bad(reader, "unknown word '%s'; allowed: protocol cell device module symbol step",
		   word);
}

int job_parse(char *text, size_t length, struct job *job, char *message,
	      size_t size)
{
	struct reader reader = {
		.job = job, .message = message, .size = size
	};
	char *line = text, *end = text + length;

	memset(job, 0, sizeof(*job));
	*end = '\0';
	while (line < end) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *stop = newline ? newline : end;

		reader.line++;
		if (stop - line > JOB_LINE_MAX)
			return bad(&reader, "%td bytes long; allowed: %d",
				   stop - line, JOB_LINE_MAX);
		if (memchr(line, '\0', (size_t)(stop - line)))
			return bad(&reader, "holds a NUL byte; allowed: text");
		*stop = '\0';
		if (read_line(&reader, line))
			return -EINVAL;
		line = stop + 1;
	}
	reader.line = 0;
	if (!reader.protocol)
		return bad(&reader, "no protocol line; allowed: protocol %d first",
			   JOB_PROTOCOL);
	if (!job->cell[0])
		return bad(&reader, "no cell line; allowed: one, cell <hex digits>");
	return 0;
}
