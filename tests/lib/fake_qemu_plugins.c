// SPDX-License-Identifier: GPL-2.0-only
/*
 * As much of QEMU as a TCG plugin sees: loads one, translates blocks and executes
 * them as a script says. Built once for each version of the interface, -DAPI=1 to 5.
 *
 *   fake_qemu_plugins PLUGIN SCRIPT [OPTION...] [-- WORD...]
 *
 * WORD: what the plugin is given. OPTION: min=N, target=NAME, vcpus=N; user (what is
 * emulated is a process); unchecked (versions are not compared); inline-first (an
 * instruction adds to its counters before it calls back: versions differ in that).
 * The script, a line each:
 *
 *   block NAME VADDR BYTES...	instructions, in hex
 *   run VCPU NAME [ACCESS...]	all of the block is executed
 *   cut VCPU NAME N [ACCESS...]	N instructions of it begin
 *   repeat VCPU NAME N [ACCESS...]	instruction N alone, and nothing but its memory
 *					accesses is told: so QEMU does what needs a device
 *   map BITS				in these a physical address is not the virtual one
 *
 * ACCESS: INSN:r|w:VADDR:SHIFT, 2^SHIFT bytes; R and W are of a device.
 *
 * What is asked for by qemu_plugin_reset() is done before the next block, but not
 * before one that is repeated.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef API
#error which version of the interface?
#endif

#define MOST		64
#define CALLS		8
#define EXPORT		__attribute__((visibility("default")))
#define STORE		0x10
#define DEVICE		0x20

typedef void (*simple_cb)(uint64_t id);
typedef void (*exit_cb)(uint64_t id, void *data);
typedef void (*exec_cb)(unsigned int vcpu, void *data);
typedef void (*mem_cb)(unsigned int vcpu, uint32_t info, uint64_t vaddr, void *data);

struct qemu_plugin_scoreboard {
	size_t size;
	uint8_t *parts;
};

/* A counter: one, or one of each vCPU's. */
struct counter {
	struct qemu_plugin_scoreboard *board;
	size_t offset;
	uint64_t *one;
};

struct call {
	exec_cb exec;
	mem_cb mem;
	int rw;
	void *data;
	struct counter counter;
	uint64_t add;
};

struct calls {
	struct call list[CALLS];
	size_t count;
};

struct qemu_plugin_insn {
	uint64_t vaddr;
	uint8_t bytes[16];
	size_t size;
	bool memory_only;
	struct calls calls;
	struct calls mem;
};

struct qemu_plugin_tb {
	char name[32];
	struct qemu_plugin_insn insns[MOST];
	size_t count;
	bool is_translated;
	bool memory_only;
	struct calls calls;
};

struct qemu_plugin_hwaddr {
	bool is_device;
	uint64_t address;
};

typedef void (*trans_cb)(uint64_t id, struct qemu_plugin_tb *tb);

/* struct qemu_info_t of QEMU's, of a machine. */
struct info {
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

struct access {
	size_t insn;
	uint32_t info;
	uint64_t vaddr;
};

static struct {
	struct qemu_plugin_tb blocks[2 * MOST];
	size_t count;
	int vcpus;
	bool inline_first;
	trans_cb trans;
	exit_cb at_exit;
	void *exit_data;
	simple_cb reset;
	uint64_t map;
} fake = { .vcpus = 1, .map = 1ull << 40 };

static const uint64_t ID = 7;

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "fake: %s: %s\n", what, which);
	exit(3);
}

static struct call *add_call(struct calls *calls)
{
	if (calls->count == CALLS)
		fail("too many callbacks", "of an instruction or a block");
	return &calls->list[calls->count++];
}

EXPORT void qemu_plugin_reset(uint64_t id, simple_cb cb)
{
	if (id != ID)
		fail("id", "is not the plugin's");
	fake.reset = cb;
}

EXPORT void qemu_plugin_register_atexit_cb(uint64_t id, exit_cb cb, void *data)
{
	if (id != ID)
		fail("id", "is not the plugin's");
	fake.at_exit = cb;
	fake.exit_data = data;
}

