// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmabench: times single DMA API calls of one PCI function.
 *
 * The driver matches no device by itself. Bind a function to it by writing
 * "dmabench" to the function's driver_override and its address to
 * /sys/bus/pci/drivers_probe; then use /dev/dmabench, see dmabench.h.
 */

#include <linux/export.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "dmabench_internal.h"

/* Held while the bound function is used, so that it cannot go away. */
static DEFINE_MUTEX(dmabench_lock);
/* The function served, or NULL; protected by dmabench_lock. */
static struct pci_dev *dmabench_pdev;

struct pci_dev *dmabench_hold(void)
{
	mutex_lock(&dmabench_lock);
	if (!dmabench_pdev)
		mutex_unlock(&dmabench_lock);
	return dmabench_pdev;
}
EXPORT_SYMBOL_GPL(dmabench_hold);

/**
 * dmabench_release() - end what dmabench_hold() began
 */
void dmabench_release(void)
{
	mutex_unlock(&dmabench_lock);
}
EXPORT_SYMBOL_GPL(dmabench_release);

/**
 * dmabench_masks_of() - remember the DMA masks of a device
 * @dev: device
 *
 * Return: its masks, for dmabench_masks_restore().
 */
struct dmabench_masks dmabench_masks_of(struct device *dev)
{
	return (struct dmabench_masks){
		.streaming = dma_get_mask(dev),
		.coherent = dev->coherent_dma_mask,
	};
}
EXPORT_SYMBOL_GPL(dmabench_masks_of);

/**
 * dmabench_masks_restore() - give a device its masks back
 * @dev: device
 * @masks: what dmabench_masks_of() said
 */
void dmabench_masks_restore(struct device *dev, struct dmabench_masks masks)
{
	/*
	 * The PCI core's first masks were never put to the question whether
	 * they are supported. If they are not, they come back all the same.
	 */
	if (dma_set_mask(dev, masks.streaming))
		*dev->dma_mask = masks.streaming;
	if (dma_set_coherent_mask(dev, masks.coherent))
		dev->coherent_dma_mask = masks.coherent;
}
EXPORT_SYMBOL_GPL(dmabench_masks_restore);

static int do_run(struct dmabench_run *run)
{
	struct dmabench_masks before;
	struct device *dev;
	int ret;

	if (!dmabench_pdev)
		return dmabench_fail(run, -ENODEV, "no PCI function is bound");
	ret = dmabench_check(run);
	if (ret)
		return ret;

	dev = &dmabench_pdev->dev;
	before = dmabench_masks_of(dev);
	if (dma_set_mask_and_coherent(dev, DMA_BIT_MASK(run->params.mask_bits)))
		ret = dmabench_fail(run, -EIO, "mask_bits %u: refused for %s",
				    run->params.mask_bits, dev_name(dev));
	else
		ret = dmabench_run(dev, run);
	dmabench_masks_restore(dev, before);
	return ret;
}

static int do_facts(struct dmabench_facts *facts)
{
	struct dmabench_masks before;
	struct device *dev;
	int ret = 0;

	if (facts->abi != DMABENCH_ABI)
		return -EINVAL;
	if (!dmabench_pdev)
		return -ENODEV;

	dev = &dmabench_pdev->dev;
	before = dmabench_masks_of(dev);
	if (dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64)))
		ret = -EIO;
	else
		dmabench_facts(dmabench_pdev, facts);
	dmabench_masks_restore(dev, before);
	return ret;
}

/* Forget everything in @run that is not input. */
static void clear_results(struct dmabench_run *run)
{
	struct dmabench_run in = *run;
	unsigned int i;

	memset(run, 0, sizeof(*run));
	run->params = in.params;
	for (i = 0; i < DMABENCH_SERIES; i++)
		run->series[i].hist = in.series[i].hist;
	run->probe.hist = in.probe.hist;
}

static long ioctl_run(struct dmabench_run __user *argument)
{
	struct dmabench_run *run = memdup_user(argument, sizeof(*run));
	long ret;

	if (IS_ERR(run))
		return PTR_ERR(run);
	clear_results(run);
	ret = mutex_lock_killable(&dmabench_lock);
	if (ret) {
		ret = dmabench_fail(run, ret, "interrupted by a signal");
	} else {
		ret = do_run(run);
		mutex_unlock(&dmabench_lock);
	}
	if (copy_to_user(argument, run, sizeof(*run)))
		ret = -EFAULT;
	kfree(run);
	return ret;
}

static long ioctl_facts(struct dmabench_facts __user *argument)
{
	struct dmabench_facts *facts = memdup_user(argument, sizeof(*facts));
	long ret;

	if (IS_ERR(facts))
		return PTR_ERR(facts);
	ret = mutex_lock_killable(&dmabench_lock);
	if (!ret) {
		ret = do_facts(facts);
		mutex_unlock(&dmabench_lock);
	}
	if (!ret && copy_to_user(argument, facts, sizeof(*facts)))
		ret = -EFAULT;
	kfree(facts);
	return ret;
}

static long dmabench_ioctl(struct file *file, unsigned int cmd,
			   unsigned long argument)
{
	switch (cmd) {
	case DMABENCH_RUN:
		return ioctl_run((void __user *)argument);
	case DMABENCH_FACTS:
		return ioctl_facts((void __user *)argument);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations dmabench_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = dmabench_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice dmabench_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dmabench",
	.fops = &dmabench_fops,
	.mode = 0600,
};

/* Take the place of the served function. Returns 0 or -EBUSY. */
static int serve(struct pci_dev *pdev)
{
	int ret = -EBUSY;

	mutex_lock(&dmabench_lock);
	if (!dmabench_pdev) {
		dmabench_pdev = pdev;
		ret = 0;
	}
	mutex_unlock(&dmabench_lock);
	return ret;
}

static int dmabench_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned long segment = dma_get_max_seg_size(&pdev->dev);
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	pci_set_master(pdev);
	/* Keeps dma-debug quiet; nothing is ever sent to the device. */
	dma_set_max_seg_size(&pdev->dev, UINT_MAX);
	/* The next driver has it back. */
	pci_set_drvdata(pdev, (void *)segment);
	ret = serve(pdev);
	if (ret) {
		dma_set_max_seg_size(&pdev->dev, segment);
		pci_clear_master(pdev);
		pci_disable_device(pdev);
		return ret;
	}
	dev_info(&pdev->dev, "served by /dev/dmabench\n");
	return 0;
}

static void dmabench_remove(struct pci_dev *pdev)
{
	mutex_lock(&dmabench_lock);
	dmabench_pdev = NULL;
	mutex_unlock(&dmabench_lock);
	dma_set_max_seg_size(&pdev->dev, (unsigned long)pci_get_drvdata(pdev));
	pci_clear_master(pdev);
	pci_disable_device(pdev);
}

static struct pci_driver dmabench_driver = {
	.name = "dmabench",
	.probe = dmabench_probe,
	.remove = dmabench_remove,
};

static int __init dmabench_init(void)
{
	int ret;

	ret = misc_register(&dmabench_misc);
	if (ret)
		return ret;
	ret = pci_register_driver(&dmabench_driver);
	if (ret)
		misc_deregister(&dmabench_misc);
	return ret;
}

static void __exit dmabench_exit(void)
{
	pci_unregister_driver(&dmabench_driver);
	misc_deregister(&dmabench_misc);
}

module_init(dmabench_init);
module_exit(dmabench_exit);

MODULE_DESCRIPTION("Times single DMA API calls of one PCI function");
MODULE_LICENSE("GPL");
