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
 * struct page - where a virtual page leads
 * @key: virtual page and whether it is stored to; ~0 is none
 * @physical: its physical address
 */
struct page {
	uint64_t key;
	uint64_t physical;
};

/** struct pages - what one vCPU remembers; @pages: by their keys' last bits */
struct pages {
	struct page pages[PAGES];
};

static inline uint64_t pages_key(uint64_t vaddr, bool is_store)
{
	return vaddr >> PAGE_BITS << 1 | is_store;
}

/** pages_forget() - know nothing; @pages: of a vCPU */
static inline void pages_forget(struct pages *pages)
{
	memset(pages->pages, 0xff, sizeof(pages->pages));
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
	const struct page *page = &pages->pages[key % PAGES];

	if (page->key != key)
		return false;
	*address = page->physical | (vaddr & ((1 << PAGE_BITS) - 1));
	return true;
}

/** pages_add() - remember where @vaddr leads: to @address; see pages_find() */
static inline void pages_add(struct pages *pages, uint64_t vaddr, bool is_store,
			     uint64_t address)
{
	uint64_t key = pages_key(vaddr, is_store);

	pages->pages[key % PAGES] = (struct page){
		key, address >> PAGE_BITS << PAGE_BITS
	};
}

#endif /* PAGES_H */
