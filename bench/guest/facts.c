// SPDX-License-Identifier: GPL-2.0-only
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <dmabench.h>

#include "emit.h"
#include "sys.h"

#define CLOCKSOURCE \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define SWIOTLB "/sys/kernel/debug/swiotlb/"

/* The numbers of struct dmabench_facts and what they are called here. */
static const struct {
	const char *name;
	size_t offset;
	bool is_bool;
} dma_facts[] = {
#define FLAG(name, member) \
	{ name, offsetof(struct dmabench_facts, member), true }
#define NUMBER(name, member) \
	{ name, offsetof(struct dmabench_facts, member), false }
	FLAG("dma.xen_pv", xen_pv),
	FLAG("dma.initial_domain", initial_domain),
	FLAG("dma.force_bounce", force_bounce),
	NUMBER("dma.pool_slots", pool_slots),
	NUMBER("dma.pool_start", pool_start),
	NUMBER("dma.pool_end", pool_end),
	NUMBER("dma.pages", pages),
	NUMBER("dma.pages_moved", pages_moved),
	NUMBER("dma.required_mask", required_mask),
	NUMBER("dma.max_mapping_size", max_mapping_size),
	NUMBER("dma.tsc_khz", tsc_khz),
	NUMBER("dma.probe_phys", probe_phys),
	NUMBER("dma.probe_machine", probe_machine),
	NUMBER("dma.probe_dma", probe_dma),
};

_Static_assert(sizeof(struct dmabench_facts) == 4 * 4 + 11 * 8 + 2 * 64,
	       "struct dmabench_facts has no padding");

/* RAM in KiB, 0 if the kernel does not say. */
static uint64_t memory_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib = 0;
	char line[128];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "MemTotal: %llu kB", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

void facts_hello(struct channel *channel, const char *cell,
		 const char *cmdline)
{
	struct utsname name = { 0 };
	char clocksource[64];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (uname(&name) < 0)
		log_line("uname: %s", strerror(errno));
	if (read_line(CLOCKSOURCE, clocksource, sizeof(clocksource)))
		strcpy(clocksource, "");
	emit_hello(channel, &(struct hello){
		.cell = cell,
		.release = name.release,
		.version = name.version,
		.cmdline = cmdline,
		.clocksource = clocksource,
		.cpus = cpus > 0 ? (uint64_t)cpus : 0,
		.memory_kib = memory_kib(),
	});
}

int symbols_present(const char *path, const char *const *symbols, size_t count,
		    bool *present)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int ret;

	if (!file)
		return -errno;
	memset(present, 0, count * sizeof(*present));
	while (getline(&line, &size, file) >= 0) {
		/* address type name [module] */
		char *rest = line, *name = NULL;

		for (int word = 0; word < 3; word++)
			name = strsep(&rest, " \t\n");
		if (!name)
			continue;
		for (size_t i = 0; i < count; i++)
			if (!strcmp(symbols[i], name))
				present[i] = true;
	}
	ret = ferror(file) ? -EIO : 0;
	free(line);
	fclose(file);
	return ret;
}

void facts_symbols(struct channel *channel, const struct job *job)
{
	bool present[JOB_SYMBOLS];
	char name[JOB_WORD_MAX + 16], text[64];
	int ret;

	if (!job->symbol_count)
		return;
	ret = symbols_present("/proc/kallsyms", job->symbols,
			      job->symbol_count, present);
	if (ret) {
		emit_fact_string(channel, "symbol.error",
				 describe(ret, text, sizeof(text)));
		return;
	}
	for (size_t i = 0; i < job->symbol_count; i++) {
		snprintf(name, sizeof(name), "symbol.%s", job->symbols[i]);
		emit_fact_bool(channel, name, present[i]);
	}
}

void facts_swiotlb(struct channel *channel, bool after)
{
	uint64_t value;

	if (!after && !read_u64(SWIOTLB "io_tlb_nslabs", &value))
		emit_fact_u64(channel, "swiotlb.nslabs", value);
	if (!read_u64(SWIOTLB "io_tlb_used", &value))
		emit_fact_u64(channel, after ? "swiotlb.used_after" :
			      "swiotlb.used", value);
}

void facts_dma(struct channel *channel)
{
	struct dmabench_facts facts = { .abi = DMABENCH_ABI };
	int fd = open("/dev/dmabench", O_RDWR | O_CLOEXEC);
	char text[64];

	if (fd < 0 || ioctl(fd, DMABENCH_FACTS, &facts) < 0) {
		emit_fact_string(channel, "dma.error",
				 describe(errno, text, sizeof(text)));
		if (fd >= 0)
			close(fd);
		return;
	}
	close(fd);
	facts.ops[DMABENCH_NAME - 1] = '\0';
	facts.device[DMABENCH_NAME - 1] = '\0';
	emit_fact_string(channel, "dma.device", facts.device);
	emit_fact_string(channel, "dma.ops", facts.ops);
	for (size_t i = 0; i < sizeof(dma_facts) / sizeof(*dma_facts); i++) {
		const void *member = (char *)&facts + dma_facts[i].offset;

		if (dma_facts[i].is_bool)
			emit_fact_bool(channel, dma_facts[i].name,
				       *(const uint32_t *)member);
		else
			emit_fact_u64(channel, dma_facts[i].name,
				      *(const uint64_t *)member);
	}
}
