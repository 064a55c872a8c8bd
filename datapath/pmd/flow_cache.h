// SPDX-License-Identifier: Apache-2.0
/*
 * flow_cache: which rule a key found last, in front of a table with several tuples; one for each
 * lcore.
 *
 * An entry holds the bits of a key that some rule of its table looks at, so that it can never give
 * another answer than the search, the generation of the table and the version of the pipeline: any
 * insertion or removal there makes it stale, and so does a bundle that becomes visible. It saves
 * time and is never needed; where it does not hit it is left out for a while.
 */
#pragma once

#include <stdint.h>

#include "datapath/table/classifier.h"

#define FLOW_CACHE_WORDS 6 /* tables that look at more are searched without a cache */
#define FLOW_CACHE_ENTRIES 32768

struct flow_cache_entry {
	uint64_t word[FLOW_CACHE_WORDS]; /* masked; zero beyond those that the table looks at */
	const struct rule *rule;         /* valid as long as the generation is the table's */
	uint32_t generation;
	uint32_t table; /* table id + 1, and above it the version of the pipeline; 0: free */
} __attribute__((aligned(64)));

/* Whether it pays in front of a table: looked at after every round of keys. */
struct flow_cache_gain {
	uint32_t n_keys, n_hits; /* of this round */
	uint32_t rest;           /* keys that are still to be searched without the cache */
};

struct flow_cache {
	struct flow_cache_entry *entries;
	uint64_t seed; /* so that nobody can aim at a place */
	uint32_t turn;
	struct flow_cache_gain *gain; /* by table */
};

/** An empty cache for `n_tables` tables; NULL with ENOMEM. Control thread. */
struct flow_cache *flow_cache_create(unsigned int n_tables);

/** Frees it; its lcore runs no more. NULL is legal. */
void flow_cache_destroy(struct flow_cache *cache);

/**
 * As classifier_lookup, with the cache in front where that can help. The lcore that owns it.
 */
void flow_cache_lookup(struct flow_cache *cache, const struct classifier *cls, uint8_t table_id,
		       const struct flow_key *keys, uint64_t want, uint32_t version,
		       const struct rule **found);
