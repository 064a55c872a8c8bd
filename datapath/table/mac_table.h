// SPDX-License-Identifier: Apache-2.0
/*
 * mac_table: which port an address of a VLAN was last seen at.
 *
 * A fixed number of 16-byte entries, four to a cache line, each address in one of two lines. Lcores
 * look up and learn without locks; the control thread ages, flushes and adds static entries. When
 * both lines of an address are full, a station of the same port makes room first, else the one
 * that was silent longest: a guest that invents addresses pushes out its own. Time is in seconds
 * and handed in, so tests move the clock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

#define MAC_TABLE_SLOTS 4 /* to a bucket */

/* One cache line: four keys, then their values. */
struct mac_bucket {
	uint64_t key[MAC_TABLE_SLOTS]; /* atomic; address << 16 | vid << 1 | 1; 0: free */
	uint64_t val[MAC_TABLE_SLOTS]; /* atomic; port << 32 | static << 31 | seen_s (31 bits) */
} __attribute__((aligned(64)));

struct mac_table {
	struct mac_bucket *buckets;
	uint32_t mask;      /* buckets - 1 */
	uint64_t seed;      /* so that guests cannot aim at a bucket */
	uint32_t n_entries; /* slots */
};

enum mac_learned { MAC_KNOWN, MAC_NEW, MAC_MOVED, MAC_STATIC_ELSEWHERE, MAC_NO_ROOM };

/** A table of at least `n_entries` slots; NULL with ENOMEM. Control thread. */
struct mac_table *mac_table_create(uint32_t n_entries);

/** Frees it; no lcore may use it any more. NULL is legal. */
void mac_table_destroy(struct mac_table *t);

/** The key of an address in a VLAN. */
static inline uint64_t mac_key(const uint8_t addr[6], uint16_t vid)
{
	uint64_t a = 0;

	__builtin_memcpy(&a, addr, 6);
	return a << 16 | (uint64_t)vid << 1 | 1;
}

/** First and second bucket of a key, packed as two 32-bit indices. */
static inline uint64_t mac_place(const struct mac_table *t, uint64_t key)
{
	__uint128_t p = (__uint128_t)(key ^ t->seed) * 0x9e3779b97f4a7c15ull;
	uint64_t h = (uint64_t)p ^ (uint64_t)(p >> 64);
	uint32_t first = (uint32_t)h & t->mask;
	uint32_t second = (uint32_t)(h >> 32) & t->mask;

	return (uint64_t)(second == first ? first ^ 1 : second) << 32 | first;
}

/** Fetches the lines of a key into the cache. */
static inline void mac_prefetch(const struct mac_table *t, uint64_t place)
{
	__builtin_prefetch(&t->buckets[(uint32_t)place]);
	__builtin_prefetch(&t->buckets[place >> 32]);
}

/** The port index where the key was seen, 0 when unknown. `place` from mac_place. Any thread. */
uint16_t mac_find(const struct mac_table *t, uint64_t key, uint64_t place);

/**
 * Notes that the key was seen at `port` at `now_s`. Lcores; writes only when something changes (the
 * time once a second).
 */
enum mac_learned mac_learn(struct mac_table *t, uint64_t key, uint64_t place, uint16_t port,
			   uint32_t now_s);

/** Adds or moves a static entry; 0, or -ENOSPC when both lines hold only static ones. */
int mac_add_static(struct mac_table *t, const struct eth_addr *addr, uint16_t vid, uint16_t port);

/** Removes an entry of any kind; 0 or -ENOENT. Control thread. */
int mac_remove(struct mac_table *t, const struct eth_addr *addr, uint16_t vid);

/** Forgets all learned entries, or those of one port (0: all). Static ones stay unless `all`. */
uint32_t mac_flush(struct mac_table *t, uint16_t port, bool statics_too);

/**
 * Forgets learned entries not seen for `ageing_s` seconds, in buckets [from, from + n); returns how
 * many. Control thread, a slice at a time.
 */
uint32_t mac_age(struct mac_table *t, uint32_t now_s, uint32_t ageing_s, uint32_t from, uint32_t n);

struct mac_row {
	struct eth_addr addr;
	uint16_t vid;
	uint16_t port;
	bool is_static;
	uint32_t seen_s;
};

/** The next entry at or after slot *at, which moves behind it; false at the end. Control thread. */
bool mac_next(const struct mac_table *t, uint32_t *at, struct mac_row *row);

/** Entries in use. Walks the table: control thread, for people. */
uint32_t mac_count(const struct mac_table *t);
