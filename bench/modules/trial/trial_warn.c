// SPDX-License-Identifier: GPL-2.0-only
/* A module that the kernel warns of, and that goes on: no result shows that. */
#include <linux/bug.h>
#include <linux/module.h>

static int __init trial_warn_init(void)
{
	WARN(1, "asked to warn\n");
	return 0;
}
module_init(trial_warn_init);

MODULE_DESCRIPTION("bouncemark: a module whose init warns");
MODULE_LICENSE("GPL");
