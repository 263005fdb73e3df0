// SPDX-License-Identifier: GPL-2.0-only
/* With a file's name it parses that job and prints what is wrong with it. */
#include "job.h"

#include <errno.h>

#include "sys.h"
#include "test.h"

#define HEAD "protocol 1\ncell 00ff\n"

static struct job job;
static char message[512];

/* Parse a copy that ends where its allocation ends. */
static int parse(const char *text, size_t length)
{
	char *copy = malloc(length + 1);
	int ret;

	CHECK(copy);
	memcpy(copy, text, length);
	message[0] = '\0';
	ret = job_parse(copy, length, &job, message, sizeof(message));
	CHECK(ret == 0 || ret == -EINVAL);
	CHECK((ret == 0) == (message[0] == '\0'));
	free(copy);
	return ret;
}

static void test_good(void)
{
	static const char text[] =
		"# a job\n\n\t protocol\t1 \ncell 00ff # mine\n"
		"device 1234:11e8\n"
		"module /lib/a.ko\nmodule /lib/b#c.ko#d seed=1 share=50\nsymbol xen_p2m_addr\n"
		"step dmabench m.1_a+b-c op=map_sg size=256K nents=128 "
		"dir=bidirectional place=high layout=scattered irqs_off=1 "
		"count=1M warmup=0 mask_bits=32 offset=1 buffers=2 depth=2 "
		"scope=1\n"
		"step dmabench bad op=coherent size=4294967295 "
		"count=18446744073709551615 expect=EINVAL\n"
		"step map_benchmark mb seconds=3 dir=from_device granule=2\n"
		"step read r path=/sys/a\nstep selftest s do=silent";
	char *copy = strdup(text);
	struct dmabench_params *p = &job.steps[0].dmabench.params;

	CHECK(copy);
	if (job_parse(copy, strlen(text), &job, message, sizeof(message))) {
		fprintf(stderr, "%s\n", message);
		exit(1);
	}
	CHECK_TEXT(job.cell, "00ff");
	CHECK(job.has_device && job.vendor == 0x1234 && job.device == 0x11e8);
	CHECK(job.module_count == 2 && job.symbol_count == 1);
	CHECK_TEXT(job.modules[0].arguments, "");
	CHECK_TEXT(job.modules[1].path, "/lib/b#c.ko#d");
	CHECK_TEXT(job.modules[1].arguments, "seed=1 share=50");
	CHECK_TEXT(job.symbols[0], "xen_p2m_addr");
	CHECK(job.step_count == 5);
	CHECK_TEXT(job.steps[0].name, "m.1_a+b-c");
	CHECK(p->abi == DMABENCH_ABI && p->op == DMABENCH_MAP_SG);
	CHECK(p->dir == 0 && p->mask_bits == 32 && p->size == 262144);
	CHECK(p->offset == 1 && p->nents == 128 && p->buffers == 2);
	CHECK(p->depth == 2 && p->irqs_off == 1);
	CHECK(p->place == DMABENCH_PLACE_HIGH);
	CHECK(p->layout == DMABENCH_LAYOUT_SCATTERED);
	CHECK(p->count == 1048576 && p->warmup == 0);
	CHECK(job.steps[0].dmabench.expect == 0);
	CHECK(job.steps[0].scope == 1 && job.steps[1].scope == 0);
	CHECK(job.steps[1].dmabench.expect == EINVAL);
	CHECK(job.steps[1].dmabench.params.size == UINT32_MAX);
	CHECK(job.steps[1].dmabench.params.count == UINT64_MAX);
	CHECK(job.steps[2].kind == STEP_MAP_BENCHMARK);
	CHECK(job.steps[2].map_benchmark.seconds == 3);
	CHECK(job.steps[2].map_benchmark.dir == 2);
	CHECK(job.steps[2].map_benchmark.granule == 2);
	CHECK(job.steps[2].map_benchmark.mask_bits == 64);
	CHECK_TEXT(job.steps[3].path, "/sys/a");
	CHECK(job.steps[4].selftest == SELFTEST_SILENT);
	free(copy);
}

static void test_defaults(void)
{
	static const char text[] = HEAD "step dmabench m op=map_single";
	struct dmabench_params *p = &job.steps[0].dmabench.params;

	CHECK(!parse(text, strlen(text)));
	CHECK(!job.has_device && !job.module_count && job.step_count == 1);
	CHECK(p->dir == 1 && p->mask_bits == 64 && p->size == 4096);
	CHECK(p->offset == 0 && p->nents == 1 && p->buffers == 64);
	CHECK(p->depth == 1 && p->irqs_off == 0 && p->place == 0);
	CHECK(p->layout == 0 && p->count == 20000 && p->warmup == 200);
}

