// SPDX-License-Identifier: GPL-2.0-only
#include "scope.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <dmascope.h>

#include "block.h"
#include "facts.h"
#include "net.h"
#include "sys.h"

#define DEVICE "/dev/dmascope"
#define LONGEST_LIST 1024

_Static_assert(sizeof(struct dmascope_begin) == 2 * 4 + DMASCOPE_DEVICE,
	       "struct dmascope_begin has no padding");
_Static_assert(sizeof(struct dmascope_counts) ==
	       (27 + DMASCOPE_SIZES + 2 * (3 + DMASCOPE_LEVELS)) * 8,
	       "struct dmascope_counts has no padding");

/* The numbers of struct dmascope_counts, what they are called and count. */
static const struct {
	const char *name;
	const char *unit;
	size_t offset;
} numbers[] = {
#define NUMBER(name, unit, member) \
	{ "scope." name, unit, offsetof(struct dmascope_counts, member) }
#define PLAIN(unit, member) NUMBER(#member, unit, member)
	PLAIN("calls", maps),
	PLAIN("calls", sg_maps),
	PLAIN("calls", unmaps),
	PLAIN("calls", syncs),
	PLAIN("calls", failed),
	PLAIN("entries", entries),
	PLAIN("entries", unmapped_entries),
	PLAIN("entries", bounced),
	PLAIN("entries", forced),
	PLAIN("entries", mask),
	PLAIN("entries", contiguity),
	PLAIN("entries", unexplained),
	PLAIN("entries", missed),
	PLAIN("entries", stray),
	NUMBER("bytes_bidirectional", "bytes", bytes[0]),
	NUMBER("bytes_to_device", "bytes", bytes[1]),
	NUMBER("bytes_from_device", "bytes", bytes[2]),
	PLAIN("bytes", bounced_bytes),
	PLAIN("bytes", copied_bytes),
	PLAIN("events", swiotlb_bounced),
	PLAIN("calls", failed_bounced),
	PLAIN("entries", refused_entries),
	PLAIN("entries", unannounced),
	PLAIN("calls", allocs),
	PLAIN("calls", frees),
	PLAIN("calls", alloc_failed),
	PLAIN("ticks", ticks),
	NUMBER("unmaps_before", "entries", live.before),
	NUMBER("live", "entries", live.now),
	NUMBER("live_high", "entries", live.high),
	NUMBER("slots_before", "slots", slots.before),
	NUMBER("slots", "slots", slots.now),
	NUMBER("slots_high", "slots", slots.high),
};

int scope_target(const struct guest *guest, const struct step *step,
		 char *device, size_t size)
{
	char path[PATH_MAX], name[BLOCK_NAME_MAX], interface[IFNAMSIZ];
	int ret;

	switch (step->kind) {
	case STEP_FIO:
		ret = block_name(step->fio.words[FIO_DEVICE], name);
		if (ret)
			return ret;
		snprintf(path, sizeof(path), BLOCK_ROOT "/%s", name);
		return scope_pci_of(path, device, size);
	case STEP_IPERF3:
		ret = net_find(NET_ROOT, interface);
		if (ret)
			return ret;
		snprintf(path, sizeof(path), NET_ROOT "/%s", interface);
		return scope_pci_of(path, device, size);
	case STEP_DMABENCH:
		snprintf(device, size, "%s", guest->address);
		return 0;
	default:
		/* It drives none of its own: all of them. */
		device[0] = '\0';
		return 0;
	}
}

/* Is it a PCI address, dddd:dd:dd.d? */
static bool is_pci(const char *name, size_t length)
{
	static const char form[] = "hhhh:hh:hh.h";

	if (length != strlen(form))
		return false;
	for (size_t i = 0; i < length; i++) {
		if (form[i] == 'h' ? !strchr("0123456789abcdef", name[i]) :
		    form[i] != name[i])
			return false;
	}
	return true;
}

int scope_pci_of(const char *path, char *device, size_t size)
{
	char *real = realpath(path, NULL);
	int ret = -ENODEV;

	if (!real)
		return -errno;
	for (const char *p = real; *p; p += strspn(p, "/")) {
		size_t length = strcspn(p, "/");

		if (is_pci(p, length) && length < size) {
			snprintf(device, size, "%.*s", (int)length, p);
			ret = 0;
		}
		p += length;
	}
	free(real);
	return ret;
}

/* The file of the design's own pool if it has one, else of swiotlb's. */
static const char *pool_file(const char *own, const char *swiotlb)
{
	return access(own, F_OK) ? swiotlb : own;
}

/* Read a count of the pool's: where there is no pool there is no such file. */
static int pool_read(const char *path, uint64_t *count)
{
	int ret = read_u64(path, count);

	if (ret != -ENOENT)
		return ret;
	*count = 0;
	return 0;
}

