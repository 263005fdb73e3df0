// SPDX-License-Identifier: GPL-2.0-only
/* In a tree that looks like the PCI bus in sysfs, and a symbol table. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "facts.h"
#include "scope.h"
#include "sys.h"
#include "test.h"

static char root[] = "/tmp/bouncemark-test-XXXXXX";

static const char *in_tree(const char *path)
{
	static char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	return full;
}

static void make_dir(const char *path)
{
	CHECK(!mkdir(in_tree(path), 0755));
}

static void make_file(const char *path, const char *text)
{
	FILE *file = fopen(in_tree(path), "w");

	CHECK(file);
	CHECK(fputs(text, file) >= 0);
	CHECK(!fclose(file));
}

static void check_file(const char *path, const char *text)
{
	char line[64];

	CHECK(!read_line(in_tree(path), line, sizeof(line)));
	CHECK_TEXT(line, text);
}

static void make_function(const char *address, const char *vendor,
			  const char *device)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "devices/%s", address);
	make_dir(path);
	snprintf(path, sizeof(path), "devices/%s/vendor", address);
	make_file(path, vendor);
	snprintf(path, sizeof(path), "devices/%s/device", address);
	make_file(path, device);
	snprintf(path, sizeof(path), "devices/%s/driver_override", address);
	make_file(path, "");
}

static void make_driver(const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "drivers/%s", name);
	make_dir(path);
	snprintf(path, sizeof(path), "drivers/%s/bind", name);
	make_file(path, "");
	snprintf(path, sizeof(path), "drivers/%s/unbind", name);
	make_file(path, "");
}

static void test_find(void)
{
	char address[PCI_ADDRESS_MAX];

	CHECK(device_find("/nonexistent", 1, 2, address) == -ENOENT);
	CHECK(!device_find(root, 0x1234, 0x11e8, address));
	CHECK_TEXT(address, "0000:00:03.0");
	CHECK(device_find(root, 0x1234, 0x11e9, address) == -ENODEV);
	CHECK(device_find(root, 0x1235, 0x11e8, address) == -ENODEV);
}

static void test_bind(void)
{
	const char *address = "0000:00:03.0";

	CHECK(device_bind(root, address, "missing") == -ENOENT);
	check_file("devices/0000:00:03.0/driver_override", "");
	/* The kernel would set the link; here nobody does. */
	CHECK(device_bind(root, address, "dmabench") == -ENODEV);
	check_file("devices/0000:00:03.0/driver_override", "dmabench");
	check_file("drivers/dmabench/bind", address);
	check_file("drivers/dmabench/unbind", "");

	CHECK(!symlink("../../drivers/dmabench",
		       in_tree("devices/0000:00:03.0/driver")));
	make_file("drivers/dmabench/bind", "");
	CHECK(!device_bind(root, address, "dmabench"));
	check_file("drivers/dmabench/bind", "");
	CHECK(device_bind(root, address, "other") == -ENODEV);
	check_file("drivers/dmabench/unbind", address);
	check_file("drivers/other/bind", address);
}

static void test_enable(void)
{
	const char *address = "0000:00:03.0";

	CHECK(device_enable(root, address) == -ENOENT);
	make_file("devices/0000:00:03.0/enable", "0\n");
	CHECK(!device_enable(root, address));
	check_file("devices/0000:00:03.0/enable", "1");
	/* The kernel would count on; who is enabled is left alone. */
	make_file("devices/0000:00:03.0/enable", "2\n");
	CHECK(!device_enable(root, address));
	check_file("devices/0000:00:03.0/enable", "2");
}

