// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmacheck: proves what a design does with the PCI function that is bound to
 * dmabench, one case at a time; see dmacheck.h.
 */

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "dmacheck_internal.h"

static int do_run(struct dmacheck_run *run)
{
	struct dmacheck check = { .run = run };
	int ret;

	check.pdev = dmabench_hold();
	if (!check.pdev)
		return dmacheck_fail(&check, -ENODEV, "no PCI function is bound");
	check.dev = &check.pdev->dev;
	ret = dmacheck_check(&check);
	/* A device that did not answer may still use what this module gave it. */
	if (check.poisoned)
		__module_get(THIS_MODULE);
	dmabench_release();
	return ret;
}

static long dmacheck_ioctl(struct file *file, unsigned int cmd,
			   unsigned long argument)
{
	void __user *user = (void __user *)argument;
	struct dmacheck_run *run;
	long ret;

	if (cmd != DMACHECK_RUN)
		return -ENOTTY;
	run = memdup_user(user, sizeof(*run));
	if (IS_ERR(run))
		return PTR_ERR(run);
	run->mapped = 0;
	run->bounced = 0;
	run->refused = 0;
	run->bytes = 0;
	run->path[DMACHECK_PATH - 1] = '\0';
	memset(run->message, 0, sizeof(run->message));
	ret = do_run(run);
	if (copy_to_user(user, run, sizeof(*run)))
		ret = -EFAULT;
	kfree(run);
	return ret;
}

static const struct file_operations dmacheck_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = dmacheck_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice dmacheck_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmacheck",
	.fops = &dmacheck_fops,
	.mode = 0600,
};

module_misc_device(dmacheck_misc);

MODULE_DESCRIPTION("Checks what the DMA API does for a PCI function");
MODULE_LICENSE("GPL");
