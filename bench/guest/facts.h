/* SPDX-License-Identifier: GPL-2.0-only */
/* What is true of this boot, gathered from the kernel. */
#ifndef BOUNCEMARK_FACTS_H
#define BOUNCEMARK_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dmabench.h>

#include "channel.h"
#include "job.h"

/**
 * facts_hello() - send the hello frame
 * @channel: where to
 * @cell: id of the cell, may be empty
 * @cmdline: the kernel's command line
 */
void facts_hello(struct channel *channel, const char *cell,
		 const char *cmdline);

/**
 * facts_symbols() - send symbol.<name> = true or false for each of the job's
 * @channel: where to
 * @job: the job
 *
 * If /proc/kallsyms cannot be read, one fact symbol.error says so instead.
 */
void facts_symbols(struct channel *channel, const struct job *job);

/**
 * facts_modules() - send where the code of the job's modules lies
 * @channel: where to
 * @job: the job
 *
 * module.<name><section> = address, for each section whose name begins with
 * ".text". What cannot be read is left out.
 */
void facts_modules(struct channel *channel, const struct job *job);

/** SWIOTLB - what swiotlb says of its pool. */
#define SWIOTLB "/sys/kernel/debug/swiotlb/"
/** POOL - what the design's own pool says, where it has one. */
#define POOL "/sys/kernel/debug/xen_dma_pool/"

/**
 * facts_pools() - send the size and the use of the bounce pools, in slots
 * @channel: where to
 * @after: the steps are done: swiotlb.used_after; else swiotlb.nslabs and
 *	swiotlb.used; and for a design's own pool pool.slots, pool.used and
 *	pool.used_after
 *
 * What cannot be read is left out: without a pool there is no such file.
 */
void facts_pools(struct channel *channel, bool after);

/**
 * facts_read() - ask the dmabench module
 * @facts: result
 * Return: 0 or a negative errno.
 */
int facts_read(struct dmabench_facts *facts);

/**
 * facts_contiguous_permille() - how contiguous is RAM in machine memory?
 * @facts: what facts_read() gave
 * Return: neighbouring pages that are neighbours there too, of 1000.
 */
uint64_t facts_contiguous_permille(const struct dmabench_facts *facts);

/**
 * meminfo_kib() - read a line of /proc/meminfo
 * @name: such as "MemTotal"
 * Return: KiB, 0 if the kernel does not say.
 */
uint64_t meminfo_kib(const char *name);

/**
 * facts_dma() - send dma.* and p2m.*, what the dmabench module found
 * @channel: where to
 *
 * If it cannot be asked, one fact dma.error says so instead.
 */
void facts_dma(struct channel *channel);

/**
 * symbols_present() - look symbols up in a symbol table
 * @path: "/proc/kallsyms", or a file like it
 * @symbols: which
 * @count: how many
 * @present: result, whether the table has it
 * Return: 0 or a negative errno.
 */
int symbols_present(const char *path, const char *const *symbols, size_t count,
		    bool *present);

#endif /* BOUNCEMARK_FACTS_H */