EXPORT void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, trans_cb cb)
{
	if (id != ID)
		fail("id", "is not the plugin's");
	fake.trans = cb;
}

EXPORT void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
						 exec_cb cb, int regs, void *data)
{
	if (regs)
		fail("registers", "are not needed");
	if (!tb->memory_only)
		*add_call(&tb->calls) = (struct call){ .exec = cb, .data = data };
}

EXPORT void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
						   exec_cb cb, int regs, void *data)
{
	if (regs)
		fail("registers", "are not needed");
	if (!insn->memory_only)
		*add_call(&insn->calls) = (struct call){ .exec = cb, .data = data };
}

EXPORT void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
					     mem_cb cb, int regs, int rw,
					     void *data)
{
	if (regs || rw < 1 || rw > 3)
		fail("memory callback", "is of no read or write, or needs registers");
	*add_call(&insn->mem) = (struct call){ .mem = cb, .rw = rw, .data = data };
}

static void add_inline(struct qemu_plugin_insn *insn, int op,
		       struct counter counter, uint64_t add)
{
	if (op)
		fail("operation", "is not that of adding");
	if (!insn->memory_only)
		*add_call(&insn->calls) = (struct call){ .counter = counter,
							 .add = add };
}

#if API == 1
EXPORT void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
						       int op, void *counter,
						       uint64_t add)
{
	add_inline(insn, op, (struct counter){ .one = counter }, add);
}
#else
struct u64 {
	struct qemu_plugin_scoreboard *board;
	size_t offset;
};

EXPORT struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size)
{
	static struct qemu_plugin_scoreboard board;

	board.size = size;
	board.parts = calloc(fake.vcpus, size);
	return &board;
}

EXPORT void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *board,
					 unsigned int vcpu)
{
	if (vcpu >= (unsigned int)fake.vcpus)
		fail("vCPU", "is not there");
	return board->parts + vcpu * board->size;
}

EXPORT void
qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn,
						    int op, struct u64 entry,
						    uint64_t add)
{
	add_inline(insn, op, (struct counter){ entry.board, entry.offset, NULL },
		   add);
}
#endif

#if API < 3
EXPORT const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn)
{
	return insn->bytes;
}
#else
EXPORT size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *to,
				    size_t size)
{
	if (size > insn->size)
		size = insn->size;
	memcpy(to, insn->bytes, size);
	return size;
}
#endif

EXPORT size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb)
{
	return tb->count;
}

EXPORT struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index)
{
	if (index >= tb->count)
		fail("instruction", "is not there");
	return (struct qemu_plugin_insn *)&tb->insns[index];
}

EXPORT size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn)
{
	return insn->size;
}

EXPORT uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn)
{
	return insn->vaddr;
}

EXPORT unsigned int qemu_plugin_mem_size_shift(uint32_t info)
{
	return info & 0xf;
}

EXPORT bool qemu_plugin_mem_is_store(uint32_t info)
{
	return info & STORE;
}

EXPORT struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(uint32_t info,
							 uint64_t vaddr)
{
	static struct qemu_plugin_hwaddr found;

	found.is_device = info & DEVICE;
	found.address = vaddr ^ fake.map;
	return &found;
}

EXPORT bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address)
{
	return address->is_device;
}

EXPORT uint64_t
qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address)
{
	if (address->is_device)
		fail("address", "of a device was asked for");
	return address->address;
}

static void do_call(const struct call *call, unsigned int vcpu)
{
	const struct counter *counter = &call->counter;

	if (call->exec)
		call->exec(vcpu, call->data);
	else if (counter->one)
		*counter->one += call->add;
	else
		*(uint64_t *)(counter->board->parts +
			      vcpu * counter->board->size + counter->offset) +=
			call->add;
}

/* Callbacks before counters, or the other way round. */
static void do_calls(const struct calls *calls, unsigned int vcpu)
{
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < calls->count; i++)
			if (!calls->list[i].exec == (round != fake.inline_first))
				do_call(&calls->list[i], vcpu);
}

