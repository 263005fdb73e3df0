/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bytes of an x86-64 instruction say: is it a mark, where does it go? */
#ifndef DECODE_H
#define DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** INSN_BYTES - no instruction is longer */
#define INSN_BYTES	15

/** STEP_MARK_BYTES - the no-op that marks the begin or end of a step has so many */
#define STEP_MARK_BYTES	7

/**
 * enum mark - what an instruction marks
 * @NO_MARK: nothing
 * @OPEN: a timed window begins behind it
 * @CLOSE: and ends with it
 * @RECORD: the window that was closed last is recorded
 * @STEP_WINDOWS: a step begins, of which recorded windows count
 * @STEP_WHOLE: a step begins, all of which counts
 * @STEP_END: the step ends
 */
enum mark { NO_MARK, OPEN, CLOSE, RECORD, STEP_WINDOWS, STEP_WHOLE, STEP_END };

/**
 * enum flow - where an instruction may lead
 * @AHEAD: to the next one, or to a known target: a jump with its condition
 * @ANYWHERE: an indirect jump
 * @CALL: into a function or, by SYSCALL and INT, into another world
 * @RETURN: behind a call
 * @LEAVE: behind an interrupt or a system call: IRET, SYSRET
 */
enum flow { AHEAD, ANYWHERE, CALL, RETURN, LEAVE };

/**
 * enum access - how often an instruction accesses memory, whenever it is executed
 * @NO_ACCESS: never, and it cannot fault either
 * @READ: once, a load
 * @WRITE: once, a store
 * @READ_WRITE: a load and a store
 * @ANY_ACCESS: that is not known
 */
enum access { NO_ACCESS, READ, WRITE, READ_WRITE, ANY_ACCESS };

/**
 * decode_mark() - is an instruction a mark?
 * @bytes: it
 * @size: how many there are
 * @series: out; which series RECORD is of, else untouched
 *
 * Return: what it marks.
 */
enum mark decode_mark(const uint8_t *bytes, size_t size, unsigned int *series);

/**
 * decode_flow() - where does an instruction lead?
 * @bytes: it
 * @size: how many there are
 * @next: address of the one behind it
 * @target: out; where it jumps or calls to if that is known, else 0
 *
 * Return: how it goes on.
 */
enum flow decode_flow(const uint8_t *bytes, size_t size, uint64_t next,
		      uint64_t *target);

/**
 * decode_access() - how does an instruction access memory?
 * @bytes: it
 * @size: how many there are
 *
 * Return: ANY_ACCESS unless it is of the few that most code consists of.
 */
enum access decode_access(const uint8_t *bytes, size_t size);

/**
 * decode_forgets() - may a virtual address lead elsewhere behind an instruction?
 * @bytes: it
 * @size: how many there are
 *
 * Return: true if it makes a CPU forget what pages it knows: a move to a control
 * register, INVLPG, INVPCID, or what enters or leaves another world altogether.
 */
bool decode_forgets(const uint8_t *bytes, size_t size);

/**
 * decode_has_data() - may the accesses of a block's last instruction be watched?
 * @bytes: it
 * @size: how many there are
 *
 * QEMU 7.2 leaves the callbacks of an instruction in force when it ends a block
 * from within a helper: whatever accesses memory next calls them, or what is left
 * of them. Such are conditional jumps, which access nothing, and instructions of
 * the system: of those IRET, far returns, XRSTOR, and REP CMPS and SCAS access memory.
 *
 * Return: true unless it is one of them.
 */
bool decode_has_data(const uint8_t *bytes, size_t size);

#endif /* DECODE_H */
