// SPDX-License-Identifier: GPL-2.0-only
#include "facts.h"

#include <dirent.h>
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
#include "setup.h"
#include "sys.h"

#define CLOCKSOURCE \
	"/sys/devices/system/clocksource/clocksource0/current_clocksource"

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
	NUMBER("dma.dma32_pages", dma32_pages),
	NUMBER("dma.dma32_beyond", dma32_beyond),
	NUMBER("p2m.pages", p2m_pages),
	NUMBER("p2m.highest", p2m_highest),
	NUMBER("p2m.hash", p2m_hash),
};

_Static_assert(sizeof(struct dmabench_facts) == 4 * 4 + (18 + DMABENCH_RUNS) * 8 +
	       2 * DMABENCH_NAME,
	       "struct dmabench_facts has no padding");

uint64_t meminfo_kib(const char *name)
{
	FILE *file = fopen("/proc/meminfo", "re");
	size_t length = strlen(name);
	unsigned long long kib = 0;
	char line[128];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length) && line[length] == ':' &&
		    sscanf(line + length + 1, "%llu kB", &kib) == 1)
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
		.memory_kib = meminfo_kib("MemTotal"),
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

void facts_pools(struct channel *channel, bool after)
{
	static const struct {
		const char *size_path, *size, *used_path, *used, *after;
	} pools[] = {
		{ SWIOTLB "io_tlb_nslabs", "swiotlb.nslabs",
		  SWIOTLB "io_tlb_used", "swiotlb.used", "swiotlb.used_after" },
		{ POOL "slots", "pool.slots",
		  POOL "used", "pool.used", "pool.used_after" },
	};
	uint64_t value;

	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		if (!after && !read_u64(pools[i].size_path, &value))
			emit_fact_u64(channel, pools[i].size, value);
		if (!read_u64(pools[i].used_path, &value))
			emit_fact_u64(channel, after ? pools[i].after :
				      pools[i].used, value);
	}
}

int facts_read(struct dmabench_facts *facts)
{
	int fd = open("/dev/dmabench", O_RDWR | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	memset(facts, 0, sizeof(*facts));
	facts->abi = DMABENCH_ABI;
	if (ioctl(fd, DMABENCH_FACTS, facts) < 0)
		ret = -errno;
	close(fd);
	facts->ops[DMABENCH_NAME - 1] = '\0';
	facts->device[DMABENCH_NAME - 1] = '\0';
	return ret;
}

uint64_t facts_contiguous_permille(const struct dmabench_facts *facts)
{
	return facts->p2m_pairs ?
	       facts->p2m_contiguous * 1000 / facts->p2m_pairs : 0;
}

/* Send the address that a file of a module's sections holds. */
static void send_section(struct channel *channel, const char *module,
			 const char *folder, const char *section)
{
	char path[600], line[64], name[512];
	uint64_t address;
	char *end;

	snprintf(path, sizeof(path), "%s/%s", folder, section);
	if (read_line(path, line, sizeof(line)))
		return;
	address = strtoull(line, &end, 16);
	if (!address || *end)
		return;
	snprintf(name, sizeof(name), "module.%s%s", module, section);
	emit_fact_u64(channel, name, address);
}

void facts_modules(struct channel *channel, const struct job *job)
{
	char name[JOB_WORD_MAX + 1], folder[JOB_WORD_MAX + 64];
	const struct dirent *entry;
	DIR *sections;

	for (size_t i = 0; i < job->module_count; i++) {
		setup_module_name(&job->modules[i], name, sizeof(name));
		snprintf(folder, sizeof(folder), "/sys/module/%s/sections", name);
		sections = opendir(folder);
		if (!sections)
			continue;
		while ((entry = readdir(sections)))
			if (!strncmp(entry->d_name, ".text", strlen(".text")))
				send_section(channel, name, folder,
					     entry->d_name);
		closedir(sections);
	}
}

/* The histogram of machine-contiguous runs, buckets in use only. */
static void send_runs(struct channel *channel,
		      const struct dmabench_facts *facts)
{
	char name[32];

	emit_fact_u64(channel, "p2m.contiguous_permille",
		      facts_contiguous_permille(facts));
	for (unsigned int i = 0; i < DMABENCH_RUNS; i++) {
		if (!facts->p2m_runs[i])
			continue;
		snprintf(name, sizeof(name), "p2m.runs_%llu", 1ull << i);
		emit_fact_u64(channel, name, facts->p2m_runs[i]);
	}
}

void facts_dma(struct channel *channel)
{
	struct dmabench_facts facts;
	int ret = facts_read(&facts);
	char text[64];

	if (ret) {
		emit_fact_string(channel, "dma.error",
				 describe(ret, text, sizeof(text)));
		return;
	}
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
	send_runs(channel, &facts);
}
