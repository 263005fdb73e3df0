/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where virtual pages lead, remembered: to ask QEMU at each access takes longer than
 * the model of the cache. A CPU's own TLB may keep a translation until it is told to
 * forget it, and so may this: whatever tells it is an instruction (decode_forgets()).
 * A page that is no memory is not remembered.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PAGES		1024u
#define PAGE_BITS	12

/**
 * struct pages - what one vCPU remembers
 * @keys: virtual page and whether it is stored to; ~0 is none
 * @physical: its physical address
 */
struct pages {
	uint64_t keys[PAGES];
	uint64_t physical[PAGES];
};

static inline uint64_t pages_key(uint64_t vaddr, bool is_store)
{
	return vaddr >> PAGE_BITS << 1 | is_store;
}

/** pages_forget() - know nothing; @pages: of a vCPU */
static inline void pages_forget(struct pages *pages)
{
	memset(pages->keys, 0xff, sizeof(pages->keys));
}

/**
 * pages_find() - physical address of a virtual one
 * @pages: of the vCPU
 * @vaddr: virtual
 * @is_store: it is written
 * @address: out, if it is known
 *
 * Return: true if it is.
 */
static inline bool pages_find(const struct pages *pages, uint64_t vaddr,
			      bool is_store, uint64_t *address)
{
	uint64_t key = pages_key(vaddr, is_store);

	if (pages->keys[key % PAGES] != key)
		return false;
	*address = pages->physical[key % PAGES] | (vaddr & ((1 << PAGE_BITS) - 1));
	return true;
}

/** pages_add() - remember where @vaddr leads: to @address; see pages_find() */
static inline void pages_add(struct pages *pages, uint64_t vaddr, bool is_store,
			     uint64_t address)
{
	uint64_t key = pages_key(vaddr, is_store);

	pages->keys[key % PAGES] = key;
	pages->physical[key % PAGES] = address >> PAGE_BITS << PAGE_BITS;
}

#endif /* PAGES_H */
