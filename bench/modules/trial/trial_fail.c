// SPDX-License-Identifier: GPL-2.0-only
/* A module that cannot be loaded: the harness has to say so and to stop. */
#include <linux/errno.h>
#include <linux/module.h>

static int __init trial_fail_init(void)
{
	return -EIO;
}
module_init(trial_fail_init);

MODULE_DESCRIPTION("bouncemark: a module whose init fails");
MODULE_LICENSE("GPL");
