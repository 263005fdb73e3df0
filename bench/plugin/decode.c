// SPDX-License-Identifier: GPL-2.0-only
/*
 * Enough of the x86-64 instruction set to follow calls and to find marks.
 * Source: Intel SDM volume 2, the opcode maps of appendix A.
 */
#include "decode.h"

#include <stdbool.h>
#include <string.h>

#include <bouncemark_marks.h>

enum mark decode_mark(const uint8_t *bytes, size_t size, unsigned int *series)
{
	static const uint8_t rdtsc[] = { 0x0f, 0x31 };
	static const uint8_t rdtscp[] = { 0x0f, 0x01, 0xf9 };
	static const uint8_t nopl[] = { 0x0f, 0x1f, 0x80 };
	uint32_t word;

	if (size == 3 && !memcmp(bytes + 1, rdtsc, sizeof(rdtsc))) {
		if (bytes[0] == MARK_OPEN)
			return OPEN;
		return bytes[0] == MARK_CLOSE ? CLOSE : NO_MARK;
	}
	if (size == 4 && !memcmp(bytes + 1, rdtscp, sizeof(rdtscp)))
		return bytes[0] == MARK_CLOSE ? CLOSE : NO_MARK;
	if (size != 7 || memcmp(bytes, nopl, sizeof(nopl)))
		return NO_MARK;
	memcpy(&word, bytes + 3, sizeof(word));
	if ((word & 0xffff0000) != MARK_MAGIC)
		return NO_MARK;
	word &= 0xffff;
	if (word >= MARK_RECORD && word < MARK_RECORD + MARK_RECORDS) {
		*series = word - MARK_RECORD;
		return RECORD;
	}
	switch (word) {
	case MARK_STEP_WINDOWS:
		return STEP_WINDOWS;
	case MARK_STEP_WHOLE:
		return STEP_WHOLE;
	case MARK_STEP_END:
		return STEP_END;
	default:
		return NO_MARK;
	}
}

static bool is_prefix(uint8_t byte)
{
	switch (byte) {
	case 0x26:
	case 0x2e:
	case 0x36:
	case 0x3e:
	case 0x64 ... 0x67:
	case 0xf0:
	case 0xf2:
	case 0xf3:
	case 0x40 ... 0x4f:
		return true;
	default:
		return false;
	}
}

/* The displacement that ends an instruction, as wide as it is. */
static int64_t displacement(const uint8_t *bytes, size_t size, size_t width)
{
	int32_t wide;

	if (width == 1)
		return (int8_t)bytes[size - 1];
	memcpy(&wide, bytes + size - sizeof(wide), sizeof(wide));
	return wide;
}

/* Of the opcodes behind 0x0f. */
static enum flow two_bytes(const uint8_t *bytes, size_t size, uint8_t opcode,
			   uint64_t next, uint64_t *target)
{
	switch (opcode) {
	case 0x05:	/* SYSCALL */
	case 0x34:	/* SYSENTER */
		return CALL;
	case 0x07:	/* SYSRET */
	case 0x35:	/* SYSEXIT */
		return LEAVE;
	case 0x80 ... 0x8f:
		if (size >= 6)
			*target = next + displacement(bytes, size, 4);
		return AHEAD;
	default:
		return AHEAD;
	}
}

/* Where the opcode is, behind the prefixes. */
static size_t opcode_at(const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	while (at < size && is_prefix(bytes[at]))
		at++;
	return at;
}

bool decode_has_data(const uint8_t *bytes, size_t size)
{
	size_t at = opcode_at(bytes, size);

	if (at == size)
		return false;
	switch (bytes[at]) {
	case 0x0f:
		if (at + 1 == size)
			return false;
		switch (bytes[at + 1]) {
		case 0x00 ... 0x0b:	/* LGDT, SYSCALL, CLTS, WBINVD and the like */
		case 0x20 ... 0x23:	/* MOV to and from control registers */
		case 0x30 ... 0x37:	/* WRMSR, RDTSC, SYSENTER and the like */
		case 0x80 ... 0x8f:	/* Jcc */
		case 0xa2:		/* CPUID */
		case 0xaa:		/* RSM */
		case 0xae:		/* XRSTOR */
		case 0xc7:		/* RDRAND */
			return false;
		default:
			return true;
		}
	case 0x17:			/* POP SS */
	case 0x6c ... 0x6f:		/* INS, OUTS */
	case 0x70 ... 0x7f:		/* Jcc */
	case 0x8e:			/* MOV to a segment register */
	case 0x90:			/* PAUSE */
	case 0x9d:			/* POPF */
	case 0xa6 ... 0xa7:		/* CMPS */
	case 0xae ... 0xaf:		/* SCAS */
	case 0xca ... 0xcf:		/* far RET, INT, IRET */
	case 0xe0 ... 0xe7:		/* LOOP, IN, OUT */
	case 0xec ... 0xef:
	case 0xf4:			/* HLT */
	case 0xfa ... 0xfb:		/* CLI, STI */
		return false;
	case 0xff:			/* far CALL, JMP */
		return at + 1 < size && (bytes[at + 1] >> 3 & 7) != 3 &&
		       (bytes[at + 1] >> 3 & 7) != 5;
	default:
		return true;
	}
}

