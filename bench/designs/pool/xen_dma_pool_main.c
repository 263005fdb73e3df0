// SPDX-License-Identifier: GPL-2.0-only
/*
 * An IOMMU for a Xen PV dom0 that stands on its own: its operations, its bounce
 * buffers, its statistics. It shares nothing with swiotlb, so the swiotlb=
 * argument means nothing to it. It takes a PCI function over when a driver binds
 * to it; those bound before stay as they are.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <xen/xen.h>

#include "xen_dma_pool_internal.h"

/** POOL_MIB_MOST - more than this can hardly be had below 4 GiB */
#define POOL_MIB_MOST	2048

static unsigned int pool_mib = 64;
module_param(pool_mib, uint, 0444);
MODULE_PARM_DESC(pool_mib, "size of the bounce buffers, MiB (64)");

/*
 * A device with operations of its own keeps them, and so does one whose bus
 * shifts addresses: nothing here would know how to. Each device attached holds
 * a reference to the module: it cannot be removed under one.
 */
static void attach(struct device *dev)
{
	if (dev->dma_ops || dev->dma_range_map)
		return;
	if (try_module_get(THIS_MODULE))
		set_dma_ops(dev, &xen_pool_ops);
}

static void detach(struct device *dev)
{
	if (dev->dma_ops != &xen_pool_ops)
		return;
	set_dma_ops(dev, NULL);
	module_put(THIS_MODULE);
}

/*
 * When a driver is gone, all that was managed for it has been freed. When its
 * probe failed, it has not yet been: a bounced mapping that is undone only then,
 * as a managed resource, goes to the stock operations, and its slots are lost
 * until the module is removed.
 *
 * The chain's lock is held here and taken by xen_pool_exit(), so the last
 * reference may be dropped by this code.
 */
static int notify(struct notifier_block *block, unsigned long action,
		  void *data)
{
	struct device *dev = data;

	switch (action) {
	case BUS_NOTIFY_BIND_DRIVER:
		attach(dev);
		break;
	case BUS_NOTIFY_DRIVER_NOT_BOUND:
	case BUS_NOTIFY_UNBOUND_DRIVER:
		detach(dev);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block notifier = {
	.notifier_call = notify,
};

static int __init xen_pool_init(void)
{
	int ret;

	if (!xen_pv_domain() || !xen_initial_domain() || !get_arch_dma_ops()) {
		pr_notice("not loaded: this is not a PV dom0 of Xen\n");
		return -ENODEV;
	}
	if (!pool_mib || pool_mib > POOL_MIB_MOST) {
		pr_notice("pool_mib=%u: allowed 1 to %u\n", pool_mib,
			  POOL_MIB_MOST);
		return -EINVAL;
	}
	ret = xen_pool_create(pool_mib);
	if (ret)
		return ret;
	xen_pool_stats_init();
	ret = bus_register_notifier(&pci_bus_type, &notifier);
	if (ret) {
		xen_pool_stats_exit();
		xen_pool_destroy();
	}
	return ret;
}

static void __exit xen_pool_exit(void)
{
	/* From here on nothing is attached, and nothing is by now. */
	bus_unregister_notifier(&pci_bus_type, &notifier);
	xen_pool_stats_exit();
	xen_pool_destroy();
}

module_init(xen_pool_init);
module_exit(xen_pool_exit);

MODULE_DESCRIPTION("A Xen IOMMU of its own, with its own bounce buffers");
MODULE_LICENSE("GPL");
