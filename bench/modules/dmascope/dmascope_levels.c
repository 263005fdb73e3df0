// SPDX-License-Identifier: GPL-2.0-only
/*
 * Levels: how much is mapped at a time, for how long, and at most.
 */

#include <linux/bitops.h>
#include <linux/minmax.h>

#include "dmascope_internal.h"

/**
 * scope_level_spend() - time has been spent at a level
 * @which: whose
 * @value: what it was
 * @now: TSC; the time begins where it ended last
 *
 * Context: preemption off.
 */
void scope_level_spend(enum scope_which which, long value, u64 now)
{
	struct scope_level *level = &scope_window.level[which];
	s64 ticks = now - (u64)atomic64_xchg(&level->since, now);
	long above = value - atomic_long_read(&level->low);
	unsigned int index;

	/* Two CPUs may have read the clock. */
	if (unlikely(ticks < 0 || above < 0))
		return;
	index = min_t(unsigned int, fls64(above), DMASCOPE_LEVELS - 1);
	this_cpu_add(scope_cpu.time[which][index], ticks);
}

/**
 * scope_level_extend() - a level is higher or lower than it ever was
 * @level: it
 * @value: what it is
 */
void scope_level_extend(struct scope_level *level, long value)
{
	long high = atomic_long_read(&level->high);
	long low = atomic_long_read(&level->low);

	while (value > high &&
	       !atomic_long_try_cmpxchg(&level->high, &high, value))
		;
	while (value < low && !atomic_long_try_cmpxchg(&level->low, &low, value))
		;
}
