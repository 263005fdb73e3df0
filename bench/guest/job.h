/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The job: what the host asks of this boot. A text file, one directive a line,
 * '#' starts a comment. Every line must be understood, or nothing is run.
 */
#ifndef BOUNCEMARK_JOB_H
#define BOUNCEMARK_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <dmabench.h>
#include <dmacheck.h>

#define JOB_PROTOCOL	1
#define JOB_LINE_MAX	1024
#define JOB_CELL_MAX	64
#define JOB_MODULES	16
#define JOB_SYMBOLS	64
#define JOB_STEPS	512
#define STEP_NAME_MAX	80
#define JOB_WORD_MAX	200

/** enum step_kind - what a step does; also the index into STEP_KIND_NAMES. */
enum step_kind {
	STEP_DMABENCH,
	STEP_MAP_BENCHMARK,
	STEP_READ,
	STEP_SELFTEST,
	STEP_DMACHECK,
	STEP_RELOAD,
	STEP_BALLOON,
	STEP_P2M,
	STEP_FIO,
	STEP_IPERF3,
	STEP_BIND,
	STEP_KINDS
};

/** enum selftest - how a selftest step behaves */
enum selftest {
	SELFTEST_OK,
	SELFTEST_FAIL,
	SELFTEST_ERROR,
	SELFTEST_SKIP,
	SELFTEST_PANIC,
	SELFTEST_HANG,
	SELFTEST_SPIN,
	SELFTEST_EXIT,
	SELFTEST_POWEROFF,
	SELFTEST_REBOOT,
	SELFTEST_GARBAGE,
	SELFTEST_TRUNCATE,
	SELFTEST_SILENT,
	SELFTESTS
};

/**
 * struct dmabench_step - a run of the dmabench module
 * @params: as the module takes them; it checks their ranges
 * @expect: errno the run must end with, 0 for success
 */
struct dmabench_step {
	struct dmabench_params params;
	uint32_t expect;
};

/**
 * struct map_benchmark_step - a run of the kernel's own dma_map_benchmark
 * @seconds: duration, s
 * @dir: 0 bidirectional, 1 to device, 2 from device
 * @granule: pages mapped at a time
 * @mask_bits: width of the streaming DMA mask
 */
struct map_benchmark_step {
	uint32_t seconds;
	uint32_t dir;
	uint32_t granule;
	uint32_t mask_bits;
};

/**
 * struct tool_options - how a tool is run
 * @seconds: how long it may take, s of guest time
 * @perf: 1: perf counts while it runs
 */
struct tool_options {
	uint32_t seconds;
	uint32_t perf;
};

/** enum fio_word - what a fio job file may take; an index */
enum fio_word {
	FIO_DEVICE,
	FIO_RW,
	FIO_BS,
	FIO_IOS,
	FIO_DEPTH,
	FIO_DIRECT,
	FIO_SIZE,
	FIO_NUMJOBS,
	FIO_IOENGINE,
	FIO_SEED,
	FIO_WORDS
};

/** enum mkfs - file systems that a step may make */
enum mkfs { MKFS_NONE, MKFS_XFS };

/**
 * struct fio_step - a run of fio
 * @options: how
 * @job: name of the job file
 * @words: what it takes from its environment, by enum fio_word; NULL if not given
 * @max_sectors_kb: largest I/O of the device's queue, KiB; 0: the system's default
 * @mkfs: enum mkfs: the file system that is made on the device, for its file
 * @mount: where it is mounted
 */
struct fio_step {
	struct tool_options options;
	const char *job;
	const char *words[FIO_WORDS];
	uint32_t max_sectors_kb;
	uint32_t mkfs;
	const char *mount;
};

/** enum iperf3_dir - who sends */
enum iperf3_dir { IPERF3_TRANSMIT, IPERF3_RECEIVE, IPERF3_BOTH };

/**
 * struct iperf3_step - a run of iperf3 against a server
 * @options: how
 * @server: its address
 * @port: its port
 * @proto: 0 TCP, 1 UDP
 * @dir: enum iperf3_dir
 * @streams: connections at the same time
 * @bytes: to be sent in a direction
 * @length: of a write or datagram, bytes; 0: iperf3's default
 * @mtu: of the interface, bytes
 * @bitrate: limit, as iperf3 takes it; NULL: its default
 */
