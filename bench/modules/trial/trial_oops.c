// SPDX-License-Identifier: GPL-2.0-only
/* A module that reads where nothing is: the harness has to see a dead guest. */
#include <linux/module.h>

static unsigned long trial_address = 8;

static int __init trial_oops_init(void)
{
	return READ_ONCE(*(int *)READ_ONCE(trial_address)) ? -EIO : 0;
}
module_init(trial_oops_init);

MODULE_DESCRIPTION("bouncemark: a module whose init oopses");
MODULE_LICENSE("GPL");
