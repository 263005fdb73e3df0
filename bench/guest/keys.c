// SPDX-License-Identifier: GPL-2.0-only
/* One table of keys per kind of step, and the defaults. */
#include "keys.h"

#define PARAM(key_type, member) \
	{ #member, key_type, offsetof(struct step, dmabench.params.member), \
	  NULL, false }
#define CHOICE(member, words, needed) \
	{ #member, KEY_CHOICE, offsetof(struct step, dmabench.params.member), \
	  words, needed }
#define MAP_KEY(member) \
	{ #member, KEY_U32, offsetof(struct step, map_benchmark.member), \
	  NULL, false }
#define CHECK_PARAM(key_type, member) \
	{ #member, key_type, offsetof(struct step, dmacheck.member), NULL, false }
#define CHECK_CHOICE(name, member, words, needed) \
	{ name, KEY_CHOICE, offsetof(struct step, dmacheck.member), words, \
	  needed }
#define SCOPE_KEY \
	{ "scope", KEY_CHOICE, offsetof(struct step, scope), "0|1", false }
#define FIO_WORD(name, word, needed) \
	{ name, KEY_WORD, offsetof(struct step, fio.words[word]), NULL, needed }
#define IPERF3_KEY(key_type, member, choices, needed) \
	{ #member, key_type, offsetof(struct step, iperf3.member), choices, \
	  needed }
#define TOOL_KEYS(member) \
	{ "seconds", KEY_U32, offsetof(struct step, member.options.seconds), \
	  NULL, false }, \
	{ "perf", KEY_CHOICE, offsetof(struct step, member.options.perf), \
	  "0|1", false }
#define DIRECTIONS "bidirectional|to_device|from_device"
#define PLACES "any|low|high|dma32|both"
#define LAYOUTS "any|contiguous|scattered"

static const struct key dmabench_keys[] = {
	CHOICE(op, "map_single|map_page|map_sg|sync|coherent|pages", true),
	CHOICE(dir, DIRECTIONS, false),
	CHOICE(place, PLACES, false),
	CHOICE(layout, LAYOUTS, false),
	PARAM(KEY_U32, mask_bits),
	PARAM(KEY_U32, size),
	PARAM(KEY_U32, offset),
	PARAM(KEY_U32, nents),
	PARAM(KEY_U32, buffers),
	PARAM(KEY_U32, depth),
	PARAM(KEY_U32, irqs_off),
	PARAM(KEY_U64, count),
	PARAM(KEY_U64, warmup),
	{ "expect", KEY_ERRNO, offsetof(struct step, dmabench.expect), NULL,
	  false },
	SCOPE_KEY,
	{ 0 }
};

static const struct key map_benchmark_keys[] = {
	MAP_KEY(seconds),
	{ "dir", KEY_CHOICE, offsetof(struct step, map_benchmark.dir),
	  DIRECTIONS, false },
	MAP_KEY(granule),
	MAP_KEY(mask_bits),
	{ 0 }
};

static const struct key read_keys[] = {
	{ "path", KEY_PATH, offsetof(struct step, path), NULL, true },
	SCOPE_KEY,
	{ 0 }
};

/* In the order of enum selftest. */
static const struct key selftest_keys[] = {
	{ "do", KEY_CHOICE, offsetof(struct step, selftest),
	  "ok|fail|error|skip|panic|hang|spin|exit|poweroff|reboot|garbage|"
	  "truncate|silent", true },
	{ 0 }
};

static const struct key dmacheck_keys[] = {
	CHECK_CHOICE("case", test,
		     "map|sync|coherent|edge|full|limit|required|foreign|edu|bio",
		     true),
	CHECK_CHOICE("op", op, "single|page|sg", false),
	CHECK_CHOICE("dir", dir, DIRECTIONS, false),
	CHECK_CHOICE("place", place, PLACES, false),
	CHECK_CHOICE("layout", layout, LAYOUTS, false),
	CHECK_PARAM(KEY_U32, mask_bits),
	CHECK_PARAM(KEY_U32, size),
	CHECK_PARAM(KEY_U32, offset),
	CHECK_PARAM(KEY_U32, nents),
	CHECK_PARAM(KEY_U32, buffers),
	CHECK_PARAM(KEY_U32, min_align),
	CHECK_PARAM(KEY_U32, boundary),
	CHECK_PARAM(KEY_U32, skip_sync),
	CHECK_PARAM(KEY_U32, whole),
	CHECK_PARAM(KEY_U64, count),
	CHECK_PARAM(KEY_U64, seed),
	{ "path", KEY_DEVICE, offsetof(struct step, dmacheck.path), NULL, false },
	{ 0 }
};

static const struct key reload_keys[] = {
	{ "times", KEY_U32, offsetof(struct step, times), NULL, true },
	SCOPE_KEY,
	{ 0 }
};

static const struct key balloon_keys[] = {
	{ "mib", KEY_U32, offsetof(struct step, mib), NULL, true },
	{ 0 }
};

static const struct key p2m_keys[] = {
	{ 0 }
};

static const struct key fio_keys[] = {
	{ "job", KEY_WORD, offsetof(struct step, fio.job), NULL, true },
	FIO_WORD("device", FIO_DEVICE, true),
	FIO_WORD("rw", FIO_RW, false),
	FIO_WORD("bs", FIO_BS, false),
	FIO_WORD("ios", FIO_IOS, false),
	FIO_WORD("depth", FIO_DEPTH, false),
	FIO_WORD("direct", FIO_DIRECT, false),
	FIO_WORD("size", FIO_SIZE, false),
	FIO_WORD("numjobs", FIO_NUMJOBS, false),
	FIO_WORD("ioengine", FIO_IOENGINE, false),
	FIO_WORD("seed", FIO_SEED, false),
	{ "mkfs", KEY_CHOICE, offsetof(struct step, fio.mkfs), "none|xfs",
	  false },
	{ "mount", KEY_WORD, offsetof(struct step, fio.mount), NULL, false },
	{ "max_sectors_kb", KEY_U32, offsetof(struct step, fio.max_sectors_kb),
	  NULL, false },
	TOOL_KEYS(fio),
	SCOPE_KEY,
	{ 0 }
};

static const struct key iperf3_keys[] = {
	IPERF3_KEY(KEY_WORD, server, NULL, true),
	IPERF3_KEY(KEY_U32, port, NULL, true),
	IPERF3_KEY(KEY_CHOICE, proto, "tcp|udp", true),
	IPERF3_KEY(KEY_CHOICE, dir, "transmit|receive|both", true),
	IPERF3_KEY(KEY_U32, streams, NULL, false),
	IPERF3_KEY(KEY_U64, bytes, NULL, false),
	IPERF3_KEY(KEY_U32, length, NULL, false),
	IPERF3_KEY(KEY_U32, mtu, NULL, false),
	IPERF3_KEY(KEY_WORD, bitrate, NULL, false),
	TOOL_KEYS(iperf3),
	SCOPE_KEY,
	{ 0 }
};

static const struct key bind_keys[] = {
	{ "pci", KEY_PCI, offsetof(struct step, bind.pci), NULL, true },
	{ "driver", KEY_WORD, offsetof(struct step, bind.driver), NULL, true },
	{ 0 }
};

const struct key *const KEYS_OF[STEP_KINDS] = {
	[STEP_DMABENCH] = dmabench_keys,
	[STEP_MAP_BENCHMARK] = map_benchmark_keys,
	[STEP_READ] = read_keys,
	[STEP_SELFTEST] = selftest_keys,
	[STEP_DMACHECK] = dmacheck_keys,
	[STEP_RELOAD] = reload_keys,
	[STEP_BALLOON] = balloon_keys,
	[STEP_P2M] = p2m_keys,
	[STEP_FIO] = fio_keys,
	[STEP_IPERF3] = iperf3_keys,
	[STEP_BIND] = bind_keys,
};

const char *const STEP_KIND_NAMES[STEP_KINDS] = {
	[STEP_DMABENCH] = "dmabench",
	[STEP_MAP_BENCHMARK] = "map_benchmark",
	[STEP_READ] = "read",
	[STEP_SELFTEST] = "selftest",
	[STEP_DMACHECK] = "dmacheck",
	[STEP_RELOAD] = "reload",
	[STEP_BALLOON] = "balloon",
	[STEP_P2M] = "p2m",
	[STEP_FIO] = "fio",
	[STEP_IPERF3] = "iperf3",
	[STEP_BIND] = "bind",
};

void keys_default(struct step *step)
{
	switch (step->kind) {
	case STEP_DMABENCH:
		step->dmabench.params = (struct dmabench_params){
			.abi = DMABENCH_ABI,
			.dir = 1,
			.mask_bits = 64,
			.size = 4096,
			.nents = 1,
			.buffers = 64,
			.depth = 1,
			.count = 20000,
			.warmup = 200,
		};
		break;
	case STEP_MAP_BENCHMARK:
		step->map_benchmark = (struct map_benchmark_step){
			.seconds = 1,
			.dir = 1,
			.granule = 1,
			.mask_bits = 64,
		};
		break;
	case STEP_DMACHECK:
		step->dmacheck = (struct dmacheck_run){
			.abi = DMACHECK_ABI,
			.dir = 0,
			.mask_bits = 64,
			.size = 4096,
			.nents = 1,
			.buffers = 8,
			.count = 1,
			.seed = 1,
		};
		break;
	case STEP_FIO:
		step->fio = (struct fio_step){
			.options.seconds = 600,
			.words = {
				[FIO_RW] = "randread",
				[FIO_BS] = "4096",
				[FIO_IOS] = "1000",
				[FIO_DEPTH] = "1",
				[FIO_DIRECT] = "1",
				[FIO_SIZE] = "64M",
				[FIO_NUMJOBS] = "1",
				[FIO_IOENGINE] = "libaio",
				[FIO_SEED] = "1",
			},
			/* Dom0's limit; natively there may be none. */
			.max_sectors_kb = 252,
			.mount = "/mnt",
		};
		break;
	case STEP_IPERF3:
		step->iperf3 = (struct iperf3_step){
			.options.seconds = 600,
			.streams = 1,
			.bytes = 16 << 20,
			.mtu = 1500,
		};
		break;
	default:
		break;
	}
}