enum flow decode_flow(const uint8_t *bytes, size_t size, uint64_t next,
		      uint64_t *target)
{
	size_t at = opcode_at(bytes, size);

	*target = 0;
	if (at == size)
		return AHEAD;
	switch (bytes[at]) {
	case 0x0f:
		if (at + 1 == size)
			return AHEAD;
		return two_bytes(bytes, size, bytes[at + 1], next, target);
	case 0x70 ... 0x7f:	/* Jcc */
	case 0xe0 ... 0xe3:	/* LOOP, JRCXZ */
	case 0xeb:		/* JMP */
		if (at + 2 == size)
			*target = next + displacement(bytes, size, 1);
		return AHEAD;
	case 0xe9:		/* JMP */
	case 0xe8:		/* CALL */
		if (at + 5 == size)
			*target = next + displacement(bytes, size, 4);
		return bytes[at] == 0xe8 ? CALL : AHEAD;
	case 0xc2:		/* RET */
	case 0xc3:
	case 0xca:		/* far */
	case 0xcb:
		return RETURN;
	case 0xcc ... 0xcd:	/* INT */
		return CALL;
	case 0xcf:		/* IRET */
		return LEAVE;
	case 0xff:
		if (at + 1 == size)
			return AHEAD;
		switch (bytes[at + 1] >> 3 & 7) {
		case 2:
		case 3:
			return CALL;
		case 4:
		case 5:
			return ANYWHERE;
		default:
			return AHEAD;
		}
	default:
		return AHEAD;
	}
}

/* Of the opcodes behind 0x0f. @mem: its operand is memory. */
static enum access access_of_two(uint8_t opcode, bool mem)
{
	switch (opcode) {
	case 0x1f:		/* NOP */
	case 0x80 ... 0x8f:	/* Jcc */
	case 0xc8 ... 0xcf:	/* BSWAP */
		return NO_ACCESS;
	case 0x40 ... 0x4f:	/* CMOV */
	case 0xaf:		/* IMUL */
	case 0xb6 ... 0xb7:	/* MOVZX */
	case 0xbc ... 0xbd:	/* BSF, BSR */
	case 0xbe ... 0xbf:	/* MOVSX */
		return mem ? READ : NO_ACCESS;
	case 0x90 ... 0x9f:	/* SETcc */
		return mem ? WRITE : NO_ACCESS;
	case 0xa3 ... 0xa5:	/* BT, SHLD */
	case 0xab ... 0xad:	/* BTS, SHRD */
	case 0xb3:		/* BTR */
	case 0xba ... 0xbb:	/* BT and the like, BTC */
		return mem ? ANY_ACCESS : NO_ACCESS;
	default:
		return ANY_ACCESS;
	}
}

/* Of ADD, OR, ADC, SBB, AND, SUB, XOR and CMP in their six forms. */
static enum access access_of_sum(uint8_t opcode, bool mem)
{
	switch (opcode & 7) {
	case 0 ... 1:
		if (!mem)
			return NO_ACCESS;
		return opcode >> 3 == 7 ? READ : READ_WRITE;
	case 2 ... 3:
		return mem ? READ : NO_ACCESS;
	case 4 ... 5:
		return NO_ACCESS;
	default:
		return ANY_ACCESS;
	}
}

