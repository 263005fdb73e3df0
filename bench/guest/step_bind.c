// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function that is driven, taken from its driver and given to it again. The
 * kernel's own drivers were bound before any module was there: a design that is
 * a module has only what is bound after it. All designs do it, for the same work.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "steps.h"
#include "sys.h"

static void send_masks(struct guest *guest, const char *step, const char *address)
{
	static const char *const files[] = {
		"dma_mask_bits", "consistent_dma_mask_bits",
	};
	char path[128];
	uint64_t bits;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), PCI_ROOT "/devices/%s/%s", address,
			 files[i]);
		if (!read_u64(path, &bits))
			emit_value_u64(&guest->channel, step, files[i], "bits",
				       bits);
	}
}

struct outcome step_bind(struct guest *guest, const struct step *step)
{
	const struct bind_step *bind = &step->bind;
	char address[PCI_ADDRESS_MAX], text[64];
	int ret;

	ret = device_find(PCI_ROOT, bind->pci.vendor, bind->pci.device,
			  address);
	if (ret == -ENODEV)
		return outcome(STATUS_SKIP, "there is no PCI function %04x:%04x",
			       bind->pci.vendor, bind->pci.device);
	if (ret)
		return outcome(STATUS_ERROR, PCI_ROOT ": %s",
			       describe(ret, text, sizeof(text)));
	ret = device_rebind(PCI_ROOT, address, bind->driver);
	if (ret == -ENOENT)
		return outcome(STATUS_SKIP, "the kernel has no driver %s",
			       bind->driver);
	if (ret)
		return outcome(STATUS_FAIL, "%s did not take %s: %s",
			       bind->driver, address,
			       describe(ret, text, sizeof(text)));
	emit_value_string(&guest->channel, step->name, "driver", bind->driver);
	send_masks(guest, step->name, address);
	strcpy(guest->driven, address);
	guest->driver = bind->driver;
	return outcome(STATUS_OK, "%s", "");
}

int bind_undo(struct guest *guest)
{
	if (!guest->driven[0])
		return 0;
	return device_unbind(PCI_ROOT, guest->driven, guest->driver);
}
