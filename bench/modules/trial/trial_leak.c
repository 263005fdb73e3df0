// SPDX-License-Identifier: GPL-2.0-only
/* A module that leaves a page behind each time: reloading it has to show that. */
#include <linux/gfp.h>
#include <linux/module.h>

static int __init trial_leak_init(void)
{
	return __get_free_page(GFP_KERNEL) ? 0 : -ENOMEM;
}
module_init(trial_leak_init);

static void __exit trial_leak_exit(void)
{
}
module_exit(trial_leak_exit);

MODULE_DESCRIPTION("bouncemark: a module that leaks a page");
MODULE_LICENSE("GPL");