static void do_access(const struct calls *calls, unsigned int vcpu,
		      const struct access *access)
{
	int rw = access->info & STORE ? 2 : 1;

	for (size_t i = 0; i < calls->count; i++)
		if (calls->list[i].rw & rw)
			calls->list[i].mem(vcpu, access->info, access->vaddr,
					   calls->list[i].data);
}

static void translate(struct qemu_plugin_tb *tb)
{
	if (tb->is_translated)
		return;
	memset(&tb->calls, 0, sizeof(tb->calls));
	for (size_t i = 0; i < tb->count; i++) {
		memset(&tb->insns[i].calls, 0, sizeof(tb->insns[i].calls));
		memset(&tb->insns[i].mem, 0, sizeof(tb->insns[i].mem));
		tb->insns[i].memory_only = tb->memory_only;
	}
	if (fake.trans)
		fake.trans(ID, tb);
	tb->is_translated = true;
}

/* Do what was asked for: forget callbacks and what was translated with them. */
static void reset(void)
{
	simple_cb cb = fake.reset;

	if (!cb)
		return;
	fake.reset = NULL;
	fake.trans = NULL;
	fake.at_exit = NULL;
	for (size_t i = 0; i < fake.count; i++)
		fake.blocks[i].is_translated = false;
	cb(ID);
}

static void execute(struct qemu_plugin_tb *tb, unsigned int vcpu, size_t insns,
		    const struct access *accesses, size_t count)
{
	translate(tb);
	do_calls(&tb->calls, vcpu);
	for (size_t i = 0; i < insns; i++) {
		const struct calls *mem = &tb->insns[i].mem;

		do_calls(&tb->insns[i].calls, vcpu);
		for (size_t a = 0; a < count; a++)
			if (accesses[a].insn == i)
				do_access(mem, vcpu, &accesses[a]);
	}
}

static struct qemu_plugin_tb *block_new(const char *name)
{
	struct qemu_plugin_tb *tb = &fake.blocks[fake.count++];

	if (fake.count > 2 * MOST)
		fail("too many blocks", name);
	snprintf(tb->name, sizeof(tb->name), "%s", name);
	return tb;
}

static struct qemu_plugin_tb *find(const char *name)
{
	for (size_t i = 0; i < fake.count; i++)
		if (!strcmp(fake.blocks[i].name, name))
			return &fake.blocks[i];
	fail("no block", name);
	return NULL;
}

/* The block of one instruction of another, made when it is the first. */
static struct qemu_plugin_tb *single(const struct qemu_plugin_tb *from, size_t index)
{
	struct qemu_plugin_tb *tb;
	char name[64];

	snprintf(name, sizeof(name), "%.20s+%zu", from->name, index);
	for (size_t i = 0; i < fake.count; i++)
		if (!strcmp(fake.blocks[i].name, name))
			return &fake.blocks[i];
	tb = block_new(name);
	tb->insns[0] = from->insns[index];
	tb->count = 1;
	tb->memory_only = true;
	return tb;
}

static const char *word(void)
{
	return strtok(NULL, " \n");
}

static uint64_t number(int base)
{
	const char *text = word();
	char *end;
	uint64_t value;

	if (!text)
		fail("a number", "is missing");
	value = strtoull(text, &end, base);
	if (*end)
		fail("no number", text);
	return value;
}

static void take_insn(struct qemu_plugin_tb *tb, const char *hex, uint64_t vaddr)
{
	struct qemu_plugin_insn *insn = &tb->insns[tb->count++];

	if (tb->count > MOST)
		fail("too many instructions", tb->name);
	insn->vaddr = vaddr;
	for (; hex[0] && hex[1] && insn->size < sizeof(insn->bytes); hex += 2)
		if (sscanf(hex, "%2hhx", &insn->bytes[insn->size++]) != 1)
			fail("no hex", hex);
}

