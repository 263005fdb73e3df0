/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The part of QEMU's TCG plugin interface that is used here, for its versions
 * 1 (QEMU 7.2) to 5 (10.1). Source: "QEMU TCG Plugins" in QEMU's manual, and
 * the changes that its versions 2 and 3 name: since 2 an inline counter is one
 * of each vCPU's, since 3 the bytes of an instruction are copied.
 *
 * What a version lacks is a weak symbol that is NULL there.
 */
#ifndef QEMU_ABI_H
#define QEMU_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_EXPORT	__attribute__((visibility("default")))
#define QEMU_WEAK	__attribute__((weak))

typedef uint64_t qemu_id;

/**
 * struct qemu_info - what QEMU says of itself to a plugin that is loaded
 * @target: what is emulated: "x86_64"
 * @version: the oldest and the newest interface it knows
 * @system_emulation: a whole machine, not a process
 * @vcpus: how many there are, and how many there may be
 */
struct qemu_info {
	const char *target;
	struct {
		int min;
		int cur;
	} version;
	bool system_emulation;
	struct {
		int now;
		int max;
	} vcpus;
};

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;
struct qemu_plugin_scoreboard;

/**
 * struct qemu_counter - a counter that every vCPU has of its own (version 2)
 * @board: where they are
 * @offset: bytes from the start of a vCPU's part
 */
struct qemu_counter {
	struct qemu_plugin_scoreboard *board;
	size_t offset;
};

/*
 * Callbacks touch no register of the guest's; memory is read, written, both. (Who
 * asks QEMU 7.2 for loads alone gets the stores: it compares the wrong bits.)
 */
enum { QEMU_NO_REGS = 0 };
enum { QEMU_MEM_RW = 3 };
enum { QEMU_ADD_U64 = 0 };

typedef void (*qemu_simple_cb)(qemu_id id);
typedef void (*qemu_data_cb)(qemu_id id, void *data);
typedef void (*qemu_trans_cb)(qemu_id id, struct qemu_plugin_tb *tb);
typedef void (*qemu_exec_cb)(unsigned int vcpu, void *data);
typedef void (*qemu_mem_cb)(unsigned int vcpu, uint32_t info, uint64_t vaddr,
			    void *data);

QEMU_EXPORT extern int qemu_plugin_version;
QEMU_EXPORT int qemu_plugin_install(qemu_id id, const struct qemu_info *info,
				    int argc, char **argv);

void qemu_plugin_reset(qemu_id id, qemu_simple_cb cb);
void qemu_plugin_register_atexit_cb(qemu_id id, qemu_data_cb cb, void *data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_id id, qemu_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  qemu_exec_cb cb, int regs, void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    qemu_exec_cb cb, int regs,
					    void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      qemu_mem_cb cb, int regs, int rw,
				      void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
unsigned int qemu_plugin_mem_size_shift(uint32_t info);
bool qemu_plugin_mem_is_store(uint32_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info, uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);

/* Version 1: one counter for all vCPUs. */
QEMU_WEAK void
qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
					   int op, void *counter, uint64_t add);
const void *qemu_insn_data_v1(const struct qemu_plugin_insn *insn)
	__asm__("qemu_plugin_insn_data");

/* Version 2. */
QEMU_WEAK struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size);
QEMU_WEAK void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *board,
					    unsigned int vcpu);
QEMU_WEAK void
qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
						    int op,
						    struct qemu_counter counter,
						    uint64_t add);

/* Version 3. */
size_t qemu_insn_data_v3(const struct qemu_plugin_insn *insn, void *to,
			 size_t size) __asm__("qemu_plugin_insn_data");

#endif /* QEMU_ABI_H */