static void test_files(void)
{
	char line[8];
	uint64_t value;

	make_file("line", "1234567");
	CHECK(!read_line(in_tree("line"), line, sizeof(line)));
	CHECK_TEXT(line, "1234567");
	CHECK(!read_u64(in_tree("line"), &value) && value == 1234567);
	make_file("line", "1234567\n");
	CHECK(!read_line(in_tree("line"), line, sizeof(line)));
	make_file("line", "12345678");
	CHECK(read_line(in_tree("line"), line, sizeof(line)) == -EMSGSIZE);
	make_file("line", "1234567890");
	CHECK(read_line(in_tree("line"), line, sizeof(line)) == -EMSGSIZE);
	make_file("line", "a\nb\n");
	CHECK(read_line(in_tree("line"), line, sizeof(line)) == -EBADMSG);
	CHECK(read_u64(in_tree("line"), &value) == -EBADMSG);
	make_file("line", "0x12\n");
	CHECK(read_u64(in_tree("line"), &value) == -EINVAL);
	make_file("line", "");
	CHECK(!read_line(in_tree("line"), line, sizeof(line)) && !line[0]);
	CHECK(read_line(in_tree("none"), line, sizeof(line)) == -ENOENT);
	CHECK(write_file(in_tree("none"), "x") == -ENOENT);
	CHECK(write_file("/dev/full", "x") == -ENOSPC);
}

static void test_symbols(void)
{
	static const char *const symbols[] = { "xen_map", "t", "map", "mod_b" };
	bool present[4] = { false, true, true, false };

	make_file("symbols", "0000000000000000 t xen_map\n"
		  "0000000000000000 T xen_map_page\n\nodd\n"
		  "0000000000000000 t mod_b\t[mod]\n");
	CHECK(!symbols_present(in_tree("symbols"), symbols, 4, present));
	CHECK(present[0] && !present[1] && !present[2] && present[3]);
	CHECK(symbols_present(in_tree("none"), symbols, 4, present) == -ENOENT);
}

static void test_pci_of(void)
{
	char device[PCI_ADDRESS_MAX], small[8];

	make_dir("devices/pci0000:00");
	make_dir("devices/pci0000:00/0000:00:1c.0");
	make_dir("devices/pci0000:00/0000:00:1c.0/0000:02:00.1");
	make_dir("devices/pci0000:00/0000:00:1c.0/0000:02:00.1/nvme0n1");
	make_dir("devices/0000:0g:00.0");
	make_dir("block");
	CHECK(!symlink("../devices/pci0000:00/0000:00:1c.0/0000:02:00.1/nvme0n1",
		       in_tree("block/nvme0n1")));
	CHECK(!scope_pci_of(in_tree("block/nvme0n1"), device, sizeof(device)));
	CHECK_TEXT(device, "0000:02:00.1");
	CHECK(!scope_pci_of(in_tree("devices/pci0000:00/0000:00:1c.0"), device,
			    sizeof(device)));
	CHECK_TEXT(device, "0000:00:1c.0");
	CHECK(scope_pci_of(in_tree("devices/0000:0g:00.0"), device,
			   sizeof(device)) == -ENODEV);
	CHECK(scope_pci_of(in_tree("block"), device, sizeof(device)) == -ENODEV);
	CHECK(scope_pci_of(in_tree("none"), device, sizeof(device)) == -ENOENT);
	CHECK(scope_pci_of(in_tree("block/nvme0n1"), small, sizeof(small)) ==
	      -ENODEV);
}

static void test_scope_target(void)
{
	struct guest guest = { .address = "0000:00:04.0" };
	struct step step = { .kind = STEP_DMABENCH, .scope = 1 };
	char device[SCOPE_DEVICE_MAX];

	CHECK(!scope_target(&guest, &step, device, sizeof(device)));
	CHECK_TEXT(device, "0000:00:04.0");
	step.kind = STEP_READ;
	CHECK(!scope_target(&guest, &step, device, sizeof(device)));
	CHECK_TEXT(device, "");
}

int main(void)
{
	char command[64];

	CHECK(mkdtemp(root));
	make_dir("devices");
	make_dir("drivers");
	make_driver("dmabench");
	make_driver("other");
	make_function("0000:00:02.0", "0x1234\n", "0x11e7\n");
	make_function("0000:00:04.0", "0x1234\n", "0x11e8\n");
	make_function("0000:00:03.0", "0x1234\n", "0x11e8\n");
	test_find();
	test_enable();
	test_bind();
	test_files();
	test_symbols();
	test_pci_of();
	test_scope_target();
	snprintf(command, sizeof(command), "rm -r %s", root);
	CHECK(!system(command));
	return 0;
}