static void take_block(void)
{
	struct qemu_plugin_tb *tb = block_new(word());
	uint64_t vaddr = number(16);
	const char *hex;

	while ((hex = word())) {
		take_insn(tb, hex, vaddr);
		vaddr += tb->insns[tb->count - 1].size;
	}
}

static size_t take_accesses(struct access *accesses)
{
	size_t count = 0;
	const char *text;

	while ((text = word())) {
		struct access *access = &accesses[count++];
		char kind;

		if (count > MOST || sscanf(text, "%zu:%c:%" SCNx64 ":%u", &access->insn,
					   &kind, &access->vaddr, &access->info) != 4)
			fail("no access", text);
		access->info |= kind == 'w' || kind == 'W' ? STORE : 0;
		access->info |= kind == 'R' || kind == 'W' ? DEVICE : 0;
	}
	return count;
}

static void take_line(char *line)
{
	const char *what = strtok(line, " \n");
	struct access accesses[MOST];
	struct qemu_plugin_tb *tb;
	unsigned int vcpu;
	size_t insns, count;

	if (!what)
		return;
	if (!strcmp(what, "block")) {
		take_block();
		return;
	}
	if (!strcmp(what, "map")) {
		fake.map = number(16);
		return;
	}
	vcpu = number(10);
	tb = find(word());
	insns = strcmp(what, "run") ? number(10) : tb->count;
	count = take_accesses(accesses);
	if (!strcmp(what, "repeat")) {
		execute(single(tb, insns), vcpu, 1, accesses, count);
		return;
	}
	reset();
	execute(tb, vcpu, insns, accesses, count);
}

static void run(const char *path)
{
	FILE *script = fopen(path, "r");
	char line[4096];

	if (!script)
		fail("cannot be read", path);
	while (fgets(line, sizeof(line), script))
		take_line(line);
	fclose(script);
	reset();
	if (fake.at_exit)
		fake.at_exit(ID, fake.exit_data);
}

/* As QEMU does it; it says so in words much like these. */
static void compare_versions(int version, const struct info *info)
{
	if (version >= info->version.min && version <= info->version.cur)
		return;
	fprintf(stderr, "fake: the plugin requires API version %d, this QEMU supports "
		"%d to %d\n", version, info->version.min, info->version.cur);
	exit(2);
}

int main(int argc, char **argv)
{
	int (*install)(uint64_t id, const struct info *info, int argc, char **argv);
	struct info info = { "x86_64", { API == 1 ? 0 : 2, API }, true, { 1, 1 } };
	bool is_checked = true;
	const int *version;
	void *plugin;
	int i;

	if (argc < 3)
		fail("usage", "fake_qemu_plugins PLUGIN SCRIPT [OPTION...] [-- WORD...]");
	for (i = 3; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strncmp(argv[i], "min=", 4))
			info.version.min = atoi(argv[i] + 4);
		else if (!strncmp(argv[i], "target=", 7))
			info.target = argv[i] + 7;
		else if (!strncmp(argv[i], "vcpus=", 6))
			fake.vcpus = atoi(argv[i] + 6);
		else if (!strcmp(argv[i], "user"))
			info.system_emulation = false;
		else if (!strcmp(argv[i], "unchecked"))
			is_checked = false;
		else if (!strcmp(argv[i], "inline-first"))
			fake.inline_first = true;
		else
			fail("unknown option", argv[i]);
	}
	if (info.version.cur < info.version.min)
		info.version.cur = info.version.min;
	info.vcpus.now = fake.vcpus;
	info.vcpus.max = fake.vcpus;
	plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!plugin)
		fail("cannot be loaded", dlerror());
	*(void **)&install = dlsym(plugin, "qemu_plugin_install");
	version = dlsym(plugin, "qemu_plugin_version");
	if (!install || !version)
		fail("no plugin", argv[1]);
	if (is_checked)
		compare_versions(*version, &info);
	if (i < argc)
		i++;
	if (install(ID, &info, argc - i, argv + i))
		return 1;
	run(argv[2]);
	return 0;
}
