/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all plugins have to do with QEMU: be loaded by it, or say why not, and read
 * what it translates.
 */
#ifndef QEMU_H
#define QEMU_H

#include <stddef.h>
#include <stdint.h>

#include "qemu_abi.h"

/** API_PER_VCPU - since then an inline counter is one of each vCPU's */
#define API_PER_VCPU	2
/** API_COPIES - since then the bytes of an instruction are copied */
#define API_COPIES	3
/** API_NEWEST - the newest interface whose changes were looked at */
#define API_NEWEST	5

/**
 * refuse - say on standard error why a plugin is not loaded
 * @what: what is wrong
 * @why: and what with it
 *
 * Return: 1, as qemu_plugin_install() does when it failed.
 */
int refuse(const char *what, const char *why);

/**
 * refuse_host - say why if a plugin cannot work in this QEMU
 * @info: what QEMU says of itself
 *
 * Return: 0 if it can, else 1.
 */
int refuse_host(const struct qemu_info *info);

/**
 * insn_bytes - read an instruction
 * @api: the interface's version
 * @insn: which
 * @bytes: result, of INSN_BYTES
 *
 * Return: how many bytes it has.
 */
size_t insn_bytes(int api, const struct qemu_plugin_insn *insn, uint8_t *bytes);

#endif /* QEMU_H */
