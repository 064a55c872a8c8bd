// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/tuple_filter.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define MIN_LOG_SLOTS 9
#define MAX_LOG_SLOTS 13 /* 64 KiB a piece: what a cache of the second level can hold */
#define STALE_AT_LEAST 1024

/* The first `bytes` bytes, in memory, of a word from byte `at` on; the machine is little-endian. */
#define BYTES(at, bytes) ((UINT64_MAX >> (64 - 8 * (bytes))) << 8 * (at))
#define WORD(member) (offsetof(struct flow_key, member) / 8)
#define PIECE(member, bytes)                                                                       \
	{                                                                                          \
		WORD(member), BYTES(offsetof(struct flow_key, member) % 8, bytes)                  \
	}

const struct tuple_filter_piece tuple_filter_piece[TUPLE_FILTER_PIECES] = {
	PIECE(ipv4_src_be, 2), PIECE(ipv4_src_be, 3), PIECE(ipv4_dst_be, 2),
	PIECE(ipv4_dst_be, 3), PIECE(l4_dst_be, 2),   PIECE(ipv6_src, 6),
	PIECE(ipv6_src, 8),    PIECE(ipv6_dst, 6),    PIECE(ipv6_dst, 8),
};

static uint32_t log_slots(uint32_t n_rules)
{
	uint32_t log = MIN_LOG_SLOTS;

	while (log < MAX_LOG_SLOTS && (1u << log) < 2 * n_rules)
		log++;
	return log;
}

struct tuple_filter *tuple_filter_create(uint32_t n_rules)
{
	uint32_t log = log_slots(n_rules);
	size_t n_slots = (size_t)1 << log;
	struct tuple_filter *filter;

	filter = calloc(1, sizeof(*filter) + TUPLE_FILTER_PIECES * n_slots * sizeof(uint64_t));
	if (filter == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	filter->shift = 64 - log;
	for (int p = 0; p < TUPLE_FILTER_PIECES; p++)
		filter->slots[p] = filter->room + (size_t)p * n_slots;
	return filter;
}

void tuple_filter_free(void *filter)
{
	free(filter);
}

/* The mask and value of a rule in a word; false: it does not look there. */
static bool rule_word_of(const struct rule *rule, uint8_t word, struct rule_word *found)
{
	if ((rule->words >> word & 1) == 0)
		return false;
	*found = rule->match[__builtin_popcount(rule->words & ((1u << word) - 1))];
	return true;
}

static void set_bit(uint64_t *bitmap, uint32_t id)
{
	__atomic_store_n(bitmap, *bitmap | 1ull << id, __ATOMIC_RELEASE);
}

void tuple_filter_add(struct tuple_filter *filter, const struct rule *rule, uint32_t id)
{
	uint32_t used = filter->used;

	for (int p = 0; p < TUPLE_FILTER_PIECES; p++) {
		const struct tuple_filter_piece *piece = &tuple_filter_piece[p];
		struct rule_word m;

		if (rule_word_of(rule, piece->word, &m) && (m.mask & piece->mask) == piece->mask) {
			set_bit(&filter->slots[p][tuple_filter_slot(filter, m.value & piece->mask)],
				id);
			used |= 1u << p;
		} else {
			set_bit(&filter->free[p], id);
		}
	}
	/* Until a piece is used its bits in `free` are complete all the same. */
	__atomic_store_n(&filter->used, used, __ATOMIC_RELEASE);
}

void tuple_filter_remove(struct tuple_filter *filter)
{
	filter->n_removed++;
}

bool tuple_filter_is_stale(const struct tuple_filter *filter, uint32_t n_rules)
{
	return 64 - filter->shift < log_slots(n_rules) ||
	       filter->n_removed > n_rules + STALE_AT_LEAST;
}