static void test_tools(void)
{
	static const char text[] = HEAD
		"step fio f job=plain.fio device=/dev/nvme0n1\n"
		"step fio g job=a/b.fio device=/dev/sda rw=randrw:4 bs=4k,1M ios=7\n"
		"step fio h job=v.fio device=/dev/sda rw=write bs=64k ios=7 depth=32 "
		"direct=0 size=50% numjobs=2 ioengine=psync seed=9 "
		"mkfs=xfs mount=/m max_sectors_kb=0 seconds=9 perf=1 scope=1\n"
		"step iperf3 t server=10.0.2.2 port=5201 proto=tcp dir=transmit\n"
		"step iperf3 u server=a-b.c port=5202 proto=udp dir=receive streams=4 "
		"bytes=1M length=1400 mtu=9000 bitrate=100M/2 seconds=9 perf=1\n";
	char *copy = strdup(text), *bad = strstr(copy, "step fio g");
	const struct fio_step *fio;
	const struct iperf3_step *iperf3;

	CHECK(copy);
	CHECK(job_parse(copy, strlen(text), &job, message, sizeof(message)));
	CHECK_TEXT(message, "line 4: key bs has the value '4k,1M'; allowed: "
			    "1 to 200 characters of a-z A-Z 0-9 _ . : / % -");
	strcpy(copy, text);
	memset(bad, ' ', strcspn(bad, "\n"));
	CHECK(!job_parse(copy, strlen(text), &job, message, sizeof(message)));
	fio = &job.steps[0].fio;
	CHECK_TEXT(fio->job, "plain.fio");
	CHECK_TEXT(fio->words[FIO_DEVICE], "/dev/nvme0n1");
	CHECK_TEXT(fio->words[FIO_RW], "randread");
	CHECK_TEXT(fio->words[FIO_IOENGINE], "libaio");
	CHECK(fio->max_sectors_kb == 252 && fio->mkfs == MKFS_NONE);
	CHECK(fio->options.seconds == 600 && !fio->options.perf);
	CHECK(!job.steps[0].scope && job.steps[1].scope == 1);
	fio = &job.steps[1].fio;
	CHECK_TEXT(fio->words[FIO_SIZE], "50%");
	CHECK_TEXT(fio->words[FIO_SEED], "9");
	CHECK_TEXT(fio->mount, "/m");
	CHECK(fio->max_sectors_kb == 0 && fio->mkfs == MKFS_XFS);
	CHECK(fio->options.seconds == 9 && fio->options.perf == 1);
	iperf3 = &job.steps[2].iperf3;
	CHECK(iperf3->port == 5201 && iperf3->proto == 0);
	CHECK(iperf3->dir == IPERF3_TRANSMIT && iperf3->streams == 1);
	CHECK(iperf3->bytes == 16 << 20 && iperf3->mtu == 1500);
	CHECK(!iperf3->length && !iperf3->bitrate);
	CHECK(iperf3->options.seconds == 600 && !iperf3->options.perf);
	iperf3 = &job.steps[3].iperf3;
	CHECK_TEXT(iperf3->server, "a-b.c");
	CHECK_TEXT(iperf3->bitrate, "100M/2");
	CHECK(iperf3->proto == 1 && iperf3->dir == IPERF3_RECEIVE);
	CHECK(iperf3->bytes == 1 << 20 && iperf3->length == 1400);
	free(copy);
}

static void test_bad(void)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
#include "bad_jobs.h"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CHECK(parse(rows[i].text, strlen(rows[i].text)) == -EINVAL);
		CHECK_TEXT(message, rows[i].message);
	}
}

static void test_limits(void)
{
	static char text[200000];
	size_t used = (size_t)sprintf(text, HEAD);
	size_t head = used;

	for (int i = 0; i < JOB_STEPS; i++)
		used += (size_t)sprintf(text + used,
					"step selftest s%d do=ok\n", i);
	CHECK(!parse(text, used));
	CHECK(job.step_count == JOB_STEPS);
	used += (size_t)sprintf(text + used, "step selftest more do=ok\n");
	CHECK(parse(text, used));
	CHECK_TEXT(message, "line 515: too many steps; allowed: 512");

	memset(text + head, ' ', JOB_LINE_MAX + 1);
	CHECK(!parse(text, head + JOB_LINE_MAX));
	CHECK(parse(text, head + JOB_LINE_MAX + 1));
	CHECK_TEXT(message, "line 3: 1025 bytes long; allowed: 1024");
	memcpy(text + head, "#\0", 2);
	CHECK(parse(text, head + 2));
	CHECK_TEXT(message, "line 3: holds a NUL byte; allowed: text");
}

/* Whatever the bytes: an answer, and nothing touched that is not the job's. */
static void test_junk(void)
{
	static const char good[] = HEAD
		"device 1234:11e8\nmodule /lib/a.ko\nsymbol a\n"
		"step dmabench m op=map_sg size=256K expect=EINVAL\n"
		"step read r path=/sys/a\nstep selftest s do=ok\n";
	unsigned int seed = 1;
	int accepted = 0;

	for (int round = 0; round < 20000; round++) {
		char text[sizeof(good)];
		size_t length = (size_t)rand_r(&seed) % sizeof(good);

		memcpy(text, good, sizeof(good));
		if (round % 2)
			length = sizeof(good) - 1;
		for (int n = rand_r(&seed) % 4; n >= 0; n--)
			text[(size_t)rand_r(&seed) % sizeof(good)] =
				(char)rand_r(&seed);
		accepted += !parse(text, length);
	}
	CHECK(accepted > 0 && accepted < 20000);
}

static int show(const char *path)
{
	size_t length;
	char *text = read_file(path, &length, 1024 * 1024);

	if (!text) {
		perror(path);
		return 2;
	}
	if (parse(text, length)) {
		printf("%s\n", message);
		free(text);
		return 1;
	}
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return show(argv[1]);
	test_good();
	test_defaults();
	test_tools();
	test_bad();
	test_limits();
	test_junk();
	return 0;
}