struct iperf3_step {
	struct tool_options options;
	const char *server;
	uint32_t port;
	uint32_t proto;
	uint32_t dir;
	uint32_t streams;
	uint64_t bytes;
	uint32_t length;
	uint32_t mtu;
	const char *bitrate;
};

/**
 * struct pci_kind - which kind of PCI function
 * @vendor: PCI vendor
 * @device: PCI device
 */
struct pci_kind {
	uint32_t vendor;
	uint32_t device;
};

/**
 * struct bind_step - a PCI function that is given to its driver
 * @pci: the function
 * @driver: name of the driver
 */
struct bind_step {
	struct pci_kind pci;
	const char *driver;
};

/**
 * struct step - one step of a job
 * @kind: enum step_kind, says which member of the union is meant
 * @name: unique in the job
 * @scope: 1: in a window of the dmascope module, see scope.h
 * @dmabench: STEP_DMABENCH
 * @map_benchmark: STEP_MAP_BENCHMARK
 * @path: STEP_READ: the one-line file to report
 * @selftest: STEP_SELFTEST: enum selftest
 * @dmacheck: STEP_DMACHECK: as the module takes it; it checks the ranges
 * @times: STEP_RELOAD: how often
 * @mib: STEP_BALLOON: memory to give away and take back, MiB
 * @fio: STEP_FIO
 * @iperf3: STEP_IPERF3
 * @bind: STEP_BIND
 *
 * Strings point into the text that was parsed.
 */
struct step {
	enum step_kind kind;
	char name[STEP_NAME_MAX + 1];
	uint32_t scope;
	union {
		struct dmabench_step dmabench;
		struct map_benchmark_step map_benchmark;
		char path[JOB_WORD_MAX + 1];
		uint32_t selftest;
		struct dmacheck_run dmacheck;
		uint32_t times;
		uint32_t mib;
		struct fio_step fio;
		struct iperf3_step iperf3;
		struct bind_step bind;
	};
};

/**
 * struct module - a kernel module to insert
 * @path: its file
 * @arguments: its parameters, separated by blanks; may be empty
 */
struct module {
	const char *path;
	const char *arguments;
};

/**
 * struct job - a parsed job
 * @cell: id of the cell, hex digits; empty if the job named none
 * @has_device: a device line was there
 * @vendor: PCI vendor of the device to bind
 * @device: PCI device
 * @modules: in the order of insertion
 * @module_count: how many
 * @symbols: kernel symbols to report the presence of
 * @symbol_count: how many
 * @steps: what to run, in order
 * @step_count: how many
 *
 * Strings point into the text that was parsed.
 */
struct job {
	char cell[JOB_CELL_MAX + 1];
	bool has_device;
	uint32_t vendor;
	uint32_t device;
	struct module modules[JOB_MODULES];
	size_t module_count;
	const char *symbols[JOB_SYMBOLS];
	size_t symbol_count;
	struct step steps[JOB_STEPS];
	size_t step_count;
};

/** STEP_KIND_NAMES - names of enum step_kind in the job and the frames. */
extern const char *const STEP_KIND_NAMES[STEP_KINDS];

/**
 * job_parse() - parse a job
 * @text: the file's bytes; cut into words in place, must outlive @job
 * @length: how many; @text[@length] is overwritten too
 * @job: result; after an error it holds what was understood before it
 * @message: on error "line <n>: <what is wrong>; allowed: <what is>"
 * @size: of @message, bytes
 * Return: 0 or -EINVAL.
 */
int job_parse(char *text, size_t length, struct job *job, char *message,
	      size_t size);

/**
 * step_parse() - parse one step line
 * @line: the line without the word "step"; cut into words in place
 * @step: result
 * @message: on error what is wrong and what is allowed
 * @size: of @message, bytes
 * Return: 0 or -EINVAL.
 */
int step_parse(char *line, struct step *step, char *message, size_t size);

#endif /* BOUNCEMARK_JOB_H */
