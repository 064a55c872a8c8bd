// SPDX-License-Identifier: Apache-2.0
/*
 * tuple_filter: which tuples can have a rule for a key; private to classifier.
 *
 * For some selective pieces of a key (leading bytes of addresses, the destination port) there is a
 * table of bitmaps, indexed by a hash of the piece: bit t of a slot says that tuple t may have a
 * rule with that value. Rules that do not care for the whole piece set their tuple's bit for every
 * value. The AND over all pieces leaves the few tuples that are worth a probe.
 *
 * A bit may be set without need, which costs a probe; it is never missing. So an addition sets bits
 * before its rule can be found, a removal leaves them, and now and then the filter is made anew
 * (tuple_filter_is_stale). One writer, readers need no lock.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/rule.h"

#define TUPLE_FILTER_PIECES 9

struct tuple_filter {
	uint64_t free[TUPLE_FILTER_PIECES];   /* atomic; tuples with rules that look at less */
	uint32_t used;                        /* atomic; bit p: some rule looks at all of piece p */
	uint32_t shift;                       /* 64 - log2 of the slots of a piece */
	uint32_t n_removed;                   /* writer only */
	uint64_t *slots[TUPLE_FILTER_PIECES]; /* atomic bitmaps; NULL until it is used */
	uint64_t room[];
};

/* A piece of a key: those bits of one of its words. */
struct tuple_filter_piece {
	uint8_t word;
	uint64_t mask;
};

extern const struct tuple_filter_piece tuple_filter_piece[TUPLE_FILTER_PIECES];

/** An empty filter that suits `n_rules` rules and some more; NULL with ENOMEM. Control thread. */
struct tuple_filter *tuple_filter_create(uint32_t n_rules);

/** Frees it at once. NULL is legal. */
void tuple_filter_free(void *filter);

/** Sets the bits of a rule that will live in tuple `id` (0…63). Control thread. */
void tuple_filter_add(struct tuple_filter *filter, const struct rule *rule, uint32_t id);

/** Notes that a rule went. Control thread. */
void tuple_filter_remove(struct tuple_filter *filter);

/** Should it be made anew: is it too small for `n_rules`, or full of what went? Control thread. */
bool tuple_filter_is_stale(const struct tuple_filter *filter, uint32_t n_rules);

static inline uint64_t tuple_filter_slot(const struct tuple_filter *filter, uint64_t piece)
{
	return (piece * 0x9e3779b97f4a7c15ull) >> filter->shift;
}

/** The tuples that may have a rule for the key: bit t is tuple t. Lcores. */
static inline uint64_t tuple_filter_match(const struct tuple_filter *filter,
					  const struct flow_key *key)
{
	uint32_t used = __atomic_load_n(&filter->used, __ATOMIC_ACQUIRE);
	uint64_t tuples = UINT64_MAX;

	for (; used != 0; used &= used - 1) {
		int p = __builtin_ctz(used);
		uint64_t piece = key->w[tuple_filter_piece[p].word] & tuple_filter_piece[p].mask;
		const uint64_t *slot = &filter->slots[p][tuple_filter_slot(filter, piece)];

		tuples &= __atomic_load_n(slot, __ATOMIC_RELAXED) |
			  __atomic_load_n(&filter->free[p], __ATOMIC_RELAXED);
	}
	return tuples;
}
