// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmascope: counts what devices do to the DMA API, by the kernel's tracepoints,
 * while a window is open. See dmascope.h.
 */

#include <linux/bitops.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timex.h>
#include <linux/uaccess.h>

#include "dmascope_internal.h"

struct scope_window scope_window;

/* Held while the window is opened or closed: an open file may have two users. */
static DEFINE_MUTEX(scope_lock);
/* Bit 0: the device is open. */
static unsigned long scope_in_use;

/* Find the device and the pool. Returns 0 or -ENODEV. */
static int take(const char *name)
{
	struct pci_dev *any;

	if (name[0]) {
		scope_window.dev = bus_find_device_by_name(&pci_bus_type, NULL,
							   name);
		if (!scope_window.dev)
			return -ENODEV;
		scope_window.pool_size =
			dma_swiotlb_bounds(scope_window.dev,
					   &scope_window.pool_start);
	} else {
		/* They share one. */
		any = pci_get_device(PCI_ANY_ID, PCI_ANY_ID, NULL);
		if (!any)
			return -ENODEV;
		scope_window.pool_size =
			dma_swiotlb_bounds(&any->dev, &scope_window.pool_start);
		pci_dev_put(any);
	}
	scope_window.owns = symbol_get(xen_dma_pool_owns);
	return 0;
}

/* Let go of what take() found. */
static void give_back(void)
{
	if (scope_window.owns)
		symbol_put(xen_dma_pool_owns);
	scope_window.owns = NULL;
	put_device(scope_window.dev);
	scope_window.dev = NULL;
}

/* Open the window. Returns 0 or a negative error number. */
static int begin(struct dmascope_begin *begin)
{
	int ret;

	if (begin->abi != DMASCOPE_ABI || begin->reserved ||
	    strnlen(begin->device, DMASCOPE_DEVICE) == DMASCOPE_DEVICE)
		return -EINVAL;
	if (scope_window.on)
		return -EBUSY;
	ret = take(begin->device);
	if (ret)
		return ret;
	ret = scope_events_attach();
	if (ret) {
		give_back();
		return ret;
	}
	scope_counts_clear();
	/* All that probes use is there before: counts() looks here first. */
	smp_store_release(&scope_window.on, true);
	return 0;
}

/* Close the window, which is open. Returns the TSC at that time. */
static u64 end(void)
{
	u64 ended = get_cycles();

	WRITE_ONCE(scope_window.on, false);
	scope_events_detach();
	give_back();
	return ended;
}

static long ioctl_begin(struct dmascope_begin __user *argument)
{
	struct dmascope_begin params;
	long ret;

	if (copy_from_user(&params, argument, sizeof(params)))
		return -EFAULT;
	mutex_lock(&scope_lock);
	ret = begin(&params);
	mutex_unlock(&scope_lock);
	return ret;
}

static long ioctl_end(struct dmascope_counts __user *argument)
{
	struct dmascope_counts *counts;
	long ret = 0;

	counts = kmalloc(sizeof(*counts), GFP_KERNEL);
	if (!counts)
		return -ENOMEM;
	mutex_lock(&scope_lock);
	if (scope_window.on)
		scope_counts_sum(counts, end());
	else
		ret = -EINVAL;
	mutex_unlock(&scope_lock);
	if (!ret && copy_to_user(argument, counts, sizeof(*counts)))
		ret = -EFAULT;
	kfree(counts);
	return ret;
}

static long scope_ioctl(struct file *file, unsigned int cmd,
			unsigned long argument)
{
	switch (cmd) {
	case DMASCOPE_BEGIN:
		return ioctl_begin((void __user *)argument);
	case DMASCOPE_END:
		return ioctl_end((void __user *)argument);
	default:
		return -ENOTTY;
	}
}

static int scope_open(struct inode *inode, struct file *file)
{
	if (test_and_set_bit(0, &scope_in_use))
		return -EBUSY;
	return nonseekable_open(inode, file);
}

static int scope_release(struct inode *inode, struct file *file)
{
	mutex_lock(&scope_lock);
	if (scope_window.on)
		end();
	mutex_unlock(&scope_lock);
	clear_bit(0, &scope_in_use);
	return 0;
}

/* With its owner: the module cannot go while the device is open. */
static const struct file_operations scope_fops = {
	.owner = THIS_MODULE,
	.open = scope_open,
	.release = scope_release,
	.unlocked_ioctl = scope_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice scope_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmascope",
	.fops = &scope_fops,
	.mode = 0600,
};

static int __init scope_init(void)
{
	int ret = scope_events_find();

	return ret ? ret : misc_register(&scope_misc);
}

static void __exit scope_exit(void)
{
	misc_deregister(&scope_misc);
}

module_init(scope_init);
module_exit(scope_exit);

MODULE_DESCRIPTION("Counts what devices do to the DMA API");
MODULE_LICENSE("GPL");
