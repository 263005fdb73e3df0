// SPDX-License-Identifier: GPL-2.0-only
#include "qemu.h"

#include <stdio.h>
#include <string.h>

#include "decode.h"

int qemu_plugin_version;

/* QEMU reads the version before it calls anything. */
__attribute__((constructor)) static void choose_version(void)
{
	qemu_plugin_version = qemu_plugin_scoreboard_new ? API_PER_VCPU : 1;
}

int refuse(const char *what, const char *why)
{
	fprintf(stderr, "bouncemark plugin: %s: %s\n", what, why);
	return 1;
}

int refuse_host(const struct qemu_info *info)
{
	if (!info->system_emulation || strcmp(info->target, "x86_64"))
		return refuse(info->target, "no machine of type x86_64");
	if (info->version.min > API_NEWEST)
		return refuse("plugin interface", "newer than is known here");
	return 0;
}

size_t insn_bytes(int api, const struct qemu_plugin_insn *insn, uint8_t *bytes)
{
	size_t size = qemu_plugin_insn_size(insn);

	if (size > INSN_BYTES)
		size = INSN_BYTES;
	if (api >= API_COPIES)
		return qemu_insn_data_v3(insn, bytes, size);
	memcpy(bytes, qemu_insn_data_v1(insn), size);
	return size;
}
