// SPDX-License-Identifier: Apache-2.0
/*
 * group_slots: how a select group spreads flows over its buckets in the ratio of their weights.
 *
 * A table of slots, each with the index of a bucket; a hash picks a slot. The number of a bucket's
 * slots is its exact share, rounded. New tables are made from the one before, so that only the
 * slots move that must. Constant once published. Control thread, but for group_slots_find.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GROUP_SLOTS_MAX_BUCKETS 1024
#define GROUP_SLOTS_NONE UINT16_MAX

struct group_slots {
	uint32_t mask;     /* number of slots (a power of two) less one */
	uint16_t bucket[]; /* indices */
};

/** The bucket of a hash; the bits of the hash need not be well mixed. Any thread. */
static inline uint32_t group_slots_find(const struct group_slots *slots, uint32_t hash)
{
	hash *= 0xcc9e2d51u;
	hash ^= hash >> 15;
	hash *= 0x1b873593u;
	hash ^= hash >> 16;
	return slots->bucket[hash & slots->mask];
}

/**
 * Shares for `n` buckets of these weights; with weight 0 a bucket has none. `old` (NULL: none) is
 * the table before, and was[i] the index that bucket i had in it (GROUP_SLOTS_NONE: it is new). The
 * shares are right to 0.5 % of each, but at most 1024 slots a bucket and 65536 are spent for it.
 * *out is NULL when all weights are 0; free() it. 0 or -ENOMEM.
 */
int group_slots_make(const uint16_t *weights, uint32_t n, const struct group_slots *old,
		     const uint16_t *was, struct group_slots **out);

/**
 * The table that `base` becomes while some buckets are dead: slots of live buckets stay, those of
 * dead ones are spread over the live in the ratio of the weights, and stay where `last` (what is
 * in force; NULL: nothing) has them if they can. *out is NULL when none lives; free() it. 0 or
 * -ENOMEM.
 */
int group_slots_without(const struct group_slots *base, const struct group_slots *last,
			const uint16_t *weights, const bool *dead, uint32_t n,
			struct group_slots **out);