/* Of the opcodes whose ModRM byte says which of eight it is. */
static enum access access_of_group(uint8_t opcode, unsigned int which, bool mem)
{
	switch (opcode) {
	case 0x80 ... 0x81:	/* as above, with an immediate */
	case 0x83:
		if (!mem)
			return NO_ACCESS;
		return which == 7 ? READ : READ_WRITE;
	case 0xc0 ... 0xc1:	/* shifts */
	case 0xd0 ... 0xd3:
		return mem ? ANY_ACCESS : NO_ACCESS;
	case 0xc6 ... 0xc7:	/* MOV */
		if (which)
			return ANY_ACCESS;
		return mem ? WRITE : NO_ACCESS;
	case 0xf6 ... 0xf7:	/* TEST, NOT, NEG, MUL, IMUL, DIV, IDIV */
		if (which == 1 || which > 5)
			return ANY_ACCESS;
		if (!mem)
			return NO_ACCESS;
		return which == 2 || which == 3 ? READ_WRITE : READ;
	case 0xfe ... 0xff:	/* INC, DEC */
		if (which < 2)
			return mem ? READ_WRITE : NO_ACCESS;
		if (opcode == 0xfe)
			return ANY_ACCESS;
		if (which == 2 || which == 6)	/* CALL, PUSH */
			return mem ? READ_WRITE : WRITE;
		if (which == 4)			/* JMP */
			return mem ? READ : NO_ACCESS;
		return ANY_ACCESS;
	default:
		return ANY_ACCESS;
	}
}

enum access decode_access(const uint8_t *bytes, size_t size)
{
	size_t at = opcode_at(bytes, size);
	uint8_t opcode, modrm;
	bool mem;

	/* LOCK, REP and what they make of an opcode */
	for (size_t i = 0; i < at; i++)
		if (bytes[i] == 0xf0 || bytes[i] == 0xf2 || bytes[i] == 0xf3)
			return ANY_ACCESS;
	if (at == size)
		return ANY_ACCESS;
	opcode = bytes[at];
	if (opcode == 0x0f && at + 1 < size)
		at++;
	modrm = at + 1 < size ? bytes[at + 1] : 0;
	mem = modrm >> 6 != 3;
	if (opcode == 0x0f)
		return access_of_two(bytes[at], mem);
	if (opcode < 0x40)
		return access_of_sum(opcode, mem);
	switch (opcode) {
	case 0x50 ... 0x57:	/* PUSH */
	case 0x68:
	case 0x6a:
	case 0xe8:		/* CALL */
		return WRITE;
	case 0x58 ... 0x5f:	/* POP */
	case 0xc2 ... 0xc3:	/* RET */
		return READ;
	case 0x63:		/* MOVSXD */
	case 0x69:		/* IMUL */
	case 0x6b:
	case 0x84 ... 0x85:	/* TEST */
	case 0x8a ... 0x8b:	/* MOV */
		return mem ? READ : NO_ACCESS;
	case 0x88 ... 0x89:
		return mem ? WRITE : NO_ACCESS;
	case 0x86 ... 0x87:	/* XCHG */
		return mem ? ANY_ACCESS : NO_ACCESS;
	case 0x8d:		/* LEA */
		return mem ? NO_ACCESS : ANY_ACCESS;
	case 0x70 ... 0x7f:	/* Jcc */
	case 0x90 ... 0x99:	/* NOP, XCHG, CWDE, CDQ */
	case 0xa8 ... 0xa9:	/* TEST */
	case 0xb0 ... 0xbf:	/* MOV */
	case 0xe9:		/* JMP */
	case 0xeb:
	case 0xf5:		/* CMC, CLC, STC, CLD, STD */
	case 0xf8 ... 0xf9:
	case 0xfc ... 0xfd:
		return NO_ACCESS;
	default:
		return access_of_group(opcode, modrm >> 3 & 7, mem);
	}
}

bool decode_forgets(const uint8_t *bytes, size_t size)
{
	size_t at = opcode_at(bytes, size);

	if (at + 2 >= size || bytes[at] != 0x0f)
		return at + 2 == size && bytes[at] == 0x0f && bytes[at + 1] == 0xaa;
	switch (bytes[at + 1]) {
	case 0x01:	/* INVLPG; what has no memory operand, VMRUN among them */
		return bytes[at + 2] >> 6 == 3 || (bytes[at + 2] >> 3 & 7) == 7;
	case 0x22:	/* MOV to a control register */
		return true;
	case 0x38:	/* INVEPT, INVVPID, INVPCID */
		return bytes[at + 2] >= 0x80 && bytes[at + 2] <= 0x82;
	default:
		return false;
	}
}