static int pool_used(uint64_t *used)
{
	return pool_read(pool_file(POOL "used", SWIOTLB "io_tlb_used"), used);
}

static const char *pool_high_file(void)
{
	return pool_file(POOL "used_hiwater", SWIOTLB "io_tlb_used_hiwater");
}

/* The pool's own counts when a window begins. */
static int pool_begin(uint64_t *used)
{
	int ret = write_file(pool_high_file(), "0");

	return ret && ret != -ENOENT ? ret : pool_used(used);
}

int scope_begin(struct guest *guest, const char *device, char *why, size_t size)
{
	struct dmascope_begin begin = { .abi = DMASCOPE_ABI };
	struct scope *scope = &guest->scope;
	char text[64];
	int fd, ret;

	snprintf(scope->device, sizeof(scope->device), "%s",
		 device[0] ? device : "all");
	snprintf(begin.device, sizeof(begin.device), "%s", device);
	fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		ret = -errno;
		snprintf(why, size, DEVICE ": %s",
			 describe(ret, text, sizeof(text)));
		return ret;
	}
	ret = pool_begin(&scope->pool_used);
	if (ret) {
		snprintf(why, size, "the pool's counts: %s",
			 describe(ret, text, sizeof(text)));
		close(fd);
		return ret;
	}
	if (ioctl(fd, DMASCOPE_BEGIN, &begin) < 0) {
		ret = -errno;
		snprintf(why, size, DEVICE ": device %s: %s", scope->device,
			 describe(ret, text, sizeof(text)));
		close(fd);
		return ret;
	}
	scope->fd = fd;
	return 0;
}

/* "0:T 1:T 2:T 4:T ...", or "512:N 1024:N ...": buckets from @first on. */
static void send_list(struct guest *guest, const char *step, const char *name,
		      const __u64 *buckets, unsigned int count, uint64_t first)
{
	char list[LONGEST_LIST];
	uint64_t bound = first;
	size_t used = 0;

	for (unsigned int i = 0; i < count; i++) {
		used += (size_t)snprintf(list + used, sizeof(list) - used,
					 "%s%llu:%llu", i ? " " : "",
					 (unsigned long long)bound,
					 (unsigned long long)buckets[i]);
		bound = bound ? 2 * bound : 1;
	}
	emit_value_string(&guest->channel, step, name, list);
}

static void send_pool(struct guest *guest, const char *step, uint64_t used,
		      uint64_t high)
{
	/* It is not raised until a slot is taken. */
	if (high < guest->scope.pool_used)
		high = guest->scope.pool_used;
	emit_value_u64(&guest->channel, step, "scope.pool_before", "slots",
		       guest->scope.pool_used);
	emit_value_u64(&guest->channel, step, "scope.pool_after", "slots", used);
	emit_value_u64(&guest->channel, step, "scope.pool_high", "slots", high);
}

static void send_counts(struct guest *guest, const char *step,
			const struct dmascope_counts *counts)
{
	struct channel *channel = &guest->channel;

	emit_value_string(channel, step, "scope.device", guest->scope.device);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		emit_value_u64(channel, step, numbers[i].name, numbers[i].unit,
			       *(const __u64 *)((const char *)counts +
						numbers[i].offset));
	emit_value_u64(channel, step, "scope.bytes", "bytes",
		       counts->bytes[0] + counts->bytes[1] + counts->bytes[2]);
	send_list(guest, step, "scope.sizes", counts->sizes, DMASCOPE_SIZES,
		  1u << DMASCOPE_SIZE_BITS);
	send_list(guest, step, "scope.live_time", counts->live.time,
		  DMASCOPE_LEVELS, 0);
	send_list(guest, step, "scope.slots_time", counts->slots.time,
		  DMASCOPE_LEVELS, 0);
}

int scope_end(struct guest *guest, const char *step, char *why, size_t size)
{
	struct dmascope_counts counts;
	char text[64];
	uint64_t used, high;
	int ret = 0, pool;

	if (ioctl(guest->scope.fd, DMASCOPE_END, &counts) < 0)
		ret = -errno;
	pool = pool_used(&used);
	if (!pool)
		pool = pool_read(pool_high_file(), &high);
	close(guest->scope.fd);
	if (ret) {
		snprintf(why, size, DEVICE ": %s",
			 describe(ret, text, sizeof(text)));
		return ret;
	}
	ret = pool;
	if (ret) {
		snprintf(why, size, "the pool's counts: %s",
			 describe(ret, text, sizeof(text)));
		return ret;
	}
	send_counts(guest, step, &counts);
	send_pool(guest, step, used, high);
	return 0;
}
