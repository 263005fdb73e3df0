/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Marks: how a guest tells who watches its instructions where a measurement
 * begins and ends. Whoever does not watch sees nothing: a mark is a redundant
 * prefix of an instruction that is there anyway, or a no-op.
 *
 * Source of the encodings: Intel SDM volume 2, 2.1.1 (segment overrides mean
 * nothing to RDTSC and RDTSCP, which have no memory operand) and NOP.
 */
#ifndef BOUNCEMARK_MARKS_H
#define BOUNCEMARK_MARKS_H

#include <linux/stddef.h>
#include <linux/types.h>

/**
 * MARK_OPEN - prefix of the RDTSC that opens a timed window (CS override): the
 *	window begins behind it
 */
#define MARK_OPEN		0x2e
/**
 * MARK_CLOSE - prefix of the RDTSC or RDTSCP that closes it (DS override): the
 *	window ends with it
 */
#define MARK_CLOSE		0x3e

/**
 * MARK_MAGIC - upper half of the displacement of a no-op that is a mark; the
 *	lower half says which
 */
#define MARK_MAGIC		0x4d420000u

/* The window that was closed last is recorded: as series 0, 1, or the probe. */
#define MARK_RECORD		0x01
#define MARK_RECORDS		3
/* A step begins of which recorded windows count, or all of it; it ends. */
#define MARK_STEP_WINDOWS	0x10
#define MARK_STEP_WHOLE		0x11
#define MARK_STEP_END		0x12

/**
 * bouncemark_mark() - execute a mark
 * @mark: MARK_RECORD + series, MARK_STEP_WINDOWS or _WHOLE; a constant
 *
 * One instruction, a no-op: NOPL with a displacement of 32 bits.
 */
static __always_inline void bouncemark_mark(const __u32 mark)
{
	asm volatile(".byte 0x0f, 0x1f, 0x80; .long %c0"
		     : : "i" (MARK_MAGIC | mark) : "memory");
}

/**
 * bouncemark_mark_end() - execute MARK_STEP_END, from user space
 *
 * What watches throws away all that was translated then. QEMU 7.2 must not have a
 * callback of it in force: it lets go of the last one behind an instruction that
 * calls a helper, in the same block of its. A jump ends the block.
 */
static __always_inline void bouncemark_mark_end(void)
{
	asm volatile(".balign 32; cpuid; .byte 0x0f, 0x1f, 0x80; .long %c0; jmp 1f; 1:"
		     : : "i" (MARK_MAGIC | MARK_STEP_END)
		     : "eax", "ebx", "ecx", "edx", "memory");
}

#endif /* BOUNCEMARK_MARKS_H */
